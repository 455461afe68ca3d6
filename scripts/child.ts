import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { performance } from 'node:perf_hooks'

export type Outcome = { readonly code: number; readonly output: string; readonly seconds: number }

type RunOptions = {
  readonly env?: Readonly<Record<string, string>>
  /** `true`: both streams are kept and answered; else they go through to ours. */
  readonly capture?: boolean
}

/** Runs a program of node_modules/.bin or an absolute path to its end. Never throws: a program not found is code 127. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const startedMs = performance.now()
  const capture = options.capture === true
  const child = spawn(program, args, {
    stdio: capture ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...options.env },
  })
  const stop = forwardSignals(child)
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => {
    const end = (code: number, note = ''): void => {
      stop()
      const output = Buffer.concat(chunks).toString('utf8') + note
      resolve({ code, output, seconds: (performance.now() - startedMs) / 1000 })
    }
    child.on('error', (cause) => end(127, `${program}: ${cause.message}\n`))
    child.on('close', (code, signal) => end(exitCode(code, signal)))
  })
}

/** Runs a TypeScript file of ours on the pinned Node. */
export const runNode = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> =>
  run(process.execPath, args, options)

/** The shell's convention: the code, or 128 plus the number of the signal. */
export const exitCode = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal])

/** Passes stop signals on to a child; answers a function that ends this. Ctrl-C at a terminal reaches it by itself. */
export function forwardSignals(child: ChildProcess): () => void {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
  const pass = (signal: NodeJS.Signals): void => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) {
      child.kill(signal)
    }
  }
  for (const signal of signals) {
    process.on(signal, pass)
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, pass)
    }
  }
}
