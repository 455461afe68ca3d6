import type { Content } from '../content/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import {
  type Adapted,
  type Adapting,
  type Around,
  adaptProcess,
  isForeign,
  type Kept,
  type MappedStep,
  type Mapping,
  readMapping,
} from '../workflow/service-adapt.ts'
import type { Folder, State } from './state.ts'
import { fillTemplate, readTemplates } from './templates.ts'
import { yamlAt } from './yaml-edit.ts'

/** The foreign file as it came; what its steps became. Both lie beside the process and nobody runs them. */
export const ORIGINAL = 'process.original.bpmn'
export const MAPPING = 'process.mapping.yaml'

/** Lines of a notice's template that depend on the form. */
export type LetterParts = { readonly recipient: string; readonly answers: string }

export type AdaptedFolder =
  | { readonly ok: true; readonly files: Folder }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Takes a process into a service's files: one of ours as it is, a foreign one adapted, with the original kept.
 * Pure but for the reading of XML; findings say why a foreign one cannot run.
 */
export async function takeProcess(
  content: Content,
  state: State,
  dropped: LetterParts & { readonly name: string; readonly text: string; readonly title: string },
): Promise<AdaptedFolder> {
  const { [ORIGINAL]: _, [MAPPING]: __, ...files } = state.files
  if (!isForeign(dropped.text)) {
    return { ok: true, files: { ...files, 'process.bpmn': dropped.text } }
  }
  const { 'process.de.yaml': ___, ...fresh } = files
  const before = await writtenBefore(content, state, dropped.title)
  const made = await adaptProcess({
    xml: dropped.text,
    file: dropped.name,
    table: readTemplates(content).adapting,
    around: aroundOf(content, state, dropped.title),
    ...before,
  })
  if (!made.ok) {
    return made
  }
  const notices = withFees(content, { ...noticesFor(content, made.process, dropped), ...fresh }, made)
  return { ok: true, files: { ...notices, ...filesOf(made), [ORIGINAL]: dropped.text } }
}

/**
 * What editors wrote of a foreign process that is there already: its words, the buttons that they named where they mapped it, and
 * what they chose for its steps.
 */
async function writtenBefore(
  content: Content,
  state: State,
  title: string,
): Promise<Pick<Adapting, 'texts' | 'labels' | 'kept'>> {
  const read = readMapping(state.files[MAPPING] ?? '', MAPPING)
  if (state.files[ORIGINAL] === undefined || !read.ok) {
    return {}
  }
  const [first, last] = [
    await adaptedAs(content, state, title, {}),
    await again(content, state, { title, isFresh: true }),
  ]
  const guessed = first.ok ? readMapping(first.mapping, MAPPING) : first
  const labels = Object.entries(read.value.steps).flatMap(([id, { outcomes = {} }]) =>
    Object.entries(outcomes).flatMap(([key, { label }]) => {
      const isOurs = guessed.ok && guessed.value.steps[id]?.outcomes?.[key]?.label === label
      return isOurs ? [] : [[`${id}/${key}`, label] as const]
    }),
  )
  const kept = new Map(
    Object.entries(read.value.steps).flatMap(([id, step]) => {
      const guess = guessed.ok ? guessed.value.steps[id] : undefined
      return guess === undefined ? [] : [[id, chosenOf(step, guess)] as const]
    }),
  )
  const now = state.files['process.de.yaml'] ?? ''
  return { labels: new Map(labels), kept, texts: { now, ours: last.ok ? last.texts : now } }
}

/** What an editor chose for a step: what is not what was guessed. */
const chosenOf = (step: MappedStep, guess: MappedStep): Kept => ({
  ...(step.as === guess.as ? {} : { as: step.as }),
  ...((step.postbox ?? '') === (guess.postbox ?? '') ? {} : { postbox: step.postbox ?? '' }),
})

const ASKS_FOR_FEE = 'stadttor:effect="pay"'

/** Templates of the notices that a process makes, from a ready-made process that has both, and asks for a fee where it does. */
function noticesFor(content: Content, process: string, values: LetterParts & { readonly title: string }): Folder {
  const isNotice = (name: string): boolean => NOTICE.test(name)
  const both = readTemplates(content).processes.filter(({ files }) => Object.keys(files).filter(isNotice).length > 1)
  const asksForFee = process.includes(ASKS_FOR_FEE)
  const alike = both.find(({ files }) => (files['process.bpmn']?.includes(ASKS_FOR_FEE) ?? false) === asksForFee)
  const ready = alike ?? both[0]
  const files = process.includes('stadttor:effect="create-document"') ? Object.entries(ready?.files ?? {}) : []
  return Object.fromEntries(
    files.filter(([name]) => isNotice(name)).map(([name, text]) => [name, fillTemplate(name, text, values)]),
  )
}

