import { describe, expect, it } from 'vitest'
import { readRules, renderRules, testTitles } from './rules-page.ts'

const SOURCE = `
lists:
  - id: forms
    title: Forms
    source: ours
    upTo: 2
    rules:
      - { nr: 1, rule: One thing per page., tests: [{ file: a.test.ts, name: asks one | thing }] }
      - { nr: 2, rule: Words are short and plain., seen: Read by a person who did not write them. }
`

describe('titles of tests', () => {
  it('are found in it, test, each and templates', () => {
    const gap = ['$', '{x}'].join('')
    const source = `it('a', f); test('b', f); it.each([1])('c %s', f); it.for(rows)('d', f); it.runIf(has)('i', f); it(\`e ${gap} f\`, f); it('h', f)`
    expect([...testTitles(source, 'x.ts')]).toEqual(['a', 'b', 'c %s', 'd', 'i', 'e … f', 'h'])
  })
  it('of tests that do not run do not count', () => {
    expect([...testTitles("it.skip('a', f); it.todo('b'); test.fixme('c', f)", 'x.ts')]).toEqual([])
  })
})

describe('docs/rules.yaml', () => {
  it('becomes a table, signs of the table escaped', () => {
    const page = renderRules(readRules(SOURCE))
    expect(page).toContain('| 1 | One thing per page. | `a.test.ts`: asks one \\| thing |')
    expect(page).toContain('| 2 | Words are short and plain. | By a person: Read by a person who did not write them. |')
  })
  it('is refused where a rule says neither test nor what was seen', () => {
    expect(() => readRules(SOURCE.replace(/, seen: .*/, ' }'))).toThrow(/names no test/)
  })
  it('names the numbers that have to be there', () => {
    expect(readRules(SOURCE)[0]?.numbers).toEqual([1, 2])
  })
})
