import type { Content } from '../content/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import {
  type Adapted,
  type Around,
  adaptProcess,
  isForeign,
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
  const made = await adaptProcess({
    xml: dropped.text,
    file: dropped.name,
    table: readTemplates(content).adapting,
    around: aroundOf(content, state, dropped.title),
  })
  if (!made.ok) {
    return made
  }
  const notices = noticesFor(content, made.process, dropped)
  return { ok: true, files: { ...notices, ...fresh, ...filesOf(made), [ORIGINAL]: dropped.text } }
}

const ASKS_FOR_FEE = 'stadttor:effect="pay"'

/** Templates of the notices that a process makes, from a ready-made process that has both, and asks for a fee where it does. */
function noticesFor(content: Content, process: string, values: LetterParts & { readonly title: string }): Folder {
  const isNotice = (name: string): boolean => /^notice\.(approval|refusal)\./.test(name)
  const both = readTemplates(content).processes.filter(({ files }) => Object.keys(files).filter(isNotice).length > 1)
  const asksForFee = process.includes(ASKS_FOR_FEE)
  const alike = both.find(({ files }) => (files['process.bpmn']?.includes(ASKS_FOR_FEE) ?? false) === asksForFee)
  const ready = alike ?? both[0]
  const files = process.includes('stadttor:effect="create-document"') ? Object.entries(ready?.files ?? {}) : []
  return Object.fromEntries(
    files.filter(([name]) => isNotice(name)).map(([name, text]) => [name, fillTemplate(name, text, values)]),
  )
}

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
    const was = await again(content, before, title)
    if (!was.ok || was.process !== before.files['process.bpmn']) {
      return { ok: true, files: next.files }
    }
  }
  const made = await again(content, next, title)
  return made.ok ? { ok: true, files: { ...next.files, ...filesOf(made) } } : made
}

async function again(content: Content, state: State, title: string): Promise<Adapted> {
  const read = readMapping(state.files[MAPPING] ?? '', MAPPING)
  return read.ok
    ? await adaptProcess({
        xml: state.files[ORIGINAL] ?? '',
        file: ORIGINAL,
        table: readTemplates(content).adapting,
        around: aroundOf(content, state, title),
        chosen: read.value,
        texts: state.files['process.de.yaml'] ?? '',
      })
    : read
}

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
