import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'

/** Longest pattern in characters. */
export const PATTERN_LENGTH_MAX = 1000
/** Largest program a pattern may become: bounds the work per character of an answer. `[a-z]{0,1000}` needs about 1,000. */
const PROGRAM_SIZE_MAX = 4000
const KEPT_MAX = 500

/** What an answer is held against. */
export type Pattern = { readonly test: (text: string) => boolean }

/**
 * Says why a pattern of a data schema cannot be used, or nothing if it can. Every pattern runs in an engine whose time
 * grows in proportion to the text, however often it repeats; what such an engine cannot do is refused: references back,
 * looking around, counts over 1,000.
 * @see docs/decisions/0023-patterns-in-linear-time.md
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    return `it is longer than ${PATTERN_LENGTH_MAX} characters`
  }
  try {
    return compile(pattern).programSize() > PROGRAM_SIZE_MAX ? 'it repeats too much' : undefined
  } catch {
    return /\\[1-9k]|\(\?<?[=!]/.test(pattern) ? 'it refers back or looks around' : 'it is no regular expression'
  }
}

/** Compiled patterns of the forms in use: compiling one costs more than matching it. */
const kept = new LRUCache<string, Pattern>({ max: KEPT_MAX })

/** Compiles a checked pattern, anchored at both ends as the standard means it. */
export function compilePattern(pattern: string): Pattern {
  const known = kept.get(pattern)
  if (known !== undefined) {
    return known
  }
  const compiled = compile(pattern)
  const made: Pattern = { test: (text) => compiled.matches(text) }
  kept.set(pattern, made)
  return made
}

/** As JavaScript reads the pattern: `\uXXXX` and the names of Unicode's scripts are written otherwise in RE2. */
const compile = (pattern: string): RE2JS =>
  RE2JS.compile(RE2JS.translateRegExp(pattern).replace(/(\\[pP]\{)(?:Script|sc)=/g, '$1'))
