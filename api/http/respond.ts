import type { Context } from 'hono'
import type { Env } from './env.ts'

export type Done = {
  /** Page a browser is led to. */
  readonly page: string
  /** Address of the changed resource in the API. */
  readonly self: string
  readonly body: unknown
  readonly status?: 200 | 201 | 202
}

/** Answers a write: browsers are led on by 303, programs get JSON. */
export function done(c: Context<Env>, answer: Done): Response {
  if (isBrowser(c.req.raw)) {
    return c.body(null, 303, { Location: answer.page, 'Cache-Control': 'no-store' })
  }
  c.header('Location', answer.self)
  return c.json(answer.body, answer.status ?? 200)
}

const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']

/** True for a form sent by a browser: form content type and HTML accepted, or htmx. A JSON body is always a program. */
export function isBrowser(request: Request): boolean {
  const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json') {
    return false
  }
  if (request.headers.get('hx-request') === 'true') {
    return true
  }
  return FORM_TYPES.includes(type) && (request.headers.get('accept') ?? '').includes('text/html')
}

/** A person looks at the answer: a form or htmx sent it, or the browser goes there. */
export function wantsPage(request: Request): boolean {
  if (isBrowser(request)) {
    return true
  }
  const mode = request.headers.get('sec-fetch-mode')
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  return isRead && (mode === null || mode === 'navigate') && (request.headers.get('accept') ?? '').includes('text/html')
}
