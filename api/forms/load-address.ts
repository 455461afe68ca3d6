import { nearest } from '../lib/finding.ts'
import type { Loading } from './loading.ts'
import { ADDRESS_PARTS, type AddressPart, type Field, type Group } from './model.ts'

type GroupOverlay = Loading['overlay']['groups'][string]

/** Joins the parts of an address with the fields they are; reports a part that is none, and an address without what it needs. */
export function addressOf(loading: Loading, path: string, { kind, parts = {} }: GroupOverlay): Pick<Group, 'address'> {
  const place = ['groups', path, 'parts']
  const entries = Object.entries(parts)
  for (const [part, key] of entries.filter(([, one]) => loading.overlay.fields[`${path}.${one}`] === undefined)) {
    const known = Object.keys(loading.overlay.fields)
      .filter((field) => field.startsWith(`${path}.`))
      .map((field) => field.slice(path.length + 1))
    const detail = `"${key}" is no field of "${path}".`
    loading.report([...place, part], 'forms/unknown-field', detail, nearest(key, known))
  }
  const isWhole =
    ['street', 'postalCode', 'town'].every((part) => part in parts) || ('line1' in parts && 'country' in parts)
  if (kind === undefined ? entries.length > 0 : !isWhole) {
    const detail = 'An address ("kind: address") has the parts street, postalCode and town, or line1 and country.'
    loading.report(place, 'forms/address', detail)
  }
  return kind === undefined
    ? {}
    : { address: Object.fromEntries(entries.map(([part, key]) => [part, `${path}.${key}`])) }
}

/** The part of an address that a field is. */
export function partOf(path: string, groups: ReadonlyMap<string, Group>): Pick<Field, 'address'> {
  const group = groups.get(path.split('.').slice(0, -1).join('.'))
  const part = ADDRESS_PARTS.find((one) => group?.address?.[one] === path)
  return group === undefined || part === undefined ? {} : { address: { part, group: group.path } }
}

/** Token browsers fill a part in by, where the overlay names none (WCAG 2.2, 1.3.5). */
export const tokenOf = (part: AddressPart | undefined): string | undefined =>
  part === undefined ? undefined : TOKENS[part]

const TOKENS: Readonly<Partial<Record<AddressPart, string>>> = {
  street: 'address-line1',
  postalCode: 'postal-code',
  town: 'address-level2',
  country: 'country-name',
  line1: 'address-line1',
  line2: 'address-line2',
  line3: 'address-line3',
}
