import { Worker } from 'node:worker_threads'

/** What the snapshot thread is told, and answers. */
export type SnapshotTask = { readonly from: string; readonly to: string }
export type SnapshotAnswer = { readonly ok: true } | { readonly ok: false; readonly code: string }

/**
 * Copies the main database as of one moment into a new file while the writer goes on (VACUUM INTO in a thread of its own,
 * whose connection does nothing else and never checkpoints). Must have returned before the writer closes.
 * Throws with the engine's code, e.g. when the disk is full; the half file is the caller's to remove.
 */
export async function snapshotMain(task: SnapshotTask): Promise<void> {
  const worker = new Worker(new URL('./snapshot-thread.ts', import.meta.url), { workerData: task })
  const answer = await new Promise<SnapshotAnswer>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', () => resolve({ ok: false, code: 'SNAPSHOT_THREAD_DIED' }))
    worker.once('exit', () => resolve({ ok: false, code: 'SNAPSHOT_THREAD_DIED' }))
  })
  await worker.terminate()
  if (!answer.ok) {
    throw Object.assign(new Error(`the database could not be copied (${answer.code})`), { code: answer.code })
  }
}
