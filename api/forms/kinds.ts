import { compilePattern } from '../lib/pattern.ts'
import { readChip, readDigits, readIban, readPlate, readTaxId } from './codes.ts'
import { type DateContext, readDate, readIncompleteDate } from './dates.ts'
import type { Field } from './model.ts'
import { readDecimal } from './numbers.ts'
import { bad, good, type Read } from './reading.ts'
import { readDateTime, readTime } from './times.ts'

/**
 * Reads one answer as a person types it: trimmed, NFC, stray blanks and hyphens forgiven. Empty is a finding unless the question
 * is optional. Files are not read here.
 * @param texts the raw texts of the question's controls, in the order of `controlNames`.
 * @param context the day in Berlin, for dates that must lie in the past or the future, and names of months.
 */
export function readAnswer(field: Field, texts: readonly string[], context: DateContext): Read {
  const cleaned = texts.map((text) => cleanText(text, field.kind === 'long-text'))
  if (cleaned.every((text) => text === '')) {
    return field.isOptional
      ? { ok: true, value: undefined }
      : { ok: false, wrong: { type: EMPTY[field.kind] ?? 'forms/empty' } }
  }
  const whole = WHOLE_READERS[field.kind]
  if (whole !== undefined) {
    return whole(field, cleaned, context)
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
  several: 'forms/choose',
  country: 'forms/choose',
  declaration: 'forms/declare',
  file: 'forms/file-missing',
}

/** Kinds whose answer is one of a few codes. */
const CHOSEN: readonly Field['kind'][] = ['bool', 'select', 'country', 'declaration']

/** Raw characters allowed where blanks and hyphens are taken out before counting. */
const SLOPPY: Readonly<Partial<Record<Field['kind'], number>>> = {
  iban: 60,
  digits: 60,
  phone: 40,
  number: 40,
  money: 40,
  plate: 20,
  time: 20,
  'tax-id': 40,
  chip: 60,
}

type WholeReader = (field: Field, texts: readonly string[], context: DateContext) => Read
/** Kinds that are typed in several controls. */
const WHOLE_READERS: Readonly<Partial<Record<Field['kind'], WholeReader>>> = {
  date: (field, texts, context) => readDate(field.limits, texts, context),
  'incomplete-date': (field, texts, context) => readIncompleteDate(field.limits, texts, context),
  'date-time': (field, texts, context) => readDateTime(field.limits, texts, context),
  several: readSeveral,
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
  'tax-id': readTaxId,
  chip: readChip,
  time: (field, text) => readTime(field.limits, text),
  number: readNumber,
  money: readMoney,
  bool: (_, text) => (text === 'true' || text === 'false' ? good(text === 'true') : bad('forms/choose-yes-no')),
  declaration: (_, text) => (text === 'true' ? good(true) : bad('forms/declare')),
  select: readChoice,
  country: readChoice,
}

function readChoice(field: Field, text: string): Read {
  return field.options.some((option) => option.code === text) ? good(text) : bad('forms/choose')
}

/** The codes whose tick is set, in the order of the options. */
function readSeveral(field: Field, texts: readonly string[]): Read {
  const chosen = field.options.flatMap(({ code }, index) => (texts[index] === 'true' ? [code] : []))
  const { choicesMin, choicesMax } = field.limits
  if (chosen.length === 0) {
    return bad('forms/choose')
  }
  if (chosen.length < choicesMin) {
    return bad('forms/choices-min', { min: choicesMin })
  }
  return chosen.length > choicesMax ? bad('forms/choices-max', { max: choicesMax }) : good(chosen)
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
  const allowed =
    field.kind === 'name' ? NAME_SIGN : field.kind === 'text' || field.limits.isLatin ? TEXT_SIGN : undefined
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
