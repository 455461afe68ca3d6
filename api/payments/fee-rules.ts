import { yamlLine } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { compileRule, type Names, type NameType, type ResultKind, type Rule } from '../lib/feel.ts'
import { type Finding, nearest } from '../lib/finding.ts'

type Service = NonNullable<ReturnType<Content['services']['get']>>
type FeeVersion = Content['fees']['fees'][number]

/** One item of a service's fee with every rule compiled. */
export type FeeItemRules = {
  readonly feeId: string
  readonly when: Rule | null
  /** Only where none of the items before it is owed, back to the last one that stands for itself. */
  readonly otherwise: boolean
  readonly count: Rule | null
  readonly eventOn: Rule | null
  readonly inputs: ReadonlyMap<string, Rule>
  /** Every version of the amount, whatever its time. */
  readonly versions: readonly { readonly version: FeeVersion; readonly rule: Rule | null }[]
}
/** What a service costs, as rules; no items: it costs nothing. */
export type FeeRules = {
  readonly items: readonly FeeItemRules[]
  readonly exemption: { readonly when: Rule; readonly evidence: string; readonly text: string } | null
}
export type CompiledFee =
  | { readonly ok: true; readonly rules: FeeRules }
  | { readonly ok: false; readonly findings: readonly Finding[] }

type Place = readonly (string | number)[]
type Reading = {
  readonly file: string
  readonly names: Names
  readonly findings: Finding[]
  /** Line of an entry of the service's fee. */
  readonly lineOf: (place: Place) => number
}

/**
 * Compiles what a service costs against the names of its form and the city's table of fees. Finds unknown names, inputs
 * that a rule needs and does not get, a fee that has neither amount nor rule or both, and versions that overlap.
 */
export function compileFee(content: Content, slug: string, names: Names): CompiledFee {
  const use = content.services.get(slug)?.fee
  if (use === undefined) {
    return { ok: true, rules: { items: [], exemption: null } }
  }
  const file = `services/${slug}/service.yaml`
  const lineOf = (place: Place): number => yamlLine(content.file(file) ?? new Uint8Array(), ['fee', ...place])
  const reading: Reading = { file, names, findings: [], lineOf }
  const items = use.items.flatMap((item, index) => readItem(reading, content, { item, index }))
  checkReach(reading, use.items)
  const exemption = readExemption(reading, use)
  return reading.findings.length > 0
    ? { ok: false, findings: reading.findings }
    : { ok: true, rules: { items, exemption } }
}

type FeeUse = NonNullable<Service['fee']>

/** What stands behind an item that is always owed, and only otherwise, is never owed. */
function checkReach(reading: Reading, items: FeeUse['items']): void {
  let isAlways = false
  for (const [index, { when, otherwise, fee }] of items.entries()) {
    isAlways &&= otherwise === true
    if (isAlways) {
      const detail = `The fee "${fee}" is never owed: the item before it always is.`
      report(reading, { type: 'payments/never', detail, at: ['items', index, 'otherwise'] })
    }
    isAlways ||= when === undefined
  }
}

type Item = { readonly item: FeeUse['items'][number]; readonly index: number }

