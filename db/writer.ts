import { Worker } from 'node:worker_threads'
import type { Batch, WriteResult } from './batch.ts'
import type { BatchResult, FromWriter, KeyAnswer, KeyCommand, ToWriter, WriterOptions } from './writer-protocol.ts'

export type Writer = {
  readonly sqliteVersion: string
  readonly migrated: number
  /** Runs one batch; resolves after its COMMIT is durable. Throws `WriteFailed` when nothing certain can be said. */
  readonly write: (batch: Batch) => Promise<WriteResult>
  readonly keys: (command: KeyCommand) => Promise<KeyAnswer>
  readonly close: () => Promise<void>
  /** Resolves when the writer broke: the process must end and start again (a failed fsync is not retried). */
  readonly broken: Promise<string>
  readonly stats: () => { readonly waiting: number; readonly attempts: number; readonly batches: number }
}

/** The batch may or may not hold; the caller answers 503 and the person's browser tries again with the same key. */
export class WriteFailed extends Error {
  readonly code: string
  constructor(code: string) {
    super('the write could not be confirmed')
    this.name = 'WriteFailed'
    this.code = code
  }
}

type Options = WriterOptions & {
  /**
   * True while more batches are about to be made. They then are sent together: a commit of 16 costs little more than one.
   * Absent: each is sent at once.
   */
  readonly isMoreComing?: () => boolean
}
type Waiting = { readonly batch: Batch; readonly resolve: (result: BatchResult) => void }
const WAITING_MAX = 2_000
const UNKNOWN_RETRIES = 2
const GATHER_MAX = 16
const GATHER_MS = 8
const GONE: BatchResult = { ok: false, reason: 'unknown', code: 'WRITER_GONE' }

/**
 * Starts the writer thread of a data folder and waits until it has migrated and is ready.
 * Rejects with code `DATA_FOLDER_IN_USE` when another process writes there.
 */
export async function startWriter({ isMoreComing, ...options }: Options): Promise<Writer> {
  const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: options })
  const batches = new Map<number, Waiting>()
  const commands = new Map<number, (answer: KeyAnswer) => void>()
  const thread = { isGone: false, isClosing: false }
  const count = { id: 0, attempts: 0, batches: 0 }
  const broken = Promise.withResolvers<string>()
  const closed = Promise.withResolvers<void>()
  const ready = await new Promise<{ sqlite: string; migrated: number }>((resolve, reject) => {
    worker.once('error', reject)
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'ready') {
        resolve(message)
      }
      if (message.kind === 'batch') {
        batches.get(message.id)?.resolve(message.result)
        batches.delete(message.id)
      }
      if (message.kind === 'keys') {
        commands.get(message.id)?.(message.result)
        commands.delete(message.id)
      }
      if (message.kind === 'closed') {
        closed.resolve()
      }
    })
  })
  worker.on('error', () => {
    // Deno raises one when a thread that was told to close is gone
    if (!thread.isClosing) {
      broken.resolve('WRITER_THREAD_DIED')
    }
  })
  worker.on('exit', () => {
    thread.isGone = true
    for (const waiting of batches.values()) {
      waiting.resolve(GONE)
    }
    batches.clear()
    for (const answer of commands.values()) {
      answer({ ok: false, reason: 'failed' })
    }
    commands.clear()
    closed.resolve()
    if (!thread.isClosing) {
      broken.resolve('WRITER_GONE')
    }
  })
  const send = (message: ToWriter): void => worker.postMessage(message)
  const gathering = createGatherer(send, isMoreComing)

  const attempt = (batch: Batch): Promise<BatchResult> =>
    new Promise((resolve) => {
      if (thread.isGone) {
        resolve(GONE)
        return
      }
      count.id += 1
      count.attempts += 1
      batches.set(count.id, { batch, resolve })
      gathering.add({ kind: 'batch', id: count.id, batch })
    })

  return {
    sqliteVersion: ready.sqlite,
    migrated: ready.migrated,
    broken: broken.promise,
    stats: () => ({ waiting: batches.size, attempts: count.attempts, batches: count.batches }),
    write: async (batch) => {
      if (batches.size >= WAITING_MAX) {
        throw new WriteFailed('WRITER_BUSY')
      }
      count.batches += 1
      return await writeCertainly(batch, attempt, broken.resolve)
    },
    keys: (command) =>
      new Promise((resolve) => {
        if (thread.isGone) {
          resolve({ ok: false, reason: 'failed' })
          return
        }
        count.id += 1
        commands.set(count.id, resolve)
        send({ kind: 'keys', id: count.id, command })
      }),
    close: async () => {
      thread.isClosing = true
      gathering.flush()
      send({ kind: 'close' })
      await closed.promise
      await worker.terminate()
    },
  }
}

/** Retries an unknown outcome with the same idempotency key; without a key it says so instead of guessing. */
async function writeCertainly(
  batch: Batch,
  attempt: (batch: Batch) => Promise<BatchResult>,
  markBroken: (code: string) => void,
): Promise<WriteResult> {
  for (let tries = 0; ; tries += 1) {
    const result = await attempt(batch)
    if (result.ok || !('code' in result)) {
      return result
    }
    if (result.code.startsWith('SQLITE_IOERR')) {
      markBroken(result.code)
      throw new WriteFailed(result.code)
    }
    if (result.reason === 'error' || batch.idempotency === undefined || tries >= UNKNOWN_RETRIES) {
      throw new WriteFailed(result.code)
    }
  }
}

/** Sends batches at once, or while more are coming up to 16 together, at the latest after 8 ms. */
function createGatherer(send: (message: ToWriter) => void, isMoreComing = () => false) {
  const gathered: ToWriter[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const message of gathered.splice(0)) {
      send(message)
    }
  }
  return {
    flush,
    add: (batch: ToWriter): void => {
      gathered.push(batch)
      if (gathered.length >= GATHER_MAX || !isMoreComing()) {
        flush()
        return
      }
      timer ??= setTimeout(flush, GATHER_MS)
    },
  }
}
