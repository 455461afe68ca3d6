import type { Answers, Typed } from '../answers.ts'
import { pathOfPointer } from '../answers.ts'
import type { Example } from '../examples.ts'
import { type Found, fillIn, type Instance } from './build.ts'
import { CASE_KINDS, type CaseKind, type Draw } from './draw.ts'
import { HOSTILE_NAMES } from './hostile.ts'
import { ITEMS_MAX, refill, type Solved, solve } from './solve.ts'
import type { Source } from './source.ts'

export { CASE_KINDS, type CaseKind } from './draw.ts'

/** What must come out of a case: all of it, or at least these findings, or what an example of the service promises. */
export type Expected =
  | { readonly kind: 'answers'; readonly instance: Instance; readonly answers: Answers }
  | {
      readonly kind: 'found'
      readonly found: readonly Found[]
      readonly isAll: boolean
      readonly asked: readonly string[]
    }
  | { readonly kind: 'example'; readonly example: Example }

/** One set of answers as typed, with what must come out. `about` is the question, list or rule it was made for. */
export type Case = {
  readonly name: string
  readonly kind: CaseKind
  readonly about: string
  readonly today: string
  readonly typed: Typed
  readonly expected: Expected
}

export type Cases = {
  readonly cases: readonly Case[]
  /** What no case reaches: outcomes of rules, questions. */
  readonly missed: readonly string[]
}

/**
 * Makes the cases of one form: its examples, ways through it, every question and list at its limits, beyond them, empty, wrong
 * and hostile, names nobody asked for, answers of branches that were left. The same form and seed give the same cases.
 */
export function casesOf(source: Source, seed = '1'): Cases {
  const solved = solve(source, seed)
  const paths = [...source.form.fields.values()].filter(({ kind }) => kind !== 'note' && kind !== 'computed')
  return {
    cases: [
      ...source.examples.map(exampleCase),
      ...solved.valid.map((instance, index) =>
        caseOf({ name: `way ${index + 1}`, kind: 'valid', about: '' }, instance),
      ),
      ...solved.broken.map((instance, index) =>
        caseOf({ name: `against a check ${index + 1}`, kind: 'wrong', about: '' }, instance),
      ),
      ...paths.flatMap(({ path }) => fieldCases(source, solved, path)),
      ...[...source.loops.keys()].flatMap((path) => listCases(source, solved, path)),
      ...solved.valid.slice(0, 3).flatMap((instance, index) => strangeCases(source, instance, { solved, index })),
      nothingCase(source),
    ],
    missed: solved.missed,
  }
}

/** How many cases of each kind there are. */
export function countKinds(cases: readonly Case[]): Readonly<Record<CaseKind, number>> {
  const counts = Object.fromEntries(CASE_KINDS.map((kind) => [kind, 0])) as Record<CaseKind, number>
  for (const { kind } of cases) {
    counts[kind] += 1
  }
  return counts
}

type Named = Pick<Case, 'name' | 'kind' | 'about'>

const exampleCase = (example: Example): Case => ({
  name: `example: ${example.name}`,
  kind: example.findings.length === 0 ? 'valid' : 'wrong',
  about: '',
  today: example.today,
  typed: example.typed,
  expected: { kind: 'example', example },
})

function caseOf(named: Named, instance: Instance, typed: Typed = instance.typed): Case {
  const { today, found, isOpen, asked, answers } = instance
  const isTaken = found.length === 0 && !isOpen
  const expected: Expected = isTaken
    ? { kind: 'answers', instance, answers }
    : { kind: 'found', found, isAll: !isOpen, asked }
  return { ...named, today, typed, expected }
}

/** Ways on which a question is asked. */
const basesOf = ({ valid }: Solved, path: string): readonly { instance: Instance; pointer: string }[] =>
  valid.flatMap((instance) => {
    const pointer = instance.asked.find((one) => pathOfPointer(one) === path)
    return pointer === undefined ? [] : [{ instance, pointer }]
  })

function fieldCases(source: Source, solved: Solved, path: string): readonly Case[] {
  const bases = basesOf(solved, path).slice(0, 6)
  const [first] = bases
  const draws = first === undefined ? [] : source.draws(path, first.instance.today)
  return draws.flatMap((draw) => {
    const kind = draw.kind === 'valid' ? 'boundary' : draw.kind
    const ways =
      draw.wrongIfRequired === undefined ? [bestOf(source, bases, draw)] : eitherWay(source, solved, { ...draw, path })
    return ways.map((way) => caseOf({ name: `${path}: ${draw.what}`, kind, about: path }, way))
  })
}

