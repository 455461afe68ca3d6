import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { Problem, problemType } from '../lib/problem.ts'

export const brokenForm = problemType('submissions/broken-form', 400)
export const tooManyFields = problemType('submissions/too-many-fields', 413)
export const formTooLarge = problemType('submissions/form-too-large', 413)

const NAME_LENGTH_MAX = 200
const LIMITS = {
  fieldSize: 64 * 1024,
  fields: 300,
  files: 10,
  parts: 310,
  headerPairs: 20,
} as const

/** Longest form in bytes, files included: a browser that sends a file too large is still told so on its page. */
const BODY_BYTES_MAX = 220 * 1024 * 1024

export type FilePart = { readonly name: string; readonly fileName: string; readonly source: AsyncIterable<Uint8Array> }
type Fields = readonly (readonly [string, string])[]

/**
 * Reads a multipart form as a stream. Fields come back in order (a name given twice is kept twice); every file with a name
 * is handed to `onFile`. What `onFile` does not read is skipped; what it throws ends the reading. Parts are never held in
 * memory, and nothing of `onFile` runs any more when this answers.
 * Throws `submissions/broken-form` for malformed and broken-off forms, `too-many-fields`, `form-too-large`, and what
 * `onFile` throws.
 */
export async function readMultipart(request: Request, onFile: (part: FilePart) => Promise<void>): Promise<Fields> {
  if (request.body === null) {
    throw brokenForm('no body')
  }
  const parser = startParser(request.headers.get('content-type') ?? '')
  const fields: (readonly [string, string])[] = []
  const work: Promise<void>[] = []
  const abort = new AbortController()
  const first: { failure?: unknown } = {}
  const fail = (error: unknown): void => {
    if (first.failure === undefined) {
      first.failure = error
      abort.abort()
    }
  }
  parser.on('field', (name, value, info) => {
    if (info.valueTruncated || (name ?? '').length > NAME_LENGTH_MAX) {
      fail(tooManyFields('a field is too long'))
    }
    fields.push([name ?? '', value])
  })
  parser.on('file', (name, stream, info) => {
    work.push(readPart(stream, { name: name ?? '', fileName: info.filename ?? '' }, onFile).catch(fail))
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
    parser.on(limit, () => fail(tooManyFields(limit)))
  }
  try {
    await pipeline(request.body, bounded, parser, { signal: abort.signal })
  } catch (cause) {
    fail(cause instanceof Problem ? cause : brokenForm('malformed or broken off', { cause }))
  }
  await Promise.all(work)
  if (first.failure !== undefined) {
    throw first.failure
  }
  return fields
}

function startParser(type: string): busboy.Busboy {
  try {
    return busboy({ headers: { 'content-type': type }, limits: LIMITS, defParamCharset: 'utf8', preservePath: false })
  } catch (cause) {
    throw brokenForm('no multipart form', { cause })
  }
}

async function* bounded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.byteLength
    if (bytes > BODY_BYTES_MAX) {
      throw formTooLarge(`more than ${BODY_BYTES_MAX} bytes`)
    }
    yield chunk
  }
}

/** The parser waits for the end of every part: one that is destroyed instead of read would stop it for ever. */
async function readPart(
  stream: Readable,
  { name, fileName }: Omit<FilePart, 'source'>,
  onFile: (part: FilePart) => Promise<void>,
): Promise<void> {
  stream.on('error', () => undefined)
  try {
    if (fileName !== '') {
      await onFile({ name, fileName, source: stream.iterator({ destroyOnReturn: false }) })
    }
  } catch (error) {
    throw stream.readableAborted || stream.errored !== null ? brokenForm('broken off', { cause: error }) : error
  } finally {
    stream.resume()
  }
}
