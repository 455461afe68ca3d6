/** The one source of time: milliseconds UTC. Nothing else in the product reads the machine's clock. */
export type Clock = { readonly now: () => number }

/** The machine's clock. */
export const systemClock = (): Clock => ({ now: () => Date.now() })

/** A clock that tests set from outside; it stands still between calls of `set` and `advance`. */
export function settableClock(startMs: number): Clock & { set: (ms: number) => void; advance: (ms: number) => void } {
  let current = startMs
  return {
    now: () => current,
    set: (ms) => {
      current = ms
    },
    advance: (ms) => {
      current += ms
    },
  }
}

const berlinDate = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Berlin',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** The legal day (`YYYY-MM-DD`, Europe/Berlin) of an instant, whatever the process's TZ. */
export const dayInBerlin = (ms: number): string => berlinDate.format(ms)
