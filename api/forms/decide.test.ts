import { describe, expect, it } from 'vitest'
import { compileRule, type Names, type Rule } from '../lib/feel.ts'
import { combinations, decide, type Truth, withValue } from './decide.ts'

const NAMES: Names = {
  heute: { kind: 'date' },
  a: { kind: 'boolean' },
  b: { kind: 'boolean' },
  g: { kind: 'context', names: { farbe: { kind: 'string', options: ['rot', 'blau'] } } },
  text: { kind: 'string' },
  preis: { kind: 'number' },
}
function rule(source: string): Rule {
  const compiled = compileRule(source, { file: 'x', line: 1, names: NAMES })
  if (!compiled.ok) {
    throw new Error(JSON.stringify(compiled.findings))
  }
  return compiled.rule
}

describe('decide', () => {
  it.each<[string, Readonly<Record<string, unknown>>, readonly string[], Truth]>([
    ['a', { a: true }, [], 'yes'],
    ['a', { a: false }, [], 'no'],
    ['a', {}, [], 'no'],
    ['a', {}, ['a'], 'open'],
    ['a and b', { a: false }, ['b'], 'no'],
    ['a and b', { a: true }, ['b'], 'open'],
    ['a or b', { a: true }, ['b'], 'yes'],
    ['a or b', {}, ['a', 'b'], 'open'],
    ['a or not(a)', {}, ['a'], 'yes'],
    ['g.farbe = "rot"', {}, ['g.farbe'], 'open'],
    ['g.farbe in ("rot", "blau")', {}, ['g.farbe'], 'yes'],
    ['a and text = "x"', { a: false }, ['text'], 'open'],
    ['preis > 5 and a', { preis: 3 }, ['a'], 'no'],
    ['preis > 5', {}, [], 'no'],
    ['preis > 5', { preis: 'viel' }, [], 'no'],
  ])('%s with %j, not asked yet %j: %s', (source, context, missing, truth) => {
    expect(decide(rule(source), context, (path) => missing.includes(path))).toBe(truth)
  })
})

describe('combinations', () => {
  it('gives every choice of each once, and none where there are more than 2,048', () => {
    expect(
      [
        ...combinations([
          [1, 2],
          ['a', 'b', 'c'],
        ]),
      ].map((pair) => pair.join('')),
    ).toEqual(['1a', '2a', '1b', '2b', '1c', '2c'])
    expect([...combinations([])]).toEqual([[]])
    expect([...combinations(Array.from({ length: 12 }, () => [true, false]))]).toEqual([])
  })
})

describe('withValue', () => {
  it('leaves what it was given as it was', () => {
    const before = { g: { farbe: 'rot' }, a: true }
    expect(withValue(before, 'g.farbe', 'blau')).toEqual({ g: { farbe: 'blau' }, a: true })
    expect(before.g.farbe).toBe('rot')
  })
})
