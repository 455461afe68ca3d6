import { compileRule, type Rule } from '../../lib/feel.ts'
import type { Field, Form, Group, Limits, Step } from '../model.ts'
import type { Case } from './cases.ts'
import { dayAfter } from './draw.ts'
import { caseProblem } from './run.ts'
import { sampleOf } from './sample.ts'
import type { Source } from './source.ts'
import type { Written } from './written.ts'

/** A form with one fault put in: a rule that always or never holds, a limit that is one off or gone. */
export type Mutant = {
  readonly name: string
  readonly what: 'rule' | 'limit'
  /** The question or list it concerns; empty for a rule. */
  readonly about: string
  /** Why nobody can tell it from the form itself, where that is so: then no case has to find it. */
  readonly equal?: string
  readonly make: () => Form
}

/** Every mutant of a form: two of each rule (always, never; of a computed value another value), of each written limit one wider and one narrower. */
export function mutantsOf(source: Source): readonly Mutant[] {
  const { form } = source
  const fields = [...source.written.values()].flatMap((written) =>
    changesOf(written).map(({ name, change, equal }): Mutant => {
      const { path } = written.field
      const made = {
        name: `${path}: ${name}`,
        what: 'limit',
        about: path,
        make: () => withField(form, path, change),
      } as const
      return equal === undefined ? made : { ...made, equal }
    }),
  )
  const lists = [...source.loops].flatMap(([path, { min, max }]) => listMutants(form, path, { min, max }))
  return [...ruleMutants(source), ...fields, ...lists]
}

/** Whether any case comes out otherwise than it has to on a form with a fault; those about the same question are tried first. */
export function isFound({ about, make }: Mutant, cases: readonly Case[]): boolean {
  const form = make()
  const near = about === '' ? [] : cases.filter((one) => one.about === about)
  return [...near, ...cases.filter((one) => !near.includes(one))].some((one) => caseProblem(form, one) !== undefined)
}

function ruleMutants({ form, rules }: Source): readonly Mutant[] {
  return rules.flatMap(({ id, what, rule }) => {
    const others = what === 'computed' ? [otherValue(rule)] : ['true', 'false']
    return others.flatMap((source): readonly Mutant[] => {
      const compiled = compileRule(source, { file: rule.file, line: rule.line, names: rule.names, result: rule.result })
      return compiled.ok
        ? [{ name: `${id}: ${source}`, what: 'rule', about: '', make: () => withRule(form, rule, compiled.rule) }]
        : []
    })
  })
}

function otherValue({ source, result }: Rule): string {
  return result === 'number' ? `(${source}) + 1` : result === 'boolean' ? `not(${source})` : 'null'
}

/** The form with one rule for another, wherever it stands. */
function withRule(form: Form, old: Rule, rule: Rule): Form {
  const swap = <T extends { readonly when?: Rule }>(part: T): T => (part.when === old ? { ...part, when: rule } : part)
  const steps = (list: readonly Step[]): readonly Step[] =>
    list.map((step) => swap(step.kind === 'loop' ? { ...step, steps: steps(step.steps) } : step))
  const swapField = (field: Field): Field => ({
    ...swap(field),
    ...(field.requiredWhen === old ? { requiredWhen: rule } : {}),
    evidence: field.evidence.map(swap),
    ...(field.computed?.rule === old ? { computed: { ...field.computed, rule } } : {}),
  })
  return {
    ...withFields(form, swapField),
    steps: steps(form.steps),
    checks: form.checks.map((check) => (check.rule === old ? { ...check, rule } : check)),
    review: { ...form.review, notes: form.review.notes.map(swap) },
    eligibility: {
      ...form.eligibility,
      conditions: form.eligibility.conditions.map((one) => (one.rule === old ? { ...one, rule } : one)),
    },
  }
}

