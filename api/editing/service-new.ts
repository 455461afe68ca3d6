import { pick } from '../catalogue/service.ts'
import { stageFeed } from '../catalogue/service-sync.ts'
import { withMirror } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { DataModel } from '../forms/data-model.ts'
import { readModel } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import type { Finding } from '../lib/finding.ts'
import { problemType } from '../lib/problem.ts'
import { type LetterParts, MAPPING, ORIGINAL, takeProcess } from './adapt.ts'
import { codeListName, type Dropped, type DroppedFile, modelOf, recognise, unusable } from './drop.ts'
import { generateOverlay } from './generate.ts'
import { cutWords } from './generate-names.ts'
import { goneIn } from './gone.ts'
import { pruneLanguages } from './prune.ts'
import { letterOf, renewOverlay } from './renew.ts'
import { renewLetters, wholeAddress } from './renew-letters.ts'
import { renewUses } from './renew-uses.ts'
import { changedMeanwhile, keep } from './service-change.ts'
import { refuse } from './service-refuse.ts'
import { FORM, labelsIn } from './sheet-rows.ts'
import { withStandardTexts } from './standard-texts.ts'
import { type EditingCtx, type Folder, readState, type State, titleOf, tryState } from './state.ts'
import { findWorkspace } from './store.ts'
import { fillTemplate, readTemplates } from './templates.ts'
import { editYaml, yamlAt } from './yaml-edit.ts'

export const templateUnknown = problemType('editing/template-unknown', 404)

type Gathered = {
  readonly form?: { readonly text: string; readonly model: DataModel }
  readonly lists: Folder
  readonly process?: { readonly name: string; readonly text: string }
  readonly catalogue: Readonly<Record<string, string>>
  /** Key and name of the service that a dropped catalogue file describes. */
  readonly described?: { readonly key: string; readonly name: string }
}

/** Reads dropped files; throws `editing/files-refused` with what is wrong in each, and then nothing is changed. */
async function gather(ctx: EditingCtx, dropped: readonly DroppedFile[]): Promise<Gathered> {
  const known = dropped.map(recognise)
  const findings: Finding[] = known.filter((file) => file.kind === 'unknown').map(unusable)
  const lists: Record<string, string> = {}
  const forms: { kind: 'form' | 'table'; name: string; text: string }[] = []
  for (const file of known) {
    if (file.kind === 'code-list') {
      lists[codeListName(file.name)] = file.text
    } else if (file.kind === 'table') {
      forms.push(file)
    } else if (file.kind === 'form') {
      forms.push({ kind: 'form', name: file.name, text: file.text })
    }
  }
  const form = forms[0] === undefined ? undefined : gatherForm(ctx, { form: forms[0], lists }, findings)
  const feed = known.find((file) => file.kind === 'catalogue')
  const described = feed === undefined ? { catalogue: {} } : await gatherCatalogue(ctx, feed, findings)
  if (findings.length > 0) {
    throw refuse(findings)
  }
  const process = known.find((file) => file.kind === 'process')
  return {
    lists,
    ...described,
    ...(form === undefined ? {} : { form }),
    ...(process === undefined ? {} : { process }),
  }
}

function gatherForm(
  ctx: EditingCtx,
  { form, lists }: { form: { kind: 'form' | 'table'; name: string; text: string }; lists: Folder },
  findings: Finding[],
): Gathered['form'] {
  const read = modelOf(form, lists, ctx.readXml)
  if (!read.ok) {
    findings.push(...read.findings)
    return undefined
  }
  if (form.kind === 'form') {
    return { text: form.text, model: read.model }
  }
  // A table becomes a schema of the standard, so that there is one kind of file afterwards.
  const written = ctx.writeXml(read.model, { messageId: ctx.newId(), writtenAt: new Date(ctx.now()).toISOString() })
  if (!written.ok) {
    findings.push(...written.findings.map((finding) => ({ ...finding, file: form.name })))
    return undefined
  }
  return { text: written.xml, model: read.model }
}

async function gatherCatalogue(
  ctx: EditingCtx,
  feed: Extract<Dropped, { kind: 'catalogue' }>,
  findings: Finding[],
): Promise<Pick<Gathered, 'catalogue' | 'described'>> {
  const { mirror } = ctx.content.live().content
  const staged = await stageFeed(mirror, ctx.readCatalogueFile(feed.name, feed.bytes))
  if (!staged.ok) {
    findings.push(...staged.findings)
    return { catalogue: {} }
  }
  const touched = new Set(staged.changes.filter(({ action }) => action !== 'removed').map(({ key }) => key))
  const files = withMirror(new Map(), staged.mirror)
  const decoder = new TextDecoder()
  const catalogue = Object.fromEntries(
    [...files].flatMap(([path, { bytes }]) =>
      touched.has(path.replace(/^.*\/|\.json$/g, '')) ? [[path, decoder.decode(bytes)] as const] : [],
    ),
  )
  const service = staged.changes.find(({ kind, action }) => kind === 'service' && action !== 'removed')
  return {
    catalogue,
    ...(service === undefined ? {} : { described: { key: service.key, name: service.name } }),
  }
}

