/** A job is given up after this many tries. */
export const TRIES_MAX = 12
const FIRST_MS = 1_000
const LONGEST_MS = 6 * 3_600_000
const FACTOR = 3

/**
 * Wait before the next try after `attempt` tries failed: 1 s, 3 s, 9 s … 6 h, each spread by ±20 % so that jobs that failed
 * together do not come back together. `random` is from 0 to 1.
 */
export function backOffMs(attempt: number, random: number): number {
  const wait = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** (Math.max(1, attempt) - 1))
  return Math.round(Math.min(LONGEST_MS, wait * (0.8 + random * 0.4)))
}
