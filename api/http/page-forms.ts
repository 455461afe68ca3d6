/** Pages of editors, with the service and what of it the page shows. */
const OF_EDITORS = /^\/redaktion\/formulare\/(?:([\w-]{1,80})(?:\/([\w.-]{1,40})(?:\/([\w.-]{1,140}))?)?)?$/
const API = '/api/v1/editing/services'
const PLACES: Readonly<Record<string, string>> = { blatt: 'sheets', datei: 'files' }
/** What of the service a form changes, where its page does not say so: `?an=publish`. */
const TARGET = /^[a-z-]{1,20}(?:\/[\w.-]{1,140}){0,3}$/
/** Pages of a trial, and what the API calls an answer that is changed from the review. */
const OF_TRIALS = /^\/redaktion\/formulare\/([\w-]{1,80})\/probe\/([\w-]{1,80})\/([\w-]{1,120})$/

/**
 * Where a form goes that a browser sends to the address of its page; null for every other address.
 * Editors' forms are sent to their page, so that what is shown in answer stands at an address that can be opened again: a
 * refusal, or a rule that is half put together. The page names no other service than its own, and the API asks for the same
 * rights as if it had been sent there.
 */
export function formAddress(url: string): string | null {
  const { pathname, searchParams } = new URL(url, 'http://page')
  const [, tried, preview, step] = OF_TRIALS.exec(pathname) ?? []
  if (tried !== undefined) {
    return `${API}/${tried}/previews/${preview}/steps/${step}${searchParams.has('aendern') ? '?changing=1' : ''}`
  }
  const page = OF_EDITORS.exec(pathname)
  if (page === null) {
    return null
  }
  const [, slug, kind = '', about = ''] = page
  const target = searchParams.get('an') ?? (PLACES[kind] === undefined ? '' : `${PLACES[kind]}/${about}`)
  if (slug === undefined) {
    return target === '' ? API : null
  }
  return TARGET.test(target) && !target.split('/').some(isDots) ? `${API}/${slug}/${target}` : null
}

const isDots = (part: string): boolean => /^\.+$/.test(part)