export type NewService = {
  readonly files: readonly DroppedFile[]
  /** Key of the service in the state's catalogue, where no catalogue file was dropped. */
  readonly catalogue: string
}

/**
 * Begins a service from dropped files: data schema (or table of questions), optionally process, code lists and the entry of
 * the state's catalogue. A first overlay is made from the schema. Nothing is live before somebody publishes.
 * Throws `editing/files-refused` (422).
 */
export async function newService(ctx: EditingCtx, actor: Actor, sent: NewService): Promise<{ readonly slug: string }> {
  authorize(actor, 'content.edit')
  const { content, revisionId } = ctx.content.live()
  const gathered = await gather(ctx, sent.files)
  const entry = content.mirror.services.get(sent.catalogue)
  const described =
    gathered.described ??
    (entry === undefined ? undefined : { key: sent.catalogue, name: pick(entry.name, 'de')?.value ?? '' })
  if (described === undefined) {
    throw refuse([
      nothing('The files name no service of the state’s catalogue, and none was chosen.', 'editing/no-catalogue'),
    ])
  }
  const title = described.name || gathered.form?.model.name || described.key
  const slug = await freeSlug(ctx, content, title)
  const base: State = {
    slug,
    files: {},
    catalogue: gathered.catalogue,
    fees: [],
    called: {},
    positions: [],
    row: undefined,
    baseRevisionId: revisionId,
  }
  const files = { 'service.yaml': firstSettings(content, described.key), ...formFiles(content, gathered, title) }
  const { skeleton } = readTemplates(content)
  const spoken = withStandardTexts(files, content, skeleton)
  const whole = await withProcess(ctx, content, { ...base, files: spoken }, { gathered, title })
  if (!(await keep(ctx, actor, base, whole))) {
    throw changedMeanwhile(`service ${slug}`)
  }
  ctx.log('editing-begun', { service: slug })
  return { slug }
}

/**
 * Takes dropped files into a service that is there: a new version of its data schema, a process, code lists. Where the
 * service has no questions yet, they are made; else they follow the new version. Running drafts end on the version they began with.
 */
export async function addFiles(
  ctx: EditingCtx,
  actor: Actor,
  slug: string,
  files: readonly DroppedFile[],
): Promise<void> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const { content } = ctx.content.live()
  const gathered = await gather(ctx, files)
  const title = titleOf(state, content)
  const { [FORM]: fresh, ...made } = formFiles(content, gathered, title)
  const old = state.files[FORM]
  const { form } = gathered
  const { 'form.yaml': _, ...kept } = state.files
  const taken = {
    ...(form === undefined ? state.files : kept),
    ...made,
    ...(old === undefined && fresh !== undefined ? { [FORM]: fresh } : {}),
  }
  const base: State = {
    ...state,
    called: { ...state.called, ...labelsIn(old ?? '') },
    catalogue: { ...state.catalogue, ...gathered.catalogue },
    files: taken,
  }
  const whole =
    old === undefined || form === undefined ? base : renewed(ctx, content, { state: base, old: state }, form.model)
  const pruned = pruneLanguages(state.files, whole.files)
  const next: State = { ...whole, files: withStandardTexts(pruned, content, readTemplates(content).skeleton) }
  const tried = await tryState(ctx, state)
  const complete = await withProcess(ctx, tried.ok ? tried.content : content, next, { gathered, title })
  if (!(await keep(ctx, actor, state, complete))) {
    throw changedMeanwhile(`service ${slug}`)
  }
}

/** Takes a dropped process; a foreign one is adapted. Throws `editing/files-refused` (422) where it cannot run. */
async function withProcess(
  ctx: EditingCtx,
  content: Content,
  state: State,
  { gathered, title }: { readonly gathered: Gathered; readonly title: string },
): Promise<State> {
  if (gathered.process === undefined) {
    return state
  }
  const letter = letterParts(
    content,
    gathered.form?.model ?? modelOfService(ctx, content, state.slug),
    state.files[FORM] ?? '',
  )
  const taken = await takeProcess(content, state, { ...gathered.process, ...letter, title })
  if (!taken.ok) {
    throw refuse(taken.findings)
  }
  return { ...state, files: taken.files }
}

function modelOfService(ctx: EditingCtx, content: Content, slug: string): DataModel | null {
  const read = readModel(content, slug, ctx.readXml)
  return read?.ok === true ? read.model : null
}

