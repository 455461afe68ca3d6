import { type Factor, factorsIn, type NumberFactor } from './fee-factors.ts'
import { recordAt } from './sheet-rows.ts'
import type { Skeleton } from './templates.ts'

type Times = Skeleton['times']

/**
 * How often a fee is owed, in the words of new forms: "je angefangenem Meter und angefangenem Monat"; empty where it is owed
 * once. A rule of any other shape is "je nach Ihren Angaben". Pure.
 * @param source the German file of the form, for what questions and lists are called, and for their units.
 */
export function countWords(rule: string, source: string, times: Times): string {
  const said = factorsIn(rule)?.map((factor) => factorWords(factor, source, times)) ?? [undefined]
  const known = said.filter((text) => text !== undefined)
  return known.length < said.length ? times.own : joined(known, times)
}

/** "je A" and "je B" are "je A und B"; what is said another way stands behind a comma. */
function joined(said: readonly string[], { per, and }: Times): string {
  const [pers, others] = [said.filter((text) => text.startsWith(per)), said.filter((text) => !text.startsWith(per))]
  const together = pers.map((text, index) => (index === 0 ? text : text.slice(per.length)))
  return [...(together.length === 0 ? [] : [together.join(and)]), ...others].join(', ')
}

function factorWords(factor: Factor, source: string, times: Times): string | undefined {
  if (factor.kind === 'span') {
    return isQuestion(source, factor.from) && isQuestion(source, factor.to) ? times.spans[factor.unit] : undefined
  }
  const total = /^(count|sum)\((.+)\)$/.exec(factor.name)
  const [, kind, path = factor.name] = total ?? []
  if (kind === 'count') {
    const title = textOf(recordAt(source, 'groups', path)['title'])
    const key = factor.how === 'further' ? 'furtherEntry' : 'entry'
    return title === undefined || factor.how === 'begun' ? undefined : times[key].replaceAll('[[name]]', title)
  }
  return numberWords(factor, { source, path, isSum: kind === 'sum' }, times)
}

type Place = { readonly source: string; readonly path: string; readonly isSum: boolean }

/** A number with a unit is said by that; another one by what it is called. */
function numberWords({ how }: NumberFactor, { source, path, isSum }: Place, times: Times): string | undefined {
  const { short, label, unit } = recordAt(source, 'fields', path) as {
    short?: unknown
    label?: unknown
    unit?: unknown
  }
  const name = textOf(short) ?? textOf(label)
  const called = times.units.find((one) => one.unit === unit)
  if (name === undefined) {
    return undefined
  }
  if (called !== undefined && how !== 'further') {
    return `${times.per}${how === 'begun' ? called.begun : called.each}`
  }
  return times[isSum && how === 'each' ? 'sum' : how].replaceAll('[[name]]', name)
}

const isQuestion = (source: string, path: string): boolean => Object.keys(recordAt(source, 'fields', path)).length > 0

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
