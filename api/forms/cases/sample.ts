import { compilePattern } from '../../lib/pattern.ts'

/**
 * Writes a text that a pattern of a data schema takes: the shortest way through it, or the longest (a repetition without
 * end is taken three times more than it has to). Understands the usual parts of patterns; gives nothing where the
 * text it found does not match after all.
 */
export function sampleOf(pattern: string, isLong: boolean): string | undefined {
  const reading = { rest: [...pattern], isLong }
  const text = alternatives(reading)
  return reading.rest.length === 0 && compilePattern(pattern).test(text) ? text : undefined
}

type Reading = { readonly rest: string[]; readonly isLong: boolean }

function alternatives(reading: Reading): string {
  const found = [sequence(reading)]
  while (reading.rest[0] === '|') {
    reading.rest.shift()
    found.push(sequence(reading))
  }
  return found.toSorted((a, b) => a.length - b.length).at(reading.isLong ? -1 : 0) ?? ''
}

function sequence(reading: Reading): string {
  let text = ''
  while (reading.rest.length > 0 && reading.rest[0] !== '|' && reading.rest[0] !== ')') {
    text += atom(reading).repeat(count(reading))
  }
  return text
}

function atom(reading: Reading): string {
  const sign = reading.rest.shift() ?? ''
  if (sign === '(') {
    reading.rest.splice(0, reading.rest[0] === '?' ? 2 : 0)
    const inner = alternatives(reading)
    reading.rest.shift()
    return inner
  }
  if (sign === '[') {
    const end = Math.max(1, reading.rest.indexOf(']', reading.rest[0] === '^' ? 2 : 1))
    return signIn(
      reading.rest
        .splice(0, end + 1)
        .slice(0, -1)
        .join(''),
    )
  }
  if (sign === '\\') {
    const name = reading.rest.shift() ?? ''
    const set = name === 'p' ? reading.rest.splice(0, reading.rest.indexOf('}') + 1).join('') : ''
    return signIn(`\\${name}${set}`)
  }
  return sign === '.' ? 'a' : ['^', '$'].includes(sign) ? '' : sign
}

/** The first usual sign that a class takes. */
function signIn(inner: string): string {
  const taken = new RegExp(`^[${inner}]$`, 'u')
  return [...'a1AäÄ -.,/0zZ9_+:'].find((sign) => taken.test(sign)) ?? ''
}

function count(reading: Reading): number {
  const [sign] = reading.rest
  if (sign === '?' || sign === '*' || sign === '+') {
    reading.rest.shift()
    const least = sign === '+' ? 1 : 0
    return reading.isLong ? least + (sign === '?' ? 1 : 3) : least
  }
  const braces = sign === '{' ? /^\{(\d+)(,?)(\d*)\}/.exec(reading.rest.join('')) : null
  if (braces === null) {
    return 1
  }
  reading.rest.splice(0, braces[0].length)
  const least = Number(braces[1])
  return !reading.isLong || braces[2] === '' ? least : braces[3] === '' ? least + 3 : Number(braces[3])
}
