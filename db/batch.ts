/** A value of a statement. A `Ref` is filled in by the writer while it executes (a number, a sequence). */
export type Value = string | number | bigint | null | Uint8Array | Ref
export type Ref = { readonly ref: string }
export type Statement = { readonly sql: string; readonly args: readonly Value[] }

/** A compare-and-set that must change exactly one row; otherwise the whole batch is refused with `name`. */
export type Guard = Statement & { readonly name: string }

/** A gapless number: the counter is raised by one and formatted `prefix + zero-padded number`; named by `ref(as)`. */
export type NumberRequest = {
  readonly as: string
  readonly counter: string
  readonly prefix: string
  readonly digits: number
}

/**
 * One line of an eAkte's journal. The writer adds sequence, previous hash, hash and the global leaf index.
 * `body` holds codes, ids, digests and salted commitments, never personal data; it may contain refs.
 */
export type JournalEntry = {
  readonly eakteId: string
  readonly type: string
  readonly atMs: number
  readonly actor: string
  readonly body: Readonly<Record<string, JournalValue>>
}
export type JournalValue = string | number | boolean | null | Ref

/** Something changed that projections (search.db, lists) must learn about; ordered by commit. */
export type Change = { readonly topic: string; readonly id: string }

/** What one module contributes to a write. Pure data; `join` puts plans together. */
export type Plan = {
  readonly guards?: readonly Guard[]
  readonly numbers?: readonly NumberRequest[]
  readonly statements?: readonly Statement[]
  readonly journal?: readonly JournalEntry[]
  readonly changes?: readonly Change[]
}

/** Stored answer of a use case: never personal data (status, location, ids). */
export type StoredAnswer = {
  readonly status: number
  readonly location: string
  readonly ids: Readonly<Record<string, string | Ref>>
}

/** Same key and fingerprint replays the stored answer; another fingerprint is refused. Kept seven days. */
export type Idempotency = {
  readonly key: string
  readonly fingerprint: string
  readonly atMs: number
  readonly answer: StoredAnswer
}

export type Batch = Plan & { readonly idempotency?: Idempotency }

export type WriteResult =
  | { readonly ok: true; readonly refs: Readonly<Record<string, string>>; readonly replay?: StoredAnswer }
  | { readonly ok: false; readonly reason: 'guard'; readonly guard: string }
  | { readonly ok: false; readonly reason: 'idempotency-mismatch' }
  | { readonly ok: false; readonly reason: 'constraint'; readonly constraint: string }

/** Forgets stored answers that are older; a request sent again after that is a new one. */
export const forgetAnswers = (beforeMs: number): Statement => ({
  sql: 'DELETE FROM idempotency WHERE at_ms < ?',
  args: [beforeMs],
})

export const ref = (name: string): Ref => ({ ref: name })

/** Puts the plans of several modules together, in order; guards of all run before any statement. */
export function join(...plans: readonly Plan[]): Plan {
  return {
    guards: plans.flatMap((plan) => plan.guards ?? []),
    numbers: plans.flatMap((plan) => plan.numbers ?? []),
    statements: plans.flatMap((plan) => plan.statements ?? []),
    journal: plans.flatMap((plan) => plan.journal ?? []),
    changes: plans.flatMap((plan) => plan.changes ?? []),
  }
}