function withFields(form: Form, change: (field: Field) => Field): Form {
  const fields = new Map([...form.fields].map(([path, field]) => [path, change(field)]))
  const computedAfter = new Map([...form.computedAfter].map(([step, list]) => [step, list.map(change)]))
  return { ...form, fields, computedAfter }
}

const withField = (form: Form, path: string, change: (field: Field) => Field): Form =>
  withFields(form, (field) => (field.path === path ? change(field) : field))

type Change = { readonly name: string; readonly change: (field: Field) => Field; readonly equal?: string }

function changesOf(written: Written): readonly Change[] {
  const { field, isOptional, isLater } = written
  if (field.kind === 'note' || field.kind === 'computed') {
    return []
  }
  const obligatory: Change = {
    name: isOptional ? 'made obligatory' : 'made optional',
    change: (one) => ({ ...one, isOptional: !isOptional }),
  }
  return field.kind === 'file'
    ? [obligatory, ...fileChanges(written), { name: 'later', change: (one) => ({ ...one, canBeLater: !isLater }) }]
    : [obligatory, ...limitChanges(written), ...codeChanges(written)]
}

function limitChanges(written: Written): readonly Change[] {
  const { field, minLength, maxLength, pattern, isPast, isFuture, isLatin } = written
  const { min, max } = field.limits
  const isNumber = field.kind === 'number'
  const isCounted = COUNTED.includes(field.kind)
  const longest = pattern === undefined ? undefined : sampleOf(pattern, true)?.length
  const isShorter = longest !== undefined && maxLength !== undefined && longest < maxLength - 1
  const shorter = isShorter ? `the pattern takes no more than ${longest} characters` : undefined
  const latinAnyway = ['text', 'name'].includes(field.kind) ? `a ${field.kind} takes no other script anyway` : undefined
  return [
    ...(minLength === undefined || minLength < 2 || !isCounted ? [] : offByOne('minLength', minLength)),
    ...(maxLength === undefined || maxLength < 2 || !isCounted
      ? []
      : offByOne('maxLength', maxLength).map((one) => equalBy(one, shorter))),
    ...(min === undefined ? [] : [-1, 1].map((by) => limit(`min ${by}`, { min: shifted(min, by, written) }))),
    ...(max === undefined ? [] : [-1, 1].map((by) => limit(`max ${by}`, { max: shifted(max, by, written) }))),
    ...(isNumber ? [limit('decimals +1', { decimals: written.decimals + 1 })] : []),
    ...(isNumber && written.decimals > 0 ? [limit('decimals -1', { decimals: written.decimals - 1 })] : []),
    ...(pattern === undefined ? [] : [equalBy({ name: 'no pattern', change: withoutPattern }, digitsOnly(written))]),
    ...(isPast ? [limit('not past', { isPast: false })] : []),
    ...(isFuture ? [limit('not future', { isFuture: false })] : []),
    ...(isLatin ? [equalBy(limit('any script', { isLatin: false }), latinAnyway)] : []),
    ...(field.kind === 'several' ? choiceChanges(written) : []),
  ]
}

const equalBy = (change: Change, equal: string | undefined): Change =>
  equal === undefined ? change : { ...change, equal }

/** The pattern says of a number of digits what its length says already. */
function digitsOnly({ field, minLength, maxLength, pattern }: Written): string | undefined {
  const isSame = [`[0-9]{${minLength}}`, `\\d{${minLength}}`].includes(pattern ?? '')
  return field.kind === 'digits' && minLength === maxLength && isSame ? 'the length says the same' : undefined
}

/** Kinds whose length is counted; of the others the form of the answer bounds it. */
const COUNTED: readonly Field['kind'][] = ['text', 'long-text', 'name', 'digits', 'email']

const limit = (name: string, limits: Partial<Limits>): Change => ({
  name,
  change: (field) => ({ ...field, limits: { ...field.limits, ...limits } }),
})

const offByOne = (name: 'minLength' | 'maxLength', value: number): readonly Change[] =>
  [-1, 1].map((by) => limit(`${name} ${value + by}`, { [name]: value + by }))

