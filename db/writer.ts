import { Worker } from 'node:worker_threads'
import type { Batch, WriteResult } from './batch.ts'
import type { BatchResult, FromWriter, KeyAnswer, KeyCommand, ToWriter, WriterOptions } from './writer-protocol.ts'

export type Writer = {
  readonly sqliteVersion: string
  readonly migrated: number
  /** Runs one batch; resolves after its COMMIT is durable. Throws `WriteFailed` when nothing certain can be said. */
  readonly write: (batch: Batch) => Promise<WriteResult>
  readonly keys: (command: KeyCommand) => Promise<KeyAnswer>
  /**
   * Cuts the write-ahead log to nothing, so that what was deleted before leaves it too.
   * False when a backup reads just now or the writer is gone: to be asked again later.
   */
  readonly emptyLog: () => Promise<boolean>
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
  const thread = { isGone: false, isClosing: false }
  const batches = createAnswers<BatchResult>(GONE, thread)
  const commands = createAnswers<KeyAnswer>({ ok: false, reason: 'failed' }, thread)
  const emptyings = createAnswers(false, thread)
  const count = { attempts: 0, batches: 0 }
  const broken = Promise.withResolvers<string>()
  const closed = Promise.withResolvers<void>()
  const ready = await new Promise<{ sqlite: string; migrated: number }>((resolve, reject) => {
    worker.once('error', reject)
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'ready') {
        resolve(message)
      }
      if (message.kind === 'batch') {
        batches.settle(message.id, message.result)
      }
      if (message.kind === 'keys') {
        commands.settle(message.id, message.result)
      }
      if (message.kind === 'log') {
        emptyings.settle(message.id, message.isEmpty)
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
    batches.end()
    commands.end()
    emptyings.end()
    closed.resolve()
    if (!thread.isClosing) {
      broken.resolve('WRITER_GONE')
    }
  })
  const send = (message: ToWriter): void => worker.postMessage(message)
  const gathering = createGatherer(send, isMoreComing)

  const attempt = (batch: Batch): Promise<BatchResult> => {
    count.attempts += 1
    return batches.ask((id) => gathering.add({ kind: 'batch', id, batch }))
  }

  return {
    sqliteVersion: ready.sqlite,
    migrated: ready.migrated,
    broken: broken.promise,
    stats: () => ({ waiting: batches.size(), attempts: count.attempts, batches: count.batches }),
    write: async (batch) => {
      if (batches.size() >= WAITING_MAX) {
        throw new WriteFailed('WRITER_BUSY')
      }
      count.batches += 1
      return await writeCertainly(batch, attempt, broken.resolve)
    },
    keys: (command) => commands.ask((id) => send({ kind: 'keys', id, command })),
    emptyLog: () => {
      gathering.flush()
      return emptyings.ask((id) => send({ kind: 'empty-log', id }))
    },
    close: async () => {
      thread.isClosing = true
      gathering.flush()
      send({ kind: 'close' })
      await closed.promise
      await worker.terminate()
    },
  }
}

/** Those who wait for an answer of the thread, by number. Once it is gone, all get `gone`. */
function createAnswers<T>(gone: T, thread: { readonly isGone: boolean }) {
  const waiting = new Map<number, (answer: T) => void>()
  let last = 0
  return {
    size: () => waiting.size,
    ask: (send: (id: number) => void): Promise<T> =>
      new Promise((resolve) => {
        if (thread.isGone) {
          resolve(gone)
          return
        }
        last += 1
        waiting.set(last, resolve)
        send(last)
      }),
    settle: (id: number, answer: T): void => {
      waiting.get(id)?.(answer)
      waiting.delete(id)
    },
    end: (): void => {
      for (const resolve of waiting.values()) {
        resolve(gone)
      }
      waiting.clear()
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
