import type { AstroGlobal } from 'astro'
import type { HeadView } from './api.ts'
import { writtenDay } from './format.ts'
import { type OfficeFrame, readOffice } from './office.ts'
import { refusalOf } from './refused.ts'
import { hasWord, type Translate, type WordKey } from './words.ts'

/** Pages of a Vorgang in the order of their tabs, by the end of their address; the first one has none. */
export const TABS = [
  '',
  'nachrichten',
  'dokumente',
  'beteiligte',
  'bescheid',
  'ablauf',
  'verlauf',
  'notizen',
  'auftraege',
] as const
export type Tab = (typeof TABS)[number]

export const tabWord = (tab: Tab): WordKey => (tab === '' ? 'desk.tab.overview' : `desk.tab.${tab}`)

/** Address of a page of a Vorgang. */
export const tabPath = (vorgangId: string, tab: Tab): string =>
  `/amt/vorgaenge/${vorgangId}${tab === '' ? '' : `/${tab}`}`

/**
 * Reads what one page of a Vorgang shows, with the frame of the back office; refusals become pages as in `readOffice`.
 * @param query of the API, with its question mark.
 */
export const readDesk = <T extends HeadView>(
  page: AstroGlobal,
  part: string,
  query = '',
): Promise<(OfficeFrame & { view: T }) | Response> =>
  readOffice<T>(page, `submissions/vorgaenge/${encodeURIComponent(page.params['vorgang'] ?? '')}/parts/${part}${query}`)

const DONE = /^[a-z][a-z-]{0,19}(?:\.[A-Za-z][A-Za-z0-9_-]{0,59})?$/

/**
 * Says what was just done, by the code that the address carries after it; null where nothing was, where it is none of ours, and
 * where a form was refused since. What a process calls its own outcome is said in general.
 */
export function doneSentence(
  page: Pick<AstroGlobal, 'locals' | 'url'>,
  t: Translate,
  view: Pick<HeadView, 'dueOn' | 'waitsFor'> = { dueOn: '', waitsFor: null },
): string | null {
  const code = page.url.searchParams.get('getan') ?? ''
  if (!DONE.test(code) || refusalOf(page, t) !== null) {
    return null
  }
  const [kind = ''] = code.split('.')
  const key = [`desk.done.${code}`, `desk.done.${kind}.any`].find(hasWord)
  if (key === undefined) {
    return null
  }
  return code === 'task.request-information' && view.waitsFor === 'answer'
    ? t('desk.done.request-until', { day: writtenDay(view.dueOn) })
    : t(key as WordKey)
}

/** Where a Vorgang is, in one sentence. */
export function stateSentence(t: Translate, view: Pick<HeadView, 'task' | 'waitsFor' | 'itemState'>): string {
  if (view.task !== null) {
    return t('desk.to-do', { title: view.task.title })
  }
  if (view.waitsFor !== null) {
    return t(`vorgang.waits.${view.waitsFor}`)
  }
  return view.itemState === 'done' ? t('vorgang.ended') : t('vorgang.nothing')
}
