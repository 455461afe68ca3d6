import { parentPort } from 'node:worker_threads'
import { parseMail } from './parse.ts'

/** Reads one message and ends. */
parentPort?.once('message', async (bytes: Uint8Array) => {
  parentPort?.postMessage(await parseMail(bytes))
})
