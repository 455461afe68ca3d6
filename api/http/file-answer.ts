import { Readable } from 'node:stream'
import { DOCUMENT_CSP } from './headers.ts'

export type FileBody = {
  readonly sizeBytes: number
  readonly mediaType: string
  /** Value of Content-Disposition. */
  readonly disposition: string
  readonly bytes: (start?: number, end?: number) => AsyncIterable<Uint8Array>
}

/** Answers with a stored file: whole, or one range (RFC 9110 § 14); several ranges are answered whole. Its bytes can do nothing in our pages. */
export function fileAnswer(request: Request, file: FileBody): Response {
  const headers = {
    'Content-Type': file.mediaType,
    'Content-Disposition': file.disposition,
    'Content-Security-Policy': DOCUMENT_CSP,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-store',
  }
  const range = readRange(request.headers.get('range'), file.sizeBytes)
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${file.sizeBytes}` } })
  }
  const [start, end] = range ?? [0, file.sizeBytes]
  const body = Readable.toWeb(Readable.from(file.bytes(start, end), { objectMode: false })) as unknown as ReadableStream
  return new Response(request.method === 'HEAD' ? null : body, {
    status: range === null ? 200 : 206,
    headers: {
      ...headers,
      'Content-Length': String(end - start),
      ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${file.sizeBytes}` }),
    },
  })
}

/** A single range as [start, end); null for none or for what is answered whole. */
function readRange(header: string | null, size: number): readonly [number, number] | null | 'unsatisfiable' {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === '' && to === '') {
    return null
  }
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1)
  return start >= size || start >= end ? 'unsatisfiable' : [start, end]
}
