import { submitDraft } from '../../api/submissions/service-submit.ts'
import type { Batch } from '../../db/batch.ts'
import { inParallel } from '../report.ts'
import { startBare } from './bare.ts'
import { captureBatches, fillTemplate, makeDrafts, type PreparedDraft } from './drafts.ts'
import { openTown } from './town.ts'

/** What the bench asks of the process in which the product runs; one line of JSON each by IPC. */
export type Ask =
  | { readonly op: 'drafts'; readonly count: number; readonly withFile: boolean }
  | { readonly op: 'capture'; readonly drafts: readonly PreparedDraft[] }
  /** Writes the captured batches, nothing else. */
  | { readonly op: 'write'; readonly callers: number }
  /** Runs the use case without HTTP. */
  | { readonly op: 'submit'; readonly drafts: readonly PreparedDraft[]; readonly callers: number }
  | { readonly op: 'stats' }
  /** Starts the server that only parses, encrypts, hashes and syncs; answers its port. */
  | { readonly op: 'bare' }
  | { readonly op: 'close' }
export type Ran = { readonly seconds: number; readonly eachMs: readonly number[] }
export type Stats = { readonly attempts: number; readonly batches: number; readonly cpuMs: number }

const town = await openTown()
const { ctx } = town
const template = await fillTemplate(ctx, town.port)
const captured: Batch[] = []

async function answer(ask: Ask): Promise<unknown> {
  if (ask.op === 'drafts') {
    return await makeDrafts(ctx, template, ask.count, ask)
  }
  if (ask.op === 'capture') {
    captured.splice(0, captured.length, ...(await captureBatches(ctx, ask.drafts)))
    return captured.length
  }
  if (ask.op === 'write') {
    return await inParallel(captured, ask.callers, async (batch) => {
      if (!(await ctx.write(batch)).ok) {
        throw new Error('a prepared batch was refused')
      }
    })
  }
  if (ask.op === 'submit') {
    return await inParallel(ask.drafts, ask.callers, async ({ actor, id }) => {
      await submitDraft(ctx, actor, id)
    })
  }
  if (ask.op === 'stats') {
    const { user, system } = process.cpuUsage()
    return { ...ctx.writer.stats(), cpuMs: (user + system) / 1000 }
  }
  if (ask.op === 'bare') {
    return await startBare(ctx.config.dataDir)
  }
  await town.close()
  return null
}

process.on('message', (ask: Ask) => {
  answer(ask).then(
    (body) => {
      process.send?.({ body })
      if (ask.op === 'close') {
        process.disconnect()
      }
    },
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : 'unknown' }),
  )
})
process.send?.({ body: { port: town.port, question: template.question, step: template.step } })
