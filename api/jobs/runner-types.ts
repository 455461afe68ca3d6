import type { Plan } from '../../db/batch.ts'

/** A job in the hands of its handler. */
export type Job = {
  readonly id: string
  readonly kind: string
  readonly key: string
  /** As stored; the handler validates it. */
  readonly payload: unknown
  /** Which try this is, from 1. */
  readonly attempt: number
  /** A failure now ends in state `dead`: say so in the plan. */
  readonly isLastAttempt: boolean
  /** Aborted when the lease was lost or the process stops: nothing written afterwards counts. */
  readonly signal: AbortSignal
}

/**
 * What became of a try. Each plan is written in the same batch as the job's new state, guarded by the lease's epoch.
 * - `done`: never again.
 * - `again` without `reason`: a recurring job, next time at `again`; tries start anew.
 * - `again` with `reason` (a code): failed, next try at `again` or after the usual back-off; dead after 12 tries.
 * - `dead` with a reason (a code): no use in trying again; an operator sees it.
 */
export type JobResult =
  | { readonly done: true; readonly plan?: Plan }
  | { readonly again: number | 'back-off'; readonly plan?: Plan; readonly reason?: string }
  | { readonly dead: string; readonly plan?: Plan }

/** Does the work of one kind of job. May be called again for the same job after a crash: effects outside must be idempotent. */
export type Handler =
  | ((job: Job) => Promise<JobResult>)
  | {
      readonly run: (job: Job) => Promise<JobResult>
      /** How long a try may be silent before another runner takes it; renewed while it runs. Default 60 s. */
      readonly leaseMs?: number
      /** How many of this kind run at once. Default 4. */
      readonly atOnceMax?: number
    }
