/**
 * Says why a pattern of a data schema is not taken, or nothing if it is. Taken are patterns whose matching time grows
 * in proportion to the text: characters, classes, groups and alternatives, each repeated at most by its own count. Refused
 * are references back, looking around, a repetition inside a repetition, and more than one open-ended repetition.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > 200) {
    return 'it is longer than 200 characters'
  }
  if (/\\[1-9k]|\(\?(?!:)/.test(pattern)) {
    return 'it refers back or looks around'
  }
  try {
    new RegExp(`^(?:${pattern})$`, 'u')
  } catch {
    return 'it is no regular expression'
  }
  const { isOpenTwice, isNested, ways } = measure(pattern)
  if (isNested) {
    return 'it repeats a repetition'
  }
  return isOpenTwice || ways > 1000 ? 'it can be matched in too many ways' : undefined
}

/** Compiles a checked pattern, anchored at both ends as the standard means it. */
export const compilePattern = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 'u')

type Measure = { isOpenTwice: boolean; isNested: boolean; ways: number }

function measure(pattern: string): Measure {
  const plain = pattern.replace(/\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\./gu, 'a').replace(/\[[^\]]*\]/g, 'a')
  const groups: { hasRepeat: boolean }[] = [{ hasRepeat: false }]
  let open = 0
  let ways = 1
  let isNested = false
  let closed: { hasRepeat: boolean } | undefined
  for (const token of plain.match(/\(\?:|\(|\)|\{\d+(?:,\d*)?\}|[*+?]|./gsu) ?? []) {
    const repeat = repetition(token)
    if (token.startsWith('(')) {
      groups.push({ hasRepeat: false })
    } else if (token === ')') {
      closed = groups.pop()
      const outer = groups.at(-1)
      if (outer !== undefined && closed?.hasRepeat === true) {
        outer.hasRepeat = true
      }
      continue
    } else if (repeat !== undefined) {
      isNested ||= closed?.hasRepeat === true && repeat !== 1
      open += repeat === Number.POSITIVE_INFINITY ? 1 : 0
      ways *= Number.isFinite(repeat) ? repeat + 1 : 1
      const group = groups.at(-1)
      if (group !== undefined && repeat > 0) {
        group.hasRepeat = true
      }
    } else if (token === '|') {
      markAlternatives(groups)
    }
    closed = undefined
  }
  return { isOpenTwice: open > 1, isNested, ways }
}

/** Alternatives count as a repetition: repeated, `(a|a)*` can be matched in two ways at every step. */
function markAlternatives(groups: readonly { hasRepeat: boolean }[]): void {
  const group = groups.at(-1)
  if (group !== undefined && groups.length > 1) {
    group.hasRepeat = true
  }
}

/** How much a repetition may vary; absent if the token is none. `{15}` varies by nothing, `?` by one. */
function repetition(token: string): number | undefined {
  if (token === '*' || token === '+') {
    return Number.POSITIVE_INFINITY
  }
  if (token === '?') {
    return 1
  }
  const match = /^\{(\d+)(?:(,)(\d*))?\}$/.exec(token)
  if (match === null) {
    return undefined
  }
  if (match[2] === undefined) {
    return 0
  }
  return match[3] === '' || match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]) - Number(match[1])
}
