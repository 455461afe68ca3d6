import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { openFile } from './blobs.ts'
import type { DocumentsCtx } from './service.ts'
import { type BlobRow, findBlob, markScanned } from './store.ts'

const Payload = v.object({ blobId: v.string() })
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 10 * 60_000

/**
 * Does the work of job `scan`: a file in quarantine becomes clean or rejected. Where the scanner says nothing the file stays
 * and is tried again after as long as it has waited already, at most ten minutes, without an end: a scanner that was away
 * for a week finds everything waiting. `whenRejected` adds what else is to happen.
 */
export async function scanBlob(
  ctx: DocumentsCtx,
  job: Job,
  whenRejected: (blobId: string) => Promise<Plan>,
): Promise<JobResult> {
  const { blobId } = v.parse(Payload, job.payload)
  const blob = await findBlob(ctx.db, blobId)
  if (blob === undefined || blob.scanState !== 'quarantined') {
    return { done: true }
  }
  const verdict = await verdictOn(ctx, blob)
  if (verdict === null) {
    return { again: ctx.now() + waitOf(ctx.now() - blob.createdAtMs) }
  }
  const state = verdict === 'clean' ? 'clean' : 'rejected'
  ctx.log('file-scanned', { state })
  const marked: Plan = { guards: [markScanned(blob.id, state)] }
  if (state === 'clean') {
    return { done: true, plan: marked }
  }
  const more = await whenRejected(blob.id)
  return { done: true, plan: { ...more, guards: [...(marked.guards ?? []), ...(more.guards ?? [])] } }
}

/** Null where nothing certain can be said now. */
async function verdictOn(ctx: DocumentsCtx, blob: BlobRow): Promise<'clean' | 'infected' | null> {
  if (ctx.scanner === null) {
    return null
  }
  try {
    const file = await openFile(ctx.blobs, await ctx.keyring.dataKey(blob.keyId), blob.id)
    return await ctx.scanner.scan(file.bytes())
  } catch (error) {
    const code = error !== null && typeof error === 'object' && 'code' in error ? String(error.code) : 'no-verdict'
    ctx.log('scan-failed', { code })
    return null
  }
}

const waitOf = (ageMs: number): number => Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, ageMs))
