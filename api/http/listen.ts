import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Log } from '../lib/log.ts'
import { createTurns, type Turns } from '../lib/turns.ts'
import type { StaticAnswer } from './static-file.ts'
import type { Web } from './web.ts'

export type PortOptions = {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly log: Log
  readonly limits?: Partial<Limits>
  /** In which requests go on that are not answered from memory; the town's own, where it has work beside them. */
  readonly turns?: Turns
}
export type Limits = {
  /** Headers must be complete within this time. */
  readonly headersMs: number
  /** A body that is no upload must be complete within this time. */
  readonly bodyMs: number
  /** An upload must be complete within this time, and may not stand still for `bodyMs`. */
  readonly uploadMs: number
  readonly connectionsMax: number
  readonly sweepMs: number
}
export type OpenPort = {
  readonly port: number
  /** From now on requests reach the web entry; before, they are told to come back. */
  readonly serve: (web: Web) => void
  /** Accepts no more, lets what runs come to its end for at most `graceMs` (25 s), then cuts it off. */
  readonly stop: (graceMs?: number) => Promise<void>
}

const LIMITS: Limits = {
  headersMs: 10_000,
  bodyMs: 30_000,
  uploadMs: 900_000,
  connectionsMax: 2_000,
  sweepMs: 2_000,
}
const GRACE_MS = 25_000
const HEADER_BYTES_MAX = 16_384
const STARTING: StaticAnswer = { status: 503, headers: { 'Retry-After': '1', 'Cache-Control': 'no-store' }, body: null }

/**
 * Opens the HTTP port with strict limits, before anything else is made: who needs the port's number knows it then.
 * Rejects where the port is taken.
 */
export async function openPort({ host, port, log, limits, turns = createTurns() }: PortOptions): Promise<OpenPort> {
  const bounds = { ...LIMITS, ...limits }
  const state: State = { web: null, isStopping: false, running: new Set(), bodies: new Map() }
  const server = createServer(
    {
      requestTimeout: bounds.uploadMs,
      headersTimeout: bounds.headersMs,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: bounds.sweepMs,
      maxHeaderSize: HEADER_BYTES_MAX,
      requireHostHeader: true,
      joinDuplicateHeaders: false,
    },
    answerWith(state, log, turns),
  )
  server.maxConnections = bounds.connectionsMax
  server.maxHeadersCount = 100
  const sweeper = setInterval(() => endSlowBodies(state.bodies, bounds), bounds.sweepMs)
  sweeper.unref()
  const bound = await bind(server, host, port)
  return {
    port: bound,
    serve: (web) => {
      state.web = web
    },
    stop: async (graceMs = GRACE_MS) => {
      state.isStopping = true
      clearInterval(sweeper)
      await close(server, state.running, graceMs)
    },
  }
}

type State = {
  web: Web | null
  isStopping: boolean
  readonly running: Set<ServerResponse>
  readonly bodies: Map<IncomingMessage, Body>
}

function answerWith(
  state: State,
  log: Log,
  turns: Turns,
): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const dynamic = getRequestListener(
    async (request, { incoming, outgoing }) => {
      await turns.take()
      const { url = '', socket } = incoming as IncomingMessage
      const response = await state.web?.handle(request, { url, address: socket.remoteAddress ?? '' })
      await send(response ?? new Response(null, { status: 503 }), outgoing as ServerResponse, log)
      return RESPONSE_ALREADY_SENT
    },
    { overrideGlobalObjects: false, errorHandler: () => new Response(null, { status: 400 }) },
  )
  return (incoming, outgoing) => {
    state.running.add(outgoing)
    outgoing.once('close', () => state.running.delete(outgoing))
    if (state.isStopping) {
      outgoing.shouldKeepAlive = false
    }
    const { method = '', url = '', headers } = incoming
    const quick = state.web === null ? STARTING : state.web.quick({ method, url, header: (name) => headers[name] })
    if (quick !== null) {
      sendQuick(quick, incoming, outgoing)
      return
    }
    watchBody(state.bodies, incoming, outgoing)
    dynamic(incoming, outgoing).catch(() => outgoing.destroy())
  }
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function close(server: Server, running: ReadonlySet<ServerResponse>, graceMs: number): Promise<void> {
  for (const outgoing of running) {
    outgoing.shouldKeepAlive = false
  }
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
}

/** Sends an answer that needed no look at the body; a caller who sends one all the same is cut off, not read. */
function sendQuick({ status, headers, body }: StaticAnswer, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const hasBody = 'transfer-encoding' in incoming.headers || (incoming.headers['content-length'] ?? '0') !== '0'
  if (hasBody) {
    outgoing.shouldKeepAlive = false
    outgoing.once('finish', () => incoming.socket.destroySoon())
  }
  outgoing.writeHead(status, headers)
  outgoing.end(body ?? undefined)
}

/** Sends an answer as it comes. What fails on the way ends the connection: no error text gets into a half-sent body. */
async function send(response: Response, outgoing: ServerResponse, log: Log): Promise<void> {
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) {
    headers['set-cookie'] = cookies
  }
  outgoing.writeHead(response.status, headers)
  if (response.body === null) {
    outgoing.end()
    return
  }
  try {
    await pipeline(response.body, outgoing)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    log('answer-cut-off', { status: response.status, code })
    outgoing.destroy()
  }
}

type Body = { readonly outgoing: ServerResponse; readonly isUpload: boolean; readonly sinceMs: number } & {
  bytes: number
  movedMs: number
}

/** Node bounds a whole request by one time; uploads need a long one, so everything else is bounded here. */
function watchBody(bodies: Map<IncomingMessage, Body>, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming
  if (method === 'GET' || method === 'HEAD' || headers['content-length'] === '0') {
    return
  }
  const isUpload = method === 'PUT' || (headers['content-type'] ?? '').startsWith('multipart/form-data')
  const nowMs = performance.now()
  bodies.set(incoming, { outgoing, isUpload, sinceMs: nowMs, bytes: 0, movedMs: nowMs })
  incoming.once('close', () => bodies.delete(incoming))
  outgoing.once('close', () => bodies.delete(incoming))
}

function endSlowBodies(bodies: Map<IncomingMessage, Body>, { bodyMs, uploadMs }: Limits): void {
  const nowMs = performance.now()
  for (const [incoming, body] of bodies) {
    const bytes = incoming.socket.bytesRead
    if (bytes !== body.bytes) {
      body.bytes = bytes
      body.movedMs = nowMs
    }
    if (incoming.complete) {
      bodies.delete(incoming)
    } else if (nowMs - body.sinceMs > (body.isUpload ? uploadMs : bodyMs) || nowMs - body.movedMs > bodyMs) {
      bodies.delete(incoming)
      body.outgoing.destroy()
      incoming.destroy()
    }
  }
}
