import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import manifest from '../package.json' with { type: 'json' }
import { commandsOf, type Operated } from './admin-commands.ts'
import { dataPaths } from './config.ts'
import { KeyRefused } from './keys/service.ts'
import { Problem } from './lib/problem.ts'
import { OperationRefused } from './operations/service.ts'

/** Version of the program. */
export const VERSION: string = manifest.version

export type Admin = { readonly close: () => Promise<void> }

/** A refusal as an operator sees it. */
type Refusal = {
  readonly status: number
  readonly error: { readonly code: string; readonly message: string; readonly errors?: readonly unknown[] }
}

const BODY_BYTES_MAX = 65_536
/** A unix socket's address has 108 bytes on Linux, 104 elsewhere. */
const PATH_BYTES_MAX = 103

/**
 * Listens on `data/admin.sock` (mode 0600): the door of the commands to a running town. Call it only while holding the data
 * folder's lock, because it removes a socket that an earlier process left. A caller that accepts `application/jsonl` gets
 * what the operation says line by line and the result as last line; others get one JSON answer.
 */
export async function startAdmin(town: Operated): Promise<Admin> {
  const { socket } = dataPaths(town.ctx.config.dataDir)
  if (Buffer.byteLength(socket) > PATH_BYTES_MAX) {
    town.ctx.log('admin-socket-too-long', { size: Buffer.byteLength(socket) })
    return { close: async () => undefined }
  }
  const commands = commandsOf(town)
  const server = createServer((req, res) => {
    void answer(commands, req, res, town)
  })
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  chmodSync(socket, 0o600)
  return { close: () => closeServer(server) }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}

async function answer(
  commands: ReturnType<typeof commandsOf>,
  req: IncomingMessage,
  res: ServerResponse,
  town: Operated,
): Promise<void> {
  const isStream = (req.headers.accept ?? '').includes('application/jsonl')
  const command = commands[`${req.method ?? ''} ${req.url ?? ''}`]
  const line = (value: unknown): void => {
    res.write(`${JSON.stringify(value)}\n`)
  }
  if (isStream) {
    res.writeHead(200, { 'Content-Type': 'application/jsonl' })
  }
  let outcome: { readonly status: number; readonly result: unknown } | Refusal
  try {
    if (command === undefined) {
      throw new OperationRefused('NO_SUCH_COMMAND', `the server does not know ${req.method ?? ''} ${req.url ?? ''}`)
    }
    const say = isStream ? (text: string) => line({ say: text }) : () => undefined
    outcome = { status: 200, result: (await command(await readInput(req), say)) ?? null }
  } catch (error) {
    outcome = refusalOf(error)
    if (outcome.status === 500) {
      town.ctx.log('admin-failed', { route: req.url ?? '', code: outcome.error.code })
    }
  }
  const { status, ...body } = outcome
  if (isStream) {
    line(body)
    res.end()
    return
  }
  res.writeHead(status, { 'Content-Type': 'application/json' })
  res.end(JSON.stringify('result' in body ? body.result : body.error))
}

/** What an operator is told: our own refusals in full, anything else by its code, because its message may hold values. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof OperationRefused || error instanceof KeyRefused) {
    const code = error instanceof OperationRefused ? error.code : 'KEY_REFUSED'
    return { status: 409, error: { code, message: error.message } }
  }
  if (error instanceof Problem) {
    return { status: error.status, error: { code: error.type, message: error.message, errors: error.errors } }
  }
  const code = String((error as { code?: unknown } | null)?.code ?? (error instanceof Error ? error.name : 'UNKNOWN'))
  return { status: 500, error: { code, message: 'the operation failed' } }
}

async function readInput(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_BYTES_MAX) {
      throw new OperationRefused('INPUT_TOO_LARGE', 'the input is too large')
    }
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new OperationRefused('INPUT_UNREADABLE', 'the input is not JSON')
  }
}
