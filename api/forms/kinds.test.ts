import { describe, expect, it } from 'vitest'
import { controlNames } from './answers.ts'
import { readAnswer } from './kinds.ts'
import type { Field, FieldKind } from './model.ts'
import { seedForm, TODAY } from './testing.ts'

const form = seedForm('alle-felder')
const fieldOf = (kind: FieldKind, change: Partial<Field> = {}): Field => {
  const field = [...form.fields.values()].find((candidate) => candidate.kind === kind)
  if (field === undefined) {
    throw new Error(`alle-felder has no ${kind}`)
  }
  const limits = {
    ...field.limits,
    pattern: '[\\s\\S]*',
    minLength: 0,
    maxLength: 500,
    decimals: 2,
    isPast: false,
    isFuture: false,
  }
  const { min: _min, max: _max, ...open } = limits
  return { ...field, isOptional: false, limits: open, ...change }
}
const read = (field: Field, ...texts: readonly string[]) => {
  const result = readAnswer(field, texts, { today: TODAY, monthNames: form.monthNames })
  return result.ok
    ? result.value
    : `✗ ${result.wrong.type}${result.wrong.part === undefined ? '' : ` ${result.wrong.part}`}`
}

describe('every kind of field', () => {
  it('stands in alle-felder', () => {
    const kinds = new Set([...form.fields.values()].map((field) => field.kind))
    expect(kinds.size).toBe(24)
  })

  it.each<[FieldKind, string, unknown]>([
    ['text', '  ein   Wort\t', 'ein Wort'],
    ['text', 'Grüße & Maße: 3×4 §1 „x“ 100 %', 'Grüße & Maße: 3×4 §1 „x“ 100 %'],
    ['text', 'Привет', '✗ forms/sign'],
    ['text', 'a\u0000b\u202Ec\u200Bd', 'abcd'],
    ['text', '\ud800', '✗ forms/sign'],
    ['long-text', ' eins \r\n\r\nzwei  ', 'eins\n\nzwei'],
    ['long-text', 'مرحبا 🙂', 'مرحبا 🙂'],
    ['name', 'Mu\u0308ller', 'Müller'],
    ['name', 'Chóśebuz Łużyca Ðorđe Ștefan Nguyễn Ạ ẞ Ĳ', 'Chóśebuz Łużyca Ðorđe Ștefan Nguyễn Ạ ẞ Ĳ'],
    ['name', 'M̂ N̂ d̂ J̌ C̨̆', 'M̂ N̂ d̂ J̌ C̨̆'],
    ['name', "D'Arc O’Neill-von der Au, jr.", "D'Arc O’Neill-von der Au, jr."],
    ['name', 'Lehmann 3', '✗ forms/sign'],
    ['name', '<script>', '✗ forms/sign'],
    ['name', '--', '✗ forms/empty'],
    ['email', ' a.b+c@x-y.example ', 'a.b+c@x-y.example'],
    ['email', 'ä@bücher.example', 'ä@bücher.example'],
    ['email', 'a@b', '✗ forms/email'],
    ['email', 'a@@b.example', '✗ forms/email'],
    ['email', 'a..b@c.example', '✗ forms/email'],
    ['email', 'a@b.example\nBcc: c@d.example', '✗ forms/email'],
    ['phone', '+49 (355) 612-2000', '+493556122000'],
    ['phone', '0049/355 612', '+49355612'],
    ['phone', '0355', '✗ forms/phone'],
    ['phone', '0355 KAUF', '✗ forms/phone'],
    ['iban', 'de02 1203-0000 0000.2020 51', 'DE02120300000000202051'],
    ['iban', 'NL91ABNA0417164300', 'NL91ABNA0417164300'],
    ['iban', 'DE02 1203 0000 0000 2020 15', '✗ forms/iban'],
    ['iban', 'DE02', '✗ forms/iban'],
    ['iban', 'BR1500000000000010932840814P2', '✗ forms/iban-country'],
    ['digits', ' 12 34-5 ', '12345'],
    ['digits', '١٢٣', '✗ forms/digits-between'],
    ['digits', '12a', '✗ forms/digits-between'],
    ['plate', 'cb ab 123', 'CB-AB 123'],
    ['plate', 'CB-X1E', 'CB-X 1E'],
    ['plate', 'cbab123', 'CBAB 123'],
    ['plate', 'SPN-ÄÖ 12345', '✗ forms/plate'],
    ['tax-id', '01 234 567 812', '01234567812'],
    ['tax-id', '86095742719', '86095742719'],
    ['tax-id', '01234567813', '✗ forms/tax-id'],
    ['tax-id', '02163574980', '✗ forms/tax-id'],
    ['tax-id', '01112345679', '✗ forms/tax-id'],
    ['tax-id', '01121345673', '01121345673'],
    ['tax-id', '0123456781', '✗ forms/digits'],
    ['tax-id', '0123456781X', '✗ forms/digits'],
    ['chip', '276-0981-0000-1234', '276098100001234'],
    ['chip', '981000000000001', '981000000000001'],
    ['chip', '999000000000001', '✗ forms/chip'],
    ['chip', '277000000000001', '✗ forms/chip'],
    ['chip', '27609810000123', '✗ forms/digits'],
    ['time', '14:30', '14:30'],
    ['time', '9.05', '09:05'],
    ['time', '1430', '14:30'],
    ['time', '8', '08:00'],
    ['time', '14 Uhr', '14:00'],
    ['time', '14 Uhr 30', '14:30'],
    ['time', '14:30 Uhr', '14:30'],
    ['time', '7h15', '07:15'],
    ['time', '24:00', '✗ forms/time'],
    ['time', '12:60', '✗ forms/time'],
    ['time', '12:5', '✗ forms/time'],
    ['time', 'mittags', '✗ forms/time'],
    ['country', 'DEU', 'DEU'],
    ['country', 'Deutschland', '✗ forms/choose'],
    ['country', 'toString', '✗ forms/choose'],
    ['number', '1.234,5', 1234.5],
    ['number', '1234.5', 1234.5],
    ['number', '1.234', 1234],
    ['number', '0.25', 0.25],
    ['number', '1,234', '✗ forms/decimals'],
    ['number', '-0', 0],
    ['number', '−7', -7],
    ['number', '1.23.4', '✗ forms/number'],
    ['number', '1,2,3', '✗ forms/number'],
    ['number', '1e5', '✗ forms/number'],
    ['number', '9'.repeat(30), '✗ forms/number'],
    ['money', '1.234,56', 123_456],
    ['money', '1234.56', 123_456],
    ['money', '1,234.56', 123_456],
    ['money', '1 234,5 €', 123_450],
    ['money', 'EUR 12', 1200],
    ['money', '12,-', 1200],
    ['money', '0,1', 10],
    ['money', '0,29', 29],
    ['money', '1.005', 100_500],
    ['money', '1,005', '✗ forms/decimals'],
    ['money', '-1', '✗ forms/money-min'],
    ['money', 'viel', '✗ forms/money'],
    ['bool', 'true', true],
    ['bool', 'false', false],
    ['bool', 'ja', '✗ forms/choose-yes-no'],
    ['select', 'rot', 'rot'],
    ['select', '__proto__', '✗ forms/choose'],
    ['declaration', 'true', true],
    ['declaration', 'false', '✗ forms/declare'],
  ])('%s reads %j as %j', (kind, text, expected) => {
    expect(read(fieldOf(kind), text)).toEqual(expected)
  })

  it.each<[readonly string[], string]>([
    [['3', '4', '1985'], '1985-04-03'],
    [['03', '04', '1985'], '1985-04-03'],
    [['3.', 'März', '1985'], '1985-03-03'],
    [['3', 'maerz', '1985'], '1985-03-03'],
    [['3', 'Mrz.', '1985'], '1985-03-03'],
    [['3', 'MAI', '1985'], '1985-05-03'],
    [['3', 'dezem', '1985'], '1985-12-03'],
    [['13.4.1985', '', ''], '1985-04-13'],
    [['13. April 1985', '', ''], '1985-04-13'],
    [['29', '2', '2024'], '2024-02-29'],
    [['29', '2', '2026'], '✗ forms/date-real day'],
    [['0', '1', '2026'], '✗ forms/date-real day'],
    [['1', '13', '2026'], '✗ forms/date-real month'],
    [['1', 'ma', '2026'], '✗ forms/date-real month'],
    [['', '1', '2026'], '✗ forms/date-day day'],
    [['1', '', '2026'], '✗ forms/date-month month'],
    [['1', '1', ''], '✗ forms/date-year year'],
    [['1', '1', '85'], '✗ forms/date-year year'],
    [['1', '1', '1700'], '✗ forms/date-real day'],
    [['', '', ''], '✗ forms/empty'],
  ])('date reads %j as %s', (texts, expected) => {
    expect(read(fieldOf('date'), ...texts)).toBe(expected)
  })

  it.each<[readonly string[], string]>([
    [['00', '00', '1950'], '1950'],
    [['', '', '1950'], '1950'],
    [['0', '3', '1950'], '1950-03'],
    [['', 'März', '1950'], '1950-03'],
    [['7', '3', '1950'], '1950-03-07'],
    [['00.00.1950', '', ''], '1950'],
    [['03/1950', '', ''], '1950-03'],
    [['1950', '', ''], '1950'],
    [['13.4.1985', '', ''], '1985-04-13'],
    [['7', '', '1950'], '✗ forms/date-month month'],
    [['', '13', '1950'], '✗ forms/date-real month'],
    [['', '3', ''], '✗ forms/date-year year'],
    [['00', '00', '0000'], '✗ forms/date-real year'],
    [['31', '2', '1950'], '✗ forms/date-real day'],
    [['', '', ''], '✗ forms/empty'],
  ])('incomplete date reads %j as %s', (texts, expected) => {
    expect(read(fieldOf('incomplete-date'), ...texts)).toBe(expected)
  })

  it.each<[Partial<Field['limits']>, readonly string[], string]>([
    [{ isPast: true }, ['', '', '2026'], '2026'],
    [{ isPast: true }, ['', '11', '2026'], '2026-11'],
    [{ isPast: true }, ['', '12', '2026'], '✗ forms/date-past year'],
    [{ isFuture: true }, ['', '', '2025'], '✗ forms/date-future year'],
    [{ min: '1950-06-15' }, ['', '', '1950'], '1950'],
    [{ min: '1950-06-15' }, ['', '5', '1950'], '✗ forms/date-min year'],
    [{ max: '1950-06-15' }, ['', '7', '1950'], '✗ forms/date-max year'],
  ])('an incomplete date breaks a bound only where it does whatever is unknown: %j %j', (limits, texts, expected) => {
    const field = fieldOf('incomplete-date')
    expect(read({ ...field, limits: { ...field.limits, ...limits } }, ...texts)).toBe(expected)
  })

  it.each<[readonly string[], string]>([
    [['24', '12', '2026', '8.05'], '2026-12-24T08:05'],
    [['24.12.2026', '', '', '14 Uhr'], '2026-12-24T14:00'],
    [['24', '12', '2026', ''], '✗ forms/date-time time'],
    [['24', '12', '2026', '25:00'], '✗ forms/time time'],
    [['', '', '', '8:00'], '✗ forms/date-day day'],
    [['', '', '', ''], '✗ forms/empty'],
  ])('date and time reads %j as %s', (texts, expected) => {
    expect(read(fieldOf('date-time'), ...texts)).toBe(expected)
  })

  it.each<[readonly string[], unknown]>([
    [
      ['true', '', 'true', ''],
      ['hund', 'a/b'],
    ],
    [['', '', '', ''], '✗ forms/choose'],
    [['true', '', '', ''], '✗ forms/choices-min'],
    [['true', 'true', 'true', 'true'], '✗ forms/choices-max'],
    [['on', 'x', 'false', ''], '✗ forms/choose'],
    [[], '✗ forms/choose'],
  ])('several reads the ticks %j as %j', (texts, expected) => {
    const field = [...form.fields.values()].find((candidate) => candidate.path === 'wahl.mehrere') as Field
    expect(read(field, ...texts)).toEqual(expected)
  })

  it('names the ticks by their codes, signs of JSON pointers escaped', () => {
    const field = [...form.fields.values()].find((candidate) => candidate.path === 'wahl.mehrere') as Field
    expect(controlNames(field, '/wahl/mehrere')).toEqual([
      '/wahl/mehrere/hund',
      '/wahl/mehrere/katze',
      '/wahl/mehrere/a~1b',
      '/wahl/mehrere/maus',
    ])
  })

  it('keeps a long text to the letters of DIN 91379 where the data schema says text_latin', () => {
    const field = form.fields.get('texte.latein') as Field
    expect([read(field, 'Привет'), read(field, 'Łužyca')]).toEqual(['✗ forms/sign', 'Łužyca'])
  })

  it.each<[Partial<Field['limits']>, string]>([
    [{ isPast: true }, '2026-11-24'],
    [{ isFuture: true }, '2026-11-24'],
    [{ isPast: true, max: '2026-11-23' }, '✗ forms/date-max year'],
    [{ isFuture: true, min: '2026-11-25' }, '✗ forms/date-min year'],
  ])('today counts as past and as future: %j', (limits, expected) => {
    const field = fieldOf('date')
    expect(read({ ...field, limits: { ...field.limits, ...limits } }, '24', '11', '2026')).toBe(expected)
  })

  it('counts characters after cleaning, exactly', () => {
    const field = fieldOf('text', { limits: { ...fieldOf('text').limits, minLength: 2, maxLength: 3 } })
    expect([read(field, ' a '), read(field, ' ab '), read(field, 'abc'), read(field, 'abcd')]).toEqual([
      '✗ forms/too-short',
      'ab',
      'abc',
      '✗ forms/too-long',
    ])
  })

  it('leaves an optional question without an answer', () => {
    for (const field of form.fields.values()) {
      const texts = controlNames(field, '/x').map((_, index) => ['', ' ', '\u200b', ' \u0000 '][index % 4] ?? '')
      const result = readAnswer({ ...field, isOptional: true }, texts, { today: TODAY, monthNames: form.monthNames })
      expect(result, field.path).toEqual({ ok: true, value: undefined })
    }
  })
})
