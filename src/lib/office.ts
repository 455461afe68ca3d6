import type { AstroGlobal } from 'astro'
import {
  apiOf,
  type CityFrame,
  type ItemList,
  type ListView,
  type PostboxCount,
  Refusal,
  type SessionView,
  type Work,
} from './api.ts'
import { hasWord, type Translate, type WordKey } from './words.ts'

/** One way in the left column of the back office. */
export type OfficeEntry = {
  readonly href: string
  readonly text: string
  readonly count?: number
  /** Shows the count as pressing, in word and colour. */
  readonly isDue?: boolean
}
export type OfficeFrame = {
  readonly city: CityFrame
  readonly clerkName: string
  readonly postboxes: readonly PostboxCount[]
  /** How much the lists over all of them hold. */
  readonly work: Work
  /** The legal day, by the product's clock. */
  readonly today: string
}

/**
 * Reads what a page of the back office shows, with its frame. Whoever is not signed in is led to the sign-in and back;
 * a refusal becomes the page /404 or /fehler with the same status.
 * @param path below `/api/v1/`; null where the page shows only the frame.
 */
export const readOffice = async <T>(
  page: AstroGlobal,
  path: string | null,
): Promise<(OfficeFrame & { view: T }) | Response> => {
  const api = apiOf(page)
  try {
    const session = await api.getJson<SessionView>('identity/session')
    if (session.kind !== 'staff') {
      return page.redirect(
        `/api/v1/identity/sign-in?to=${encodeURIComponent(`${page.url.pathname}${page.url.search}`)}`,
        303,
      )
    }
    const own = ownPlace(session.roles)
    if (page.url.pathname === '/amt/' && own !== null) {
      return page.redirect(own, 303)
    }
    const [city, { postboxes, work, today }, view] = await Promise.all([
      api.getJson<CityFrame>('catalogue/frame'),
      api.getJson<Pick<OfficeFrame, 'postboxes' | 'work' | 'today'>>('postboxes'),
      path === null ? null : api.getJson<T>(path),
    ])
    return { city, postboxes, work, today, clerkName: session.name ?? '', view: view as T }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    if (error.status === 404) {
      return page.rewrite('/404')
    }
    page.locals.problem = { requestId: page.locals.requestId, status: error.status, type: error.type }
    return page.rewrite('/fehler')
  }
}

/** Where somebody works who has no postbox to do with; null for clerks and their leads. */
function ownPlace(roles: readonly string[]): string | null {
  if (roles.includes('clerk') || roles.includes('lead')) {
    return null
  }
  return roles.includes('editor') ? '/redaktion/formulare/' : '/amt/betrieb'
}

const WORK = ['mine', 'free', 'due', 'sign', 'waiting'] as const

/** How a page names in its address what the API calls by its own names. */
const LIST_NAMES = [
  ['leistung', 'service'],
  ['neu', 'new'],
  ['fristVon', 'dueFrom'],
  ['fristBis', 'dueUntil'],
  ['eingangVon', 'receivedFrom'],
  ['eingangBis', 'receivedUntil'],
  ['wer', 'who'],
  ['auswahl', 'selection'],
  ['sicht', 'saved'],
  ['nach', 'after'],
] as const
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What a list's address asks the API for: names that are no view, days that are none, and marks that nobody set, are left out. */
export function listQuery(asked: URLSearchParams, views: readonly [ListView, ...ListView[]]): URLSearchParams {
  const view = views.find((name) => name === asked.get('ansicht')) ?? views[0]
  const given = LIST_NAMES.flatMap(([shown, name]) => {
    const value = asked.get(shown) ?? ''
    const isDay = name.startsWith('due') || name.startsWith('received')
    return value === '' || (isDay && !DAY.test(value)) ? [] : [[name, value]]
  })
  return new URLSearchParams([['view', view], ...given])
}