/** A way on which the question may be left empty, and one on which a rule makes it obligatory; in a list at any of its items. */
function eitherWay(source: Source, { valid }: Solved, draw: Draw & { readonly path: string }): readonly Instance[] {
  const ways = valid.flatMap((instance) =>
    instance.asked
      .filter((pointer) => pathOfPointer(pointer) === draw.path)
      .map((pointer) => ({ pointer, way: refill(source, instance, { draws: new Map([[pointer, draw]]) }) })),
  )
  const isRefused = ({ pointer, way }: (typeof ways)[number]): boolean =>
    way.found.some((one) => one.pointer.startsWith(pointer))
  const [refused, taken] = [ways.find(isRefused), ways.find((one) => !isRefused(one) && one.way.found.length === 0)]
  return [refused, taken].flatMap((one) => (one === undefined ? [] : [one.way]))
}

/** The first way on which the answer breaks no check; else the last one looked at. */
function bestOf(source: Source, bases: readonly { instance: Instance; pointer: string }[], draw: Draw): Instance {
  let found: Instance | undefined
  for (const { instance, pointer } of bases) {
    const sameDay = instance.today === bases[0]?.instance.today
    found = sameDay || found === undefined ? refill(source, instance, { draws: new Map([[pointer, draw]]) }) : found
    if (!found.found.some(({ type }) => type === 'forms/check') && !(found.isOpen && draw.wrong === undefined)) {
      return found
    }
  }
  if (found === undefined) {
    throw new Error('no way asks this question')
  }
  return found
}

/** A list with as few and as many items as may be, one too few, one too many. */
function listCases(source: Source, { valid }: Solved, path: string): readonly Case[] {
  const { min = 0, max = ITEMS_MAX } = source.loops.get(path) ?? {}
  const base = valid.find(({ counts }) => [...counts.keys()].some((list) => pathOfPointer(list) === path))
  const list = [...(base?.counts.keys() ?? [])].find((one) => pathOfPointer(one) === path)
  if (base === undefined || list === undefined) {
    return []
  }
  const counts = [...new Set([min - 1, min, max, max + 1])].filter((count) => count >= 0)
  return counts.map((count) =>
    caseOf(
      { name: `${path}: ${count} items`, kind: 'boundary', about: path },
      refill(source, base, { counts: new Map([[list, count]]) }),
    ),
  )
}

/** Names nobody asked for, and answers of branches that this way leaves: nothing of them may be seen. */
function strangeCases(source: Source, instance: Instance, at: { solved: Solved; index: number }): readonly Case[] {
  const strange = Object.fromEntries([
    ...Object.entries(instance.typed),
    ...HOSTILE_NAMES.map((name) => [name, '=1+1']),
  ]) as Typed
  const asked = new Set(instance.asked.map(pathOfPointer))
  const left = at.solved.valid.flatMap((other) =>
    Object.entries(other.typed).filter(([name]) => isLeft(source, { name, asked, instance })),
  )
  const named = (name: string): Named => ({ name: `${name} ${at.index + 1}`, kind: 'hostile', about: '' })
  return [
    caseOf(named('strange names'), instance, strange),
    ...(left.length === 0
      ? []
      : [
          caseOf(named('answers of branches that were left'), instance, {
            ...Object.fromEntries(left),
            ...instance.typed,
          }),
        ]),
  ]
}

/** The control belongs to a question this way does not ask; in a list only to an item that is there, so that none begins. */
function isLeft(source: Source, at: { name: string; asked: ReadonlySet<string>; instance: Instance }): boolean {
  const { name, asked, instance } = at
  const path = pathOfPointer(name)
  const field = source.form.fields.get(path) ?? source.form.fields.get(path.slice(0, path.lastIndexOf('.')))
  if (field === undefined || asked.has(field.path) || name.endsWith('/+')) {
    return false
  }
  for (const match of name.matchAll(/\/(\d+)(?=\/)/g)) {
    const count = instance.counts.get(name.slice(0, match.index))
    if (count === undefined || Number(match[1]) >= count) {
      return count === undefined
    }
  }
  return true
}

/** Nobody typed anything: what is obligatory on the pages everybody sees is missing. */
function nothingCase(source: Source): Case {
  const today = source.days[0] ?? ''
  const nothing = fillIn(source.form, {
    today,
    drawFor: (field) =>
      source.draws(field.path, today).find(({ kind }) => kind === 'missing') ?? {
        what: '',
        kind: 'missing',
        texts: [],
      },
    itemsOf: (_, group) => ({ count: 0, min: source.loops.get(group)?.min ?? 0, max: ITEMS_MAX }),
  })
  const found = nothing.found.filter(({ type }) => type !== 'forms/too-few')
  return {
    ...caseOf({ name: 'nothing typed', kind: 'missing', about: '' }, { ...nothing, found, isOpen: true }),
    typed: {},
  }
}
