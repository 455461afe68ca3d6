import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'

const ANSWER_BYTES_MAX = 256 * 1024

/** Certificate of the city towards a provider that asks for one (mTLS), PEM. */
export type ClientCertificate = { readonly cert: string; readonly key: string }
export type WireAnswer = { readonly status: number; readonly body: unknown }
export type Wire = (input: {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}) => Promise<WireAnswer>

/**
 * Makes what speaks HTTP to the provider: no redirect is followed, the answer is bounded in time and size, and the
 * certificate is shown where there is one. (`fetch` cannot show one.) Rejects where no whole answer came.
 */
export function createWire(options: { readonly timeoutMs: number; readonly certificate?: ClientCertificate }): Wire {
  return ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? requestTls : requestPlain
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const signal = AbortSignal.timeout(options.timeoutMs)
      const req = send(
        url,
        {
          method,
          signal,
          agent: false,
          headers: { accept: 'application/json', ...headers, ...length },
          ...options.certificate,
        },
        (res) => {
          const chunks: Buffer[] = []
          let size = 0
          res.on('data', (chunk: Buffer) => {
            size += chunk.length
            chunks.push(chunk)
            if (size > ANSWER_BYTES_MAX) {
              req.destroy(new Error('the answer is too long'))
            }
          })
          res.on('end', () => resolve({ status: res.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }))
          res.on('error', reject)
        },
      )
      req.on('error', reject)
      req.end(body)
    })
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