/** Questions, and everything that names them, follow the new version of the data schema as far as nobody has to decide. */
function renewed(
  ctx: EditingCtx,
  content: Content,
  { state, old }: { state: State; old: State },
  model: DataModel,
): State {
  const { 'form.xml': schema, [FORM]: overlay = '' } = old.files
  const lists = Object.fromEntries(Object.entries(old.files).filter(([name]) => name.startsWith('codelist.')))
  const read = schema === undefined ? undefined : ctx.readXml(schema, 'form.xml', lists)
  const before = read?.ok === true ? read.model : undefined
  const words = readTemplates(content)
  const form = renewOverlay(overlay, { model, before, ...words })
  const next = renewUses({ ...state, files: { ...state.files, [FORM]: form } }, overlay)
  const gone = new Set(goneIn(next).map(({ path }) => path))
  const letters = { was: letterOf(overlay, before ?? model, words), now: letterOf(form, model, words), isGone: (path: string) => gone.has(path) } // biome-ignore format: one thought
  return { ...next, files: renewLetters(next.files, letters) }
}

function formFiles(content: Content, { form, lists }: Gathered, title: string): Folder {
  if (form === undefined) {
    return lists
  }
  const { skeleton, guesses } = readTemplates(content)
  const overlay = generateOverlay(form.model, { skeleton, guesses, title }).overlay
  return { ...lists, 'form.xml': form.text, 'form.de.yaml': overlay }
}

/** Settings that only a person can choose. Until then each holds something, so that the form can be tried. */
const UNDECIDED = ['postbox', 'trustLevel', 'filePlan', 'retention'] as const

/** Where a new service begins: with what has to be chosen named as undecided, which keeps it offline. */
function firstSettings(content: Content, catalogue: string): string {
  const [postbox = ''] = content.postboxes.keys()
  const position = content.filePlan.positions.find(({ prefix }) => prefix !== undefined)
  const [rule] = content.retention.rules
  return editYaml('', [
    { path: ['catalogue'], value: catalogue },
    { path: ['postbox'], value: postbox },
    { path: ['trustLevel'], value: 'none' },
    { path: ['filePlan'], value: position?.id ?? '' },
    { path: ['retention'], value: rule?.id ?? '' },
    { path: ['online'], value: 'none' },
    { path: ['undecided'], value: [...UNDECIDED] },
  ])
}

async function freeSlug(ctx: EditingCtx, content: Content, title: string): Promise<string> {
  const base = slugOf(title)
  for (let count = 1; ; count += 1) {
    const slug = count === 1 ? base : `${base}-${count}`
    if (!content.services.has(slug) && (await findWorkspace(ctx.db, slug)) === undefined) {
      return slug
    }
  }
}

const FOLDED: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }
const slugOf = (title: string): string =>
  cutWords(
    title
      .toLowerCase()
      .replace(/[äöüß]/g, (sign) => FOLDED[sign] ?? sign)
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, ''),
    SLUG_LENGTH,
  ) || 'leistung'
const SLUG_LENGTH = 72

const nothing = (detail: string, type: string): Finding => ({ file: 'service.yaml', line: 1, type, detail })

/**
 * Gives a service a ready-made process: diagram, words, notices, filled with its postbox and the names of its form. A
 * process and words that stood there are replaced; notices that the service has already stay.
 * Throws `editing/template-unknown` (404).
 */
export async function chooseProcess(ctx: EditingCtx, actor: Actor, slug: string, templateId: string): Promise<void> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const tried = await tryState(ctx, state)
  const content = tried.ok ? tried.content : ctx.content.live().content
  const template = readTemplates(content).processes.find(({ id }) => id === templateId)
  if (template === undefined) {
    throw templateUnknown(`template ${templateId}`)
  }
  const postbox = String(yamlAt(state.files['service.yaml'] ?? '', ['postbox']) ?? '')
  const title = titleOf(state, content)
  const values = {
    service: slug,
    title,
    postbox,
    office: content.postboxes.get(postbox)?.name.de ?? postbox,
    ...letterParts(content, modelOfService(ctx, content, slug), state.files[FORM] ?? ''),
  }
  const filled = Object.entries(template.files).map(([name, text]) => [name, fillTemplate(name, text, values)] as const)
  const isNotice = (name: string): boolean => name.startsWith('notice.')
  const files = Object.fromEntries(filled.filter(([name]) => !isNotice(name) || state.files[name] === undefined))
  const { [ORIGINAL]: _, [MAPPING]: __, ...others } = state.files
  if (!(await keep(ctx, actor, state, { ...state, files: { ...others, ...files } }))) {
    throw changedMeanwhile(`service ${slug}`)
  }
}

/** What a notice takes from the form, as lines of its template: the address, with a line for the checks without one, and the answers. */
function letterParts(content: Content, model: DataModel | null, overlay: string): LetterParts {
  const words = readTemplates(content)
  const { address, matters, lead } = model === null ? { address: [], matters: [], lead: '' } : letterOf(overlay, model, words) // biome-ignore format: one thought
  return {
    recipient: wholeAddress(address).map((line) => `  - '${line}'`).join('\n'),
    answers: matters.length === 0 ? '' : `  - '${lead}'\n  - answers: [${matters.join(', ')}]`,
  } // biome-ignore format: one thought
}
