import type { Plan } from '../../db/batch.ts'
import { cancelJob, endAllLeases, insertJob, reopenJob, upsertJob } from './store.ts'

/** What a job may be told: ids and codes, never personal data. Its handler validates it. */
export type JobPayload = Readonly<Record<string, string | number | boolean | null>>
export type NewJob = {
  /** Name of the handler, e.g. `deliver`. */
  readonly kind: string
  /** Says which one of its kind, e.g. the delivery's id: the same kind and key is one job for good. */
  readonly key: string
  readonly payload: JobPayload
  readonly dueAtMs: number
}

/** Orders a job. Ordered again with the same kind and key it changes nothing, whatever became of the first. */
export const planJob = (job: NewJob): Plan => ({ statements: [insertJob(job)] })

/** Orders a job or moves it: what was done, dead or cancelled is open again with fresh tries, what is open gets the new time. */
export const planRepeatedJob = (job: NewJob): Plan => ({ statements: [upsertJob(job)] })

/** Takes an open job back. One that is running loses its result, too: its batch is refused by the guard. */
export const planCancelJob = (kind: string, key: string): Plan => ({ statements: [cancelJob(kind, key)] })

/** Opens a dead job again with fresh tries; refused by guard `job-dead` when it is not dead. */
export const planRetryDeadJob = (kind: string, key: string, dueAtMs: number): Plan => ({
  guards: [{ ...reopenJob(kind, key, dueAtMs), name: 'job-dead' }],
})

/**
 * Ends every lease. Only for the start of a process that holds the data folder's lock: whoever held one is dead then, and
 * what it began can go on at once instead of after its time. Epochs stay, so a late result is refused all the same.
 */
export const planEndLeasesOfTheDead = (): Plan => ({ statements: endAllLeases() })
