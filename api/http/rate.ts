import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'

export const tooManyRequests = problemType('http/too-many-requests', 429)
export const tooManyBytes = problemType('http/too-many-bytes', 429)

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Tokens per minute and caller; the bucket holds one minute's worth. Sign-in has its own, durable throttling beside this. */
const PER_MINUTE = { read: 1_200, work: 240, 'sign-in': 30, upload: 120 } as const
/** Bytes of files per day and caller; several people may share an address. */
const FILE_BYTES_PER_DAY = 4_000_000_000
const BUCKETS_MAX = 20_000

type Bucket = { tokens: number; atMs: number }
/** `bytes`: what an upload says it is going to send. */
export type RateLimiter = (rate: keyof typeof PER_MINUTE, address: string, actor: Actor, bytes?: number) => void

/**
 * Makes a limiter with its own buckets: one per rate class, client address and kind of actor; `factor` raises all limits.
 * The limiter throws `http/too-many-requests`, for files of too many bytes a day `http/too-many-bytes`, with Retry-After when
 * the caller has not enough tokens left.
 */
export function createRateLimiter(now: () => number, factor = 1): RateLimiter {
  const take = createBuckets(now)
  return (rate, address, actor, bytes = 0) => {
    const who = `${address} ${actor.kind === 'staff' ? actorId(actor) : actor.kind}`
    const size = PER_MINUTE[rate] * factor
    if (!take(`${rate} ${who}`, { size, perMs: size / MINUTE_MS, cost: 1 })) {
      throw tooManyRequests(`rate ${rate}`, { headers: { 'Retry-After': String(Math.ceil(60 / size)) } })
    }
    const bytesMax = FILE_BYTES_PER_DAY * factor
    if (rate === 'upload' && !take(`bytes ${who}`, { size: bytesMax, perMs: bytesMax / DAY_MS, cost: bytes })) {
      const waitMs = bytes / (bytesMax / DAY_MS)
      throw tooManyBytes('bytes of a day', { headers: { 'Retry-After': String(Math.ceil(waitMs / 1000)) } })
    }
  }
}

type Take = { readonly size: number; readonly perMs: number; readonly cost: number }

/** Buckets that fill as time goes by. Answers whether a bucket had what was wanted; then it is taken. */
function createBuckets(now: () => number): (key: string, take: Take) => boolean {
  const buckets = new Map<string, Bucket>()
  return (key, { size, perMs, cost }) => {
    const atMs = now()
    const known = buckets.get(key)
    // A clock that was set back gives nothing and takes nothing.
    const sinceMs = Math.max(0, atMs - (known?.atMs ?? atMs))
    const tokens = Math.min(size, (known?.tokens ?? size) + sinceMs * perMs)
    if (tokens < cost) {
      return false
    }
    buckets.delete(key)
    buckets.set(key, { tokens: tokens - cost, atMs })
    if (buckets.size > BUCKETS_MAX) {
      const oldest = buckets.keys().next().value
      if (oldest !== undefined) {
        buckets.delete(oldest)
      }
    }
    return true
  }
}
