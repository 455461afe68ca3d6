import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'

/** A server of the outside world that tests and the demo start; `control` makes it misbehave, also over `POST /_control`. */
export type StandIn<Command> = {
  /** Where it answers, without trailing slash. */
  readonly url: string
  readonly control: (command: Command) => Promise<unknown>
  /** Ends it and every open connection. */
  readonly close: () => Promise<void>
}

export type Address = { readonly port?: number; readonly host?: string }

const BODY_BYTES_MAX = 32 << 20

/** Listens and answers the port that was given or found. */
export function listen(server: NetServer, { port = 0, host = '127.0.0.1' }: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Starts an HTTP server on loopback; `handlerFor` learns the address it answers at before the first request. */
export async function startHttp(
  address: Address,
  handlerFor: (url: string) => RequestListener | Promise<RequestListener>,
): Promise<{ url: string; close: () => Promise<void> }> {
  let handler: RequestListener = (_req, res) => void res.writeHead(503).end()
  const server = createServer((req, res) => handler(req, res))
  const port = await listen(server, address)
  const url = `http://${(address.host ?? '127.0.0.1') === '127.0.0.1' ? 'localhost' : address.host}:${port}`
  handler = await handlerFor(url)
  return { url, close: () => closeServer(server) }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** Reads a whole body; more than 32 MiB ends the connection. */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) {
      req.destroy()
      throw new Error('body too large')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

export function sendHtml(res: ServerResponse, status: number, html: string): void {
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html)
}

/** Answers `POST /_control` with what `control` says, 400 where it refuses; false where the request is another one. */
export async function answerControl<Command>(
  req: IncomingMessage,
  res: ServerResponse,
  control: (command: Command) => Promise<unknown>,
): Promise<boolean> {
  if (req.method !== 'POST' || req.url !== '/_control') {
    return false
  }
  try {
    sendJson(res, 200, (await control(JSON.parse((await readBody(req)).toString('utf8')))) ?? {})
  } catch (cause) {
    sendJson(res, 400, { error: cause instanceof Error ? cause.message : String(cause) })
  }
  return true
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)

/** Fills `{{name}}` in a page of a stand-in; values are escaped unless the name starts with `html`. */
export const fillTemplate = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => {
    const value = values[name] ?? ''
    return name.startsWith('html') ? value : escapeHtml(value)
  })
