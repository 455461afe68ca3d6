/**
 * Tells a fault without its message: name, code where it has one, and the first line of our own code it came through.
 * Messages of databases, mail and HTTP libraries repeat what they were given; they are never written anywhere.
 */
export function describeFault(error: unknown): string {
  const own = framesOf(error).find((frame) => !frame.includes('node_modules') && !frame.includes('node:')) ?? ''
  const name = error instanceof Error ? error.name : typeof error
  return [name, faultCode(error), /([\w.-]+\.[a-z]+:\d+)/.exec(own)?.[1]].filter((part) => part !== undefined).join(' ')
}

/** Code of a fault or of what caused it, e.g. `SQLITE_IOERR`, `ECONNRESET`; undefined where it has none. */
export function faultCode(error: unknown): string | undefined {
  for (const each of [error instanceof Error ? error.cause : undefined, error]) {
    if (each !== null && typeof each === 'object' && 'code' in each && typeof each.code === 'string') {
      return /^[\w/-]{1,80}$/.test(each.code) ? each.code : undefined
    }
  }
  return undefined
}

/** The way through the code, one line each, without the message, which stands before it and may look like one. */
export function framesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) {
    return []
  }
  const stack = (error.stack ?? '').replace(error.message, '')
  return stack.split('\n').filter((line) => /^\s+at .+:\d+\)?$/.test(line))
}
