import { recordAt } from './sheet-rows.ts'
import type { Skeleton } from './templates.ts'

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*`
const TERM = String.raw`(?:(count|sum)\((${NAME})\)|(${NAME}))`
const GUARD = `(?:if ${NAME} = null then 0 else )?`
/** The rules that the table of fees writes itself, each with what was not asked counting as none, or without. */
const SHAPES = [
  ['begun', new RegExp(`^${GUARD}ceiling\\(${TERM}\\)$`, 'u')],
  ['further', new RegExp(`^${GUARD}max\\(${TERM} - 1, 0\\)$`, 'u')],
  ['each', new RegExp(`^${GUARD}${TERM}$`, 'u')],
] as const

/**
 * How often a fee is owed, in the words of new forms: "je Eintrag unter „Stände“"; empty where it is owed once. A rule of any
 * other shape is "je nach Ihren Angaben". Pure.
 * @param source the German file of the form, for what questions and lists are called.
 */
export function countWords(rule: string, source: string, times: Skeleton['times']): string {
  const text = rule.trim()
  if (text === '') {
    return ''
  }
  for (const [how, shape] of SHAPES) {
    const [whole, total, list = '', question = ''] = shape.exec(text) ?? []
    const name = total === 'count' ? titleIn(source, list) : labelIn(source, list || question)
    if (whole !== undefined && name !== undefined) {
      const entry = how === 'further' ? 'furtherEntry' : 'entry'
      const key = total === 'count' ? entry : total === 'sum' && how === 'each' ? 'sum' : how
      return times[key].replaceAll('[[name]]', name)
    }
  }
  return times.own
}

const titleIn = (source: string, group: string): string | undefined =>
  textOf(recordAt(source, 'groups', group)['title'])

function labelIn(source: string, path: string): string | undefined {
  const { short, label } = recordAt(source, 'fields', path) as { short?: unknown; label?: unknown }
  return textOf(short) ?? textOf(label)
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
