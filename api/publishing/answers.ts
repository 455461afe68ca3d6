import { createHash } from 'node:crypto'
import { createByteCache } from './byte-cache.ts'

/** The API over one content revision, in process. Same path, same bytes. */
export type SiteApi = (request: Request) => Promise<Response>

/** What a page was made from: path below `/api/v1/` and digest of the answer. */
export type Dependency = readonly [path: string, digest: string]

/** An answer's digest covers status and body. `validUntilMs`: until when its truth holds, absent where it has no end. */
export type AnswerDigest = { readonly digest: string; readonly validUntilMs?: number }

export type Answers = {
  /** Asks for a path below `/api/v1/`. */
  readonly ask: (path: string) => Promise<Answer>
  /** Digest of the answer to a path below `/api/v1/`; asked once, then remembered. */
  readonly digestOf: (path: string) => Promise<AnswerDigest>
  /** An API for one page that notes what the page asks. GET only; cookies are dropped: a static page knows nobody. */
  readonly recorder: () => Recorder
}
export type Recorder = {
  readonly api: SiteApi
  readonly asked: () => readonly Dependency[]
  /** When the first of the answers ends to be true; undefined where none does. */
  readonly validUntilMs: () => number | undefined
}
type Head = { readonly status: number; readonly type: string } & AnswerDigest
export type Answer = Head & { readonly bytes: Uint8Array }

const PREFIX = '/api/v1/'
const KEPT_BYTES_MAX = 32 * 1024 * 1024
/** An answer states by this header (ISO instant) when what it says ends to be true. */
export const VALID_UNTIL = 'Valid-Until'

/** Asks an API on behalf of many pages: bodies are kept while there is room, digests always. */
export function createAnswers(api: SiteApi, origin: string): Answers {
  const heads = new Map<string, Head>()
  const bodies = createByteCache(KEPT_BYTES_MAX)
  const ask = async (path: string): Promise<Answer> => {
    const head = heads.get(path)
    const body = bodies.get(path)
    if (head !== undefined && body !== undefined) {
      return { ...head, bytes: body }
    }
    const headers = { accept: 'application/json' }
    const response = await api(new Request(`${origin}${PREFIX}${path}`, { headers }))
    const bytes = new Uint8Array(await response.arrayBuffer())
    const fresh = headOf(response, bytes)
    heads.set(path, fresh)
    bodies.set(path, bytes)
    return { ...fresh, bytes }
  }
  return {
    ask,
    digestOf: async (path) => heads.get(path) ?? (await ask(path)),
    recorder: () => recorderOf(ask, origin),
  }
}

function recorderOf(ask: Answers['ask'], origin: string): Recorder {
  const asked = new Map<string, AnswerDigest>()
  return {
    api: async (request) => {
      const path = pathOf(request, origin)
      const { status, type, bytes, ...digest } = await ask(path)
      asked.set(path, digest)
      return new Response(bytes.slice(), { status, headers: { 'Content-Type': type } })
    },
    asked: () => [...asked].map(([path, { digest }]) => [path, digest] as const).sort(byPath),
    validUntilMs: () => earliest([...asked.values()].map((answer) => answer.validUntilMs)),
  }
}

/** The earliest of several ends; undefined where none has one. */
export function earliest(ends: readonly (number | undefined)[]): number | undefined {
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

const byPath = (a: Dependency, b: Dependency): number => (a[0] < b[0] ? -1 : 1)

function headOf(response: Response, bytes: Uint8Array): Head {
  const digest = createHash('sha256').update(`${response.status}\n`).update(bytes).digest('hex')
  const validUntilMs = Date.parse(response.headers.get(VALID_UNTIL) ?? '')
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? 'application/json',
    digest,
    ...(Number.isNaN(validUntilMs) ? {} : { validUntilMs }),
  }
}

function pathOf(request: Request, origin: string): string {
  const prefix = `${origin}${PREFIX}`
  if (request.method !== 'GET' || !request.url.startsWith(prefix)) {
    throw new Error(`a static page asked ${request.method} ${new URL(request.url).pathname}`)
  }
  return request.url.slice(prefix.length)
}
