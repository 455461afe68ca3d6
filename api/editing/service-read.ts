import { type Maturity, pick } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { DataModel } from '../forms/data-model.ts'
import type { Form } from '../forms/model.ts'
import { exampleNames, readModel, vocabularyOf } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { currentRelease } from '../publishing/service.ts'
import { countCasesBefore, countOpenDrafts } from '../submissions/service-count.ts'
import { mappingOf } from './adapt.ts'
import { ORDER, withTypedRows } from './fee-table.ts'
import { partOf } from './parts.ts'
import { type PlacedFinding, placed } from './placed.ts'
import { readPlanned } from './planned-view.ts'
import { pointLines } from './points.ts'
import { type Wording, withRuleWords } from './rule-words.ts'
import { sentText } from './sent.ts'
import { feePage } from './service-fee.ts'
import { FORM } from './sheet-rows.ts'
import { type Row, seenOf, sheetOf } from './sheets.ts'
import { languageGaps } from './spoken.ts'
import { type EditingCtx, folderOf, readState, type State, tryState } from './state.ts'
import { findConflict, listConflicts, listWorkspaces } from './store.ts'
import { fillTemplate, readTemplates } from './templates.ts'
import type { ConflictPage, FileLine, FilePage, PointLine, ServiceLine, ServiceList, ServiceOverview } from './view.ts'
import { yamlAt } from './yaml-edit.ts'

export const sheetUnknown = problemType('editing/sheet-unknown', 404)
export const conflictUnknown = problemType('editing/conflict-unknown', 404)

/** Every service with its level: those of the live content, and those that editors have begun. */
export async function listServices(ctx: EditingCtx, actor: Actor): Promise<ServiceList> {
  authorize(actor, 'content.edit')
  const { content } = ctx.content.live()
  const changed = new Map((await listWorkspaces(ctx.db)).map((row) => [row.slug, row]))
  const slugs = [...new Set([...content.services.keys(), ...changed.keys()])].sort()
  const services: ServiceLine[] = []
  for (const slug of slugs) {
    services.push(changed.has(slug) ? await lineOf(ctx, slug) : await liveLine(ctx, slug))
  }
  const taken = new Set([...content.services.values()].map(({ catalogue }) => catalogue))
  const free = [...content.mirror.services.values()].filter(({ key }) => !taken.has(key))
  const catalogue = free.slice(0, 2_000).map(({ key, name }) => ({ key, name: pick(name, 'de')?.value ?? key }))
  return { services, catalogue }
}

async function liveLine(ctx: EditingCtx, slug: string): Promise<ServiceLine> {
  const { content } = ctx.content.live()
  const { maturity } = await ctx.survey(content, slug, ctx)
  const online = content.services.get(slug)?.online ?? 'none'
  return { slug, title: titleOf(content, slug), maturity, online, isChanged: false, isNew: false }
}

async function lineOf(ctx: EditingCtx, slug: string): Promise<ServiceLine> {
  const state = await readState(ctx, slug)
  return (await look(ctx, state)).line
}

export type Looked = {
  readonly line: ServiceLine
  readonly findings: readonly PlacedFinding[]
  /** The content as it would be; null where it cannot even be read. */
  readonly content: Content | null
  readonly points: readonly PointLine[]
  /** Null where there is none, or it does not fit together. */
  readonly form: Form | null
}

/** Looks at a service with everything that editors changed: level, findings, open points. */
export async function look(ctx: EditingCtx, state: State): Promise<Looked> {
  const { slug } = state
  const live = ctx.content.live().content
  const isNew = !live.services.has(slug)
  const base = { slug, isChanged: state.row !== undefined, isNew }
  const tried = await tryState(ctx, state)
  if (!tried.ok) {
    const missing = [...new Set(tried.findings.map(partOf))]
    const maturity: Maturity = { level: 0, missing }
    const line: ServiceLine = { ...base, title: titleIn(state), maturity, online: 'none' }
    return { line, findings: placed(tried.findings, state, []), content: null, points: [], form: null }
  }
  const { content } = tried
  const survey = await ctx.survey(content, slug, ctx)
  const open = new Map(survey.form?.openPoints.map((point) => [point.id, point.lost ?? []] as const))
  const wording = wordingOf(ctx, state, { form: survey.form, content })
  const read = readModel(content, slug, ctx.readXml)
  const model = read?.ok === true ? read.model : null
  const isBroken = survey.form === null
  const unique = pointLines(model?.openPoints ?? [], { source: state.files[FORM] ?? '', open, wording, isBroken })
  const online = content.services.get(slug)?.online ?? 'none'
  const line = { ...base, title: titleOf(content, slug), maturity: survey.maturity, online }
  return { line, findings: placed(survey.findings, state, unique), content, points: unique, form: survey.form }
}

/** By what rules of a service are worded; null where its form does not fit together. */
export const wordingOf = (
  ctx: EditingCtx,
  { files }: Pick<State, 'files'>,
  { form, content }: Pick<Looked, 'form' | 'content'>,
): Wording | null =>
  form === null
    ? null
    : { form, source: files[FORM] ?? '', words: ctx.formWords(content ?? ctx.content.live().content, 'de') }

