/** Lets heavy work take turns; see `createTurns`. */
export type Turns = {
  /** Waits for one's turn: among all who wait, one goes on per turn of the event loop. */
  readonly take: () => Promise<void>
  /** True while somebody waits: more work is about to come. */
  readonly isBusy: () => boolean
}

/**
 * Makes a queue for heavy work. Sixty-four requests that arrive together would run one after the other without the loop
 * looking at its sockets in between, and a visitor of a static page would wait for all of them; so each goes on in a turn
 * of its own, and whoever arrives meanwhile is answered between two. Costs a few microseconds each.
 */
export function createTurns(): Turns {
  const waiting: (() => void)[] = []
  const next = (): void => {
    waiting.shift()?.()
    if (waiting.length > 0) {
      setImmediate(next)
    }
  }
  return {
    isBusy: () => waiting.length > 0,
    take: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        if (waiting.length === 1) {
          setImmediate(next)
        }
      }),
  }
}
