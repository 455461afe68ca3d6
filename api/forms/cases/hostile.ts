import { TYPED_LENGTH_MAX } from '../answers.ts'
import type { FieldKind } from '../model.ts'
import { type Draw, draw, type Wrong } from './draw.ts'
import { textDraw } from './draw-texts.ts'
import type { Written } from './written.ts'

/** Texts that harm programs which trust them: what is typed, and what may be left of it where it is taken at all. */
const TEXTS: readonly (readonly [what: string, typed: string, shown: string])[] = [
  ['formula', '=1+1', '=1+1'],
  ['HTML', '<b>1</b>', '<b>1</b>'],
  ['SQL', "' OR 1=1 --", "' OR 1=1 --"],
  ['template', '{{7*7}}', '{{7*7}}'],
  ['path', '../../etc/passwd', '../../etc/passwd'],
  ['prototype', '__proto__', '__proto__'],
  ['constructor', 'constructor', 'constructor'],
  ['zero width and bidi', 'An\u200b\u202ena\ufeff Lu', 'Anna Lu'],
  ['control characters', 'An\u0007na\u001b Lu', 'Anna Lu'],
  ['accent apart', 'Rene\u0301e', 'Ren\u00e9e'],
  ['right to left', '\u05d0\u05d1\u05d2\u05d3', '\u05d0\u05d1\u05d2\u05d3'],
  ['emoji', 'Anna \u{1f469}', 'Anna \u{1f469}'],
  ['half a sign', 'Anna \ud800', 'Anna \ufffd'],
  ['very long', 'x'.repeat(TYPED_LENGTH_MAX), 'x'.repeat(TYPED_LENGTH_MAX)],
]

/** What no question but one for text takes. */
const ELSEWHERE = [
  '=1+1', '<b>1</b>', "' OR 1=1 --", '\u0661\u0662\u0663', '\u{1f469}', '__proto__', 'x'.repeat(TYPED_LENGTH_MAX),
] // biome-ignore format: one list

type Refusal = { readonly type: string; readonly long?: string; readonly part?: Wrong['part'] }
const REFUSED: Readonly<Partial<Record<FieldKind, Refusal>>> = {
  email: { type: 'forms/email', long: 'forms/too-long' },
  phone: { type: 'forms/phone', long: 'forms/too-long' },
  iban: { type: 'forms/iban', long: 'forms/too-long' },
  plate: { type: 'forms/plate', long: 'forms/too-long' },
  'tax-id': { type: 'forms/digits', long: 'forms/too-long' },
  chip: { type: 'forms/digits', long: 'forms/too-long' },
  time: { type: 'forms/time', long: 'forms/too-long' },
  number: { type: 'forms/number', long: 'forms/too-long' },
  money: { type: 'forms/money', long: 'forms/too-long' },
  bool: { type: 'forms/choose-yes-no' },
  declaration: { type: 'forms/declare' },
  select: { type: 'forms/choose' },
  country: { type: 'forms/choose' },
  several: { type: 'forms/choose' },
  date: { type: 'forms/date-real', part: 'day' },
  'incomplete-date': { type: 'forms/date-real', part: 'day' },
  'date-time': { type: 'forms/date-real', part: 'day' },
}

/** Hostile texts for one question, with what has to become of each; a question for files has its own. */
export function hostileDraws(written: Written, controls: number): readonly Draw[] {
  const { field, minLength, maxLength } = written
  if (field.kind === 'text' || field.kind === 'long-text' || field.kind === 'name') {
    return TEXTS.map(([what, typed, shown]) => textDraw(written, { kind: 'hostile', what }, typed, shown))
  }
  const digits = { type: minLength === maxLength ? 'forms/digits' : 'forms/digits-between', long: 'forms/too-long' }
  const refusal: Refusal | undefined = field.kind === 'digits' ? digits : REFUSED[field.kind]
  return refusal === undefined ? [] : ELSEWHERE.map((text) => refused(text, refusal, controls))
}

function refused(text: string, { type, long = type, part }: Refusal, controls: number): Draw {
  const isLong = text.length >= TYPED_LENGTH_MAX
  const wrong: Wrong = { type: isLong ? long : type, ...(part === undefined ? {} : { part }) }
  const texts = part === undefined ? Array.from({ length: controls }, () => text) : [text, '5', '2026', '14:30']
  return draw({ kind: 'hostile', what: isLong ? 'very long' : text }, texts.slice(0, controls), wrong)
}

/** Names nobody asked for; what they hold must not be looked at. */
export const HOSTILE_NAMES = [
  '__proto__', 'constructor', 'toString', '/__proto__/polluted', '/constructor/prototype/polluted', '', '/', '/gibt-es-nicht', '/0', 'digest',
] // biome-ignore format: one list
