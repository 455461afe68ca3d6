import { parentPort, workerData } from 'node:worker_threads'
import { emptyLog, openMain, runGroup } from './engine.ts'
import { openKeys, runKeyCommand } from './keys-store.ts'
import type { FromWriter, ToWriter, WriterOptions } from './writer-protocol.ts'

/*
 * The one writer of a town: it alone holds a read-write connection to the data, and it alone checkpoints.
 * Batches that arrive while it works are committed together under one fsync; answers leave after COMMIT returned.
 */
const GROUP_MAX = 64
const options = workerData as WriterOptions
const port = parentPort
if (port === null) {
  throw new Error('the writer runs as a worker thread')
}
const send = (message: FromWriter): void => port.postMessage(message)

const main = openMain(options)
const keys = openKeys(options)
const waiting: Extract<ToWriter, { kind: 'batch' }>[] = []
let isScheduled = false

port.on('message', (message: ToWriter) => {
  if (message.kind === 'batch') {
    waiting.push(message)
    schedule()
    return
  }
  if (message.kind === 'keys') {
    send({ kind: 'keys', id: message.id, result: runKeyCommand(keys, message.command) })
    return
  }
  while (waiting.length > 0) {
    flush()
  }
  if (message.kind === 'empty-log') {
    send({ kind: 'log', id: message.id, isEmpty: emptyLog(main) })
  }
  if (message.kind === 'close') {
    main.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    main.db.close()
    keys.close()
    main.lock.close()
    send({ kind: 'closed' })
    port.close()
  }
})
send({ kind: 'ready', sqlite: main.sqliteVersion, migrated: main.migrated })

function schedule(): void {
  if (!isScheduled) {
    isScheduled = true
    setImmediate(flush)
  }
}

function flush(): void {
  isScheduled = false
  const group = waiting.splice(0, GROUP_MAX)
  if (group.length > 0) {
    const results = runGroup(
      main,
      group.map((message) => message.batch),
    )
    group.forEach((message, index) => {
      const result = results[index]
      if (result !== undefined) {
        send({ kind: 'batch', id: message.id, result })
      }
    })
  }
  if (waiting.length > 0) {
    schedule()
  }
}
