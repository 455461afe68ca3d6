import { compilePattern } from '../../lib/pattern.ts'
import type { FileRef } from '../answers.ts'
import { type Around, type CaseKind, type Draw, draw } from './draw.ts'
import { sampleOf } from './sample.ts'
import type { Written } from './written.ts'

type Row = readonly [kind: CaseKind, what: string, typed: string, outcome: { value: string } | { type: string }]

/** Numbers of registers and networks that are what they say, and some that are not; none belongs to anybody. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  phone: [
    ['valid', 'with blanks', '0355 612 200', { value: '0355612200' }],
    ['valid', 'with country', '0049 (355) 612-200', { value: '+49355612200' }],
    ['boundary', '5 digits', '12345', { value: '12345' }],
    ['boundary', '15 digits', '123456789012345', { value: '123456789012345' }],
    ['boundary', '4 digits', '1234', { type: 'forms/phone' }],
    ['boundary', '16 digits', '1234567890123456', { type: 'forms/phone' }],
    ['wrong', 'letters', '0355 abc', { type: 'forms/phone' }],
  ],
  iban: [
    ['valid', 'with blanks', 'DE02 1203 0000 0000 2020 51', { value: 'DE02120300000000202051' }],
    ['valid', 'of the Netherlands', 'nl91abna0417164300', { value: 'NL91ABNA0417164300' }],
    ['wrong', 'digits swapped', 'DE02 1203 0000 0000 2020 15', { type: 'forms/iban' }],
    ['wrong', 'too short', 'DE02 1203', { type: 'forms/iban' }],
    ['wrong', 'not of the SEPA area', 'TR33 0006 1005 1978 6457 8413 26', { type: 'forms/iban-country' }],
  ],
  plate: [
    ['valid', 'in small letters', 'cb-ab 123', { value: 'CB-AB 123' }],
    ['valid', 'electric', 'CB-X 7E', { value: 'CB-X 7E' }],
    ['wrong', 'three letters', 'CB-ABC 12', { type: 'forms/plate' }],
    ['wrong', 'no number', 'CB-AB', { type: 'forms/plate' }],
  ],
  'tax-id': [
    ['valid', 'with blanks', '86 095 742 719', { value: '86095742719' }],
    ['valid', 'another', '47036892816', { value: '47036892816' }],
    ['wrong', 'check digit', '86095742718', { type: 'forms/tax-id' }],
    ['boundary', '10 digits', '8609574271', { type: 'forms/digits' }],
    ['boundary', '12 digits', '860957427190', { type: 'forms/digits' }],
  ],
  chip: [
    ['valid', 'German', '276 0981 0000 1234', { value: '276098100001234' }],
    ['valid', 'of a manufacturer', '900000000000001', { value: '900000000000001' }],
    ['wrong', 'a test number', '999000000000001', { type: 'forms/chip' }],
    ['boundary', '14 digits', '27609810000123', { type: 'forms/digits' }],
    ['boundary', '16 digits', '2760981000012345', { type: 'forms/digits' }],
  ],
}

/** What is typed into questions whose answer is a number somebody else gave. */
export function codeDraws({ field }: Written): readonly Draw[] {
  return (ROWS[field.kind] ?? []).map(([kind, what, typed, outcome]) => draw({ kind, what }, [typed], outcome))
}

/** What is typed into e-mail addresses. */
export function emailDraws({ maxLength }: Written): readonly Draw[] {
  const longest = Math.min(maxLength ?? 254, 254)
  const of = (kind: CaseKind, what: string, text: string, type?: string): Draw =>
    draw({ kind, what }, [text], type === undefined ? { value: text } : { type })
  const long = (length: number): string => {
    const name = Math.min(64, length - 20)
    return `${'m'.repeat(name)}@${'b'.repeat(length - name - 9)}.example`
  }
  return [
    of('valid', 'usual', 'mara@beispiel.example'),
    draw({ kind: 'valid', what: 'with blanks' }, [' mara @beispiel.example'], { value: 'mara@beispiel.example' }),
    of('boundary', `${longest} characters`, long(longest)),
    of('boundary', `${longest + 1} characters`, long(longest + 1), 'forms/too-long'),
    of(
      'boundary',
      '65 characters before the @',
      `${'m'.repeat(65)}@b.example`,
      longest < 75 ? 'forms/too-long' : 'forms/email',
    ),
    ...['mara', 'mara@', '@b.example', 'mara@b', 'a@b@c.example', 'a@b..example'].map((text) =>
      of('wrong', text, text, 'forms/email'),
    ),
  ]
}

/** What is typed into numbers of which only the count of digits is known. */
export function digitDraws(written: Written, around: Around): readonly Draw[] {
  const { minLength = 1, maxLength = 30, pattern } = written
  const type = minLength === maxLength ? 'forms/digits' : 'forms/digits-between'
  const isTaken = (text: string): boolean => pattern === undefined || compilePattern(pattern).test(text)
  const of = (kind: CaseKind, what: string, text: string, typed = text): Draw => {
    const isCounted = text.length >= minLength && text.length <= maxLength && /^\d+$/.test(text)
    return draw(
      { kind, what },
      [typed],
      !isCounted ? { type } : isTaken(text) ? { value: text } : { type: 'forms/pattern' },
    )
  }
  const digits = (length: number): string => '0304612345'.repeat(3).slice(0, length)
  const sample = pattern === undefined ? undefined : sampleOf(pattern, true)
  const usual = sample ?? digits(minLength)
  return [
    of('valid', 'usual', usual),
    of('valid', 'with blanks', usual, [...usual].join(' ')),
    of('boundary', `${minLength} digits`, digits(minLength)),
    of('boundary', `${maxLength} digits`, digits(maxLength)),
    ...(minLength > 1 ? [of('boundary', `${minLength - 1} digits`, digits(minLength - 1))] : []),
    of('boundary', `${maxLength + 1} digits`, `${digits(maxLength)}1`),
    of('wrong', 'a letter', `${usual.slice(0, -1)}A`),
    ...around.texts
      .map((text) => of('valid', `"${text}"`, text.padEnd(minLength, '1')))
      .filter((one) => one.wrong === undefined),
  ]
}

