import type { CatalogueSource, FeedStep } from '../../catalogue/feed.ts'
import type { Finding } from '../../lib/finding.ts'
import { openFolder } from './folder.ts'
import { openHttp } from './http.ts'
import { stepsOf } from './transfer.ts'
import { FeedUnreadable, type OpenFault, type OpenFile } from './unreadable.ts'
import { newTransferParser } from './xml.ts'

/** Bounds of a feed. Milliseconds and bytes. */
export type FeedLimits = {
  readonly indexBytesMax: number
  readonly filesMax: number
  readonly fileBytesMax: number
  readonly feedBytesMax: number
  /** Longest silence of a server. */
  readonly idleTimeoutMs: number
}
export const FEED_LIMITS: FeedLimits = {
  indexBytesMax: 1_000_000,
  filesMax: 10_000,
  fileBytesMax: 500_000_000,
  feedBytesMax: 5_000_000_000,
  idleTimeoutMs: 20_000,
}

/**
 * The state's catalogue as XZuFi 2.2.0 transfer files, listed in `index.txt`, from a folder or an http address.
 * Over the network only https is read, http only from this machine; redirects are refused.
 */
export function xzufiSource(location: string, limits: FeedLimits = FEED_LIMITS): CatalogueSource {
  const open = /^https?:\/\//i.test(location) ? openHttp(location, limits) : openFolder(location)
  return { name: location, steps: () => readFeed(open, limits) }
}

/** One transfer file that is at hand already, e.g. dropped by an editor, read as a feed of its own. */
export function xzufiFile(name: string, bytes: Uint8Array): CatalogueSource {
  const limits = { ...FEED_LIMITS, fileBytesMax: 20_000_000 }
  const budget = { bytes: limits.fileBytesMax }
  const open: OpenFile = async function* whole() {
    yield bytes
  }
  return { name, steps: () => readTransfer(open, name, limits, budget) }
}

async function* readFeed(open: OpenFile, limits: FeedLimits): AsyncGenerator<FeedStep> {
  const index = await readIndex(open, limits)
  if ('finding' in index) {
    yield { action: 'refuse', finding: index.finding }
    return
  }
  const budget = { bytes: limits.feedBytesMax }
  for (const name of index.names) {
    for await (const step of readTransfer(open, name, limits, budget)) {
      yield step
      if (step.action === 'refuse') {
        return
      }
    }
  }
}

const INDEX = 'index.txt'
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,100}(\.[A-Za-z0-9_-]{1,40}){0,3}\.xml$/i

async function readIndex(
  open: OpenFile,
  limits: FeedLimits,
): Promise<{ names: readonly string[] } | { finding: Finding }> {
  const refuse = (line: number, type: string, detail: string) => ({
    finding: { file: INDEX, line, type: `feed/${type}`, detail },
  })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  try {
    for await (const chunk of open(INDEX)) {
      bytes += chunk.length
      if (bytes > limits.indexBytesMax) {
        return refuse(1, 'too-large', `index has more than ${limits.indexBytesMax} bytes`)
      }
      text += decoder.decode(chunk, { stream: true })
    }
    text += decoder.decode()
  } catch (error) {
    const { type, detail } = faultOf(error)
    return refuse(1, type, detail)
  }
  const lines = text.split('\n').map((line) => line.trim())
  const wrong = lines.findIndex((line) => line !== '' && !NAME.test(line))
  if (wrong >= 0) {
    return refuse(wrong + 1, 'index-entry', 'not the plain name of an .xml file')
  }
  const names = lines.filter((line) => line !== '')
  if (names.length === 0 || names.length > limits.filesMax) {
    return refuse(1, 'index-entry', `${names.length} files listed, expected 1 to ${limits.filesMax}`)
  }
  return { names }
}

async function* readTransfer(
  open: OpenFile,
  file: string,
  limits: FeedLimits,
  budget: { bytes: number },
): AsyncGenerator<FeedStep> {
  const parser = newTransferParser()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const refuse = (line: number, type: string, detail: string): FeedStep => ({
    action: 'refuse',
    finding: { file, line, type: `feed/${type}`, detail },
  })
  let left = limits.fileBytesMax
  try {
    for await (const chunk of open(file)) {
      left -= chunk.length
      budget.bytes -= chunk.length
      if (left < 0 || budget.bytes < 0) {
        yield refuse(parser.line(), 'too-large', left < 0 ? `more than ${limits.fileBytesMax} bytes` : 'feed too large')
        return
      }
      for (const command of parser.push(decoder.decode(chunk, { stream: true }))) {
        yield* stepsOf(command, file)
      }
      if (parser.fault() !== null) {
        break
      }
    }
    if (parser.fault() === null) {
      parser.push(decoder.decode())
      for (const command of parser.end()) {
        yield* stepsOf(command, file)
      }
    }
  } catch (error) {
    const { type, detail } = faultOf(error)
    yield refuse(parser.line(), type, detail)
    return
  }
  const fault = parser.fault()
  if (fault !== null) {
    yield refuse(fault.line, fault.type, fault.detail)
  }
}

function faultOf(error: unknown): OpenFault {
  if (error instanceof FeedUnreadable) {
    return error.fault
  }
  if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return { type: 'not-utf-8', detail: 'bytes that are not UTF-8' }
  }
  throw error
}
