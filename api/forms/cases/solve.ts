import { pathOfPointer } from '../answers.ts'
import type { Field } from '../model.ts'
import { pathOfName } from '../names.ts'
import { fillIn, type Instance, type Plan } from './build.ts'
import type { Draw } from './draw.ts'
import { oneOf, type Random, randomOf } from './random.ts'
import type { Source } from './source.ts'

const TRIES_MAX = 500
const WANTED = 6
/** Most items where the data schema says "any number": the product's own bound. */
export const ITEMS_MAX = 50

export type Solved = {
  /** Filled in without a fault. */
  readonly valid: readonly Instance[]
  /** Filled in so that a check between answers fails, and nothing else. */
  readonly broken: readonly Instance[]
  /** Outcomes of rules, and questions, that no way through the form reached: `step konto: true`, `question konto.iban`. */
  readonly missed: readonly string[]
}

/**
 * Finds ways through a form until every rule came out true once and false once, and every question was asked: at random by a seed, every second try near
 * a way that is known already.
 */
export function solve(source: Source, seed: string): Solved {
  const random = randomOf(`${seed} ${source.form.slug}`)
  const goals = new Set(goalsOf(source))
  const valid: Instance[] = []
  const broken: Instance[] = []
  for (let tries = 0; tries < TRIES_MAX && (goals.size > 0 || valid.length < WANTED); tries += 1) {
    const near = tries % 2 === 0 ? undefined : oneOf(random, valid)
    const goal = near === undefined ? undefined : oneOf(random, [...goals])
    const instance =
      near === undefined ? fillIn(source.form, randomPlan(source, random)) : nearTo(source, near, { random, goal })
    const isSound = instance.found.length === 0
    const isCheck = instance.found.length > 0 && instance.found.every(({ type }) => type === 'forms/check')
    const reached = [
      ...instance.truths,
      ...new Set(instance.asked.map((pointer) => `question ${pathOfPointer(pointer)}`)),
    ]
    const news = reached.filter((goal) => goals.has(goal) && (isSound || /^check .*: false$/.test(goal)))
    if (instance.isOpen || !(isSound || isCheck)) {
      continue
    }
    if (isSound ? news.length > 0 || valid.length < WANTED : news.length > 0) {
      ;(isSound ? valid : broken).push(instance)
      for (const truth of news) {
        goals.delete(truth)
      }
    }
  }
  return { valid, broken, missed: [...goals] }
}

function goalsOf({ rules, form }: Source): readonly string[] {
  const outcomes = rules.filter(({ what }) => what !== 'computed').flatMap(({ id }) => [`${id}: true`, `${id}: false`])
  const questions = [...form.fields.values()].filter(({ kind }) => kind !== 'note' && kind !== 'computed')
  return [...outcomes, ...questions.map(({ path }) => `question ${path}`)]
}

/** The same way once more with some answers replaced. */
export function refill(
  source: Source,
  base: Instance,
  changes: { draws?: ReadonlyMap<string, Draw>; counts?: ReadonlyMap<string, number>; today?: string },
): Instance {
  const today = changes.today ?? base.today
  return fillIn(source.form, {
    today,
    drawFor: (field, pointer) => {
      const before = base.draws.get(pointer) ?? base.draws.get(firstItem(pointer))
      const sameDay = today === base.today ? before : sameOn(source, field, { before, today })
      return changes.draws?.get(pointer) ?? sameDay ?? usualDraw(source, field, today)
    },
    itemsOf: itemsOf(
      source,
      (list, { min }) => changes.counts?.get(list) ?? base.counts.get(list) ?? base.counts.get(firstItem(list)) ?? min,
    ),
  })
}

/** The same answer on another day, if it is still taken then. */
const sameOn = (source: Source, field: Field, at: { before: Draw | undefined; today: string }): Draw | undefined =>
  takenDraws(source, field.path, at.today).find(
    ({ texts, files, isLater }) =>
      texts.join() === at.before?.texts.join() &&
      files?.length === at.before.files?.length &&
      isLater === at.before.isLater,
  )

