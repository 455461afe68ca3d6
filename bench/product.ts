import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import launch from '../scripts/server-launch.json' with { type: 'json' }
import type { Ask } from './servers/town-process.ts'

/** The process in which the product runs, seen from the bench. */
export type TownProcess = {
  readonly port: number
  /** Name of the form's question that takes a file. */
  readonly question: string
  /** Address of the page that asks for the file. */
  readonly step: string
  readonly pid: number
  readonly ask: <T>(question: Ask) => Promise<T>
  readonly close: () => Promise<void>
}
export type TownOptions = {
  /** A folder that is kept; without it a fresh one that `close` removes. */
  readonly dataDir?: string
  readonly env?: Readonly<Record<string, string>>
}
type Answer = { readonly body?: unknown; readonly error?: string }

/** Starts the product with a fresh data folder in a process of its own. Profiles it when `STADTTOR_BENCH_PROFILE` names a folder. */
export async function startTownProcess(options: TownOptions = {}): Promise<TownProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'st-bench-'))
  const profile = process.env['STADTTOR_BENCH_PROFILE']
  const child = fork(join(import.meta.dirname, 'servers/town-process.ts'), [], {
    execArgv: [
      ...launch.flags,
      `--import=${join(import.meta.dirname, '../api/fast-imports.ts')}`,
      ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
    env: {
      ...process.env,
      ...launch.env,
      STADTTOR_MODE: 'test',
      STADTTOR_DATA: dataDir,
      STADTTOR_RATE_FACTOR: '9999',
      ...options.env,
    },
  })
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`))),
  )
  ended.catch(() => undefined)
  const next = <T>(): Promise<T> =>
    Promise.race([
      ended,
      new Promise<T>((resolve, reject) => {
        child.once('message', ({ body, error }: Answer) =>
          error === undefined ? resolve(body as T) : reject(new Error(error)),
        )
      }),
    ])
  const ask = async <T>(question: Ask): Promise<T> => {
    child.send(question)
    return await next<T>()
  }
  const { port, question, step } = await next<{ port: number; question: string; step: string }>()
  return {
    port,
    question,
    step,
    pid: child.pid ?? 0,
    ask,
    close: async () => {
      await ask({ op: 'close' }).catch(() => child.kill('SIGKILL'))
      await ended.catch(() => undefined)
      if (options.dataDir === undefined) {
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
  }
}

/** Resident memory of a process in bytes (Linux). */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes ?? 0) * 1024
}
