import { describeFault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { Problem, problemType } from '../lib/problem.ts'
import { clientAddress, trustedProxies } from './client-address.ts'
import { isCanonicalUrl, isSameSite, SIGNED_ELSEWHERE } from './guard.ts'
import { secureHeaders } from './headers.ts'
import { formAddress } from './page-forms.ts'
import { askedOf, isAskedPage, pageRequest } from './page-request.ts'
import { unexpected } from './problem.ts'
import { isBrowser, wantsPage } from './respond.ts'
import { keepForm, pageStatus, type RefusedForm, shownAgain } from './shown-again.ts'
import { answerStatic, redirectAnswer, type StaticAnswer, type StaticFile, type StaticLookup } from './static-file.ts'
import { unknownMediaType } from './validate.ts'

export const crossSite = problemType('http/cross-site', 403)
export const wrongMethod = problemType('http/wrong-method', 405)
export const overloaded = problemType('http/overloaded', 503)

type PageErrors = readonly {
  readonly type: string
  readonly pointer?: string
  readonly params?: Readonly<Record<string, unknown>>
}[]
type PageProblem = {
  readonly status: number
  readonly type: string
  readonly errors?: PageErrors
  readonly form?: RefusedForm
}

/** What pages may know beside the request (`App.Locals` of src/env.d.ts). */
export type PageLocals = {
  readonly api: (request: Request) => Promise<Response>
  readonly origin: string
  readonly demo: boolean
  /** Shown where the page fails, so that a call can be matched with the log. */
  readonly requestId?: string
  /** Takes down that a page failed, by the pattern of its route; without it such a page throws. */
  readonly failed?: (error: unknown, route: string) => void
  readonly problem?: PageProblem & { readonly requestId?: string }
}
export type Pages = (request: Request, locals: PageLocals) => Promise<Response>

export type WebOptions = {
  /** Serves `/api/…`; pages reach it in process as `locals.api`, with the visitor's address. */
  readonly api: (request: Request, from: { readonly address: string; readonly requestId: string }) => Promise<Response>
  /** Renders a page that depends on who asks. */
  readonly pages: Pages
  /** The live release. The entry `/503`, if it has one, is shown under overload. */
  readonly release: StaticLookup
  readonly assets: StaticLookup
  /** Answers for machines by exact path (`/health`): any Host, never shed. */
  readonly probes?: Readonly<Record<string, () => Promise<Response>>>
  /** Public origin without slash at the end. */
  readonly origin: string
  /** Values of Host beside the origin's, e.g. `127.0.0.1:8080`. */
  readonly hosts?: readonly string[]
  readonly isHttps: boolean
  readonly demo: boolean
  /** Addresses or CIDR blocks whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  /** Requests to API and server-rendered pages at once; more are shed with 503. */
  readonly inFlightMax?: number
  readonly log: Log
  readonly newId: () => string
  readonly now: () => number
}

/** The request line's target and the peer, as they came. */
export type RawTarget = { readonly url: string; readonly address: string }
export type QuickTarget = {
  readonly method: string
  readonly url: string
  readonly header: (name: 'host' | 'accept-encoding' | 'if-none-match') => string | undefined
}
export type Web = {
  readonly handle: (request: Request, raw: RawTarget) => Promise<Response>
  /** Answers what is refused at the door or lies in memory without making a Request; null: ask `handle`. */
  readonly quick: (target: QuickTarget) => StaticAnswer | null
}

const IN_FLIGHT_MAX = 256
const STATIC_LOG_MS = 60_000
type RouteClass = 'refused' | 'probe' | 'static' | 'api' | 'page' | 'shed'
type Seen = { route: RouteClass; readonly requestId: string; readonly address: string; readonly startedMs: number }
type Entry = {
  readonly options: WebOptions
  readonly hosts: ReadonlySet<string>
  readonly secured: WeakMap<StaticFile, StaticFile>
  readonly count: { inFlight: number; static: number; staticSinceMs: number }
}

/**
 * Makes the entry through which browsers and programs reach everything: address guard, Host, cross-site check,
 * release, assets, then API or server-rendered page with a bound on how many run at once.
 * A refusal of the API is shown to a browser on the page of the form (`shown-again.ts`) or as the page `/fehler`, with the same
 * status; HTML never comes from the API.
 */
export function createWeb(options: WebOptions): Web {
  const trusted = trustedProxies(options.trustedProxies ?? [])
  const entry: Entry = {
    options,
    hosts: new Set([new URL(options.origin).host, ...(options.hosts ?? [])]),
    secured: new WeakMap(),
    count: { inFlight: 0, static: 0, staticSinceMs: options.now() },
  }
  return {
    quick: (target) => quickAnswer(entry, target),
    handle: async (request, raw) => {
      const seen: Seen = {
        route: 'refused',
        requestId: options.newId(),
        address: clientAddress(raw.address, request.headers.get('x-forwarded-for'), trusted),
        startedMs: options.now(),
      }
      const response = await answer(entry, request, raw, seen).catch((error: unknown) =>
        failure(entry, request, seen, error),
      )
      if (seen.route !== 'static') {
        const ms = Math.round(options.now() - seen.startedMs)
        const { requestId, route } = seen
        options.log('request', { requestId, method: request.method, route, status: response.status, ms })
      }
      return response
    },
  }
}

function quickAnswer(entry: Entry, target: QuickTarget): StaticAnswer | null {
  const path = pathOf(target.url)
  const refused = refusedAtDoor(entry, target.url, path, target.header('host') ?? null)
  if (refused !== null) {
    return refused
  }
  const found = target.method === 'GET' || target.method === 'HEAD' ? findStatic(entry, path) : null
  if (found === null) {
    return null
  }
  if ('redirect' in found) {
    return securedAnswer(entry, redirectAnswer(found.redirect, target.url.slice(path.length)))
  }
  const answered = answerStatic(found, {
    method: target.method,
    encodings: target.header('accept-encoding') ?? null,
    ifNoneMatch: target.header('if-none-match') ?? null,
  })
  if (answered instanceof Promise) {
    // `handle` reads it again through the same cache; a missing file is dealt with there.
    answered.catch(() => undefined)
    return null
  }
  countStatic(entry)
  return answered
}

async function answer(entry: Entry, request: Request, raw: RawTarget, seen: Seen): Promise<Response> {
  const { options } = entry
  const path = pathOf(raw.url)
  const refused = refusedAtDoor(entry, raw.url, path, request.headers.get('host'))
  if (refused !== null) {
    return toResponse(refused)
  }
  const probe = Object.hasOwn(options.probes ?? {}, path) ? options.probes?.[path] : undefined
  if (probe !== undefined) {
    seen.route = 'probe'
    return finished(entry, await probe(), 'data')
  }
  if (!SIGNED_ELSEWHERE.has(path) && !isSameSite(request.method, request.headers, options.origin)) {
    return await refuse(entry, request, seen, crossSite)
  }
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const page = isRead ? await staticAnswer(entry, request, raw.url, path) : null
  if (page !== null) {
    seen.route = 'static'
    countStatic(entry)
    return toResponse(page)
  }
  if (entry.count.inFlight >= (options.inFlightMax ?? IN_FLIGHT_MAX)) {
    seen.route = 'shed'
    return await shed(entry, request)
  }
  entry.count.inFlight += 1
  try {
    const behind = request.method === 'POST' && isBrowser(request) ? formAddress(raw.url) : null
    if (behind !== null || path.startsWith('/api/')) {
      seen.route = 'api'
      const asked = behind === null ? request : new Request(new URL(behind, request.url), request)
      return await apiAnswer(entry, asked, seen)
    }
    seen.route = 'page'
    const isAsked = request.method === 'POST' && isAskedPage(path)
    return isRead || isAsked
      ? await pageAnswer(entry, request, raw.url, seen)
      : await refuse(entry, request, seen, wrongMethod)
  } finally {
    entry.count.inFlight -= 1
  }
}

/** Refuses addresses that could be read in two ways, and other towns' names. Probes may come by address. */
function refusedAtDoor(entry: Entry, url: string, path: string, host: string | null): StaticAnswer | null {
  if (!isCanonicalUrl(url)) {
    return plainAnswer(entry, 400, 'Bad Request')
  }
  if ((host === null || !entry.hosts.has(host.toLowerCase())) && !Object.hasOwn(entry.options.probes ?? {}, path)) {
    return plainAnswer(entry, 421, 'Misdirected Request')
  }
  return null
}

function findStatic(entry: Entry, path: string): StaticFile | { readonly redirect: string } | null {
  const found = entry.options.release(path) ?? entry.options.assets(path)
  if (found === null || 'redirect' in found) {
    return found
  }
  const known = entry.secured.get(found)
  if (known !== undefined) {
    return known
  }
  const headers = new Headers(found.headers)
  secureHeaders(headers, 'page', entry.options.isHttps)
  const secured = { ...found, headers: Object.fromEntries(headers) }
  entry.secured.set(found, secured)
  return secured
}

async function staticAnswer(entry: Entry, request: Request, url: string, path: string): Promise<StaticAnswer | null> {
  const found = findStatic(entry, path)
  if (found === null) {
    return null
  }
  if ('redirect' in found) {
    return securedAnswer(entry, redirectAnswer(found.redirect, url.slice(path.length)))
  }
  try {
    return await answerStatic(found, {
      method: request.method,
      encodings: request.headers.get('accept-encoding'),
      ifNoneMatch: request.headers.get('if-none-match'),
    })
  } catch {
    // Its bytes are gone or damaged: the page is rendered instead, and an operator sees that publishing must run again.
    entry.options.log('page-missing', { id: found.digest })
    return null
  }
}

async function apiAnswer(entry: Entry, request: Request, seen: Seen): Promise<Response> {
  const { address, requestId } = seen
  const kept = wantsPage(request) ? keepForm(request, entry.options.origin) : null
  const response = await entry.options.api(request, { address, requestId })
  if (response.headers.get('content-type')?.startsWith('application/problem+json') && wantsPage(request)) {
    const { type, errors } = (await response.json()) as { type?: unknown; errors?: unknown }
    const problem = {
      status: response.status,
      type: typeof type === 'string' ? type.replace(/^\/errors\//, '') : 'about:blank',
      ...(Array.isArray(errors) ? { errors: errors as PageErrors } : {}),
      ...(kept === null ? {} : { form: await kept() }),
    }
    return await problemPage(entry, request, seen, problem, response.headers)
  }
  return finished(entry, response, 'data')
}

async function pageAnswer(entry: Entry, request: Request, url: string, seen: Seen): Promise<Response> {
  const asked = request.method === 'POST' ? await askedOf(request) : undefined
  if (asked === null) {
    return await refuse(entry, request, seen, unknownMediaType)
  }
  const response = await entry.options.pages(
    pageRequest(entry.options.origin, request, url, asked),
    localsOf(entry, seen),
  )
  const shown = finished(entry, response, 'page')
  shown.headers.set('Cache-Control', 'no-store')
  return request.method === 'HEAD' ? new Response(null, shown) : shown
}

const localsOf = (entry: Entry, { address, requestId }: Seen): PageLocals => ({
  api: (request) => entry.options.api(request, { address, requestId }),
  origin: entry.options.origin,
  demo: entry.options.demo,
  requestId,
  failed: (error, route) => entry.options.log('page-failed', { requestId, route, reason: describeFault(error) }),
})

const PASSED_ON = ['retry-after', 'www-authenticate', 'allow']

async function problemPage(
  entry: Entry,
  request: Request,
  seen: Seen,
  problem: PageProblem,
  from: Headers = new Headers(),
): Promise<Response> {
  const render = (path: string): Promise<Response> => {
    const locals = { ...localsOf(entry, seen), problem: { ...problem, requestId: seen.requestId } }
    return entry.options.pages(pageRequest(entry.options.origin, request, path), locals)
  }
  const page = (await shownAgain(problem.form, render)) ?? (await render('/fehler'))
  const headers = new Headers({ 'Cache-Control': 'no-store' })
  headers.set('Content-Type', withCharset(page.headers.get('content-type') ?? 'text/html'))
  for (const name of PASSED_ON) {
    const value = from.get(name)
    if (value !== null) {
      headers.set(name, value)
    }
  }
  for (const cookie of from.getSetCookie()) {
    headers.append('Set-Cookie', cookie)
  }
  secureHeaders(headers, 'page', entry.options.isHttps)
  return new Response(request.method === 'HEAD' ? null : page.body, { status: pageStatus(problem), headers })
}

type Refusal = { readonly type: string; readonly status: number }

async function refuse(entry: Entry, request: Request, seen: Seen, { type, status }: Refusal): Promise<Response> {
  const headers = new Headers(status === 405 ? { Allow: 'GET, HEAD' } : {})
  if (wantsPage(request)) {
    return await problemPage(entry, request, seen, { status, type }, headers)
  }
  headers.set('Content-Type', 'application/problem+json; charset=utf-8')
  headers.set('Cache-Control', 'no-store')
  const body = JSON.stringify({ type: `/errors/${type}`, title: type, status, requestId: seen.requestId })
  return finished(entry, new Response(body, { status, headers }), 'data')
}

/** Overload: the page `/503` of the release, which costs nothing, or its problem for programs. */
async function shed(entry: Entry, request: Request): Promise<Response> {
  const found = wantsPage(request) ? findStatic(entry, '/503') : null
  const again = { 'Retry-After': '2', 'Cache-Control': 'no-store' }
  if (found !== null && !('redirect' in found)) {
    const page = await answerStatic(found, {
      method: request.method,
      encodings: request.headers.get('accept-encoding'),
      ifNoneMatch: null,
    })
    return toResponse({ ...page, status: 503, headers: { ...page.headers, ...again } })
  }
  const body = JSON.stringify({ type: `/errors/${overloaded.type}`, title: overloaded.type, status: 503 })
  const headers = { ...again, 'Content-Type': 'application/problem+json; charset=utf-8' }
  return finished(entry, new Response(body, { status: 503, headers }), 'data')
}

/** Last resort: the reason is logged by name only, and a browser still gets a page if one can be rendered. */
async function failure(entry: Entry, request: Request, seen: Seen, error: unknown): Promise<Response> {
  const { requestId } = seen
  if (error instanceof Problem) {
    return await refuse(entry, request, seen, error)
  }
  entry.options.log('request-failed', { requestId, status: 500, reason: describeFault(error) })
  return await refuse(entry, request, seen, unexpected).catch(() =>
    toResponse(plainAnswer(entry, 500, 'Internal Server Error')),
  )
}

function finished(entry: Entry, response: Response, kind: 'page' | 'data'): Response {
  const headers = new Headers(response.headers)
  const type = headers.get('content-type')
  if (type !== null) {
    headers.set('Content-Type', withCharset(type))
  }
  secureHeaders(headers, kind, entry.options.isHttps)
  return new Response(response.body, { status: response.status, headers })
}

const withCharset = (type: string): string => (/^text\/html\s*$/i.test(type) ? 'text/html; charset=utf-8' : type)

const pathOf = (url: string): string => url.split(/[?#]/, 1)[0] ?? ''

function plainAnswer(entry: Entry, status: number, text: string): StaticAnswer {
  const body = Buffer.from(text)
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
  }
  return securedAnswer(entry, { status, headers, body })
}

function securedAnswer(entry: Entry, plain: StaticAnswer): StaticAnswer {
  const headers = new Headers(plain.headers)
  secureHeaders(headers, 'data', entry.options.isHttps)
  return { ...plain, headers: Object.fromEntries(headers) }
}

const toResponse = ({ status, headers, body }: StaticAnswer): Response =>
  new Response(body === null ? null : new Uint8Array(body), { status, headers })

function countStatic({ count, options }: Entry): void {
  count.static += 1
  const ms = options.now() - count.staticSinceMs
  if (ms >= STATIC_LOG_MS) {
    options.log('static-served', { count: count.static, ms })
    count.static = 0
    count.staticSinceMs = options.now()
  }
}
