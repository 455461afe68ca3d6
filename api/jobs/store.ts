import { and, count, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { jobs, leases } from '../../db/schema/jobs.ts'
import type { NewJob } from './plan.ts'

export type OpenJob = {
  readonly id: string
  readonly kind: string
  readonly key: string
  readonly payload: string
  readonly attempts: number
  readonly leaseEpoch: number
}

type Due = { readonly kinds: readonly string[]; readonly nowMs: number; readonly limit: number }

/** Lists open jobs of these kinds that are due and not taken, the longest due first. */
export const listDueJobs = async (db: Read, due: Due): Promise<OpenJob[]> => await dueJobs(db, due)

/** The query of `listDueJobs`, so that a test can see its plan. */
export const dueJobs = (db: Read, due: Due) =>
  db
    .select({
      id: jobs.id,
      kind: jobs.kind,
      key: jobs.key,
      payload: jobs.payload,
      attempts: jobs.attempts,
      leaseEpoch: jobs.leaseEpoch,
    })
    .from(jobs)
    .where(
      and(
        // written out, so that the partial index over open jobs serves it
        sql`state = 'open'`,
        lte(jobs.dueAtMs, due.nowMs),
        lte(jobs.leaseUntilMs, due.nowMs),
        // the plus keeps the planner from walking all jobs of a kind, done ones included
        sql`+${inArray(jobs.kind, [...due.kinds])}`,
      ),
    )
    .orderBy(jobs.dueAtMs, jobs.id)
    .limit(due.limit)

/** Lists jobs that were given up, for operators. */
export function listDead(db: Read, limit: number) {
  return db
    .select({
      id: jobs.id,
      kind: jobs.kind,
      key: jobs.key,
      attempts: jobs.attempts,
      lastError: jobs.lastError,
      createdAtMs: jobs.createdAtMs,
    })
    .from(jobs)
    .where(sql`state = 'dead'`)
    .orderBy(jobs.kind, jobs.id)
    .limit(limit)
}

/** Finds one job by kind and key. */
export async function findJobRow(db: Read, kind: string, key: string) {
  const rows = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.key, key)))
    .limit(1)
  return rows[0] ?? null
}

/** Counts open jobs that are overdue since `beforeMs`, and dead ones. */
export async function countWaiting(db: Read, beforeMs: number): Promise<{ overdue: number; dead: number }> {
  const overdue = await db
    .select({ n: count() })
    .from(jobs)
    .where(and(sql`state = 'open'`, lte(jobs.dueAtMs, beforeMs)))
  const dead = await db.select({ n: count() }).from(jobs).where(sql`state = 'dead'`)
  return { overdue: overdue[0]?.n ?? 0, dead: dead[0]?.n ?? 0 }
}

/** Finds a lease by name. */
export async function findLeaseRow(db: Read, name: string) {
  const rows = await db.select().from(leases).where(eq(leases.name, name)).limit(1)
  return rows[0] ?? null
}

const INSERT =
  'INSERT INTO jobs (id, kind, key, payload, state, due_at_ms, lease_until_ms, lease_epoch, attempts, created_at_ms) ' +
  "VALUES (?, ?, ?, ?, 'open', ?, 0, 0, 0, ?) ON CONFLICT (kind, key) DO "
const REOPEN =
  "UPDATE SET state = 'open', payload = excluded.payload, due_at_ms = excluded.due_at_ms, attempts = 0, last_error = NULL"

const insertArgs = (job: NewJob) => [
  `${job.kind}/${job.key}`,
  job.kind,
  job.key,
  JSON.stringify(job.payload),
  job.dueAtMs,
  job.dueAtMs,
]

export const insertJob = (job: NewJob): Statement => ({ sql: `${INSERT}NOTHING`, args: insertArgs(job) })

export const upsertJob = (job: NewJob): Statement => ({ sql: `${INSERT}${REOPEN}`, args: insertArgs(job) })

export const cancelJob = (kind: string, key: string): Statement => ({
  sql: "UPDATE jobs SET state = 'cancelled' WHERE kind = ? AND key = ? AND state = 'open'",
  args: [kind, key],
})

export const reopenJob = (kind: string, key: string, dueAtMs: number): Statement => ({
  sql: "UPDATE jobs SET state = 'open', attempts = 0, due_at_ms = ?, last_error = NULL WHERE kind = ? AND key = ? AND state = 'dead'",
  args: [dueAtMs, kind, key],
})

export const takeJob = (job: OpenJob, nowMs: number, leaseUntilMs: number): Statement => ({
  sql:
    'UPDATE jobs SET lease_until_ms = ?, lease_epoch = lease_epoch + 1, attempts = attempts + 1 ' +
    "WHERE id = ? AND state = 'open' AND lease_epoch = ? AND due_at_ms <= ? AND lease_until_ms <= ?",
  args: [leaseUntilMs, job.id, job.leaseEpoch, nowMs, nowMs],
})

export const renewJob = (id: string, epoch: number, leaseUntilMs: number): Statement => ({
  sql: "UPDATE jobs SET lease_until_ms = ? WHERE id = ? AND lease_epoch = ? AND state = 'open'",
  args: [leaseUntilMs, id, epoch],
})

export type JobEnd = {
  readonly state: 'open' | 'done' | 'dead'
  readonly attempts: number
  readonly lastError: string | null
  /** Null keeps the time. */
  readonly dueAtMs: number | null
}

export const endJob = (id: string, epoch: number, end: JobEnd): Statement => ({
  sql:
    'UPDATE jobs SET state = ?, attempts = ?, last_error = ?, due_at_ms = coalesce(?, due_at_ms), lease_until_ms = 0 ' +
    "WHERE id = ? AND lease_epoch = ? AND state = 'open'",
  args: [end.state, end.attempts, end.lastError, end.dueAtMs, id, epoch],
})

export const takeLeaseRow = (name: string, holder: string, nowMs: number, untilMs: number): Statement => ({
  sql:
    'INSERT INTO leases (name, holder, epoch, until_ms) VALUES (?, ?, 1, ?) ON CONFLICT (name) DO ' +
    'UPDATE SET holder = excluded.holder, epoch = epoch + 1, until_ms = excluded.until_ms WHERE leases.until_ms <= ?',
  args: [name, holder, untilMs, nowMs],
})

export const setLeaseEnd = (name: string, epoch: number, untilMs: number): Statement => ({
  sql: 'UPDATE leases SET until_ms = ? WHERE name = ? AND epoch = ?',
  args: [untilMs, name, epoch],
})

export const keepLease = (name: string, epoch: number, nowMs: number): Statement => ({
  sql: 'UPDATE leases SET until_ms = until_ms WHERE name = ? AND epoch = ? AND until_ms > ?',
  args: [name, epoch, nowMs],
})

export const endAllLeases = (): readonly Statement[] => [
  { sql: 'UPDATE leases SET until_ms = 0', args: [] },
  { sql: "UPDATE jobs SET lease_until_ms = 0 WHERE state = 'open' AND lease_until_ms > 0", args: [] },
]
