import * as v from 'valibot'
import type { Finding } from '../lib/finding.ts'
import { nearest } from '../lib/finding.ts'
import { readYaml, shapeOf } from './yaml.ts'

/** The streets of the town, for suggestions only: whatever a person types is taken. */
export type StreetList = {
  /** Names in order, with the Lower Sorbian one where there is one. */
  readonly streets: readonly { readonly name: string; readonly dsb?: string }[]
  /** The town of each postal code. */
  readonly postalCodes: ReadonlyMap<string, string>
  /** Names by how they are compared, Lower Sorbian ones too. */
  readonly known: ReadonlyMap<string, string>
}

const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(80))
const StreetsFile = v.strictObject({
  format: v.literal(1),
  postalCodes: v.record(v.pipe(v.string(), v.regex(/^\d{5}$/, 'is no postal code.')), name),
  streets: v.record(name, v.nullable(name)),
})

/** Reads `streets.yaml`. */
export function readStreets(text: string, path: string): { list?: StreetList; findings: readonly Finding[] } {
  const yaml = readYaml(text, path)
  const shape = yaml.ok ? shapeOf(StreetsFile, yaml.yaml) : yaml
  if (!shape.ok) {
    return { findings: shape.findings }
  }
  const streets = Object.entries(shape.value.streets).map(([street, dsb]) => ({
    name: street,
    ...(dsb === null ? {} : { dsb }),
  }))
  const known = new Map(
    streets.flatMap((street) => [street.name, street.dsb ?? street.name].map((one) => [folded(one), one] as const)),
  )
  return { list: { streets, postalCodes: new Map(Object.entries(shape.value.postalCodes)), known }, findings: [] }
}

/** How names of streets are compared: "Sandower Str." is "Sandower Straße". */
function folded(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/ł/g, 'l')
    .replace(/ß/g, 'ss')
    .replace(/str(\.|$)/g, 'strasse')
    .replace(/[^a-z0-9]/g, '')
}

/** The town a postal code belongs to; absent for one of elsewhere. */
export const townOf = (list: StreetList, postalCode: string): string | undefined =>
  list.postalCodes.get(postalCode.replace(/\s/g, ''))

/** Whether a street of the town is one of the list; the nearest known name where it is not and one is near. */
export function findStreet(list: StreetList, street: string): { readonly isKnown: boolean; readonly nearest?: string } {
  const wanted = folded(street)
  if (wanted === '' || list.known.has(wanted)) {
    return { isKnown: true }
  }
  const near = nearest(wanted, list.known.keys())
  const found = near === undefined ? undefined : list.known.get(near)
  return found === undefined ? { isKnown: false } : { isKnown: false, nearest: found }
}