const firstItem = (pointer: string): string => pointer.replace(/\/\d+(?=\/)/g, '/0')

type Bounds = { readonly min: number; readonly max: number }

function itemsOf(source: Source, countOf: (list: string, bounds: Bounds) => number): Plan['itemsOf'] {
  return (list, group) => {
    const { min = 0, max = ITEMS_MAX } = source.loops.get(group) ?? {}
    return { count: countOf(list, { min, max }), min, max }
  }
}

/** Answers that are taken, of a question on a day. */
const takenDraws = (source: Source, path: string, today: string): readonly Draw[] =>
  source.draws(path, today).filter(({ wrong, kind }) => wrong === undefined && kind !== 'hostile')

function usualDraw(source: Source, field: Field, today: string): Draw {
  const draws = takenDraws(source, field.path, today)
  const usual = draws.find(({ value }) => value !== undefined) ?? draws[0]
  if (usual === undefined) {
    throw new Error(`no answer to ${field.path} is known that its data schema allows`)
  }
  return usual
}

function anyDraw(source: Source, field: Field, at: { today: string; random: Random }): Draw {
  const draws = takenDraws(source, field.path, at.today)
  const isChoice = ['bool', 'select', 'several', 'country'].includes(field.kind)
  const filled = draws.filter(({ value }) => value !== undefined)
  if (filled.length < draws.length && at.random() < 0.3) {
    return oneOf(at.random, draws.filter(({ value }) => value === undefined)) ?? usualDraw(source, field, at.today) // biome-ignore format: one call
  }
  if (filled.length > 8 && at.random() < 0.5) {
    const named = filled.filter(({ texts }) =>
      source.rules.some(({ rule }) => rule.source.includes(`"${texts.join()}"`)),
    )
    return oneOf(at.random, named) ?? usualDraw(source, field, at.today)
  }
  return (isChoice || at.random() < 0.6 ? oneOf(at.random, filled) : undefined) ?? usualDraw(source, field, at.today)
}

function randomPlan(source: Source, random: Random): Plan {
  const today = oneOf(random, source.days) ?? ''
  return {
    today,
    drawFor: (field) => anyDraw(source, field, { today, random }),
    itemsOf: itemsOf(source, (_, { min, max }) => {
      const luck = random()
      return Math.min(max, luck < 0.25 ? min : luck < 0.65 ? Math.max(1, min) : Math.max(min, 1) + 1)
    }),
  }
}

/** Changes what a rule looks at, or anything where no rule is wanted. */
function nearTo(source: Source, base: Instance, at: { random: Random; goal: string | undefined }): Instance {
  const { random, goal } = at
  const wanted = source.rules.find(({ id }) => goal?.startsWith(`${id}: `) === true)
  const today = random() < 0.3 ? (oneOf(random, source.days) ?? base.today) : base.today
  const draws = new Map<string, Draw>()
  const counts = new Map<string, number>()
  for (const pointer of base.draws.keys()) {
    const field = source.form.fields.get(pathOfPointer(pointer))
    const isNamed = wanted?.rule.uses.some((name) => reaches(name, field)) ?? random() < 0.2
    if (field !== undefined && isNamed && random() < 0.7) {
      draws.set(pointer, anyDraw(source, field, { today, random }))
    }
  }
  for (const [list, count] of base.counts) {
    const bounds = source.loops.get(pathOfPointer(list))
    if (random() < 0.3) {
      counts.set(
        list,
        Math.max(bounds?.min ?? 0, Math.min(bounds?.max ?? ITEMS_MAX, count + (random() < 0.5 ? 1 : -1))),
      )
    }
  }
  return refill(source, base, { draws, counts, today })
}

function reaches(name: string, field: Field | undefined): boolean {
  const path = field === undefined ? '' : pathOfName(name, field.loops)
  return field !== undefined && (path === field.path || field.path.startsWith(`${path}.`))
}