/** What notices say of the fee, as long as nobody wrote it anew: paid before them, or to be paid after them. */
function withFees(content: Content, files: Folder, { paysAfter }: Extract<Adapted, { ok: true }>): Folder {
  const { paid, due } = readTemplates(content).adapting.fees
  const [is, was] = paysAfter ? [due, paid] : [paid, due]
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, NOTICE.test(name) ? text.replace(was, () => is) : text]),
  )
}
const NOTICE = /^notice\.(approval|refusal)\./

/**
 * Lets an adapted process follow what editors changed: always what its steps become, and the service's settings as long as
 * nobody has written in the process by hand.
 */
export async function followChange(
  content: Content,
  change: { readonly before: State; readonly next: State; readonly title: string; readonly isMapping: boolean },
): Promise<AdaptedFolder> {
  const { before, next, title, isMapping } = change
  if (next.files[ORIGINAL] === undefined || next.files[MAPPING] === undefined) {
    return { ok: true, files: next.files }
  }
  if (!isMapping) {
    const was = await again(content, before, { title })
    if (!was.ok || was.process !== before.files['process.bpmn']) {
      return { ok: true, files: next.files }
    }
  }
  const first = await again(content, before, { title, isFresh: true })
  const made = await again(content, next, { title, isMapping, ours: first.ok ? first.texts : '' })
  return made.ok ? { ok: true, files: { ...withFees(content, next.files, made), ...filesOf(made) } } : made
}

type Again = {
  readonly title: string
  readonly isMapping?: boolean
  /** Words as nobody has changed them. */
  readonly isFresh?: boolean
  readonly ours?: string
}

async function again(
  content: Content,
  state: State,
  { title, isMapping, isFresh, ours = '' }: Again,
): Promise<Adapted> {
  const read = readMapping(state.files[MAPPING] ?? '', MAPPING)
  return read.ok
    ? await adaptedAs(content, state, title, {
        chosen: read.value,
        isMapping: isMapping === true,
        ...(isFresh === true ? {} : { texts: { now: state.files['process.de.yaml'] ?? '', ours } }),
      })
    : read
}

/** The foreign process of a service, made one of ours. */
const adaptedAs = (content: Content, state: State, title: string, more: Partial<Adapting>): Promise<Adapted> =>
  adaptProcess({
    xml: state.files[ORIGINAL] ?? '',
    file: ORIGINAL,
    table: readTemplates(content).adapting,
    around: aroundOf(content, state, title),
    ...more,
  })

const filesOf = (made: Extract<Adapted, { ok: true }>): Folder => ({
  'process.bpmn': made.process,
  'process.de.yaml': made.texts,
  [MAPPING]: made.mapping,
})

function aroundOf(content: Content, state: State, title: string): Around {
  const settings = state.files['service.yaml'] ?? ''
  const connectors = yamlAt(settings, ['connectors'])
  const open = yamlAt(settings, ['undecided'])
  const named = (Array.isArray(connectors) ? connectors : []).map(String)
  return {
    slug: state.slug,
    title,
    postbox: String(yamlAt(settings, ['postbox']) ?? ''),
    isPostboxOpen: Array.isArray(open) && open.includes('postbox'),
    postboxes: new Map([...content.postboxes].map(([id, { name }]) => [id, name.de])),
    deadlines: [...new Set(content.deadlines.deadlines.map(({ id }) => id))],
    connectors: new Map(
      named.flatMap((id) => {
        const connector = content.connectors.get(id)
        return connector === undefined ? [] : [[id, connector.name.de] as const]
      }),
    ),
  }
}

/** What was assumed of a foreign process, what is lost, and what each step became; null where the process is none. */
export function mappingOf(state: Pick<State, 'files'>): Mapping | null {
  const source = state.files[MAPPING]
  const read = source === undefined || state.files[ORIGINAL] === undefined ? null : readMapping(source, MAPPING)
  return read?.ok === true ? read.value : null
}