/** What narrows a list beside its view and selection, by the names of a page's address. */
export const filterIn = ({ filter }: Pick<ItemList, 'filter'>): Readonly<Record<string, string | undefined>> => ({
  leistung: filter.service,
  neu: filter.isNew === true ? '1' : undefined,
  fristVon: filter.dueFrom,
  fristBis: filter.dueUntil,
  eingangVon: filter.receivedFrom,
  eingangBis: filter.receivedUntil,
  wer: filter.who,
})

/** A whole list, by the names of the API: what forms about it send along. */
export function listFields(list: ItemList): readonly (readonly [string, string])[] {
  const shown: Readonly<Record<string, string | undefined>> = {
    ...filterIn(list),
    auswahl: list.selectionId ?? undefined,
    sicht: list.saved?.id,
  }
  const given = LIST_NAMES.flatMap(([german, name]) => {
    const value = shown[german]
    return value === undefined ? [] : [[name, value] as const]
  })
  return [['view', list.view], ...(list.postbox === null ? [] : [['postbox', list.postbox.id] as const]), ...given]
}

/** Left column of the back office. */
export const navigationOf = (
  frame: OfficeFrame,
  t: Translate,
): readonly { readonly title: string; readonly entries: readonly OfficeEntry[] }[] => [
  {
    title: t('office.work'),
    entries: (frame.postboxes.length === 0 ? [] : WORK).map((view) => ({
      href: `/amt/?ansicht=${view}`,
      text: t(`office.view.${view}`),
      count: frame.work[view],
      isDue: view === 'due' && frame.work.due > 0,
    })),
  },
  {
    title: t('office.postboxes'),
    entries: frame.postboxes.map((postbox) => ({
      href: `/amt/postkorb/${postbox.id}`,
      text: postbox.name,
      count: postbox.open,
    })),
  },
  { title: t('intake.navigation'), entries: [{ href: '/amt/eingang', text: t('intake.title') }] },
  { title: t('absence.navigation'), entries: [{ href: '/amt/abwesenheit', text: t('absence.title') }] },
]

const DAY_MS = 86_400_000
const SOON_DAYS = 3
export type DeadlineView = {
  readonly kind: 'over' | 'today' | 'soon' | 'later'
  readonly icon: 'warning' | 'clock'
  readonly days: number
}

/** How pressing a deadline is on a day; both `YYYY-MM-DD`. */
export const deadlineView = (dueOn: string, today: string): DeadlineView => {
  const days = Math.round((Date.parse(dueOn) - Date.parse(today)) / DAY_MS)
  if (days < 0) {
    return { kind: 'over', icon: 'warning', days }
  }
  if (days === 0) {
    return { kind: 'today', icon: 'warning', days }
  }
  return { kind: days <= SOON_DAYS ? 'soon' : 'later', icon: 'clock', days }
}

/** What happens to a Vorgang next, in words. */
export const nextWord = ({ next, step }: Pick<ItemList['items'][number], 'next' | 'step'>, t: Translate): string => {
  const ended = `office.ended.${step}`
  switch (next.kind) {
    case 'task':
      return next.title ?? t('office.next.busy')
    case 'wait':
      return t(`office.next.${next.waitsFor ?? 'busy'}`)
    case 'errand':
      return t('office.next.errand')
    default:
      return t((hasWord(ended) ? ended : 'office.ended.any') as WordKey)
  }
}

/** Words a journal line's actor: the name of a person, or what kind of program it was. */
export const actorWord = (actor: string, t: Translate): string => {
  if (actor === 'citizen' || actor === 'participant' || actor === 'expert' || actor === 'mail-sender') {
    return t(`journal.actor.${actor}`)
  }
  const [kind, principal = ''] = actor.split(':')
  if (kind !== 'system') {
    return actor
  }
  const key = `journal.actor.${principal}`
  return t((['process', 'mail', 'connector', 'scan'].includes(principal) ? key : 'journal.actor.program') as WordKey)
}
