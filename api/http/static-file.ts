/** Bytes that are at hand, or that must be read first. */
export type Bytes = () => Uint8Array | Promise<Uint8Array>

/** A finished page or asset. Variants say the same in fewer bytes. */
export type StaticFile = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Digest of the plain bytes, hex. */
  readonly digest: string
  readonly plain: Bytes
  readonly br?: Bytes
  readonly gzip?: Bytes
}

/** Finds what stands at a path (as the request line has it, without query): a file, the path it really has, or nothing. */
export type StaticLookup = (path: string) => StaticFile | { readonly redirect: string } | null

export type StaticAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null where the answer has no body (HEAD, 304, redirect). */
  readonly body: Uint8Array | null
}
type Asked = { readonly method: string; readonly encodings: string | null; readonly ifNoneMatch: string | null }
type Encoding = 'br' | 'gzip'

/**
 * Answers GET or HEAD for a static file: encoding by `Accept-Encoding`, an ETag per variant, 304 where it is known.
 * Gives a promise only where bytes must be read first; that rejects when they are missing.
 */
export function answerStatic(file: StaticFile, asked: Asked): StaticAnswer | Promise<StaticAnswer> {
  const encoding = chooseEncoding(file, asked.encodings)
  const etag = `"${file.digest.slice(0, 32)}${encoding === null ? '' : `-${encoding}`}"`
  const headers: Record<string, string> = { ...file.headers, ETag: etag, Vary: 'Accept-Encoding' }
  if (file.status === 200 && asked.ifNoneMatch !== null && isKnown(asked.ifNoneMatch, etag)) {
    return { status: 304, headers, body: null }
  }
  if (encoding !== null) {
    headers['Content-Encoding'] = encoding
  }
  const withBytes = (bytes: Uint8Array): StaticAnswer => {
    headers['Content-Length'] = String(bytes.byteLength)
    return { status: file.status, headers, body: asked.method === 'HEAD' ? null : bytes }
  }
  const bytes = (encoding === null ? file.plain : (file[encoding] ?? file.plain))()
  return bytes instanceof Promise ? bytes.then(withBytes) : withBytes(bytes)
}

/** Answer to the path without its slash at the end; the query stays. */
export const redirectAnswer = (path: string, query: string): StaticAnswer => ({
  status: 308,
  headers: { Location: `${path}${query}`, 'Cache-Control': 'no-cache', 'Content-Length': '0' },
  body: null,
})

function chooseEncoding(file: StaticFile, accepted: string | null): Encoding | null {
  if (accepted === null) {
    return null
  }
  if (file.br !== undefined && isAccepted(accepted, 'br')) {
    return 'br'
  }
  return file.gzip !== undefined && isAccepted(accepted, 'gzip') ? 'gzip' : null
}

function isAccepted(accepted: string, encoding: Encoding): boolean {
  if (!accepted.includes(encoding)) {
    return false
  }
  return accepted.split(',').some((part) => {
    const [name, weight] = part.split(';', 2)
    return name?.trim().toLowerCase() === encoding && !/^\s*q=0(\.0*)?\s*$/i.test(weight ?? '')
  })
}

const isKnown = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.split(',').some((part) => {
    const known = part.trim()
    return known === '*' || known === etag || known === `W/${etag}`
  })
