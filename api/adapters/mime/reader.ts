import { Worker } from 'node:worker_threads'
import type { MailReader } from '../../messages/inbound-mail.ts'
import type { PlainMail } from './parse.ts'

const PROGRAM = new URL('./reader-thread.ts', import.meta.url)
/** Lines shorter than files are written in (76 signs), as a mail of text may have. */
const SHORT_LINES_MAX = 50_000
const LINE_BYTES = 60
/** Lines that might part a message. */
const MARKS_MAX = 2_000
const MEMORY_MB_MAX = 512
const TIME_MS_MAX = 60_000

/**
 * Reads a message (RFC 5322, 2045–2047, 2231) by `postal-mime`, in a thread of its own: 20 MB of files took seconds in which
 * nothing else would have run. Null where it is none. The parser keeps something for every line and part, so that 35 MB of
 * empty lines filled gigabytes: what has more of them than a mail can have is not begun, and a thread that needs too much
 * memory or time is ended.
 */
export const readMime: MailReader = async (bytes) => {
  const mail = isPlausible(bytes) ? await inThread(bytes) : null
  if (mail === null) {
    return null
  }
  const { headers, ...rest } = mail
  const found = new Map(headers)
  return { ...rest, header: (name) => found.get(name) }
}

function isPlausible(bytes: Uint8Array): boolean {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return countOf(whole, '\n', SHORT_LINES_MAX + bytes.byteLength / LINE_BYTES) && countOf(whole, '\n--', MARKS_MAX)
}

/** Whether something stands there at most so often. */
function countOf(bytes: Buffer, what: string, max: number): boolean {
  let at = -1
  for (let count = 0; count <= max; count += 1) {
    at = bytes.indexOf(what, at + 1, 'latin1')
    if (at === -1) {
      return true
    }
  }
  return false
}

function inThread(bytes: Uint8Array): Promise<PlainMail | null> {
  const worker = new Worker(PROGRAM, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX } })
  return new Promise<PlainMail | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), TIME_MS_MAX)
    worker.once('message', resolve)
    worker.once('error', () => resolve(null))
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve(null)
    })
    worker.postMessage(bytes)
  }).finally(() => worker.terminate())
}
