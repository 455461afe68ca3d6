import * as v from 'valibot'
import type { Content } from '../content/snapshot.ts'
import { readContentFile } from '../lib/content-file.ts'
import { compileRule, type Names, type NameType, type ResultKind, type Rule } from '../lib/feel.ts'
import { type Finding, nearest } from '../lib/finding.ts'

type Service = NonNullable<ReturnType<Content['services']['get']>>
type FeeVersion = Content['fees']['fees'][number]

/** One item of a service's fee with every rule compiled. */
export type FeeItemRules = {
  readonly feeId: string
  readonly when: Rule | null
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

type Reading = {
  readonly file: string
  readonly names: Names
  readonly findings: Finding[]
  readonly lineOf: (path: Place) => number
}
type Place = readonly (string | number)[]

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
  const reading: Reading = { file, names, findings: [], lineOf: linesOf(content, file) }
  const items = use.items.flatMap((item, index) => readItem(reading, content, { item, at: ['fee', 'items', index] }))
  const exemption = readExemption(reading, use)
  return reading.findings.length > 0
    ? { ok: false, findings: reading.findings }
    : { ok: true, rules: { items, exemption } }
}

type FeeUse = NonNullable<Service['fee']>

/** Lines of a file of the content, worked out when the first is asked for. */
function linesOf(content: Content, file: string): Reading['lineOf'] {
  let known: Reading['lineOf'] | undefined
  return (path) => {
    if (known === undefined) {
      const read = readContentFile(new TextDecoder().decode(content.file(file) ?? new Uint8Array()), file, v.unknown())
      known = read.ok ? read.lineOf : () => 1
    }
    return known(path)
  }
}

type Item = { readonly item: FeeUse['items'][number]; readonly at: Place }

function readItem(reading: Reading, content: Content, { item, at }: Item): FeeItemRules[] {
  const versions = content.fees.fees.filter((fee) => fee.id === item.fee)
  const [first] = versions
  if (first === undefined) {
    const known = content.fees.fees.map((fee) => fee.id)
    report(reading, 'payments/unknown-fee', `There is no fee "${item.fee}".`, nearest(item.fee, known))
    return []
  }
  const rule = (source: string | undefined, result: ResultKind, ...way: Place): Rule | null =>
    source === undefined ? null : compiled(reading, source, { names: reading.names, result, at: [...at, ...way] })
  const inputs = new Map<string, Rule>()
  for (const [name, source] of Object.entries(item.with)) {
    const input = rule(source, first.inputs[name] ?? 'any', 'with', name)
    if (input !== null) {
      inputs.set(name, input)
    }
  }
  checkInputs(reading, first, Object.keys(item.with))
  if (first.judgedOn === 'event' && item.eventOn === undefined) {
    report(reading, 'payments/event-missing', `The fee "${item.fee}" is judged on a day that "eventOn" must name.`)
  }
  return [
    {
      feeId: item.fee,
      when: rule(item.when, 'boolean', 'when'),
      count: rule(item.count, 'number', 'count'),
      eventOn: rule(item.eventOn, 'date', 'eventOn'),
      inputs,
      versions: versions.map((version) => ({ version, rule: amountRule(reading, version) })),
    },
  ]
}

function checkInputs(reading: Reading, fee: FeeVersion, given: readonly string[]): void {
  const wanted = Object.keys(fee.inputs)
  for (const name of wanted.filter((one) => !given.includes(one))) {
    report(reading, 'payments/input-missing', `The fee "${fee.id}" needs "${name}" under "with".`)
  }
  for (const name of given.filter((one) => !wanted.includes(one))) {
    report(reading, 'payments/unknown-input', `The fee "${fee.id}" knows no "${name}".`, nearest(name, wanted))
  }
}

function amountRule(reading: Reading, version: FeeVersion): Rule | null {
  const { id, amountCents, rule, inputs, table } = version
  if ((amountCents === undefined) === (rule === undefined)) {
    report({ ...reading, file: 'fees.yaml' }, 'payments/amount', `The fee "${id}" needs either an amount or a rule.`)
  }
  if (rule === undefined) {
    return null
  }
  const amounts = Object.fromEntries(Object.keys(table).map((name) => [name, { kind: 'number' } as const]))
  const names: Record<string, NameType> = { tabelle: { kind: 'context', names: amounts } }
  for (const [name, kind] of Object.entries(inputs)) {
    names[name] = { kind }
  }
  return compiled({ ...reading, file: 'fees.yaml', lineOf: () => 1 }, rule, { names, result: 'number', at: [] })
}

function readExemption(reading: Reading, use: FeeUse): FeeRules['exemption'] {
  if (use.exemption === undefined) {
    return null
  }
  const at = ['fee', 'exemption', 'when']
  const when = compiled(reading, use.exemption.when, { names: reading.names, result: 'boolean', at })
  return when === null ? null : { when, evidence: use.exemption.evidence, text: use.exemption.text.de }
}

type Compiling = { readonly names: Names; readonly result: ResultKind; readonly at: Place }

function compiled(reading: Reading, source: string, { names, result, at }: Compiling): Rule | null {
  const made = compileRule(source, { file: reading.file, line: 1, names, result })
  if (made.ok) {
    return made.rule
  }
  const first = reading.lineOf(at)
  reading.findings.push(...made.findings.map((finding) => ({ ...finding, line: finding.line + first - 1 })))
  return null
}

function report(reading: Reading, type: string, detail: string, suggestion?: string): void {
  const hint = suggestion === undefined ? {} : { suggestion }
  reading.findings.push({ file: reading.file, line: 1, type, detail, ...hint })
}
