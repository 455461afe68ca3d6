/** Somebody who speaks to the API: a cookie jar, paths below `/api/v1`. */
export type Caller = {
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
  /** Body of a GET that must succeed. */
  readonly read: <T>(path: string) => Promise<T>
  /** Sends JSON as a program does. */
  readonly post: (path: string, body?: unknown) => Promise<Response>
  /** Sends a form as a browser without JavaScript does; with `FormData` as multipart. */
  readonly form: (path: string, fields: Readonly<Record<string, string>> | FormData) => Promise<Response>
  readonly put: (path: string, body: Body, headers?: Readonly<Record<string, string>>) => Promise<Response>
  readonly delete: (path: string) => Promise<Response>
  readonly send: (path: string, init: RequestInit) => Promise<Response>
  /** The same browser once more: another window shares the cookies. */
  readonly cookies: Map<string, string>
}
type Body = Uint8Array | ReadableStream<Uint8Array>
type Handle = (request: Request, from: { address: string; requestId: string }) => Promise<Response>

let callers = 0

/** Makes a caller without a session; every one has an address of its own. */
export function newCaller(origin: string, handle: Handle): Caller {
  const cookies = new Map<string, string>()
  callers += 1
  const address = `10.0.${Math.floor(callers / 250) % 250}.${(callers % 250) + 1}`
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const request = new Request(`${origin}/api/v1${path}`, { ...init, headers })
    const response = await handle(request, { address, requestId: 'test-request' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  const get: Caller['get'] = (path, headers = {}) => send(path, { headers })
  return {
    cookies,
    send,
    get,
    read: async <T>(path: string) => {
      const response = await get(path)
      if (!response.ok) {
        throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
      }
      return (await response.json()) as T
    },
    post: (path, body = {}) =>
      send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    form: async (path, fields) => {
      const encoded = new Response(fields instanceof FormData ? fields : new URLSearchParams(fields))
      const headers = { accept: 'text/html', 'content-type': encoded.headers.get('content-type') ?? '' }
      return await send(path, { method: 'POST', body: await encoded.arrayBuffer(), headers })
    },
    put: (path, body, headers = {}) =>
      send(path, { method: 'PUT', body: body as BodyInit, headers, duplex: 'half' } as RequestInit),
    delete: (path) => send(path, { method: 'DELETE' }),
  }
}

/** Type of a problem without the path before it; throws where the answer is none. */
export async function problemOf(response: Response): Promise<{ type: string; status: number; errors: unknown[] }> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) {
    throw new Error(`no problem but ${response.status} ${await response.text()}`)
  }
  const { type, status, errors = [] } = (await response.json()) as { type: string; status: number; errors?: unknown[] }
  return { type: type.replace('/errors/', ''), status, errors }
}
