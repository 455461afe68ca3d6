import { controlNames } from '../answers.ts'
import { type Around, type Draw, dayAfter, emptyDraws } from './draw.ts'
import {
  choiceDraws,
  codeDraws,
  declarationDraws,
  digitDraws,
  emailDraws,
  fileDraws,
  severalDraws,
  yesNoDraws,
} from './draw-codes.ts'
import { dateDraws, numberDraws, timeDraws } from './draw-numbers.ts'
import { textDraws } from './draw-texts.ts'
import { hostileDraws } from './hostile.ts'
import type { RuleAt } from './rules.ts'
import type { Written } from './written.ts'

/** Everything that is typed into one question on a day: taken, at its limits, empty, wrong, hostile. */
export function drawsOf(written: Written, rules: readonly RuleAt[], today: string): readonly Draw[] {
  const { field } = written
  if (field.kind === 'note' || field.kind === 'computed') {
    return []
  }
  const controls = controlNames(field, '').length
  const around = aroundOf(written, rules, today)
  const draws = [...ownDraws(written, around), ...emptyDraws(written, controls), ...hostileDraws(written, controls)]
  return draws.filter((one, index) => index === draws.findIndex((other) => isSame(one, other)))
}

const isSame = (one: Draw, other: Draw): boolean =>
  one.isLater === other.isLater && one.files === other.files && one.texts.join('\n') === other.texts.join('\n')

function ownDraws(written: Written, around: Around): readonly Draw[] {
  switch (written.field.kind) {
    case 'text':
    case 'long-text':
    case 'name':
      return textDraws(written, around)
    case 'number':
    case 'money':
      return numberDraws(written, around)
    case 'date':
    case 'incomplete-date':
    case 'date-time':
      return dateDraws(written, around)
    case 'time':
      return timeDraws(written)
    case 'bool':
      return yesNoDraws()
    case 'declaration':
      return declarationDraws()
    case 'select':
    case 'country':
      return choiceDraws(written, around)
    case 'several':
      return severalDraws(written)
    case 'file':
      return fileDraws(written)
    case 'digits':
      return digitDraws(written, around)
    case 'email':
      return emailDraws(written)
    default:
      return codeDraws(written)
  }
}

/** What the rules of a form compare a question with: literals of rules that name it, and days as far from today as they say. */
function aroundOf({ field, isPast, isFuture }: Written, rules: readonly RuleAt[], today: string): Around {
  const sources = rules.map(({ rule }) => rule.source)
  const own = sources.filter((source) => source.includes(field.key))
  const literals = (pattern: RegExp): string[] => [
    ...new Set(own.flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1] ?? ''))),
  ]
  const spans = sources.flatMap((source) => [...source.matchAll(/duration\("P(\d+)([YMD])"\)/g)])
  const steps = spans.flatMap(([, count = '0', unit]) => {
    const size = Number(count) * (unit === 'Y' ? 12 : 1)
    return [size, -size].map((signed) => dayAfter(today, unit === 'D' ? { days: signed } : { months: signed }))
  })
  const turns = [today, ...steps]
  const near = turns.flatMap((iso) => [iso, dayAfter(iso, { days: 1 }), dayAfter(iso, { days: -1 })])
  const far = [-400, -60, 60, 400].map((days) => dayAfter(today, { days }))
  return {
    today,
    dates: [...near, ...far].filter((iso) => !(isPast && iso > today) && !(isFuture && iso < today)),
    numbers: literals(/(?<![\w".])(\d+(?:\.\d+)?)(?![\w"])/g).map(Number),
    texts: literals(/"([^"]*)"/g).filter((text) => text.length > 0),
  }
}
