import type { Context, MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { problemType } from '../lib/problem.ts'
import type { Env } from './env.ts'
import { markInput } from './route.ts'

export const invalidInput = problemType('http/invalid-input', 422)
export const unreadableBody = problemType('http/unreadable-body', 400)
export const bodyTooLarge = problemType('http/body-too-large', 413)
export const unknownMediaType = problemType('http/unknown-media-type', 415)

const BODY_BYTES_MAX = 256 * 1024
const FIELDS_MAX = 500

/** Parses a JSON or form body once against `shape`; the handler reads it by `inputOf`. Throws 400, 413, 415 or 422. */
export function input<S extends v.GenericSchema>(shape: S): MiddlewareHandler<Env> {
  return markInput(async function validated(c, next) {
    const result = v.safeParse(shape, await readBody(c))
    if (!result.success) {
      throw invalidInput('the body does not fit the shape', {
        errors: result.issues.slice(0, 50).map((issue) => ({ pointer: pointerOf(issue), type: issue.type })),
      })
    }
    c.set('input', result.output)
    await next()
  }, shape)
}

/** The parsed body. Only after `input(shape)` with the same shape. */
export const inputOf = <S extends v.GenericSchema>(c: Context<Env>, _shape: S): v.InferOutput<S> =>
  c.get('input') as v.InferOutput<S>

/** Parses one value from path or query; throws `http/invalid-input` naming it. */
export function parameter<S extends v.GenericSchema>(shape: S, value: unknown, name: string): v.InferOutput<S> {
  const result = v.safeParse(shape, value)
  if (!result.success) {
    throw invalidInput(`parameter ${name}`, { errors: [{ pointer: `/${name}`, type: result.issues[0].type }] })
  }
  return result.output
}

/** Reads a small body as plain data: JSON object, or form fields (a name given twice is refused). */
export async function readBody(c: Context<Env>): Promise<unknown> {
  const type = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!['', 'application/json', 'application/x-www-form-urlencoded', 'text/plain'].includes(type)) {
    throw unknownMediaType('content type not accepted')
  }
  const text = await readText(c.req.raw, BODY_BYTES_MAX)
  if (type === 'application/json') {
    try {
      return JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value))
    } catch (cause) {
      throw unreadableBody('not JSON', { cause })
    }
  }
  if (type === 'application/x-www-form-urlencoded') {
    return fieldsOf(new URLSearchParams(text))
  }
  if (text === '') {
    return {}
  }
  throw unknownMediaType('content type not accepted')
}

/** Reads a small body as named values. Throws `http/invalid-input` where JSON is anything but an object. */
export async function readFields(c: Context<Env>): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(c)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidInput('the body is no object', { errors: [{ pointer: '', type: 'object' }] })
  }
  return body as Readonly<Record<string, unknown>>
}

/** Reads a body of at most `bytesMax` bytes as UTF-8; stops reading as soon as it is longer. */
export async function readText(request: Request, bytesMax: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) {
    throw bodyTooLarge(`more than ${bytesMax} bytes`)
  }
  const bytes = await readBytes(request, bytesMax)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadableBody('not UTF-8', { cause })
  }
}

/** Reads a body of at most `bytesMax` bytes; stops reading as soon as it is longer. Throws `http/body-too-large`. */
export async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  // A declared length is kept by the HTTP parser: such a body is taken whole, without the cost of a stream.
  if (request.headers.has('content-length') && !request.headers.has('transfer-encoding')) {
    const whole = new Uint8Array(await request.arrayBuffer())
    if (whole.byteLength > bytesMax) {
      throw bodyTooLarge(`more than ${bytesMax} bytes`)
    }
    return whole
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > bytesMax) {
      throw bodyTooLarge(`more than ${bytesMax} bytes`)
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

function fieldsOf(params: URLSearchParams): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  let count = 0
  for (const [name, value] of params) {
    count += 1
    if (count > FIELDS_MAX) {
      throw bodyTooLarge(`more than ${FIELDS_MAX} fields`)
    }
    if (name in fields) {
      throw unreadableBody('a field is given twice')
    }
    fields[name] = value
  }
  return { ...fields }
}

function pointerOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).map((item) => `/${String(item.key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
