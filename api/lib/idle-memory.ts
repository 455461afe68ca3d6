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
  const collect = collector()
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

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

function collector(): () => void {
  if ('Deno' in globalThis) {
    return () => undefined
  }
  v8.setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as Collect
  return () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
