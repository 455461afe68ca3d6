import { Readable } from 'node:stream'
import busboy from 'busboy'
import { problemType } from '../lib/problem.ts'

export const brokenForm = problemType('submissions/broken-form', 400)
export const tooManyFields = problemType('submissions/too-many-fields', 413)

const LIMITS = {
  fieldNameSize: 200,
  fieldSize: 64 * 1024,
  fields: 300,
  files: 10,
  parts: 310,
  headerPairs: 20,
} as const

export type FilePart = { readonly name: string; readonly fileName: string; readonly source: AsyncIterable<Uint8Array> }

/**
 * Reads a multipart form as a stream. Fields come back in order (a name given twice is kept twice); every file with a name
 * is handed to `onFile`, which must read it to its end or throw. Parts are never held in memory.
 * Throws `submissions/broken-form` for malformed parts, `too-many-fields` beyond the limits, and what `onFile` throws.
 */
export async function readMultipart(
  request: Request,
  bytesMax: number,
  onFile: (part: FilePart) => Promise<void>,
): Promise<readonly (readonly [string, string])[]> {
  const type = request.headers.get('content-type') ?? ''
  if (request.body === null) {
    throw brokenForm('no body')
  }
  const fields: (readonly [string, string])[] = []
  const work: Promise<void>[] = []
  const done = Promise.withResolvers<void>()
  const parser = startParser(type, bytesMax)
  const source = Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0])
  const fail = (error: unknown): void => {
    source.unpipe(parser)
    source.destroy()
    parser.destroy()
    done.reject(error)
  }
  parser.on('field', (name, value, info) => {
    if (info.nameTruncated || info.valueTruncated) {
      fail(tooManyFields('a field is too long'))
      return
    }
    fields.push([name, value])
  })
  parser.on('file', (name, stream, info) => {
    if (info.filename === undefined || info.filename === '') {
      stream.resume()
      return
    }
    const whole = checked(stream, () => stream.truncated === true)
    const one = onFile({ name, fileName: info.filename, source: whole }).catch((error: unknown) => {
      stream.resume()
      fail(error)
    })
    work.push(one)
  })
  for (const limit of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
    parser.on(limit, () => fail(tooManyFields(limit)))
  }
  parser.on('error', () => fail(brokenForm('malformed part')))
  parser.on('close', () => done.resolve())
  source.on('error', () => fail(brokenForm('the connection broke')))
  source.pipe(parser)
  await done.promise
  await Promise.all(work)
  return fields
}

function startParser(type: string, fileSize: number): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': type },
      limits: { ...LIMITS, fileSize: fileSize + 1 },
      defParamCharset: 'utf8',
      preservePath: false,
    })
  } catch (cause) {
    throw brokenForm('no multipart form', { cause })
  }
}

/** busboy cuts a file that is too large without a word; here the reader sees one byte more than allowed and refuses. */
async function* checked(stream: AsyncIterable<Uint8Array>, isCut: () => boolean): AsyncGenerator<Uint8Array> {
  yield* stream
  if (isCut()) {
    yield Uint8Array.of(0)
  }
}
