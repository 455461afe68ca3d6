import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { describeFault, faultCode } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { Problem, problemType } from '../lib/problem.ts'
import type { Env } from './env.ts'

export const notFound = problemType('http/not-found', 404)
export const unexpected = problemType('http/unexpected', 500)
export const unavailable = problemType('http/unavailable', 503)

/** Turns everything thrown into problem+json (RFC 9457). What is not a `Problem` is logged by code only and shows nothing. */
export function answerProblems(log: Log): ErrorHandler<Env> {
  return (error, c) => {
    const problem = toProblem(error)
    if (problem.status >= 500) {
      log('request-failed', {
        requestId: c.get('requestId'),
        status: problem.status,
        error: problem.type,
        code: faultCode(error),
        ...(problem.type === unexpected.type ? { reason: describeFault(error) } : {}),
      })
    }
    return problemResponse(c, problem)
  }
}

/** Answer to a path that no route has. */
export const answerNotFound: NotFoundHandler<Env> = (c) => problemResponse(c, notFound())

function problemResponse(c: Context<Env>, problem: Problem): Response {
  const body = {
    type: `/errors/${problem.type}`,
    title: problem.type,
    status: problem.status,
    detail: problem.message,
    requestId: c.get('requestId'),
    ...(problem.errors.length === 0 ? {} : { errors: problem.errors }),
  }
  return c.body(JSON.stringify(body), problem.status as ContentfulStatusCode, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    ...problem.headers,
  })
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error
  }
  if (error instanceof HTTPException) {
    return new Problem({
      type: error.status === 404 ? 'http/not-found' : 'http/refused',
      status: error.status,
      detail: 'refused',
    })
  }
  if (error instanceof Error && error.name === 'WriteFailed') {
    return unavailable('the write could not be confirmed', { headers: { 'Retry-After': '2' }, cause: error })
  }
  return unexpected('unexpected error', { cause: error })
}
