import { electronicFormatIBAN, isSEPACountry, isValidIBAN } from 'ibantools'
import { compilePattern } from '../lib/pattern.ts'
import type { Field } from './model.ts'
import { bad, good, type Read } from './reading.ts'

/*
 * Numbers that other registers gave: each with its own length and check, stored without the blanks and hyphens
 * in which people write them.
 */

/** An IBAN of the SEPA area, whatever country (Art. 9 VO (EU) 260/2012). */
export function readIban(_: Field, text: string): Read {
  const iban = electronicFormatIBAN(text.replace(/[^A-Za-z0-9]/g, '')) ?? ''
  if (!isValidIBAN(iban)) {
    return bad('forms/iban')
  }
  return isSEPACountry(iban.slice(0, 2)) ? good(iban) : bad('forms/iban-country')
}

/** Digits only, as many as the data schema says. */
export function readDigits(field: Field, text: string): Read {
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
export function readPlate(_: Field, text: string): Read {
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

/**
 * Identifikationsnummer of a person: eleven digits, the first not 0 but in test numbers, one digit of the first ten twice or three times, check digit in the end.
 * @see § 139b AO; ISO/IEC 7064, MOD 11,10
 */
export function readTaxId(field: Field, text: string): Read {
  const digits = text.replace(/[\s./\-–]/g, '')
  if (!/^\d{11}$/.test(digits)) {
    return bad('forms/digits', { count: 11 })
  }
  const counts = [...new Set(digits.slice(0, 10))].map((digit) => digits.slice(0, 10).split(digit).length - 1)
  const repeated = counts.filter((count) => count > 1)
  const isShaped = repeated.length === 1 && (repeated[0] ?? 0) <= 3 && !/(\d)\1\1/.test(digits.slice(0, 10))
  return isShaped && checkDigitOf(digits.slice(0, 10)) === Number(digits[10]) && matches(field, digits)
    ? good(digits)
    : bad('forms/tax-id')
}

/** ISO/IEC 7064, MOD 11,10. */
function checkDigitOf(digits: string): number {
  let product = 10
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10
}

/** ISO 3166-1 numeric. */
const COUNTRIES: ReadonlySet<number> = new Set(
  [
    '4 8 10 12 16 20 24 28 31 32 36 40 44 48 50 51 52 56 60 64 68 70 72 74 76 84 86 90 92 96 100 104 108 112 116 120',
    '124 132 136 140 144 148 152 156 158 162 166 170 174 175 178 180 184 188 191 192 196 203 204 208 212 214 218 222',
    '226 231 232 233 234 238 239 242 246 248 250 254 258 260 262 266 268 270 275 276 288 292 296 300 304 308 312 316',
    '320 324 328 332 334 336 340 344 348 352 356 360 364 368 372 376 380 384 388 392 398 400 404 408 410 414 417 418',
    '422 426 428 430 434 438 440 442 446 450 454 458 462 466 470 474 478 480 484 492 496 498 499 500 504 508 512 516',
    '520 524 528 531 533 534 535 540 548 554 558 562 566 570 574 578 580 581 583 584 585 586 591 598 600 604 608 612',
    '616 620 624 626 630 634 638 642 643 646 652 654 659 660 662 663 666 670 674 678 682 686 688 690 694 702 703 704',
    '705 706 710 716 724 728 729 732 740 744 748 752 756 760 762 764 768 772 776 780 784 788 792 795 796 798 800 804',
    '807 818 826 831 832 833 834 840 850 854 858 860 862 876 882 887 894',
  ].flatMap((line) => line.split(' ').map(Number)),
)

/**
 * Number of an animal's transponder: fifteen digits, the first three a country (ISO 3166-1 numeric) or a manufacturer
 * (900 to 998). 999 marks test transponders and is refused.
 * @see ISO 11784
 */
export function readChip(field: Field, text: string): Read {
  const digits = text.replace(/[\s./\-–]/g, '')
  if (!/^\d{15}$/.test(digits)) {
    return bad('forms/digits', { count: 15 })
  }
  const prefix = Number(digits.slice(0, 3))
  const isKnown = (prefix >= 900 && prefix <= 998) || COUNTRIES.has(prefix)
  return isKnown && matches(field, digits) ? good(digits) : bad('forms/chip')
}

function matches({ limits: { pattern } }: Field, digits: string): boolean {
  return pattern === undefined || compilePattern(pattern).test(digits)
}
