import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How long nothing may have happened. */
const QUIET_MS = 20_000

/**
 * Gives memory back once after each busy time. Node collects when it allocates, never because it rests: after the start
 * alone 50 MB of garbage would stay for as long as nobody comes. Call `noteUse` for whatever is work.
 * The collection takes about 0.1 s of a loop that had nothing to do. Does nothing where the engine is another.
 */
export function startIdleMemory(): { readonly noteUse: () => void; readonly stop: () => void } {
  const collect = collector({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  let timer: NodeJS.Timeout | undefined
  const noteUse = (): void => {
    if (timer === undefined) {
      timer = setTimeout(() => collect(), QUIET_MS).unref()
      return
    }
    timer.refresh()
  }
  noteUse()
  return { noteUse, stop: () => clearTimeout(timer) }
}

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
