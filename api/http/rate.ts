import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'

export const tooManyRequests = problemType('http/too-many-requests', 429)

/** Tokens per minute and caller; the bucket holds one minute's worth. Sign-in has its own, durable throttling beside this. */
const PER_MINUTE = { read: 1_200, work: 240, 'sign-in': 30, upload: 120 } as const
const BUCKETS_MAX = 20_000

type Bucket = { tokens: number; atMs: number }
export type RateLimiter = (rate: keyof typeof PER_MINUTE, address: string, actor: Actor) => void

/**
 * Makes a limiter with its own buckets: one per rate class, client address and kind of actor; `factor` raises all limits.
 * The limiter throws `http/too-many-requests` with Retry-After when the caller has no token left.
 */
export function createRateLimiter(now: () => number, factor = 1): RateLimiter {
  const buckets = new Map<string, Bucket>()
  return (rate, address, actor) => {
    const size = PER_MINUTE[rate] * factor
    const key = `${rate} ${address} ${actor.kind === 'staff' ? actorId(actor) : actor.kind}`
    const atMs = now()
    const known = buckets.get(key)
    // A clock that was set back gives nothing and takes nothing.
    const sinceMs = Math.max(0, atMs - (known?.atMs ?? atMs))
    const tokens = Math.min(size, (known?.tokens ?? size) + (sinceMs / 60_000) * size)
    if (tokens < 1) {
      throw tooManyRequests(`rate ${rate}`, { headers: { 'Retry-After': String(Math.ceil(60 / size)) } })
    }
    buckets.delete(key)
    buckets.set(key, { tokens: tokens - 1, atMs })
    if (buckets.size > BUCKETS_MAX) {
      const oldest = buckets.keys().next().value
      if (oldest !== undefined) {
        buckets.delete(oldest)
      }
    }
  }
}
