/** Of what a fee is a multiple: a number of the form in one of these ways, or the time between two days. */
export type NumberFactor = {
  readonly kind: 'number'
  /** A question, or `count(list)`, `sum(list.question)`. */
  readonly name: string
  /** As it is, every unit that has begun, or every one after the first. */
  readonly how: 'each' | 'begun' | 'further'
  /** The question or list that has to be asked for it to count. */
  readonly asked: string
}
export const SPANS = ['days', 'weeks', 'months', 'years'] as const
export type SpanFactor = {
  readonly kind: 'span'
  readonly unit: (typeof SPANS)[number]
  readonly from: string
  readonly to: string
}
export type Factor = NumberFactor | SpanFactor

/** A fee is a multiple of three things at most: metres, months, persons. */
export const FACTORS_MAX = 3

/** The rule in FEEL that gives how often a fee is owed; empty where once. `factorsIn` reads exactly what this writes. Pure. */
export function countRule(factors: readonly Factor[]): string {
  const written = factors.map(factorRule)
  return written.length === 1 ? (written[0] ?? '') : written.map((rule) => `(${rule})`).join(' * ')
}

/** One of them; what was not asked counts as none. */
export function factorRule(factor: Factor): string {
  if (factor.kind === 'span') {
    const { from, to } = factor
    return `if ${from} = null or ${to} = null then 0 else max(${spanRule(factor)}, 1)`
  }
  const { name, how, asked } = factor
  const number = how === 'begun' ? `ceiling(${name})` : how === 'further' ? `max(${name} - 1, 0)` : name
  return `if ${asked} = null then 0 else ${number}`
}

/**
 * Both days count. A month or year has begun on the day of its number, whether the month before has such a day or not: from 31
 * January to 28 February is one month, to 1 March two. Where the days stand the wrong way round, it is one unit: nothing is free by that.
 * @see §§ 187 Abs. 2, 188 Abs. 2 und 3 BGB
 */
function spanRule({ unit, from, to }: SpanFactor): string {
  const days = `(${to} - ${from}).days + 1`
  switch (unit) {
    case 'days':
      return days
    case 'weeks':
      return `ceiling((${days}) / 7)`
    case 'months':
      return `(${to}.year - ${from}.year) * 12 + ${to}.month - ${from}.month + (if ${to}.day >= ${from}.day then 1 else 0)`
    default:
      return `${to}.year - ${from}.year + (if ${to}.month * 100 + ${to}.day >= ${from}.month * 100 + ${from}.day then 1 else 0)`
  }
}

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*`
const TERM = String.raw`(?:count|sum)\(${NAME}\)|${NAME}`
const GUARD = `(?:if (${NAME}) = null then 0 else )?`
const SHAPES = [
  ['begun', new RegExp(`^${GUARD}ceiling\\((${TERM})\\)$`, 'u')],
  ['further', new RegExp(`^${GUARD}max\\((${TERM}) - 1, 0\\)$`, 'u')],
  ['each', new RegExp(`^${GUARD}(${TERM})$`, 'u')],
] as const
const SPAN = new RegExp(`^if (${NAME}) = null or (${NAME}) = null then 0 else max\\(`, 'u')

/** What a rule multiplies; undefined where it is of another shape, empty where it is none. Pure. */
export function factorsIn(rule: string): readonly Factor[] | undefined {
  const text = rule.trim()
  if (text === '') {
    return []
  }
  const several = /^\((.*)\)$/su.exec(text)?.[1]?.split(') * (') ?? []
  const factors = (several.length > 1 ? several : [text]).map(factorIn)
  const known = factors.filter((factor) => factor !== undefined)
  return known.length === factors.length && known.length <= FACTORS_MAX ? known : undefined
}

function factorIn(text: string): Factor | undefined {
  for (const [how, shape] of SHAPES) {
    const [whole, asked, name = ''] = shape.exec(text) ?? []
    if (whole !== undefined) {
      return { kind: 'number', name, how, asked: asked ?? askedOf(name) }
    }
  }
  const [, from = '', to = ''] = SPAN.exec(text) ?? []
  return SPANS.map((unit): SpanFactor => ({ kind: 'span', unit, from, to })).find((one) => from !== '' && factorRule(one) === text) // biome-ignore format: one thought
}

const askedOf = (name: string): string => /^(?:count|sum)\((.+)\)$/.exec(name)?.[1] ?? name
