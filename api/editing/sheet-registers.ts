import type { Issue } from '../lib/problem.ts'
import type { Values } from './sent.ts'
import { type Building, FORM, type Row, type RowOption, recordAt } from './sheet-rows.ts'
import type { State } from './state.ts'
import { editYaml, spliceYaml, yamlAt } from './yaml-edit.ts'

type Lookup = Readonly<Record<string, unknown>> & { readonly register?: unknown }

const SERVICE = 'service.yaml'
const plain = (...values: readonly string[]): readonly RowOption[] => values.map((value) => ({ value, text: '' }))

/** For each register of the city: whether it may answer instead of the person, after which answer, and which questions. */
export function registerRows({ source, state, content }: Building): readonly Row[] {
  const form = state.files[FORM] ?? ''
  const fields = Object.entries(recordAt(form, 'fields'))
  const questions = fields.map(([value, field]) => ({ value, text: nameOf(field, value) }))
  const answers = fields.flatMap(([path, field]) =>
    Object.entries((field as { options?: Readonly<Record<string, unknown>> } | null)?.options ?? {}).map(
      ([code, option]) => ({ value: `${path} ${code}`, text: `${nameOf(field, path)}: ${labelOf(option, code)}` }),
    ),
  )
  return [...content.registers].flatMap(([id, register]) =>
    rowsOf(lookupOf(source, id), { id, title: register.name.de, values: register.values, questions, answers }),
  )
}

const nameOf = (field: unknown, path: string): string => {
  const { label, short } = (field ?? {}) as { label?: unknown; short?: unknown }
  return String(short ?? label ?? path)
}
const labelOf = (option: unknown, code: string): string =>
  typeof option === 'string' ? option : String((option as { label?: unknown } | null)?.label ?? code)

type Register = {
  readonly id: string
  readonly title: string
  readonly values: Readonly<Record<string, { readonly de: string }>>
  readonly questions: readonly RowOption[]
  readonly answers: readonly RowOption[]
}

