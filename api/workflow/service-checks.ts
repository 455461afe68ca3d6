import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { unannounced } from './announced.ts'
import { unreadAnswers } from './answers.ts'
import { checkReferences } from './check.ts'
import { checkDecided } from './decided.ts'
import { checkDecisions, checkOutcomes } from './decisions.ts'
import { parseDefinition } from './definition.ts'
import type { Definition } from './model.ts'
import { checkNeeds } from './needs.ts'
import { readSharedTexts, SHARED_TEXTS } from './shared-texts.ts'
import { readProcessTexts } from './texts.ts'

const PROCESS = /^services\/([a-z0-9-]+)\/process\.bpmn$/

/**
 * Checks every process of a content revision: the diagram, what it names in the rest of the content, its words in each
 * language. German words are obligatory, and so is a process for a service that has an application of its own.
 */
export const checkProcesses: ContentChecker = async (content) => {
  const slugs = content.paths.flatMap((path) => PROCESS.exec(path)?.[1] ?? [])
  const missing = [...content.services]
    .filter(([slug, service]) => (service.online === 'own' || service.online === 'assistant') && !slugs.includes(slug))
    .map(([slug]) => lacks(`services/${slug}/process.bpmn`, 'An application of our own needs a process.'))
  const own = await Promise.all(
    slugs.map((slug) => checkProcess(content, { folder: `services/${slug}`, name: 'process' })),
  )
  const objection = await checkProcess(content, { folder: 'processes', name: 'objection' })
  return [...missing, ...own.flat(), ...objection, ...checkShared(content)]
}

/** What every process may need and none has to bring: words for being taken back, and the mails of acts after sending. */
function checkShared(content: Content): readonly Finding[] {
  const languages = content.paths.flatMap((path) => /^processes\/shared\.([a-z]{2,3})\.yaml$/.exec(path)?.[1] ?? [])
  const german = languages.includes('de') ? [] : [lacks(`${SHARED_TEXTS}.de.yaml`, 'All processes share some words.')]
  const words = languages.flatMap((lang) => {
    const read = readSharedTexts(textOf(content, `${SHARED_TEXTS}.${lang}.yaml`), `${SHARED_TEXTS}.${lang}.yaml`)
    return read.ok ? [] : read.findings
  })
  return [...german, ...words]
}

type Place = { readonly folder: string; readonly name: string }

async function checkProcess(content: Content, { folder, name }: Place): Promise<readonly Finding[]> {
  const file = `${folder}/${name}.bpmn`
  if (content.file(file) === undefined) {
    return [lacks(file, 'A process is missing.')]
  }
  const parsed = await parseDefinition(textOf(content, file), file)
  if (!parsed.ok) {
    return parsed.findings
  }
  const inFolder = content.paths
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1))
  const languages = inFolder.flatMap((path) => new RegExp(`^${name}\\.([a-z]{2,3})\\.yaml$`).exec(path)?.[1] ?? [])
  const german = languages.includes('de') ? [] : [lacks(`${folder}/${name}.de.yaml`, 'A process needs German words.')]
  const references = checkReferences(parsed.definition, file, {
    postboxes: [...content.postboxes.keys()],
    deadlines: content.deadlines.deadlines.map((rule) => rule.id),
    documents: inFolder.flatMap((name) => /^notice\.([a-z-]+)\.de\.yaml$/.exec(name)?.[1] ?? []),
    connectors: [...content.connectors.keys()],
  })
  const words = languages.flatMap((lang) => {
    const path = `${folder}/${name}.${lang}.yaml`
    const read = readProcessTexts(textOf(content, path), path, parsed.definition)
    return read.ok ? unannounced(parsed.definition, read.texts, file) : read.findings
  })
  return [
    ...german,
    ...references,
    ...onceEach([...checkDecisions(parsed.definition, file), ...checkDecided(parsed.definition, file)]),
    ...checkNeeds(parsed.definition, file),
    ...checkOutcomes(parsed.definition, file),
    ...unreadAnswers(parsed.definition, file),
    ...payments(content, folder, { definition: parsed.definition, file }),
    ...words,
  ]
}

/** A fee that no step takes, or a step that takes one where there is none: then nobody would pay, and nobody would notice. */
function payments(
  content: Content,
  folder: string,
  { definition, file }: { readonly definition: Definition; readonly file: string },
): readonly Finding[] {
  const service = content.services.get(folder.split('/')[1] ?? '')
  const taking = [...definition.nodes.values()].find((node) => node.kind === 'service' && node.effect === 'pay')
  if (service === undefined || (service.fee === undefined) === (taking === undefined)) {
    return []
  }
  const detail =
    taking === undefined
      ? 'The service has a fee, and no step of its process takes it.'
      : `The step "${taking.name || taking.id}" takes a fee, and the service has none.`
  const type = taking === undefined ? 'workflow/no-payment' : 'workflow/no-fee'
  return [{ file, line: taking?.line ?? 1, type, detail }]
}

/** The same fault of the same place is said once, however it was found. */
const onceEach = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.toReversed().map((finding) => [`${finding.type}|${finding.line}`, finding])).values(),
]

const lacks = (file: string, detail: string): Finding => ({ file, line: 1, type: 'workflow/no-file', detail })

const textOf = (content: Content, path: string): string =>
  new TextDecoder().decode(content.file(path) ?? new Uint8Array())
