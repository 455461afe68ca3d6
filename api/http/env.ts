import type { Actor } from '../lib/actor.ts'
import type { RateLimiter } from './rate.ts'

/** What travels with a request through the API. */
export type Env = {
  Variables: {
    actor: Actor
    requestId: string
    clientAddress: string
    input: unknown
    limit: RateLimiter
  }
}
