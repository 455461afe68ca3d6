import { join } from '../../db/batch.ts'
import type { Ctx } from '../lib/ctx.ts'
import { backOffMs, TRIES_MAX } from './back-off.ts'
import type { Handler, Job, JobResult } from './runner-types.ts'
import { endJob, type JobEnd, listDueJobs, type OpenJob, renewJob, takeJob } from './store.ts'

export type JobRunner = {
  /** Begins to look for due jobs by itself, every 500 ms and when poked. Not called in test mode. */
  readonly start: () => void
  /** Something became due: look now. */
  readonly poke: () => void
  /** Runs due jobs, and those that become due by them, until none is due; returns how many tries were made. */
  readonly tick: () => Promise<number>
  /** Takes nothing new, waits for running jobs up to `graceMs` (20 s), then aborts them. */
  readonly stop: (graceMs?: number) => Promise<void>
  readonly runningCount: () => number
}

type Options = { readonly atOnceMax?: number; readonly random?: () => number }
type Work = Exclude<Handler, (job: Job) => Promise<JobResult>>
type Running = { readonly kind: string; readonly abort: AbortController; readonly end: Promise<void> }
type State = {
  readonly ctx: Ctx
  readonly work: ReadonlyMap<string, Work>
  readonly running: Map<string, Running>
  readonly atOnceMax: number
  readonly random: () => number
  isStopping: boolean
}

const LOOK_EVERY_MS = 500
const LEASE_MS = 60_000
const PER_KIND_MAX = 4
const GUARD_TRIES = 5
const TICK_ROUNDS_MAX = 20_000

/**
 * Makes the runner of a town's jobs. A job is taken by one guarded batch (lease and epoch) and ended by one batch that
 * carries the epoch and the handler's plan: a runner that was thought dead cannot write any more. Handlers run at least
 * once; a kind that hangs or fails leaves room for the others.
 */
export function createJobRunner(
  ctx: Ctx,
  handlers: Readonly<Record<string, Handler>>,
  options: Options = {},
): JobRunner {
  const state: State = {
    ctx,
    work: new Map(
      Object.entries(handlers).map(([kind, it]) => [kind, typeof it === 'function' ? { run: it } : it] as const),
    ),
    running: new Map(),
    atOnceMax: options.atOnceMax ?? 8,
    random: options.random ?? Math.random,
    isStopping: false,
  }
  const loop = { timer: undefined as NodeJS.Timeout | undefined, isLooking: false, isPoked: false, isStarted: false }

  const look = async (): Promise<void> => {
    clearTimeout(loop.timer)
    if (loop.isLooking) {
      loop.isPoked = true
      return
    }
    loop.isLooking = true
    do {
      loop.isPoked = false
      const taken = await takeDue(state).catch(() => {
        ctx.log('jobs-not-read', { reason: 'take failed' })
        return []
      })
      for (const running of taken) {
        void running.end.then(poke)
      }
    } while (loop.isPoked && !state.isStopping)
    loop.isLooking = false
    if (!state.isStopping) {
      loop.timer = setTimeout(() => void look(), LOOK_EVERY_MS)
    }
  }
  const poke = (): void => {
    if (loop.isStarted && !state.isStopping) {
      void look()
    }
  }
  return {
    start: () => {
      loop.isStarted = true
      poke()
    },
    poke,
    tick: () => tick(state),
    stop: async (graceMs = 20_000) => {
      state.isStopping = true
      clearTimeout(loop.timer)
      await stopRunning(state, graceMs)
    },
    runningCount: () => state.running.size,
  }
}

async function tick(state: State): Promise<number> {
  let tries = 0
  for (let round = 0; round < TICK_ROUNDS_MAX; round += 1) {
    const taken = await takeDue(state)
    if (taken.length === 0 && state.running.size === 0) {
      return tries
    }
    tries += taken.length
    await Promise.all([...state.running.values()].map((running) => running.end))
  }
  throw new Error('jobs order each other without end')
}

async function stopRunning(state: State, graceMs: number): Promise<void> {
  const all = Promise.all([...state.running.values()].map((running) => running.end))
  const grace = Promise.withResolvers<void>()
  const timer = setTimeout(grace.resolve, graceMs)
  await Promise.race([all, grace.promise])
  clearTimeout(timer)
  for (const running of state.running.values()) {
    running.abort.abort()
  }
}

/** Takes due jobs into free places, each by its own guarded batch; the writer puts them under one fsync. */
async function takeDue(state: State): Promise<readonly Running[]> {
  const free = state.atOnceMax - state.running.size
  const kinds = [...state.work.keys()].filter((kind) => placesOf(state, kind) > 0)
  if (free <= 0 || kinds.length === 0 || state.isStopping) {
    return []
  }
  const nowMs = state.ctx.now()
  const due = await listDueJobs(state.ctx.db, { kinds, nowMs, limit: free * 4 + state.running.size })
  const places = new Map(kinds.map((kind) => [kind, placesOf(state, kind)]))
  const chosen: OpenJob[] = []
  for (const job of due) {
    const left = places.get(job.kind) ?? 0
    if (left > 0 && chosen.length < free && !state.running.has(job.id)) {
      places.set(job.kind, left - 1)
      chosen.push(job)
    }
  }
  const taken = await Promise.all(chosen.map((job) => takeOne(state, job, nowMs)))
  return taken.filter((running) => running !== null)
}