function feeIn(state: State, content: Content, wording: Wording | null): ServiceOverview['fee'] {
  const sheet = sheetOf('fee', state, content)
  return sheet === undefined ? null : withRuleWords(sheet, wording)
}

/** Everything of one service for its page. */
export async function readOverview(ctx: EditingCtx, actor: Actor, slug: string): Promise<ServiceOverview> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const live = ctx.content.live().content
  const { line, findings, content, points, form } = await look(ctx, state)
  const around = content ?? live
  const fee = feePage(state, around, { form, today: dayInBerlin(ctx.now()) })
  return {
    ...line,
    findings,
    settings: sheetOf('settings', state, around) ?? null,
    fee: feeIn(state, around, wordingOf(ctx, state, { form, content })),
    feeLines: fee.lines,
    feeDescribed: fee.described,
    processes: readTemplates(live).processes.map(({ id, title, text, files }) => {
      const isChosen = sameProcess(state, files['process.bpmn'] ?? '')
      return { id, title, text, isChosen }
    }),
    hasProcess: state.files['process.bpmn'] !== undefined,
    adapted: adaptedIn(state, around),
    hasForm: form !== null,
    vocabulary: form === null ? null : vocabularyOf(form),
    points,
    questions: questionsIn(state),
    notices: filesLike(state, /^notice\.(approval|refusal)\.([a-z]{2,3})\.yaml$/).map(([kind = '', lang = '']) => {
      return { kind: kind === 'approval' ? 'approval' : 'refusal', lang }
    }),
    languages: languageGaps(state, around),
    processLangs: filesLike(state, /^process\.([a-z]{2,3})\.yaml$/).map(([lang = '']) => lang),
    files: filesOf(state, folderOf(live, slug)),
    conflicts: (await listConflicts(ctx.db, slug)).map(({ id, sheet, createdAtMs }) => ({
      id,
      sheet,
      atMs: createdAtMs,
    })),
    version: state.row?.version ?? 0,
    changedBy: state.row?.updatedBy ?? '',
    changedAtMs: state.row?.updatedAtMs ?? null,
    arePagesShown: (await currentRelease(ctx))?.contentRevisionId === ctx.content.live().revisionId,
    draftsRunning: await countOpenDrafts(ctx, slug),
    casesBefore: await casesBefore(ctx, state),
    examples: exampleNames(state.files['examples.yaml'] ?? ''),
    planned: await plannedFor(ctx, state),
  }
}

const plannedFor = async (ctx: EditingCtx, state: State) =>
  await readPlanned(ctx, {
    slug: state.slug,
    version: state.row?.version ?? 0,
    isMoved: (await movedFiles(ctx, state)).length > 0,
  })

/** Running cases that keep to another process than the one that is or would be published. */
export const casesBefore = (ctx: EditingCtx, { slug, files }: State): Promise<number> =>
  countCasesBefore(ctx, {
    slug,
    process: files['process.bpmn'] ?? '',
    postboxes: [...ctx.content.live().content.postboxes.keys()],
  })

/** One file with what is wrong in it. Throws `editing/sheet-unknown` (404). */
export async function readFile(ctx: EditingCtx, actor: Actor, slug: string, name: string): Promise<FilePage> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const text = state.files[name]
  if (text === undefined) {
    throw sheetUnknown(`file ${name}`)
  }
  const { line, findings } = await look(ctx, state)
  const seen = seenOf([{ name, value: text }])
  return {
    slug,
    title: line.title,
    name,
    text,
    seen,
    findings: findings.filter(({ file }) => file.endsWith(`/${name}`)),
  }
}

/** What somebody sent too late, beside what stands there now. Throws `editing/conflict-unknown` (404). */
export async function readConflict(ctx: EditingCtx, actor: Actor, slug: string, id: string): Promise<ConflictPage> {
  authorize(actor, 'content.edit')
  const row = await findConflict(ctx.db, id)
  if (row === undefined || row.slug !== slug) {
    throw conflictUnknown(`conflict ${id}`)
  }
  const state = await readState(ctx, slug)
  const { line, content } = await look(ctx, state)
  const values = JSON.parse(row.valuesJson) as Readonly<Record<string, string>>
  const base = { slug, title: line.title, id, sheet: row.sheet }
  if (row.sheet.startsWith('file:')) {
    const name = row.sheet.slice('file:'.length)
    const now = state.files[name] ?? ''
    const rows = [{ name: 'text', label: 'file', yours: values['text'] ?? '', now, isLong: true, isHidden: false }]
    return { ...base, rows, ticks: [], seen: seenOf([{ name, value: now }]), path: `files/${name}` }
  }
  const around = content ?? ctx.content.live().content
  const own = sheetOf(row.sheet, state, around)
  const building = { source: state.files['service.yaml'] ?? '', state, content: around, about: '' }
  const sheet =
    own === undefined || row.sheet !== 'fee' ? own : { ...own, rows: withTypedRows(own.rows, building, values) }
  const known = new Map(sheet?.rows.map((candidate) => [candidate.name, candidate]))
  const rows = Object.entries(values).map(([name, yours]) => {
    const at = known.get(name)
    const isLong = at?.kind === 'text' || at?.kind === 'lines'
    // Line ends, spaces and other ways to write the same are no difference.
    const isSame = at !== undefined && sentText(at, values) === at.value
    return { name, label: at?.label ?? name, yours, now: at?.value ?? '', isLong, isHidden: isSame || isTick(name, at) }
  })
  const ticks = (sheet?.rows ?? []).flatMap((at) => {
    const yours = sentText(at, values)
    const isShown = isTick(at.name, at) && yours !== undefined && yours !== at.value
    return isShown ? [{ label: at.label, yours: saidOf(at, yours), now: saidOf(at, at.value) }] : []
  })
  return { ...base, rows, ticks, seen: sheet?.seen ?? '', path: `sheets/${row.sheet}` }
}

