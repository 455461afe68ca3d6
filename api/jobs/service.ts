import type { Read } from '../../db/reader.ts'
import type { Ctx } from '../lib/ctx.ts'
import { countWaiting, findJobRow, listDead } from './store.ts'

export { isLeaseHeld, type Lease, releaseLease, renewLease, takeLease } from './lease.ts'
export { createJobRunner, type JobRunner } from './runner.ts'

export type JobView = NonNullable<Awaited<ReturnType<typeof findJobRow>>>

/** Finds a job by kind and key, whatever its state; null where it was never ordered. */
export const findJob = (db: Read, kind: string, key: string): Promise<JobView | null> => findJobRow(db, kind, key)

/** Lists jobs that were given up after all tries, at most 100: an operator decides about them. */
export const listDeadJobs = (db: Read) => listDead(db, 100)

/** Counts dead jobs and those more than ten minutes overdue, for health and metrics. */
export const countLateJobs = (ctx: Pick<Ctx, 'db' | 'now'>) => countWaiting(ctx.db, ctx.now() - 600_000)