function placesOf(state: State, kind: string): number {
  const used = [...state.running.values()].filter((running) => running.kind === kind).length
  return (state.work.get(kind)?.atOnceMax ?? PER_KIND_MAX) - used
}

async function takeOne(state: State, row: OpenJob, nowMs: number): Promise<Running | null> {
  const work = state.work.get(row.kind)
  if (work === undefined) {
    return null
  }
  const leaseMs = work.leaseMs ?? LEASE_MS
  const taken = await state.ctx.write({ guards: [{ ...takeJob(row, nowMs, nowMs + leaseMs), name: 'job-free' }] })
  if (!taken.ok) {
    return null
  }
  const abort = new AbortController()
  const epoch = row.leaseEpoch + 1
  const attempt = row.attempts + 1
  const job: Job = {
    id: row.id,
    kind: row.kind,
    key: row.key,
    payload: JSON.parse(row.payload),
    attempt,
    isLastAttempt: attempt >= TRIES_MAX,
    signal: abort.signal,
  }
  const renewing = setInterval(() => void renew(state, job, epoch, leaseMs, abort), leaseMs / 3)
  const end = runJob(state, work, job, epoch).finally(() => {
    clearInterval(renewing)
    state.running.delete(row.id)
  })
  const running = { kind: row.kind, abort, end }
  state.running.set(row.id, running)
  return running
}

async function renew(state: State, job: Job, epoch: number, leaseMs: number, abort: AbortController): Promise<void> {
  const guard = { ...renewJob(job.id, epoch, state.ctx.now() + leaseMs), name: 'job-epoch' }
  const result = await state.ctx.write({ guards: [guard] }).catch(() => null)
  if (result !== null && !result.ok) {
    abort.abort()
  }
}

/** Runs the handler and writes what became of it. A lost race of the handler's own plan lets it decide anew. */
async function runJob(state: State, work: Work, job: Job, epoch: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const result = await tryHandler(work, job)
    const end = endOf(state, job, result)
    const plan = join({ guards: [{ ...endJob(job.id, epoch, end), name: 'job-epoch' }] }, result.plan ?? {})
    try {
      const written = await state.ctx.write(plan)
      if (written.ok) {
        return logEnd(state, job, end)
      }
      if (written.reason === 'guard' && written.guard === 'job-epoch') {
        return state.ctx.log('job-lost', { job: job.id, kind: job.kind, epoch })
      }
      if (written.reason !== 'guard' || tries >= GUARD_TRIES) {
        return await fail(state, job, epoch, written.reason)
      }
    } catch {
      // Not known whether it holds: the job is taken again when its lease has ended.
      return state.ctx.log('job-unconfirmed', { job: job.id, kind: job.kind, epoch })
    }
  }
}

async function fail(state: State, job: Job, epoch: number, reason: string): Promise<void> {
  const end = endOf(state, job, { again: 'back-off', reason: `write-refused-${reason}` })
  const written = await state.ctx.write({ guards: [{ ...endJob(job.id, epoch, end), name: 'job-epoch' }] })
  if (written.ok) {
    logEnd(state, job, end)
  }
}

async function tryHandler(work: Work, job: Job): Promise<JobResult> {
  try {
    return await work.run(job)
  } catch (error) {
    return { again: 'back-off', reason: reasonOf(error) }
  }
}

function endOf(state: State, job: Job, result: JobResult): JobEnd {
  if ('done' in result) {
    return { state: 'done', attempts: job.attempt, lastError: null, dueAtMs: null }
  }
  if ('dead' in result) {
    return { state: 'dead', attempts: job.attempt, lastError: result.dead, dueAtMs: null }
  }
  const reason = result.reason ?? null
  if (reason !== null && job.isLastAttempt) {
    return { state: 'dead', attempts: job.attempt, lastError: reason, dueAtMs: null }
  }
  const wait = backOffMs(job.attempt, state.random())
  const dueAtMs = result.again === 'back-off' ? state.ctx.now() + wait : result.again
  return { state: 'open', attempts: reason === null ? 0 : job.attempt, lastError: reason, dueAtMs }
}

function logEnd(state: State, job: Job, end: JobEnd): void {
  if (end.lastError !== null) {
    const event = end.state === 'dead' ? 'job-dead' : 'job-failed'
    state.ctx.log(event, { job: job.id, kind: job.kind, attempt: job.attempt, reason: end.lastError })
  }
}

/** A code, never a message: messages can hold values. */
function reasonOf(error: unknown): string {
  if (error !== null && typeof error === 'object') {
    const { code, type, name } = error as { code?: unknown; type?: unknown; name?: unknown }
    const found = [code, type, name].find((it) => typeof it === 'string' && /^[\w/-]{1,80}$/.test(it))
    return typeof found === 'string' ? found : 'unknown'
  }
  return 'unknown'
}
