import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { problemType } from '../lib/problem.ts'
import { frame, type PressOrder, type PressPiece, readFrames } from './press-protocol.ts'

export const pressBusy = problemType('documents/press-busy', 503)

/** Why an order was not done: the file cannot be read, wants a password, or needed more time or memory than it may. */
export type PressFault = 'unreadable' | 'password' | 'too-much'

/**
 * Opens files that people sent, in processes of their own: such a process may read the program's folder and nothing else,
 * starts nothing, has bounds of memory and time, and ends after one order. What it makes comes back piece by piece.
 */
export type Press = {
  /** True where a PDF opens without a password. */
  readonly opens: (pdf: Uint8Array) => Promise<boolean>
  /** Pictures of the first pages of a PDF with their texts, and what it holds. */
  readonly pages: (pdf: Uint8Array, options: { pagesMax: number; widthPixels: number }) => Promise<Pages | PressFault>
  /** Texts of the optical codes (QR) on the first pages of a PDF or on a picture. */
  readonly codes: (file: Uint8Array, mediaType: string) => Promise<readonly string[] | PressFault>
  /** Puts pictures on pages of one PDF/A, in order; a label is the text that stands for its picture. */
  readonly merge: (
    pictures: readonly Uint8Array[],
    options: { title: string; lang: string; createdAtMs: number; labels: readonly string[] },
  ) => Promise<Uint8Array | PressFault>
}
export type PageImage = Extract<PressPiece, { kind: 'page' }>
export type Pages = {
  readonly pageCount: number
  readonly flags: readonly string[]
  readonly pages: readonly PageImage[]
}

export type PressLimits = {
  readonly timeoutMs: number
  readonly memoryBytesMax: number
  readonly atOnceMax: number
  readonly queueMax: number
}
const USUAL: PressLimits = { timeoutMs: 60_000, memoryBytesMax: 700_000_000, atOnceMax: 1, queueMax: 50 }
const OUTPUT_BYTES_MAX = 120_000_000
const HEAP_MEGABYTES = 256
const LOOK_MS = 50
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CHILD = fileURLToPath(new URL('./press-child.ts', import.meta.url))
/** What a photo may take longer, on a loaded machine; alone it takes less than one second. */
const PICTURE_MS = 3_000
/** Lower than the server's: whoever waits for a page is served first. */
const NICE = 10

/** Makes the press of a process. Throws `documents/press-busy` where more wait than `queueMax`. */
export function createPress(limits: Partial<PressLimits> = {}): Press {
  const bounds = { ...USUAL, ...limits }
  const turn = createQueue(bounds)
  const ask = (order: PressOrder, files: readonly Uint8Array[]): Promise<readonly PressPiece[] | PressFault> =>
    turn(() => runOrder(order, files, bounds))
  return {
    opens: async (pdf) => Array.isArray(await ask({ op: 'opens' }, [pdf])),
    pages: async (pdf, options) => {
      const pieces = await ask({ op: 'pages', ...options }, [pdf])
      if (typeof pieces === 'string') {
        return pieces
      }
      const facts = pieces.find((piece) => piece.kind === 'facts')
      const pages = pieces.filter((piece) => piece.kind === 'page')
      return facts === undefined ? 'unreadable' : { pageCount: facts.pageCount, flags: facts.flags, pages }
    },
    codes: async (file, mediaType) => {
      const pieces = await ask({ op: 'codes', mediaType, pagesMax: 3 }, [file])
      return typeof pieces === 'string'
        ? pieces
        : pieces.flatMap((piece) => (piece.kind === 'codes' ? piece.texts : []))
    },
    merge: async (pictures, options) => {
      const pieces = await ask({ op: 'merge', ...options }, pictures)
      return typeof pieces === 'string'
        ? pieces
        : (pieces.find((piece) => piece.kind === 'file')?.bytes ?? 'unreadable')
    },
  }
}

function createQueue({ atOnceMax, queueMax }: PressLimits) {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnceMax) {
      if (waiting.length >= queueMax) {
        throw pressBusy()
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}

async function runOrder(
  order: PressOrder,
  files: readonly Uint8Array[],
  bounds: PressLimits,
): Promise<readonly PressPiece[] | PressFault> {
  const child = startChild(order.op === 'merge')
  const workMs = order.op === 'merge' ? files.length * PICTURE_MS : 0
  const watch = watchOver(child, { ...bounds, timeoutMs: bounds.timeoutMs + workMs })
  try {
    feed(child, order, files)
    const pieces: PressPiece[] = []
    let bytes = 0
    for await (const { head, bytes: body } of readFrames(child.stdout, OUTPUT_BYTES_MAX)) {
      bytes += body.length
      const piece = { ...(head as PressPiece), ...(body.length > 0 ? { bytes: body } : {}) } as PressPiece
      if (piece.kind === 'failed') {
        return piece.reason
      }
      if (bytes > OUTPUT_BYTES_MAX) {
        return 'too-much'
      }
      pieces.push(piece)
    }
    return watch.isStopped() ? 'too-much' : pieces.length > 0 ? pieces : 'unreadable'
  } catch {
    return watch.isStopped() ? 'too-much' : 'unreadable'
  } finally {
    watch.end()
    child.kill('SIGKILL')
  }
}

/** Node's own bounds: no file may be written, no process started, none read but the program. Native code only for setting. */
function startChild(needsNative: boolean): ChildProcessWithoutNullStreams {
  const rights = ['--permission', `--allow-fs-read=${ROOT}`, ...(needsNative ? ['--allow-addons'] : [])]
  const flags = [`--max-old-space-size=${HEAP_MEGABYTES}`, '--disable-warning=ExperimentalWarning', ...rights]
  const child = spawn(process.execPath, [...flags, CHILD], { stdio: 'pipe', env: {}, cwd: ROOT })
  child.stdin.on('error', () => undefined)
  child.on('error', () => undefined)
  child.stderr.resume()
  try {
    setPriority(child.pid ?? 0, child.pid === undefined ? 0 : NICE)
  } catch {
    // It ended already, or the machine knows no priorities.
  }
  return child
}

function feed(child: ChildProcessWithoutNullStreams, order: PressOrder, files: readonly Uint8Array[]): void {
  child.stdin.write(frame({ ...order, files: files.length }))
  for (const file of files) {
    child.stdin.write(frame({}, file))
  }
  child.stdin.end()
}

/** Ends a child that takes too long or too much memory, which it may have outside of the bounds Node keeps. */
function watchOver(child: ChildProcessWithoutNullStreams, { timeoutMs, memoryBytesMax }: PressLimits) {
  let stopped = false
  const stop = (): void => {
    stopped = true
    child.kill('SIGKILL')
  }
  const late = setTimeout(stop, timeoutMs)
  const look = setInterval(() => {
    if (residentBytes(child.pid) > memoryBytesMax) {
      stop()
    }
  }, LOOK_MS)
  return {
    isStopped: () => stopped,
    end: () => {
      clearTimeout(late)
      clearInterval(look)
    },
  }
}

/** 0 where the machine does not say. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1] ?? 0) * 4096
  } catch {
    return 0
  }
}
