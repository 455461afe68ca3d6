import { electronicFormatIBAN, isSEPACountry, isValidIBAN } from 'ibantools'
import type { AnswerValue } from './answers.ts'
import { type DateContext, readDate } from './dates.ts'
import type { Field } from './model.ts'
import { readDecimal } from './numbers.ts'
import { compilePattern } from './pattern.ts'
import type { Read } from './reading.ts'

/**
 * Reads one answer as a person types it: trimmed, NFC, stray blanks and hyphens forgiven. Empty is a finding unless the question
 * is optional. Files are not read here.
 * @param texts the raw texts of the question's controls: one, or day, month and year.
 * @param context the day in Berlin, for dates that must lie in the past or the future, and names of months.
 */
export function readAnswer(field: Field, texts: readonly string[], context: DateContext): Read {
  const cleaned = texts.map((text) => cleanText(text, field.kind === 'long-text'))
  if (cleaned.every((text) => text === '')) {
    return field.isOptional
      ? { ok: true, value: undefined }
      : { ok: false, wrong: { type: EMPTY[field.kind] ?? 'forms/empty' } }
  }
  if (field.kind === 'date') {
    return readDate(field.limits, cleaned, context)
  }
  const text = cleaned[0] ?? ''
  const { maxLength } = field.limits
  if (!CHOSEN.includes(field.kind) && text.length > Math.max(maxLength, SLOPPY[field.kind] ?? 0)) {
    return { ok: false, wrong: { type: 'forms/too-long', params: { max: maxLength } } }
  }
  const read = READERS[field.kind]
  return read === undefined ? { ok: true, value: undefined } : read(field, text)
}

const EMPTY: Readonly<Partial<Record<Field['kind'], string>>> = {
  bool: 'forms/choose-yes-no',
  select: 'forms/choose',
  declaration: 'forms/declare',
  file: 'forms/file-missing',
}

/** Kinds whose answer is one of a few codes. */
const CHOSEN: readonly Field['kind'][] = ['bool', 'select', 'declaration']

/** Raw characters allowed where blanks and hyphens are taken out before counting. */
const SLOPPY: Readonly<Partial<Record<Field['kind'], number>>> = {
  iban: 60,
  digits: 60,
  phone: 40,
  number: 40,
  money: 40,
  plate: 20,
}

type Reader = (field: Field, text: string) => Read
const READERS: Readonly<Partial<Record<Field['kind'], Reader>>> = {
  text: readText,
  'long-text': readText,
  name: readText,
  email: readEmail,
  phone: readPhone,
  iban: readIban,
  digits: readDigits,
  plate: readPlate,
  number: readNumber,
  money: readMoney,
  bool: (_, text) => (text === 'true' || text === 'false' ? good(text === 'true') : bad('forms/choose-yes-no')),
  declaration: (_, text) => (text === 'true' ? good(true) : bad('forms/declare')),
  select: (field, text) => (field.options.some((option) => option.code === text) ? good(text) : bad('forms/choose')),
}

const good = (value: AnswerValue): Read => ({ ok: true, value })
const bad = (type: string, params?: Readonly<Record<string, string | number>>): Read => {
  return { ok: false, wrong: params === undefined ? { type } : { type, params } }
}

/** Brings text into NFC without control characters and outer blanks; inner blanks become one, lines are kept in long text. */
export function cleanText(text: string, hasLines = false): string {
  const whole = text.toWellFormed().normalize('NFC').replace(/\r\n?/g, '\n')
  const visible = whole.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : ''))
  if (!hasLines) {
    return visible.replace(/\s+/gu, ' ').trim()
  }
  const lines = visible.split('\n').map((line) => line.trimEnd())
  return lines.join('\n').trim()
}

/**
 * Signs a name may have: the Latin letters of DIN 91379 and the marks that follow them, apostrophes, hyphens, full stop,
 * comma, blank. Wider than the norm's list where Unicode has more Latin letters; never narrower.
 * @see DIN 91379:2022-08, data type A
 */
