import { compilePattern } from '../../lib/pattern.ts'
import { type Around, type CaseKind, type Draw, draw } from './draw.ts'
import { sampleOf } from './sample.ts'
import type { Written } from './written.ts'

/** Longest texts where the data schema names none. */
const USUAL_LENGTH: Readonly<Record<string, number>> = { text: 200, 'long-text': 4000, name: 120 }
const LETTERS = 'ŁužycaÄöüßéNoack'

/** A word of so many letters, as names have them. */
const lettersOf = (length: number): string => LETTERS.repeat(Math.ceil(length / LETTERS.length)).slice(0, length)

/** What is typed into text, long text and name. */
export function textDraws(written: Written, around: Around): readonly Draw[] {
  const { field, pattern } = written
  const least = Math.max(1, written.minLength ?? 1)
  const most = written.maxLength ?? USUAL_LENGTH[field.kind] ?? 200
  const of = (kind: CaseKind, what: string, text: string): Draw => textDraw(written, { kind, what }, text)
  if (pattern !== undefined) {
    return patternTexts(written).map(([kind, what, text]) => of(kind, what, text))
  }
  const said =
    field.kind === 'name' ? [] : around.texts.map((text) => of('valid', `"${text}"`, text.padEnd(least, 'a')))
  return [
    of('valid', 'usual', lettersOf(Math.min(most, Math.max(least, 7)))),
    of('boundary', `${least} characters`, lettersOf(least)),
    of('boundary', `${most} characters`, lettersOf(most)),
    ...(least > 1 ? [of('boundary', `${least - 1} characters`, lettersOf(least - 1))] : []),
    of('boundary', `${most + 1} characters`, lettersOf(most + 1)),
    ...said.filter((one) => one.wrong === undefined),
    ...(written.isLatin ? [of('wrong', 'Greek letters', 'αβγ'.padEnd(least, 'δ'))] : []),
    ...(field.kind === 'name' ? [of('wrong', 'digits in a name', `${lettersOf(least)}1`.slice(-most))] : []),
  ]
}

function patternTexts({ pattern = '', maxLength = 200 }: Written): readonly (readonly [CaseKind, string, string])[] {
  const texts = [sampleOf(pattern, false), sampleOf(pattern, true)].filter((text) => text !== undefined)
  const [first = ''] = texts
  const isTaken = (text: string): boolean => compilePattern(pattern).test(text)
  const broken = [
    `${first}-`,
    first.slice(0, -1),
    `-${first.slice(1)}`,
    `${first}${first}`,
    `x${first}`,
    first.toLowerCase(),
  ]
  const wrong = broken.find((text) => text !== '' && text.length <= maxLength && !isTaken(text))
  return [
    ...texts.map((text) => ['valid', `pattern: ${text}`, text] as const),
    ...(wrong === undefined ? [] : [['wrong', `not of the pattern: ${wrong}`, wrong] as const]),
  ]
}

/** Signs a question takes: names only letters and what stands between them, text no other script and no pictures. */
const SIGNS: Readonly<Record<string, RegExp>> = {
  name: /^[\p{Script=Latin}\p{M} '.,-]*$/u,
  text: /^[\p{Script=Latin}\p{M}\p{N}\p{P}\p{S} ]*$/u,
}
const PICTURE = /[\p{Extended_Pictographic}\ufffd]/u

/** What has to become of a text: `shown` is what is left of it without signs that nobody sees. */
export function textDraw(written: Written, said: Pick<Draw, 'kind' | 'what'>, typed: string, shown = typed): Draw {
  const { field, minLength = 0, maxLength = USUAL_LENGTH[field.kind] ?? 200, pattern } = written
  const signs =
    field.kind === 'name' ? SIGNS['name'] : field.kind === 'text' || written.isLatin ? SIGNS['text'] : undefined
  const isForeign = signs !== undefined && (!signs.test(shown) || PICTURE.test(shown))
  const wrong =
    shown.length > maxLength
      ? 'forms/too-long'
      : shown.length < minLength
        ? 'forms/too-short'
        : isForeign
          ? 'forms/sign'
          : pattern !== undefined && !compilePattern(pattern).test(shown)
            ? 'forms/pattern'
            : undefined
  return draw(said, [typed], wrong === undefined ? { value: shown } : { type: wrong })
}
