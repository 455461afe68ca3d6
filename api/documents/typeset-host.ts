import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { TypesetAnswer, TypesetRequest } from './typeset.ts'

/** What sets documents, seen from the product. */
export type TypesetHost = {
  readonly send: (request: TypesetRequest) => void
  /** Whether the product may not end while it works. */
  readonly hold: (isHeld: boolean) => void
  /** Ends it without a word to `onEnd`; resolves when it is gone. */
  readonly stop: () => Promise<void>
}
type Listeners = {
  readonly onReady: () => void
  readonly onAnswer: (answer: TypesetAnswer) => void
  readonly onEnd: () => void
}
type Said = 'ready' | TypesetAnswer

const PROGRAM = new URL('./typeset-worker.ts', import.meta.url)

/**
 * Starts what sets documents: a process of its own, which gives all memory back when it ends and takes nobody along when
 * its native part breaks. It is told nothing of the product's settings. A thread under Deno, where the product has no
 * right to start programs.
 */
export const startTypesetHost = (listeners: Listeners): TypesetHost =>
  'Deno' in globalThis ? startThread(listeners) : startProcess(listeners)

function startProcess({ onReady, onAnswer, onEnd }: Listeners): TypesetHost {
  const child = fork(fileURLToPath(PROGRAM), [], { env: {}, execArgv: [], serialization: 'advanced' })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  child.on('message', (said) => hear(said as Said, onReady, onAnswer))
  child.on('error', onEnd)
  child.on('exit', onEnd)
  return {
    // What cannot be sent any more is told by `exit`.
    send: (request) => child.send(request, () => undefined),
    hold: (isHeld) => {
      child[isHeld ? 'ref' : 'unref']()
      child.channel?.[isHeld ? 'ref' : 'unref']()
    },
    stop: async () => {
      child.removeAllListeners('message')
      child.off('exit', onEnd)
      child.off('error', onEnd)
      child.on('error', () => undefined)
      child.kill('SIGKILL')
      await ended
    },
  }
}

function startThread({ onReady, onAnswer, onEnd }: Listeners): TypesetHost {
  const worker = new Worker(PROGRAM)
  worker.on('message', (said: Said) => hear(said, onReady, onAnswer))
  worker.on('error', onEnd)
  worker.on('exit', onEnd)
  return {
    send: (request) => worker.postMessage(request),
    hold: (isHeld) => worker[isHeld ? 'ref' : 'unref'](),
    stop: async () => {
      worker.removeAllListeners()
      worker.on('error', () => undefined)
      await worker.terminate()
    },
  }
}

const hear = (said: Said, onReady: () => void, onAnswer: (answer: TypesetAnswer) => void): void =>
  said === 'ready' ? onReady() : onAnswer(said)
