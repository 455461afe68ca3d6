import type { Batch, WriteResult } from './batch.ts'

export type WriterOptions = {
  readonly dataDir: string
  readonly migrationsDir: string
  /** Test hook: the process dies by SIGKILL at this point of the n-th group; never set in production. */
  readonly failpoint?: { readonly at: 'before-commit' | 'after-commit'; readonly group: number }
}

export type KeyCommand =
  | {
      readonly op: 'put'
      readonly id: string
      readonly kekId: string
      readonly wrapped: Uint8Array
      readonly atMs: number
    }
  | { readonly op: 'get'; readonly id: string }
  | { readonly op: 'list-wrapped-by-other'; readonly kekId: string; readonly limit: number }
  /** Ids of the installation keys that wrap at least one data key. */
  | { readonly op: 'kek-ids' }
  | { readonly op: 'rewrap'; readonly id: string; readonly kekId: string; readonly wrapped: Uint8Array }
  | { readonly op: 'destroy'; readonly ids: readonly string[]; readonly atMs: number }
  | { readonly op: 'destroyed' }
  | { readonly op: 'put-kek'; readonly id: string; readonly checkValue: string }
  | { readonly op: 'keks' }
  | { readonly op: 'snapshot'; readonly path: string }

export type KeyRow = { readonly id: string; readonly kekId: string; readonly wrapped: Uint8Array }
export type KeyAnswer =
  | {
      readonly ok: true
      readonly rows?: readonly KeyRow[]
      readonly ids?: readonly string[]
      readonly keks?: readonly { id: string; checkValue: string }[]
    }
  | { readonly ok: false; readonly reason: 'destroyed' | 'failed' }

/** `unknown`: COMMIT did not return; whether the batch holds can only be learned by retrying with its key. */
export type BatchResult =
  | WriteResult
  | { readonly ok: false; readonly reason: 'unknown' | 'error'; readonly code: string }

export type ToWriter =
  | { readonly kind: 'batch'; readonly id: number; readonly batch: Batch }
  | { readonly kind: 'keys'; readonly id: number; readonly command: KeyCommand }
  | { readonly kind: 'empty-log'; readonly id: number }
  | { readonly kind: 'close' }
export type FromWriter =
  | { readonly kind: 'ready'; readonly sqlite: string; readonly migrated: number }
  | { readonly kind: 'batch'; readonly id: number; readonly result: BatchResult }
  | { readonly kind: 'keys'; readonly id: number; readonly result: KeyAnswer }
  | { readonly kind: 'log'; readonly id: number; readonly isEmpty: boolean }
  | { readonly kind: 'closed' }
