import { setTimeout as pause } from 'node:timers/promises'
import { forgetAnswers } from '../db/batch.ts'
import { runDelivery } from './connectors/service.ts'
import type { Context } from './context.ts'
import { makePreview, sweepBlobs, sweepParts } from './documents/service.ts'
import { runPlanned } from './editing/service-planned.ts'
import { sweepIdentity } from './identity/service.ts'
import { publishPages } from './import-content.ts'
import { planJob } from './jobs/plan.ts'
import { createJobRunner, type JobRunner } from './jobs/service.ts'
import { checkpointJob } from './journal/service.ts'
import { runCodeMail, runContactMail, runMail } from './messages/service-mail.ts'
import { runPaymentCheck, runPaymentReceipt } from './payments/service.ts'
import { sweepPages } from './publishing/service.ts'
import { forgetQueries, projectChanges } from './search/service.ts'
import { expireAccess, runAccessMail } from './submissions/service-access-jobs.ts'
import { fileCopy } from './submissions/service-copy.ts'
import { destroyKey, expireDrafts } from './submissions/service-drafts.ts'
import { runExpertMail } from './submissions/service-experts.ts'
import { runInvitation } from './submissions/service-invitation-mail.ts'
import { runNoticeDelivery } from './submissions/service-letters.ts'
import { forgottenPapers } from './submissions/service-paper.ts'
import { runDraftCode, runDraftNotice, runSavedMail } from './submissions/service-resume.ts'
import { scanFile } from './submissions/service-scan.ts'
import { runEffect, runTimer } from './workflow/service.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Answers to the same request sent again are kept a week. */
const ANSWERS_KEPT_MS = 7 * 24 * HOUR_MS

export type Background = {
  readonly runner: JobRunner
  /** Orders the recurring jobs; looks for due ones by itself unless the clock is set from outside. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Everything that happens without a request: outbox, timers, effects, checkpoints, sweeps, projections. */
export function createBackground(ctx: Context, onWrite: (listener: () => void) => void): Background {
  const runner = createJobRunner(ctx, {
    mail: (job) => runMail(ctx, job),
    'mail-code': (job) => runCodeMail(ctx, job),
    'mail-contact': (job) => runContactMail(ctx, job),
    'mail-access': (job) => runAccessMail(ctx, job),
    'access-expiry': (job) => expireAccess(ctx, job),
    deliver: (job) => runDelivery(ctx, job),
    effect: (job) => runEffect(ctx, job),
    timer: (job) => runTimer(ctx, job),
    'payment-check': (job) => runPaymentCheck(ctx, job),
    'payment-receipt': (job) => runPaymentReceipt(ctx, job),
    'file-copy': (job) => fileCopy(ctx, job),
    scan: { run: (job) => scanFile(ctx, job), leaseMs: 180_000, atOnceMax: 2 },
    preview: { run: (job) => makePreview(ctx, job), leaseMs: 180_000, atOnceMax: 2 },
    checkpoint: () => checkpointJob(ctx),
    publish: async () => {
      await publishPages(ctx, { kind: 'system', principal: 'publish' })
      return { done: true }
    },
    sweep: async () => {
      await sweepIdentity(ctx)
      await expireDrafts(ctx)
      await sweepParts(ctx)
      await sweepPages(ctx)
      forgetQueries(ctx)
      await ctx.write({ statements: [forgetAnswers(ctx.now() - ANSWERS_KEPT_MS), ...forgottenPapers(ctx.now())] })
      // Sealed bytes of what is over leave the database's log as well; a backup that reads meanwhile delays it.
      const isGone = await ctx.writer.emptyLog()
      return { again: ctx.now() + (isGone ? HOUR_MS : MINUTE_MS) }
    },
    'sweep-blobs': async () => {
      ctx.log('blobs-swept', { count: await sweepBlobs(ctx) })
      return { again: ctx.now() + 24 * HOUR_MS }
    },
    'destroy-key': (job) => destroyKey(ctx, job),
    'draft-mail': (job) => runSavedMail(ctx, job),
    'draft-code': (job) => runDraftCode(ctx, job),
    invitation: (job) => runInvitation(ctx, job),
    expert: (job) => runExpertMail(ctx, job),
    'draft-notice': (job) => runDraftNotice(ctx, job),
    'planned-publish': (job) => runPlanned(ctx, job),
    'notice-delivery': (job) => runNoticeDelivery(ctx, job),
  })
  const projector = createProjector(ctx)
  onWrite(() => {
    runner.poke()
    projector.poke()
  })
  return {
    runner,
    start: async () => {
      const dueAtMs = ctx.now()
      for (const kind of ['checkpoint', 'sweep', 'sweep-blobs']) {
        await ctx.write(planJob({ kind, key: ctx.town, payload: {}, dueAtMs }))
      }
      projector.poke()
      if (ctx.mode !== 'test') {
        runner.start()
      }
    },
    stop: async () => {
      await runner.stop()
      await projector.stop()
    },
  }
}

const PASS_EVERY_MS = 200

/**
 * Keeps `search.db` up to date: what is written after a rest at once, and in a busy time one pass in 200 ms takes all that
 * came meanwhile: a pass for each write took half as long as what a submission itself decides.
 */
function createProjector(ctx: Context) {
  const state = { running: null as Promise<void> | null, isWanted: false }
  const end = new AbortController()
  const pass = async (): Promise<void> => {
    while (state.isWanted && !end.signal.aborted) {
      state.isWanted = false
      await projectChanges(ctx).catch(() => ctx.log('projection-failed'))
      await pause(PASS_EVERY_MS, undefined, { signal: end.signal, ref: false }).catch(() => undefined)
    }
    state.running = null
  }
  return {
    poke: (): void => {
      state.isWanted = true
      state.running ??= pass()
    },
    stop: async (): Promise<void> => {
      end.abort()
      await state.running
    },
  }
}