function withoutPattern(field: Field): Field {
  const { pattern: _, ...limits } = field.limits
  return { ...field, limits }
}

/** A bound one step on: a cent, the last decimal, a day, a minute. */
function shifted(bound: number | string, by: number, { field, decimals }: Written): number | string {
  if (typeof bound === 'number') {
    return field.kind === 'money' ? bound + by : Number((bound + by * 10 ** -decimals).toFixed(decimals))
  }
  return field.kind === 'time'
    ? new Date(Date.parse(`2026-01-01T${bound}:00Z`) + by * 60_000).toISOString().slice(11, 16)
    : dayAfter(bound, { days: by })
}

function choiceChanges({ choicesMin, choicesMax, codes }: Written): readonly Change[] {
  return [
    ...(choicesMin > 1 ? [limit('one choice fewer', { choicesMin: choicesMin - 1 })] : []),
    ...(codes.length > choicesMin ? [limit('one choice more', { choicesMin: choicesMin + 1 })] : []),
    ...(choicesMax === undefined || choicesMax > codes.length
      ? []
      : [limit('at most one fewer', { choicesMax: choicesMax - 1 })]),
    ...(choicesMax === undefined || choicesMax >= codes.length
      ? []
      : [limit('at most one more', { choicesMax: choicesMax + 1 })]),
  ]
}

/** Each code taken away; of a long list the first and the last. */
function codeChanges({ field, codes }: Written): readonly Change[] {
  const some = codes.length <= 24 ? codes : [codes[0], codes.at(-1)]
  const isChoice = field.kind === 'select' || field.kind === 'country' || field.kind === 'several'
  return isChoice && codes.length > 1
    ? some.map(
        (code): Change => ({
          name: `without ${code}`,
          change: (one) => ({ ...one, options: one.options.filter((option) => option.code !== code) }),
        }),
      )
    : []
}

function fileChanges({ files }: Written): readonly Change[] {
  const of = (
    name: string,
    change: (file: NonNullable<Field['file']>) => Partial<NonNullable<Field['file']>>,
  ): Change => ({
    name,
    change: (field) =>
      field.file === undefined ? field : { ...field, file: { ...field.file, ...change(field.file) } },
  })
  const most = files.max ?? 10
  return [
    of('one byte more', (file) => ({ maxSizeBytes: file.maxSizeBytes + 1 })),
    of('one byte fewer', (file) => ({ maxSizeBytes: file.maxSizeBytes - 1 })),
    of('one file more', () => ({ maxFiles: most + 1 })),
    ...(most > 1 ? [of('one file fewer', () => ({ maxFiles: most - 1 }))] : []),
    of('one type more', (file) => ({ mediaTypes: [...file.mediaTypes, 'text/html'] })),
    of('one type fewer', (file) => ({ mediaTypes: file.mediaTypes.slice(1) })),
    ...(files.min > 1 ? [of('one file less is enough', () => ({ minFiles: files.min - 1 }))] : []),
  ]
}

function listMutants(
  form: Form,
  path: string,
  { min, max }: { min: number; max: number | undefined },
): readonly Mutant[] {
  const of = (name: string, loop: NonNullable<Group['loop']>): Mutant => ({
    name: `${path}: ${name}`,
    what: 'limit',
    about: path,
    make: () => {
      const group = form.groups.get(path)
      return group === undefined ? form : { ...form, groups: new Map([...form.groups, [path, { ...group, loop }]]) }
    },
  })
  const most = max ?? form.groups.get(path)?.loop?.max ?? 1
  return [
    ...(min > 0 ? [of('one item fewer is enough', { min: min - 1, max: most })] : []),
    of('one item more is needed', { min: min + 1, max: most }),
    of('one item more may be', { min, max: most + 1 }),
    of('one item fewer may be', { min, max: most - 1 }),
  ]
}
