import type { AttributeName } from '../lib/attribute-names.ts'
import type { TrustLevel } from '../lib/trust-level.ts'
import type { Attributes, RawAttribute } from './account-provider.ts'

const LENGTH_MAX = 200

/**
 * Tidies what a provider says: text in NFC without control characters, empty values left out, the house number taken from
 * the street where a provider has both in one line; what is empty says nothing. Pure.
 */
export function tidyAttributes(raw: readonly RawAttribute[]): Attributes {
  const found: Partial<Record<AttributeName, { value: string; trustLevel: TrustLevel }>> = {}
  for (const { name, value, trustLevel } of raw) {
    const text = textOf(value)
    if (text !== '') {
      found[name] = { value: text, trustLevel }
    }
  }
  for (const prefix of ['', 'organisation.'] as const) {
    const [street, number] = [`${prefix}address.street`, `${prefix}address.houseNumber`] as const
    const line = found[street]
    if (line !== undefined && found[number] === undefined) {
      const split = splitStreet(line.value)
      found[street] = { ...line, value: split.street }
      if (split.houseNumber !== '') {
        found[number] = { ...line, value: split.houseNumber }
      }
    }
  }
  return found
}

/** Parts street and house number: "Sandower Straße 12 a" has "12 a". A line without a number at its end is all street. */
export function splitStreet(line: string): { readonly street: string; readonly houseNumber: string } {
  const at = /^(.*\D)\s(\d{1,4}(?:\s?[a-zA-Z])?(?:\s?[-–/]\s?\d{1,4}(?:\s?[a-zA-Z])?)?)$/.exec(line)
  return { street: (at?.[1] ?? line).trim(), houseNumber: at?.[2] ?? '' }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value.normalize('NFC').replace(CONTROL, ' ').replace(/ +/g, ' ').trim().slice(0, LENGTH_MAX)
    : ''
}