/** Boxes are several controls, which are sent again as they are. */
const isTick = (name: string, row: Row | undefined): boolean =>
  name.includes('~') ||
  name === ORDER ||
  row?.kind === 'choices' ||
  row?.kind === 'yes-no' ||
  row?.kind === 'obligation'

/** What was ticked, by what people read. */
const saidOf = ({ options }: Row, value: string): readonly string[] =>
  value.split('\n').filter(Boolean).map((one) => options.find((option) => option.value === one)?.text || one) // biome-ignore format: one thought

/** Files of the service that somebody else changed in the live content after the work on it began. */
export async function movedFiles(ctx: EditingCtx, state: State): Promise<readonly string[]> {
  const { content, revisionId } = ctx.content.live()
  if (state.row === undefined || revisionId === state.baseRevisionId) {
    return []
  }
  const base = folderOf(await ctx.content.at(state.baseRevisionId), state.slug)
  const now = folderOf(content, state.slug)
  const own = [...new Set([...Object.keys(base), ...Object.keys(now)])].filter((name) => base[name] !== now[name])
  const ids = new Set(state.fees.map((line) => yamlAt(line, ['id'])))
  const [then, live] = [await ctx.content.at(state.baseRevisionId), content].map(({ fees }) =>
    JSON.stringify(fees.fees.filter(({ id }) => ids.has(id))),
  )
  return then === live ? own : [...own, 'fees.yaml']
}

export function modelIn(ctx: EditingCtx, content: Content, slug: string): DataModel | null {
  const read = readModel(content, slug, ctx.readXml)
  return read?.ok === true ? read.model : null
}

function titleOf(content: Content, slug: string): string {
  const service = content.services.get(slug)
  const entry = content.mirror.services.get(service?.catalogue ?? '')
  return service?.title?.de ?? pick(entry?.name, 'de')?.value ?? slug
}

function adaptedIn(state: State, content: Content): ServiceOverview['adapted'] {
  const mapping = mappingOf(state)
  return mapping === null
    ? null
    : {
        assumed: mapping.assumed,
        unmapped: mapping.unmapped,
        told: mapping.told ?? {},
        sheet: sheetOf('mapping', state, content) ?? null,
      }
}

function titleIn(state: State): string {
  const title = yamlAt(state.files['form.de.yaml'] ?? '', ['title'])
  return typeof title === 'string' ? title : state.slug
}

/** The same diagram, whatever postbox and name were filled in. */
function sameProcess(state: State, template: string): boolean {
  const plain = (text: string): string =>
    text.replace(/\s+/g, ' ').replace(/(postbox|id|name|bpmnElement)="[^"]*"/g, '')
  return plain(fillTemplate('x.bpmn', template, {})) === plain(state.files['process.bpmn'] ?? '')
}

function questionsIn(state: State): ServiceOverview['questions'] {
  const fields = yamlAt(state.files['form.de.yaml'] ?? '', ['fields'])
  return Object.entries((fields ?? {}) as Record<string, Record<string, unknown>>).map(([path, field]) => ({
    path,
    label: String(field?.['label'] ?? path),
    kind: String(field?.['kind'] ?? ''),
    isConditional: field?.['when'] !== undefined,
  }))
}

/** Parts of the names of those files that have such a name. */
const filesLike = (state: State, name: RegExp): readonly (readonly string[])[] =>
  Object.keys(state.files).sort().flatMap((file) => {
    const found = name.exec(file)
    return found === null ? [] : [found.slice(1)]
  }) // biome-ignore format: one thought

export function filesOf(state: State, live: Readonly<Record<string, string>>): readonly FileLine[] {
  const names = [...new Set([...Object.keys(state.files), ...Object.keys(live)])].sort()
  return names.map((name) => {
    const [now, was] = [state.files[name], live[name]]
    return {
      name,
      state: was === undefined ? 'added' : now === undefined ? 'removed' : now === was ? 'same' : 'changed',
    }
  })
}
