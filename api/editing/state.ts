import * as v from 'valibot'
import { stringify } from 'yaml'
import { pick } from '../catalogue/service.ts'
import { type ContentFiles, type ContentRevisions, contentFile, loadContent } from '../content/service.ts'
import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Answers } from '../forms/answers.ts'
import type { DataModelReader, DataModelWriter } from '../forms/data-model.ts'
import type { Form } from '../forms/model.ts'
import type { Words } from '../forms/view.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Ctx } from '../lib/ctx.ts'
import type { Finding } from '../lib/finding.ts'
import { problemType } from '../lib/problem.ts'
import type { NoticeKind } from '../notices/ctx.ts'
import type { CatalogueFileReader } from './drop.ts'
import { FORM, labelsIn } from './sheet-rows.ts'
import { findWorkspace, type WorkspaceRow } from './store.ts'
import type { Surveys } from './survey.ts'
import { spliceYaml, yamlAt } from './yaml-edit.ts'

export const serviceUnknown = problemType('editing/service-unknown', 404)

/** What the room needs of a town. */
export type EditingCtx = Ctx & {
  readonly content: ContentRevisions
  readonly contentCheckers: readonly ContentChecker[]
  readonly form: (content: Content, slug: string, lang: string) => Form
  readonly formWords: (content: Content, lang: string) => Words
  readonly keyring: Keyring
  readonly readXml: DataModelReader
  readonly writeXml: DataModelWriter
  /** Made once by `createSurveys` and `createTries`. */
  readonly survey: Surveys
  readonly tries: Map<string, Promise<Tried>>
  readonly readCatalogueFile: CatalogueFileReader
  /** Sets a notice that is none: for editors to look at. Throws `notices/value-missing` where its answers do not suffice. */
  readonly renderNoticeSample: (sample: NoticeSample) => Promise<Uint8Array>
}

/** What a sample of a notice is made of. Without answers it shows names in brackets and every text. */
export type NoticeSample = {
  readonly content: Content
  readonly slug: string
  readonly kind: NoticeKind
  readonly lang: string
  readonly answers: Answers | null
  /** A second person signs it. */
  readonly isCosigned: boolean
  /** What the names of the template mean. */
  readonly labels: Readonly<Record<string, string>>
}

/** Files of a service's folder by name. */
export type Folder = Readonly<Record<string, string>>

const Texts = v.record(v.string(), v.string())
const Stored = v.strictObject({
  v: v.literal(1),
  files: Texts,
  /** Objects of the state's catalogue that were dropped in, as files by path. */
  catalogue: Texts,
  /** Fees of this service that differ from those in fees.yaml, or do not stand there yet: every version, one line each. */
  fees: v.array(v.string()),
  /** What questions of earlier versions were called, by their paths. */
  called: v.optional(Texts, {}),
  /** Places in the plan of files that it does not have yet, one line each. */
  positions: v.optional(v.array(v.string()), []),
})

/** A service as editors see it: what is live, with what they have changed since. */
export type State = {
  readonly slug: string
  readonly files: Folder
  readonly catalogue: Readonly<Record<string, string>>
  readonly fees: readonly string[]
  /** What questions and lists were called that the form has or had, by their paths. */
  readonly called: Folder
  readonly positions: readonly string[]
  /** Absent where nobody has changed anything since it was published. */
  readonly row: WorkspaceRow | undefined
  /** Revision the changes began from. */
  readonly baseRevisionId: string
}

/** Writes a state for the database. */
export const stateJson = ({
  files,
  catalogue,
  fees,
  called,
  positions,
}: Pick<State, 'files' | 'catalogue' | 'fees' | 'called' | 'positions'>): string =>
  JSON.stringify({ v: 1, files, catalogue, fees, called, positions })

/** Reads a service as editors see it. Throws `editing/service-unknown` (404) where neither they nor the content know it. */
export async function readState(ctx: EditingCtx, slug: string): Promise<State> {
  const row = await findWorkspace(ctx.db, slug)
  if (row !== undefined) {
    const { files, catalogue, fees, called, positions } = v.parse(Stored, JSON.parse(row.stateJson))
    const live = labelsIn(folderOf(ctx.content.live().content, slug)[FORM] ?? '')
    return {
      slug,
      files,
      catalogue,
      fees,
      called: { ...live, ...called },
      positions,
      row,
      baseRevisionId: row.baseRevisionId,
    }
  }
  const { content, revisionId } = ctx.content.live()
  const files = folderOf(content, slug)
  if (Object.keys(files).length === 0) {
    throw serviceUnknown(`service ${slug}`)
  }
  return { slug, files, catalogue: {}, fees: [], called: {}, positions: [], row, baseRevisionId: revisionId }
}

/** Files of a service in a content revision, by name. */
export function folderOf(content: Content, slug: string): Folder {
  const folder = `services/${slug}/`
  const decoder = new TextDecoder()
  const names = content.paths.filter((path) => path.startsWith(folder) && !path.slice(folder.length).includes('/'))
  return Object.fromEntries(names.map((path) => [path.slice(folder.length), decoder.decode(content.file(path))]))
}