const NAME_SIGN = /^[\p{Script=Latin}\p{M}ʹʺʼʾʿˈˌ’‘‡'´`·.,\- ~]$/u
const TEXT_SIGN = /^[\p{Script=Latin}\p{M}\p{N}\p{P}\p{Sc}\p{Sm}\p{Sk}ʹʺʼʾʿˈˌ°§©®¦\n ]$/u

function readText(field: Field, text: string): Read {
  if (text.length < field.limits.minLength) {
    return bad('forms/too-short', { min: field.limits.minLength })
  }
  const allowed = field.kind === 'name' ? NAME_SIGN : field.kind === 'text' ? TEXT_SIGN : undefined
  const sign = allowed === undefined ? undefined : [...text].find((candidate) => !allowed.test(candidate))
  if (sign !== undefined) {
    return bad('forms/sign', { sign })
  }
  if (field.kind === 'name' && !/\p{L}/u.test(text)) {
    return bad('forms/empty')
  }
  const { pattern } = field.limits
  return pattern === undefined || compilePattern(pattern).test(text) ? good(text) : bad('forms/pattern')
}

function readEmail(_: Field, text: string): Read {
  const address = text.replace(/\s/g, '').replace(/^mailto:/i, '')
  return /^[^\s@<>()[\]\\,;:"]{1,64}@(?=.{4,190}$)[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(address) &&
    !address.includes('..')
    ? good(address)
    : bad('forms/email')
}

function readPhone(_: Field, text: string): Read {
  const number = text.replace(/[\s()/.\-–]/g, '').replace(/^00/, '+')
  return /^\+?\d{5,15}$/.test(number) ? good(number) : bad('forms/phone')
}

function readIban(_: Field, text: string): Read {
  const iban = electronicFormatIBAN(text.replace(/[^A-Za-z0-9]/g, '')) ?? ''
  if (!isValidIBAN(iban)) {
    return bad('forms/iban')
  }
  return isSEPACountry(iban.slice(0, 2)) ? good(iban) : bad('forms/iban-country')
}

function readDigits(field: Field, text: string): Read {
  const digits = text.replace(/[\s./\-–]/g, '')
  const { minLength, maxLength, pattern } = field.limits
  if (!/^\d+$/.test(digits) || digits.length < minLength || digits.length > maxLength) {
    return minLength === maxLength
      ? bad('forms/digits', { count: maxLength })
      : bad('forms/digits-between', { min: minLength, max: maxLength })
  }
  return pattern === undefined || compilePattern(pattern).test(digits) ? good(digits) : bad('forms/pattern')
}

/** A German number plate; where the parts are set apart the usual form `CB-AB 123E` is stored. */
function readPlate(_: Field, text: string): Read {
  const match = /^([A-ZÄÖÜ]{1,3})(?:[ -]+|(?<glued>))([A-Z]{0,2}) ?-?(\d{1,4}) ?([EH]?)$/.exec(
    text.toUpperCase().replace(/[–·.]/g, '-'),
  )
  if (match === null) {
    return bad('forms/plate')
  }
  const [, town = '', , letters = '', number = '', mark = ''] = match
  return good(
    match.groups?.['glued'] === undefined && letters !== ''
      ? `${town}-${letters} ${number}${mark}`
      : `${town}${letters} ${number}${mark}`,
  )
}

function readNumber(field: Field, text: string): Read {
  const unit = field.unit === undefined ? text : text.replace(field.unit, '')
  const read = readDecimal(unit, field.limits.decimals)
  return read.ok
    ? within(field, Number(`${read.isNegative ? '-' : ''}${read.whole}.${read.fraction || '0'}`))
    : bad(read.type, read.params)
}

function readMoney(field: Field, text: string): Read {
  const read = readDecimal(text.replace(/€|EUR|Euro/gi, '').replace(/,[-–—]{1,2}\s*$/, ''), 2)
  if (!read.ok) {
    return bad(read.type === 'forms/number' ? 'forms/money' : read.type, read.params)
  }
  return within(field, Number(`${read.isNegative ? '-' : ''}${read.whole}${read.fraction.padEnd(2, '0')}`))
}

function within(field: Field, value: number): Read {
  const { min, max } = field.limits
  const lowest = typeof min === 'number' ? min : field.kind === 'money' ? 0 : -999_999_999_999
  const highest = typeof max === 'number' ? max : 999_999_999_999
  if (!Number.isFinite(value) || value < lowest) {
    return bad(field.kind === 'money' ? 'forms/money-min' : 'forms/min', { min: lowest })
  }
  return value > highest
    ? bad(field.kind === 'money' ? 'forms/money-max' : 'forms/max', { max: highest })
    : good(value === 0 ? 0 : value)
}
