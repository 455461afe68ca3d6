import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'

const LOOK_MS = 10_000
/** So few uses between two looks are a trickle: jobs that try again, a watcher that asks for health. */
const TRICKLE_USES = 10
/** After so many the collection is worth its time also while something trickles. */
const BUSY_USES = 100

/**
 * Gives memory back once after each busy time. Node collects when it allocates, never because it rests: after the start
 * alone 50 MB of garbage would stay for as long as nobody comes. Call `noteUse` for whatever is work.
 * The collection takes about 0.1 s of a loop that had next to nothing to do. Does nothing where the engine is another.
 */
export function startIdleMemory(collect: () => void = collectAll()): {
  readonly noteUse: () => void
  readonly stop: () => void
} {
  // The start is a busy time.
  const uses = { sinceLook: 0, sinceCollected: BUSY_USES }
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const isQuiet = uses.sinceLook === 0
    const isTrickle = uses.sinceLook <= TRICKLE_USES && uses.sinceCollected >= BUSY_USES
    uses.sinceLook = 0
    timer = undefined
    if (isQuiet || isTrickle) {
      uses.sinceCollected = 0
      collect()
      return
    }
    timer = setTimeout(look, LOOK_MS).unref()
  }
  const noteUse = (): void => {
    uses.sinceLook += 1
    uses.sinceCollected += 1
    timer ??= setTimeout(look, LOOK_MS).unref()
  }
  noteUse()
  return { noteUse, stop: () => clearTimeout(timer) }
}

const collectAll = (): (() => void) => collector({ type: 'major', execution: 'sync', flavor: 'last-resort' })

/** Bytes that may pass before what carried them is collected. */
const PASSED_BYTES_MAX = 8 * 1024 * 1024

/**
 * Counts bytes that pass through, and collects what carried them every 8 MB (about 1 ms). Node reads a socket into fresh
 * buffers and lets 64 MB of them lie before it looks: an upload of 100 MB into nowhere grew a bare server by 90 MB.
 */
export function countPassing(): (bytes: number) => void {
  const collect = collector({ type: 'minor' })
  let passed = 0
  return (bytes) => {
    passed += bytes
    if (passed > PASSED_BYTES_MAX) {
      passed = 0
      collect()
    }
  }
}

type Extent = { type: 'minor' } | { type: 'major'; execution: 'sync'; flavor: 'last-resort' }

function collector(extent: Extent): () => void {
  if ('Deno' in globalThis) {
    return () => undefined
  }
  v8.setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (extent: Extent) => void
  return () => collect(extent)
}