/** Puts a state into the files of the live content: only its own folder, its catalogue entries and its new fees differ. */
export async function filesWith(ctx: EditingCtx, state: State): Promise<ContentFiles> {
  const folder = `services/${state.slug}/`
  const live = [...(await ctx.content.files())].filter(([path]) => !path.startsWith(folder))
  const files = new Map(live)
  for (const [name, text] of Object.entries(state.files)) {
    files.set(`${folder}${name}`, contentFile(text))
  }
  for (const [path, text] of Object.entries(state.catalogue)) {
    files.set(path, contentFile(text))
  }
  const fees = files.get('fees.yaml')
  if (fees !== undefined && state.fees.length > 0) {
    files.set('fees.yaml', contentFile(withFees(new TextDecoder().decode(fees.bytes), state.fees)))
  }
  const plan = files.get('file-plan.yaml')
  if (plan !== undefined && state.positions.length > 0) {
    files.set('file-plan.yaml', contentFile(withPlan(new TextDecoder().decode(plan.bytes), positionsIn(state))))
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Position = { readonly id: string; readonly title: string; readonly prefix: string }

/** A state with one more place in the plan of files; one of the same number that was proposed before goes. */
export const withPositions = (state: State, position: Position): State => ({
  ...state,
  positions: [
    ...state.positions.filter((line) => yamlAt(line, ['id']) !== position.id),
    stringify(position, { collectionStyle: 'flow', lineWidth: 0 }).trim(),
  ],
})

/** Of the places that were proposed, those that the service still wants. */
const positionsIn = ({ positions, files }: State): readonly string[] =>
  positions.filter((line) => yamlAt(line, ['id']) === yamlAt(files['service.yaml'] ?? '', ['filePlan']))

/** The plan with more places, each behind the last of its group; a number that it has got meanwhile is not taken twice. */
function withPlan(text: string, positions: readonly string[]): string {
  return positions.reduce((plan, line) => {
    const position = yamlAt(line, []) as Position
    const all = (yamlAt(plan, ['positions']) ?? []) as readonly Position[]
    const at = all.findLastIndex(({ id }) => isBefore(id, position.id)) + 1
    const isKnown = all.some(({ id }) => id === position.id)
    return isKnown ? plan : spliceYaml(plan, { list: ['positions'], at, insert: [position], isFlow: true }, 0)
  }, text)
}

/** Numbers of the plan by their parts, not as text: `36.2` before `36.10`. */
function isBefore(one: string, other: string): boolean {
  const [first, second] = [one, other].map((id) => id.split('.').map(Number))
  const at = (first ?? []).findIndex((part, index) => part !== second?.[index])
  return at < 0 || (first?.[at] ?? 0) < (second?.[at] ?? -1)
}

/** The town's fees with those of a service: every version of an own fee in place of what stood there of it. */
function withFees(text: string, fees: readonly string[]): string {
  const own = new Set(fees.map((line) => yamlAt(line, ['id'])))
  const all = yamlAt(text, ['fees'])
  const gone = (Array.isArray(all) ? all : []).flatMap(({ id }, index) => (own.has(id) ? [index] : []))
  const kept = gone.reduceRight((rest, at) => spliceYaml(rest, { list: ['fees'], at, remove: 1 }, 0), text)
  return `${kept.trimEnd()}\n${fees.map((line) => `  - ${line}\n`).join('')}`
}

export type Tried =
  | { readonly ok: true; readonly content: Content }
  | { readonly ok: false; readonly findings: readonly Finding[] }

const TRIES_KEPT = 6

/** What was tried lately, by revision, service and version: an editor looks at the same state page after page. */
export const createTries = (): Map<string, Promise<Tried>> => new Map()

/** Reads the content as it would be with a state, without what the rooms check. */
export async function tryState(ctx: EditingCtx, state: State): Promise<Tried> {
  const { content, revisionId } = ctx.content.live()
  if (state.row === undefined) {
    return { ok: true, content }
  }
  const key = `${revisionId} ${state.slug} ${state.row.version} ${state.row.updatedAtMs}`
  const known = ctx.tries.get(key)
  if (known !== undefined) {
    return await known
  }
  const tried = filesWith(ctx, state).then((files): Tried => loadContent(files, content))
  for (const oldest of [...ctx.tries.keys()].slice(0, Math.max(0, ctx.tries.size - TRIES_KEPT + 1))) {
    ctx.tries.delete(oldest)
  }
  ctx.tries.set(key, tried)
  return await tried
}

/** What the checks say of a service with everything in a state, whether anybody has kept it or not. */
export async function loadFindings(ctx: EditingCtx, state: State, isKept: boolean): Promise<readonly Finding[]> {
  const live = ctx.content.live().content
  const tried = isKept ? await tryState(ctx, state) : loadContent(await filesWith(ctx, state), live)
  return tried.ok ? (await ctx.survey(tried.content, state.slug, ctx)).findings : tried.findings
}

/** What a service is called: in its form, else in the state's catalogue. */
export function titleOf(state: State, content: Content): string {
  const title = yamlAt(state.files['form.de.yaml'] ?? '', ['title'])
  const key = yamlAt(state.files['service.yaml'] ?? '', ['catalogue'])
  const entry = typeof key === 'string' ? content.mirror.services.get(key) : undefined
  return typeof title === 'string' ? title : (pick(entry?.name, 'de')?.value ?? state.slug)
}
