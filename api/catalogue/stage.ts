import { isDeepStrictEqual } from 'node:util'
import type { CatalogueKind, CatalogueObject, Mirror, TextModule } from '../content/mirror.ts'
import type { Finding } from '../lib/finding.ts'
import type { CatalogueSource, FeedStep, Place } from './feed.ts'

/** What a feed does to one object. `fields` names what differs, text modules by code (`texts.08`), texts in
 * another language than German with it (`texts.08.en`); empty unless changed. */
export type CatalogueChange = {
  readonly action: 'added' | 'changed' | 'removed'
  readonly kind: CatalogueKind
  readonly key: string
  /** German name; empty for responsibilities. */
  readonly name: string
  readonly fields: readonly string[]
}

export type Staged =
  | { readonly ok: true; readonly mirror: Mirror; readonly changes: readonly CatalogueChange[] }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Applies a feed to a copy of the mirror and says what differs. Refuses the whole feed, with file and line, when a step is
 * refused or when afterwards a responsibility names an office or service that is not there.
 */
export async function stageFeed(mirror: Mirror, source: CatalogueSource): Promise<Staged> {
  const draft = copyOf(mirror)
  const places = new Map<string, Place>()
  for await (const step of source.steps()) {
    if (step.action === 'refuse') {
      return { ok: false, findings: [step.finding] }
    }
    apply(draft, step)
    places.set(step.action === 'write' ? idOf(step.object) : `${step.kind} ${step.key}`, step.at)
  }
  const findings = danglingReferences(draft, places)
  if (findings.length > 0) {
    return { ok: false, findings }
  }
  return { ok: true, mirror: draft, changes: changesBetween(mirror, draft) }
}

/** What differs between two mirrors, in the order of kind and key. */
export function changesBetween(before: Mirror, after: Mirror): readonly CatalogueChange[] {
  return MAPS.flatMap((name) => {
    const old = before[name] as ReadonlyMap<string, CatalogueObject>
    const now = after[name] as ReadonlyMap<string, CatalogueObject>
    const keys = [...new Set([...old.keys(), ...now.keys()])].sort()
    return keys.flatMap((key) => changeOf(old.get(key), now.get(key)))
  })
}

const MAPS = ['services', 'offices', 'responsibilities', 'onlineServices'] as const

type Draft = { readonly [Name in (typeof MAPS)[number]]: Map<string, CatalogueObject> }

const copyOf = (mirror: Mirror): Mirror => ({
  services: new Map(mirror.services),
  offices: new Map(mirror.offices),
  responsibilities: new Map(mirror.responsibilities),
  onlineServices: new Map(mirror.onlineServices),
})

const MAP_OF = {
  service: 'services',
  office: 'offices',
  responsibility: 'responsibilities',
  'online-service': 'onlineServices',
} as const

function apply(draft: Mirror, step: Exclude<FeedStep, { action: 'refuse' }>): void {
  const maps = draft as unknown as Draft
  if (step.action === 'write') {
    maps[MAP_OF[step.object.kind]].set(step.object.key, step.object)
    return
  }
  maps[MAP_OF[step.kind]].delete(step.key)
}

const idOf = (object: CatalogueObject): string => `${object.kind} ${object.key}`

function danglingReferences(mirror: Mirror, places: ReadonlyMap<string, Place>): readonly Finding[] {
  return [...mirror.responsibilities.values()].flatMap((responsibility) => {
    const owners = responsibility.owner === 'office' ? mirror.offices : mirror.onlineServices
    const missing = owners.has(responsibility.ownerKey)
      ? mirror.services.has(responsibility.serviceKey)
        ? null
        : `service ${responsibility.serviceKey}`
      : `${responsibility.owner} ${responsibility.ownerKey}`
    if (missing === null) {
      return []
    }
    const at = places.get(idOf(responsibility)) ?? places.get(missing) ?? { file: 'index.txt', line: 1 }
    const detail = `responsibility ${responsibility.key} refers to ${missing}, which is not there`
    return [{ file: at.file, line: at.line, type: 'feed/unknown-reference', detail }]
  })
}

function changeOf(before: CatalogueObject | undefined, after: CatalogueObject | undefined): readonly CatalogueChange[] {
  const object = after ?? before
  if (object === undefined || isDeepStrictEqual(before, after)) {
    return []
  }
  const action = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  const name = 'name' in object ? (object.name['de'] ?? Object.values(object.name)[0] ?? '') : ''
  const fields = before !== undefined && after !== undefined ? changedFields(before, after) : []
  return [{ action, kind: object.kind, key: object.key, name, fields }]
}

function changedFields(before: CatalogueObject, after: CatalogueObject): readonly string[] {
  const old = fieldsOf(before)
  const now = fieldsOf(after)
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  return names.filter((name) => !isDeepStrictEqual(old.get(name), now.get(name)))
}

const LOCALISED = new Set(['name', 'description', 'feesText', 'deadlinesText', 'processingText'])

function fieldsOf(object: CatalogueObject): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>()
  for (const [name, value] of Object.entries(object)) {
    if (name !== 'texts') {
      addField(fields, name, LOCALISED.has(name) ? value : { de: value })
    }
  }
  const texts: readonly TextModule[] = object.kind === 'service' ? object.texts : []
  for (const { code, text, links } of texts) {
    const linked = links.map(({ lang = 'de', ...link }) => ({ [lang]: link }))
    for (const part of [text, ...linked]) {
      addField(fields, `texts.${code}`, part)
    }
  }
  return fields
}

/** One field by language; what stands there already under that name is kept beside it. */
function addField(fields: Map<string, unknown>, name: string, values: Readonly<Record<string, unknown>>): void {
  for (const [lang, value] of Object.entries(values)) {
    const key = lang === 'de' ? name : `${name}.${lang}`
    fields.set(key, [...((fields.get(key) as readonly unknown[] | undefined) ?? []), value])
  }
}