function readItem(reading: Reading, content: Content, { item, index }: Item): FeeItemRules[] {
  const at = (...rest: Place): Place => ['items', index, ...rest]
  const versions = content.fees.fees.filter((fee) => fee.id === item.fee)
  const [first] = versions
  if (first === undefined) {
    const known = content.fees.fees.map((fee) => fee.id)
    const suggestion = nearest(item.fee, known)
    const detail = `There is no fee "${item.fee}".`
    report(reading, { type: 'payments/unknown-fee', detail, at: at('fee'), ...(suggestion === undefined ? {} : { suggestion }) }) // biome-ignore format: one thought
    return []
  }
  const rule = (source: string | undefined, result: ResultKind, place: Place): Rule | null =>
    source === undefined ? null : compiled(reading, source, { names: reading.names, result, at: place })
  const inputs = new Map<string, Rule>()
  for (const [name, source] of Object.entries(item.with)) {
    const input = rule(source, first.inputs[name] ?? 'any', at('with', name))
    if (input !== null) {
      inputs.set(name, input)
    }
  }
  checkInputs(reading, first, { given: Object.keys(item.with), at: at() })
  if (first.judgedOn === 'event' && item.eventOn === undefined) {
    const detail = `The fee "${item.fee}" is judged on a day that "eventOn" must name.`
    report(reading, { type: 'payments/event-missing', detail, at: at() })
  }
  return [
    {
      feeId: item.fee,
      when: rule(item.when, 'boolean', at('when')),
      otherwise: item.otherwise === true,
      count: rule(item.count, 'number', at('count')),
      eventOn: rule(item.eventOn, 'date', at('eventOn')),
      inputs,
      versions: versions.map((version) => ({ version, rule: amountRule(reading, version) })),
    },
  ]
}

function checkInputs(
  reading: Reading,
  fee: FeeVersion,
  { given, at }: { readonly given: readonly string[]; readonly at: Place },
): void {
  const wanted = Object.keys(fee.inputs)
  for (const name of wanted.filter((one) => !given.includes(one))) {
    report(reading, { type: 'payments/input-missing', detail: `The fee "${fee.id}" needs a rule for "${name}".`, at })
  }
  for (const name of given.filter((one) => !wanted.includes(one))) {
    const suggestion = nearest(name, wanted)
    const detail = `The fee "${fee.id}" knows no "${name}".`
    report(reading, { type: 'payments/unknown-input', detail, at, ...(suggestion === undefined ? {} : { suggestion }) })
  }
}

/** The table of the city's fees as a place to read: its lines are for its own check. */
const inTable = (reading: Reading): Reading => ({ ...reading, file: 'fees.yaml', lineOf: () => 1 })

function amountRule(reading: Reading, version: FeeVersion): Rule | null {
  const { id, amountCents, leastCents, mostCents, rule, inputs, table } = version
  if ((amountCents === undefined) === (rule === undefined)) {
    const detail = `The fee "${id}" needs either an amount or a rule.`
    report(inTable(reading), { type: 'payments/amount', detail, at: [] })
  }
  if (leastCents !== undefined && mostCents !== undefined && leastCents > mostCents) {
    const detail = `The fee "${id}" is at least more than it is at most.`
    report(inTable(reading), { type: 'payments/bounds', detail, at: [] })
  }
  if (rule === undefined) {
    return null
  }
  const amounts = Object.fromEntries(Object.keys(table).map((name) => [name, { kind: 'number' } as const]))
  const names: Record<string, NameType> = { tabelle: { kind: 'context', names: amounts } }
  for (const [name, kind] of Object.entries(inputs)) {
    names[name] = { kind }
  }
  return compiled(inTable(reading), rule, { names, result: 'number', at: [] })
}

function readExemption(reading: Reading, use: FeeUse): FeeRules['exemption'] {
  if (use.exemption === undefined) {
    return null
  }
  const at = ['exemption', 'when']
  const when = compiled(reading, use.exemption.when, { names: reading.names, result: 'boolean', at })
  return when === null ? null : { when, evidence: use.exemption.evidence, text: use.exemption.text.de }
}

type Compiling = { readonly names: Names; readonly result: ResultKind; readonly at: Place }

function compiled(reading: Reading, source: string, { names, result, at }: Compiling): Rule | null {
  const made = compileRule(source, { file: reading.file, line: reading.lineOf(at), names, result })
  if (made.ok) {
    return made.rule
  }
  reading.findings.push(...made.findings)
  return null
}

type Wrong = { readonly type: string; readonly detail: string; readonly at: Place; readonly suggestion?: string }

function report({ file, findings, lineOf }: Reading, { at, ...wrong }: Wrong): void {
  findings.push({ file, line: lineOf(at), ...wrong })
}