function rowsOf(lookup: Lookup, { id, title, values, questions, answers }: Register): readonly Row[] {
  const row = (name: string, label: string, more: Partial<Row>): Row => {
    return { name: `lookup/${id}/${name}`, label, kind: 'choice', value: '', options: [], group: title, ...more }
  }
  const answered = (key: 'code' | 'instead'): string =>
    lookup['choice'] === undefined ? '' : `${text(lookup['choice'])} ${text(lookup[key])}`
  const at = (key: 'values' | 'query', name: string): string =>
    text((lookup[key] as Readonly<Record<string, unknown>> | undefined)?.[name])
  const asked = Object.keys((lookup['query'] ?? {}) as object)
  return [
    row('as', 'register-as', { value: answered('code'), options: answers }),
    row('instead', 'register-instead', { value: answered('instead'), options: answers }),
    row('purpose', 'register-purpose', { kind: 'text', value: text((lookup['purpose'] as { de?: unknown })?.de) }),
    row('legalBasis', 'legalBasis', { kind: 'line', value: text(lookup['legalBasis']) }),
    row('trustLevel', 'register-trust', { value: text(lookup['trustLevel'] ?? 'substantial'), options: plain('basic', 'substantial', 'high') }),
    ...Object.entries(values).map(([name, { de }]) =>
      row(`values/${name}`, 'register-value', { value: at('values', name), options: questions, says: de }),
    ),
    ...asked.map((name) => row(`query/${name}`, 'register-query', { value: at('query', name), options: questions, says: name })),
    row('query-name', 'register-query-name', { kind: 'line' }),
    row('query-question', 'register-query-question', { options: questions }),
  ] // biome-ignore format: one table
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

const lookupsIn = (source: string): readonly Lookup[] => {
  const lookups = yamlAt(source, ['lookups'])
  return Array.isArray(lookups) ? (lookups as readonly Lookup[]) : []
}
const lookupOf = (source: string, id: string): Lookup => lookupsIn(source).find(({ register }) => register === id) ?? {}

/** What was sent for one register; what a program does not send stays as it is. */
function sentOf(id: string, rows: readonly Row[], values: Values): (name: string) => string {
  return (name) => {
    const row = rows.find((one) => one.name === `lookup/${id}/${name}`)
    return (values[`lookup/${id}/${name}`] ?? row?.value ?? '').replaceAll('\r\n', '\n').trim()
  }
}

const idsIn = (rows: readonly Row[]): readonly string[] => [
  ...new Set(rows.map(({ name }) => name.split('/')[1] ?? '')),
]
const namesIn = (rows: readonly Row[], id: string, kind: 'values' | 'query'): readonly string[] =>
  rows.flatMap(({ name }) => (name.startsWith(`lookup/${id}/${kind}/`) ? (name.split('/')[3] ?? []) : []))

/** A register is asked only with everything that the law wants to be said: each gap at its row. Pure. */
export function wrongRegisters(rows: readonly Row[], values: Values): readonly Issue[] {
  return idsIn(rows).flatMap((id) => {
    const sent = sentOf(id, rows, values)
    const own = namesIn(rows, id, 'values')
    const must = ['as', 'instead', 'purpose', 'legalBasis']
    const isWanted = [...must, ...own.map((name) => `values/${name}`)].some((name) => sent(name) !== '')
    if (!isWanted) {
      return []
    }
    const [choice] = sent('as').split(' ')
    const isOther = sent('instead') !== '' && (sent('instead') === sent('as') || sent('instead').split(' ')[0] !== choice) // biome-ignore format: one thought
    const isHalf = (sent('query-name') === '') !== (sent('query-question') === '')
    const at = (name: string, type: string): Issue => ({ pointer: `/lookup/${id}/${name}`, type: `editing/${type}` })
    return [
      ...must.filter((name) => sent(name) === '').map((name) => at(name, 'register-missing')),
      ...(isOther && sent('as') !== '' ? [at('instead', 'register-instead')] : []),
      ...(own.every((name) => sent(`values/${name}`) === '') ? [at(`values/${own[0] ?? ''}`, 'register-values')] : []),
      ...(isHalf || !/^([a-z][A-Za-z0-9]{0,39})?$/.test(sent('query-name')) ? [at('query-name', 'register-query')] : []),
    ] // biome-ignore format: one table
  })
}

/** Puts what was sent into the service's list of registers; a register whose rows were emptied is asked no more. Pure. */
export function applyRegisters(state: State, rows: readonly Row[], values: Values): State {
  const before = state.files[SERVICE] ?? ''
  const after = idsIn(rows).reduce((source, id) => withRegister(source, { id, rows, values }), before)
  return after === before ? state : { ...state, files: { ...state.files, [SERVICE]: after } }
}

type Sending = { readonly id: string; readonly rows: readonly Row[]; readonly values: Values }

function withRegister(source: string, { id, rows, values }: Sending): string {
  const sent = sentOf(id, rows, values)
  const index = lookupsIn(source).findIndex(({ register }) => register === id)
  const entry = entryOf(lookupsIn(source)[index] ?? {}, { id, rows, values })
  if (sent('as') === '' && sent('purpose') === '') {
    const rest = index < 0 ? source : spliceYaml(source, { list: ['lookups'], at: index, remove: 1 })
    return index >= 0 && lookupsIn(rest).length === 0 ? editYaml(rest, [{ path: ['lookups'], value: undefined }]) : rest
  }
  if (index >= 0) {
    const isSame = JSON.stringify(lookupsIn(source)[index]) === JSON.stringify(entry)
    return isSame ? source : editYaml(source, [{ path: ['lookups', index], value: entry }])
  }
  return lookupsIn(source).length === 0
    ? editYaml(source, [{ path: ['lookups'], value: [entry] }])
    : spliceYaml(source, { list: ['lookups'], at: lookupsIn(source).length, insert: [entry] })
}

function entryOf(before: Lookup, { id, rows, values }: Sending): Lookup {
  const sent = sentOf(id, rows, values)
  const [choice = '', code = ''] = sent('as').split(' ')
  const filled = (kind: 'values' | 'query'): Record<string, string> =>
    Object.fromEntries(
      namesIn(rows, id, kind).flatMap((name) =>
        sent(`${kind}/${name}`) === '' ? [] : [[name, sent(`${kind}/${name}`)]],
      ),
    )
  const added = sent('query-name') === '' ? {} : { [sent('query-name')]: sent('query-question') }
  const query = { ...filled('query'), ...added }
  const own = {
    id: before['id'] ?? id.replace(/[^a-z0-9]+(.)?/gi, (_, next: string | undefined) => (next ?? '').toUpperCase()).slice(0, 40), // biome-ignore format: one thought
    register: id,
    choice,
    code,
    instead: sent('instead').split(' ')[1] ?? '',
    purpose: { ...(before['purpose'] as object | undefined), de: sent('purpose') },
    legalBasis: sent('legalBasis'),
    trustLevel: sent('trustLevel') || 'substantial',
    query: Object.keys(query).length > 0 ? query : undefined,
    values: filled('values'),
  }
  // What stands in the file keeps its place; what it leaves out because it is usual stays out.
  const all = { ...before, ...own, trustLevel: before['trustLevel'] === undefined && before['id'] !== undefined && own.trustLevel === 'substantial' ? undefined : own.trustLevel } // biome-ignore format: one thought
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
