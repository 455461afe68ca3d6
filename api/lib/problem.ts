/** One finding about one place of an input; `pointer` is a JSON pointer, `type` selects the text in content/words. */
export type Issue = {
  readonly pointer: string
  readonly type: string
  readonly params?: Readonly<Record<string, string | number>>
}

/** The one refusal of the product (RFC 9457). Services throw it; the edge turns it into problem+json. */
export class Problem extends Error {
  readonly type: string
  readonly status: number
  readonly errors: readonly Issue[]
  readonly headers: Readonly<Record<string, string>>

  constructor(options: {
    type: string
    status: number
    detail: string
    errors?: readonly Issue[]
    headers?: Readonly<Record<string, string>>
    cause?: unknown
  }) {
    super(options.detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Problem'
    this.type = options.type
    this.status = options.status
    this.errors = options.errors ?? []
    this.headers = options.headers ?? {}
  }
}

type Extra = { errors?: readonly Issue[]; headers?: Readonly<Record<string, string>>; cause?: unknown }
export type ProblemType = ((detail?: string, extra?: Extra) => Problem) & {
  readonly type: string
  readonly status: number
}

/**
 * Declares a kind of refusal, e.g. `const eakteClosed = problemType('eakten/closed', 409)`.
 * Its text for people stands in content/words under `problem.<type>`; `detail` is English, for developers, without personal data.
 */
export function problemType(type: string, status: number): ProblemType {
  const make = (detail: string = type, extra: Extra = {}): Problem => new Problem({ type, status, detail, ...extra })
  return Object.assign(make, { type, status })
}
