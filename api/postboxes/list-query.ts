import * as v from 'valibot'
import { parameter } from '../http/validate.ts'
import { type Filter, VIEWS, WHO } from './filter.ts'
import type { ListInput } from './service-lists.ts'

const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
const Id = v.pipe(v.string(), v.uuid())
const Day = v.pipe(v.string(), v.isoDate())
const After = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}~[0-9a-f-]{36}$/))
const DAYS = ['dueFrom', 'dueUntil', 'receivedFrom', 'receivedUntil'] as const

/** Names of what an address says of a list; none of it is personal. */
export const LIST_QUERY = ['view', 'after', 'service', 'new', ...DAYS, 'who', 'selection', 'saved']

/** How a page names them in its own address. */
const IN_PAGES: readonly (readonly [string, string])[] = [
  ['view', 'ansicht'],
  ['service', 'leistung'],
  ['new', 'neu'],
  ['dueFrom', 'fristVon'],
  ['dueUntil', 'fristBis'],
  ['receivedFrom', 'eingangVon'],
  ['receivedUntil', 'eingangBis'],
  ['who', 'wer'],
  ['selection', 'auswahl'],
  ['saved', 'sicht'],
]

/** Reads what a list is asked for; empty means nothing was set. Throws `http/invalid-input` naming what is wrong. */
export function listInput(named: (name: string) => string | undefined): Omit<ListInput, 'postbox'> {
  const read = <S extends v.GenericSchema>(name: string, shape: S): v.InferOutput<S> | undefined => {
    const value = named(name)
    return value === undefined || value === '' ? undefined : parameter(shape, value, name)
  }
  const given = {
    service: read('service', Slug),
    isNew: read('new', v.literal('1')) === undefined ? undefined : (true as const),
    ...Object.fromEntries(DAYS.map((name) => [name, read(name, Day)])),
    who: read('who', v.picklist(WHO)),
  }
  const rest = { selection: read('selection', Id), saved: read('saved', Id), after: read('after', After) }
  return {
    view: read('view', v.picklist(VIEWS)) ?? 'team',
    filter: set<Filter>(given),
    ...set<Omit<ListInput, 'view' | 'filter'>>(rest),
  }
}

const set = <T extends object>(values: Readonly<Record<string, unknown>>): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T

/** Address of the page that shows a list. */
export function listAddress(named: Readonly<Record<string, string | undefined>>): string {
  const path = named['postbox'] === undefined || named['postbox'] === '' ? '/amt/' : `/amt/postkorb/${named['postbox']}`
  const query = IN_PAGES.flatMap(([name, shown]) => {
    const value = named[name] ?? ''
    return value === '' ? [] : [[shown, value]]
  })
  return query.length === 0 ? path : `${path}?${new URLSearchParams(query)}`
}
