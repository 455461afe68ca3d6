import { parentPort, workerData } from 'node:worker_threads'
import Database from 'libsql'
import type { SnapshotAnswer, SnapshotTask } from './snapshot.ts'

/*
 * One connection that reads once and is closed. `query_only` would refuse VACUUM INTO, so what keeps it from writing is
 * that it runs nothing else; what keeps it from checkpointing is wal_autocheckpoint = 0 and that it closes before the writer.
 */
const { from, to } = workerData as SnapshotTask

function copy(): SnapshotAnswer {
  try {
    const db = new Database(from)
    try {
      db.exec('PRAGMA wal_autocheckpoint = 0')
      db.exec('PRAGMA busy_timeout = 5000')
      db.exec('PRAGMA trusted_schema = OFF')
      db.prepare('VACUUM INTO ?').run(to)
    } finally {
      db.close()
    }
    return { ok: true }
  } catch (error) {
    return { ok: false, code: String((error as { code?: unknown }).code ?? 'SNAPSHOT_FAILED') }
  }
}
parentPort?.postMessage(copy())
