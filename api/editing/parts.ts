import type { Part, ServiceParts } from '../catalogue/level.ts'
import type { Content } from '../content/snapshot.ts'
import type { Form } from '../forms/model.ts'
import type { Finding } from '../lib/finding.ts'

export type Configured = {
  readonly content: Content
  readonly slug: string
  /** What the checks of all rooms say of this service's files. */
  readonly findings: readonly Finding[]
  /** The form, where data schema and overlay fit together. */
  readonly form: Form | null
  /** Kinds of text modules that the page of the service shows. */
  readonly modules: readonly string[]
}

/** Parts by the names of the files that make them, the first that fits. */
const FILES: readonly (readonly [RegExp, Part])[] = [
  [/^(form|codelist)\./, 'form'],
  [/^process\.bpmn$/, 'process'],
  [/^process\.[a-z]+\.yaml$/, 'messages'],
  [/^notice\./, 'notices'],
]

/** Findings that say nothing of the file they were found in. */
const OWN: Readonly<Record<string, Part>> = {
  'forms/open-point': 'answered',
  'workflow/no-fee': 'payment',
  'editing/unsigned': 'process',
}

/** The part of a service that something wrong belongs to. Every finding has one, so that none blocks publishing unnoticed. */
export function partOf({ type, file }: Pick<Finding, 'type' | 'file'>): Part {
  const name = file.split('/').at(-1) ?? ''
  return OWN[type] ?? FILES.find(([pattern]) => pattern.test(name))?.[1] ?? 'settled'
}

/** Sees what is configured of a service, part by part; the level follows from it. Pure. */
export function partsOf({ content, slug, findings, form, modules }: Configured): ServiceParts {
  const service = content.services.get(slug)
  const has = (name: string): boolean => content.file(`services/${slug}/${name}`) !== undefined
  const wrong = new Set(findings.map(partOf))
  const isSound = !wrong.has('form') && form !== null
  return {
    description: service !== undefined && content.mirror.services.has(service.catalogue) && modules.length > 0,
    form: isSound,
    answered: isSound && form.openPoints.length === 0 && !wrong.has('answered'),
    online: service?.online === 'own',
    process: has('process.bpmn') && !wrong.has('process') && content.postboxes.has(service?.postbox ?? ''),
    messages: has('process.de.yaml') && !wrong.has('messages'),
    notices: has('process.bpmn') && !wrong.has('notices') && !wrong.has('process'),
    evidence: isSound && takesEvidence(form, service?.evidence ?? 'upload', modules),
    payment: !wrong.has('payment') && (!hasToPay(content, slug) || canPay(content, slug)),
    settled: !wrong.has('settled'),
    registers: isSound && asksRegisters(content, slug),
  }
}

/** A page that names documents needs a form that takes some, unless the city says that none have to be handed in. */
function takesEvidence(form: Form, evidence: 'upload' | 'none', modules: readonly string[]): boolean {
  const takes = [...form.fields.values()].some((field) => field.kind === 'file')
  return takes || evidence === 'none' || !modules.includes('documents')
}

function hasToPay(content: Content, slug: string): boolean {
  const ids = content.services.get(slug)?.fees ?? []
  return content.fees.fees.some(
    ({ id, per, amountCents }) => ids.includes(id) && (per === 'submission' || per === 'item') && amountCents !== 0,
  )
}

/** The amount is computed with the application (`fee` in service.yaml), so that it can be paid there. */
const canPay = (content: Content, slug: string): boolean => content.services.get(slug)?.fee !== undefined

/** Asks a register instead of the person (`lookups` in service.yaml). */
const asksRegisters = (content: Content, slug: string): boolean =>
  (content.services.get(slug)?.lookups ?? []).length > 0
