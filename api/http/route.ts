import type { Context, Hono, MiddlewareHandler } from 'hono'
import type { GenericSchema } from 'valibot'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { Env } from './env.ts'

export type Who = 'public' | 'citizen' | 'clerk' | 'lead' | 'editor' | 'operator'
export type Resource =
  | 'none'
  | 'service'
  | 'postbox'
  | 'draft'
  | 'upload'
  | 'vorgang'
  | 'invitation'
  | 'item'
  | 'task'
  | 'eakte'
  | 'document'
  | 'notice'
  | 'payment'
  | 'request'
  | 'session'
  | 'absence'
  | 'release'
  | 'search'

/** What every route must declare. Authorisation itself happens in the use case; this is the outer door and the inventory. */
export type RouteSpec = {
  /** Who may knock at all. `public` is everybody, signed in or not. */
  readonly who: readonly Who[]
  /** Name in the permission table (`identity/permissions.ts`). */
  readonly action: string
  /** What the path's parameters name; the access test tries own, foreign and missing ones. */
  readonly resource: Resource
  /**
   * True for every unsafe method that browsers send. `signed` for one that comes from another site by its nature: it must be
   * named in `SIGNED_ELSEWHERE` and believes nothing but the signature of the message.
   */
  readonly csrf: boolean | 'signed'
  readonly rate: 'read' | 'work' | 'sign-in' | 'upload'
  /** True where the use case writes a journal entry. */
  readonly audit: boolean
  readonly cache: 'never' | 'revalidate'
  /** Shape of a successful JSON answer, for the API's description. */
  readonly output?: GenericSchema
  /** Names of what may stand in the query. */
  readonly query?: readonly string[]
  /** Names of headers that say something beside the body. */
  readonly headers?: readonly string[]
  /** What the body is where no shape says it: answers by the names of controls, the bytes of one file, or a message. */
  readonly accepts?: 'answers' | 'file' | 'mail'
  /** Media type of a successful answer that is no JSON. */
  readonly gives?: string
}

const SPEC = Symbol('route')
const INPUT = Symbol('input')
type Marked = { [SPEC]?: RouteSpec; [INPUT]?: GenericSchema }

const LARGEST_BYTES = 20_000_000

export const notSignedIn = problemType('http/not-signed-in', 401)
export const notAllowed = problemType('http/not-allowed', 403)

/** Declares a route; the only way to mount one. Refuses callers that `who` does not name and those that are too fast. */
export function route(spec: RouteSpec): MiddlewareHandler<Env> {
  const handler: MiddlewareHandler<Env> = async function guarded(c, next) {
    const actor = c.get('actor')
    if (!isAdmitted(actor, spec.who)) {
      throw actor.kind === 'staff' || (actor.kind === 'citizen' && spec.who.includes('citizen') === false)
        ? notAllowed(`action ${spec.action}`)
        : notSignedIn(`action ${spec.action}`)
    }
    c.get('limit')(spec.rate, c.get('clientAddress'), actor, spec.rate === 'upload' ? announcedBytes(c) : 0)
    await next()
    c.header('Cache-Control', spec.cache === 'never' ? 'no-store' : 'no-cache')
  }
  return Object.assign(handler, { [SPEC]: spec })
}

/** What a body says of its length; where it says nothing, that of the largest file. */
const announcedBytes = (c: Context<Env>): number => {
  const said = Number(c.req.header('content-length') ?? Number.NaN)
  return said >= 0 ? said : LARGEST_BYTES
}

/** Marks a validator with its shape, so that the API's description can show it. */
export const markInput = (handler: MiddlewareHandler<Env>, shape: GenericSchema): MiddlewareHandler<Env> =>
  Object.assign(handler, { [INPUT]: shape })

export type MountedRoute = {
  readonly method: string
  readonly path: string
  readonly spec: RouteSpec
  readonly input?: GenericSchema
}

/**
 * Lists every mounted route with its declaration.
 * Throws when one is mounted without `route({…})`, or lets browsers write without a CSRF check: the server then does not start.
 */
export function listRoutes(app: Pick<Hono<Env>, 'routes'>): readonly MountedRoute[] {
  const found = new Map<string, { method: string; path: string; handlers: Marked[] }>()
  const [first] = app.routes
  for (const { method, path, handler } of app.routes) {
    // What finds out who asks stands before all routes; nothing else may answer for many paths at once.
    if (handler === first?.handler && method === 'ALL' && path === '/*') {
      continue
    }
    const name = `${method} ${path}`
    const entry = found.get(name) ?? { method, path, handlers: [] }
    entry.handlers.push(handler as Marked)
    found.set(name, entry)
  }
  return [...found.values()].map(({ method, path, handlers }) => {
    const spec = handlers[0]?.[SPEC]
    if (spec === undefined) {
      throw new Error(`route without route({…}): ${method} ${path}`)
    }
    if (method !== 'GET' && !spec.csrf) {
      throw new Error(`route that writes without CSRF check: ${method} ${path}`)
    }
    const input = handlers.find((handler) => handler[INPUT] !== undefined)?.[INPUT]
    return { method, path, spec, ...(input === undefined ? {} : { input }) }
  })
}

/** The actor of a request. */
export const actorOf = (c: Context<Env>): Actor => c.get('actor')

function isAdmitted(actor: Actor, who: readonly Who[]): boolean {
  if (who.includes('public')) {
    return true
  }
  if (actor.kind === 'citizen') {
    return who.includes('citizen')
  }
  return actor.kind === 'staff' && actor.roles.some((role) => who.includes(role))
}
