import type { Batch, WriteResult } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import type { Log } from './log.ts'

/**
 * What every use case gets as its first argument. A module adds what it needs by intersection
 * (`type KeysCtx = Ctx & { keyring: Keyring }`); `api/context.ts` makes the whole once.
 */
export type Ctx = {
  readonly town: string
  readonly origin: string
  readonly mode: 'demo' | 'test' | 'production'
  /** Read-only connections. */
  readonly db: Read
  /** The one writer: durable when the promise resolves. */
  readonly write: (batch: Batch) => Promise<WriteResult>
  readonly now: () => number
  readonly newId: () => string
  readonly log: Log
}
