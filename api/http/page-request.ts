import { readText } from './validate.ts'

/** Pages that answer a form by themselves, because nothing of it may be stored or stand in an address. */
const ASKED = [
  /^\/antrag\/vorab\/[a-z0-9-]{1,80}(\/[a-z]{2,3})?$/,
  /^\/amt\/vorgaenge\/[\w-]{1,80}\/zugang\/[\w-]{1,80}$/,
]

/** Whether a page takes a form by itself. */
export const isAskedPage = (path: string): boolean => ASKED.some((pattern) => pattern.test(path))

const FORM = 'application/x-www-form-urlencoded'
const ASKED_BYTES_MAX = 16_384

/** The small form sent to such a page; null where it is none. Throws `http/body-too-large`. */
export const askedOf = async (request: Request): Promise<string | null> =>
  request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() === FORM
    ? await readText(request, ASKED_BYTES_MAX)
    : null

/** The request as a page sees it: under the public origin whatever a proxy did, GET without a body but for pages that are asked. */
export function pageRequest(origin: string, request: Request, url: string, asked?: string): Request {
  const headers = new Headers()
  for (const name of ['cookie', 'accept-language', 'hx-request']) {
    const value = request.headers.get(name)
    if (value !== null) {
      headers.set(name, value)
    }
  }
  if (asked === undefined) {
    return new Request(origin + url, { headers })
  }
  headers.set('content-type', FORM)
  headers.set('origin', origin)
  return new Request(origin + url, { method: 'POST', headers, body: asked })
}
