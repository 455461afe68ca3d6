import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import launch from '../../scripts/server-launch.json' with { type: 'json' }
import { denoArgs, denoProgram } from './deno.ts'

export type Runtime = 'node' | 'deno'

export type ProductOptions = {
  readonly runtime?: Runtime
  readonly env?: Readonly<Record<string, string>>
  /** An existing data folder; without it a fresh one that `stop` removes. */
  readonly dataDir?: string
  readonly mode?: 'test' | 'demo' | 'production'
  /** How long it may take to listen. */
  readonly startMs?: number
}

/** A running product server, reached as everybody reaches it: by HTTP, signals, its log and its admin socket. */
export type Product = {
  readonly origin: string
  readonly dataDir: string
  readonly pid: number
  /** Every log line since the start, parsed. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[]
  /** Everything written to stdout and stderr, for greps. */
  readonly output: () => string
  /** Sets the product's clock (milliseconds UTC); test mode only. */
  readonly setClock: (ms: number) => Promise<void>
  /** Runs every job that is due, until none is left; test mode only. */
  readonly tick: () => Promise<void>
  /** Asks the admin socket. */
  readonly admin: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>
  /** Ends by SIGTERM, answers the exit code; removes a data folder that was made here. */
  readonly stop: () => Promise<number>
  /** Ends by a signal, leaves the data folder alone. */
  readonly kill: (signal: NodeJS.Signals) => Promise<number>
}

const ROOT = resolve(import.meta.dirname, '../..')

/**
 * Starts the built product on a free port of loopback with its own data folder and waits until it listens.
 * @throws Error with what it wrote where it ends or stays silent instead.
 */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const isOwnFolder = options.dataDir === undefined
  // A short path: the admin socket's address may have 107 bytes.
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'st-'))
  const child = spawnProduct(options, dataDir)
  const lines: Record<string, unknown>[] = []
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8')
  })
  const exited = new Promise<number>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  })
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      output += `${line}\n`
      const parsed = parseLine(line)
      lines.push(parsed)
      if (parsed['event'] === 'listening') {
        resolve(String(parsed['origin'] ?? `http://localhost:${String(parsed['port'])}`))
      }
    })
  })
  const origin = await Promise.race([
    listening,
    exited.then((code) => Promise.reject(new Error(`the product ended with ${code} before it listened:\n${output}`))),
    silence(options.startMs ?? 90_000).then(() => Promise.reject(new Error(`the product does not listen:\n${output}`))),
  ]).catch((cause: unknown) => {
    child.kill('SIGKILL')
    throw cause
  })
  const admin = (method: string, path: string, body?: unknown) =>
    askSocket(join(dataDir, 'admin.sock'), method, path, body)
  const kill = (signal: NodeJS.Signals): Promise<number> => {
    child.kill(signal)
    return exited
  }
  return {
    origin,
    dataDir,
    pid: child.pid ?? 0,
    log: () => lines,
    output: () => output,
    setClock: async (ms) => expectDone(await admin('POST', '/test/clock', { ms })),
    tick: async () => expectDone(await admin('POST', '/test/tick')),
    admin,
    kill,
    stop: async () => {
      const code = await kill('SIGTERM')
      if (isOwnFolder) {
        rmSync(dataDir, { recursive: true, force: true })
      }
      return code
    },
  }
}

function spawnProduct(options: ProductOptions, dataDir: string): ChildProcess {
  const isDeno = options.runtime === 'deno'
  const program = isDeno ? denoProgram(ROOT) : join(ROOT, 'node_modules/.bin/node')
  const args = isDeno ? denoArgs({ root: ROOT, dataDir }) : [...launch.flags, 'api/server.ts']
  return spawn(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...ownEnvironment(),
      ...launch.env,
      STADTTOR_MODE: options.mode ?? 'test',
      STADTTOR_DATA: dataDir,
      STADTTOR_PORT: '0',
      STADTTOR_RATE_FACTOR: '1000',
      STADTTOR_OIDC_RECHECK_SECONDS: '0',
      ...options.env,
    },
  })
}

/** What the product may know of the machine: nothing of the settings of whoever runs the tests. */
function ownEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line)
  } catch {
    return { text: line }
  }
}

const silence = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

function expectDone({ status, body }: { status: number; body: unknown }): void {
  if (status >= 300) {
    throw new Error(`the admin socket answered ${status}: ${JSON.stringify(body)}`)
  }
}

function askSocket(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'admin', 'content-type': 'application/json' }
    const req = request({ socketPath, method, path, headers }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: res.statusCode ?? 0, body: text === '' ? null : parseLine(text) })
      })
    })
    req.on('error', reject)
    req.end(body === undefined ? '' : JSON.stringify(body))
  })
}
