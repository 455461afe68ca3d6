/** A form that was refused, so that its page can be shown again with what was typed. */
export type RefusedForm = {
  /** Path and query of the page the form stood on. */
  readonly page: string
  /** Path the form was sent to. */
  readonly action: string
  readonly values: Readonly<Record<string, string>>
}

/** Pages of back office and editors that show a refusal beside the form it belongs to. */
const SHOWS_REFUSALS =
  /^\/(?:amt\/(?:vorgaenge|postkorb)\/[\w-]{1,80}|redaktion\/formulare\/[\w-]{1,80}(?:\/blatt\/[\w.-]{1,140})?)$/
const FORM = 'application/x-www-form-urlencoded'
const BYTES_MAX = 65_536

/**
 * Keeps what a browser sends by a form of such a page, before the API reads it; null for everything else.
 * The page is named by the browser (`Referer`), and is read with the rights of whoever sent the form.
 */
export function keepForm(request: Request, origin: string): (() => Promise<RefusedForm>) | null {
  const page = pageOf(request.headers.get('referer'), origin)
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  const bytes = Number(request.headers.get('content-length') ?? Number.NaN)
  if (request.method !== 'POST' || page === null || type !== FORM || !(bytes <= BYTES_MAX)) {
    return null
  }
  const copy = request.clone()
  const action = new URL(request.url).pathname
  return async () => ({ page, action, values: Object.fromEntries(new URLSearchParams(await copy.text())) })
}

function pageOf(referer: string | null, origin: string): string | null {
  if (referer === null || !URL.canParse(referer)) {
    return null
  }
  const url = new URL(referer)
  return url.origin === origin && SHOWS_REFUSALS.test(url.pathname) ? url.pathname + url.search : null
}