/** Every code of a choice, and one that is none; of a long list those rules name, the ends and some between. */
export function choiceDraws({ codes }: Written, around: Around): readonly Draw[] {
  const isSome = (code: string, index: number): boolean =>
    codes.length <= 24 || index % 40 === 0 || index === codes.length - 1 || around.texts.includes(code)
  const some = codes.filter(isSome)
  return [
    ...some.map((code) => draw({ kind: 'valid', what: code }, [code], { value: code })),
    draw({ kind: 'wrong', what: 'no code of the list' }, ['gibt-es-nicht'], { type: 'forms/choose' }),
    draw({ kind: 'wrong', what: 'a code in capitals with more' }, [`${codes[0] ?? ''}X`], { type: 'forms/choose' }),
  ]
}

/** Sets of codes: each code once, as few and as many as may be, one too few and one too many. */
export function severalDraws({ codes, choicesMin, choicesMax = codes.length }: Written): readonly Draw[] {
  const most = Math.min(choicesMax, codes.length)
  const of = (kind: CaseKind, chosen: readonly string[], type?: string): Draw => {
    const texts = codes.map((code) => (chosen.includes(code) ? 'true' : ''))
    const value = codes.filter((code) => chosen.includes(code))
    return draw({ kind, what: chosen.join(' + ') }, texts, type === undefined ? { value } : { type })
  }
  const from = (index: number, count: number): string[] => [...codes, ...codes].slice(index, index + count)
  return [
    ...codes.map((_, index) => of('valid', from(index, choicesMin))),
    of('boundary', from(0, most)),
    ...(choicesMin > 1 ? [of('boundary', from(0, choicesMin - 1), 'forms/choices-min')] : []),
    ...(most < codes.length ? [of('boundary', from(0, most + 1), 'forms/choices-max')] : []),
  ]
}

/** Yes and no, and what is neither. */
export const yesNoDraws = (): readonly Draw[] => [
  draw({ kind: 'valid', what: 'no' }, ['false'], { value: false }),
  draw({ kind: 'valid', what: 'yes' }, ['true'], { value: true }),
  draw({ kind: 'wrong', what: 'perhaps' }, ['vielleicht'], { type: 'forms/choose-yes-no' }),
]

/** A declaration is made or not. */
export const declarationDraws = (): readonly Draw[] => [
  draw({ kind: 'valid', what: 'declared' }, ['true'], { value: true }),
  draw({ kind: 'wrong', what: 'no' }, ['false'], { type: 'forms/declare' }),
]

const TYPES = ['application/pdf', 'image/jpeg', 'image/png']
const SIZE_MAX = 20_000_000
const COUNT_MAX = 10

/** Files as they are stored: count, size and type at their limits and beyond. */
export function fileDraws({ files, isLater, isOptional, isByRule }: Written): readonly Draw[] {
  const types = files.mediaTypes.length === 0 ? TYPES : files.mediaTypes
  const [usual = ''] = types
  const largest = files.sizeMax ?? SIZE_MAX
  const most = files.max ?? COUNT_MAX
  const least = Math.max(1, files.min)
  const of = (kind: CaseKind, what: string, list: readonly FileRef[], type?: string): Draw => ({
    ...draw({ kind, what }, [], type === undefined ? { value: list } : { type }),
    files: list,
  })
  const several = (count: number, mediaType = usual, sizeBytes = 182_000): FileRef[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `datei-${index + 1}`,
      name: `datei-${index + 1}`,
      mediaType,
      sizeBytes,
    }))
  const foreign = [...TYPES, 'text/html', 'image/svg+xml'].filter((type) => !types.includes(type))
  const missing = { type: 'forms/file-missing' }
  const later = isLater
    ? draw({ kind: 'valid', what: 'later' }, [], { value: [] })
    : draw({ kind: 'wrong', what: 'later' }, [], isOptional ? {} : missing)
  return [
    ...types.map((type) => of('valid', type, several(least, type))),
    of('boundary', `${most} files`, several(most)),
    of('boundary', `${most + 1} files`, several(most + 1), 'forms/file-count'),
    ...(least > 1 ? [of('boundary', `${least - 1} files`, several(least - 1), 'forms/file-few')] : []),
    of('boundary', `${largest} bytes`, several(least, usual, largest)),
    of('boundary', `${largest + 1} bytes`, several(least, usual, largest + 1), 'forms/file-size'),
    of('wrong', 'no byte', several(least, usual, 0), 'forms/file-empty'),
    ...foreign.map((type) => of('wrong', type, several(least, type), 'forms/file-type')),
    { ...later, files: [], isLater: true, ...(isByRule && !isLater ? { wrongIfRequired: missing } : {}) },
  ]
}
