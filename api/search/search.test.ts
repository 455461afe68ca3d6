import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProjection, type Projection } from '../../db/projection.ts'
import type { CaseCard } from './card.ts'
import { findBoxes, findCards, findMatching, SEARCH_SCHEMA, saveCards } from './store.ts'
import { holdsAll, matchOf, tokensOf } from './tokens.ts'

/* What a search reads is what lies in the asker's own postboxes: counted in steps of the engine's virtual machine. */
let folder: string
let projection: Projection
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'search-'))
  projection = openProjection(join(folder, 'search.db'), new Uint8Array(32).fill(1), SEARCH_SCHEMA)
})
afterAll(() => {
  projection.close()
  rmSync(folder, { recursive: true })
})

const card = (name: string, postbox: string, more: Partial<CaseCard> = {}): CaseCard => ({
  ...{ reference: '', aktenzeichen: '', postboxes: [postbox], name, fields: [] },
  ...more,
})
/** Puts cards of one postbox: every tenth is by somebody called Müller. */
function fill(postbox: string, count: number): void {
  const cards = Array.from({ length: count }, (_, n) => {
    const id = `${postbox}-${n}`
    return [id, card(n % 10 === 0 ? 'Jana Müller' : `Jana Nr${n}`, postbox)] as const
  })
  saveCards(projection, new Map(cards), 0)
}
const total = (): number =>
  Number(
    projection.all("SELECT sum(nstep) AS steps FROM sqlite_stmt WHERE sql LIKE '%card%' AND sql LIKE '%MATCH%'")[0]?.[
      'steps'
    ] ?? 0,
  )
function stepsOf(typed: string, postboxes: readonly string[]): { readonly steps: number; readonly rows: number } {
  const match = matchOf(typed, findBoxes(projection, postboxes)) ?? ''
  const run = (): number => findCards(projection, match, { before: null, size: 51 }).length
  run()
  const before = total()
  const rows = run()
  return { rows, steps: total() - before }
}

describe('a search', () => {
  it('takes as many steps in a town ten times as large, and none more for what others have', () => {
    fill('mine', 300)
    fill('other', 1_000)
    const before = stepsOf('müller', ['mine'])
    expect(before.rows).toBe(30)
    fill('more', 9_000)
    expect(stepsOf('müller', ['mine'])).toEqual(before)
    expect(stepsOf('müll', ['mine']).steps).toBe(before.steps)
    // Where a thousand match, a page is a page.
    expect(stepsOf('müller', ['more']).rows).toBe(51)
    expect(stepsOf('müller', ['more']).steps).toBeLessThan(before.steps * 4)
    const plan = projection.all(
      'EXPLAIN QUERY PLAN SELECT no, vorgang_id, name, fields FROM cards WHERE no IN (SELECT rowid FROM card_words WHERE card_words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?) ORDER BY no DESC',
      '"b1xmuller"',
      1e9,
      51,
    )
    const text = plan.map((row) => String(row['detail'])).join('\n')
    expect(text).toContain('cards USING INTEGER PRIMARY KEY')
    expect(text).toContain('card_words VIRTUAL TABLE INDEX')
  })

  it('writes a card that did not change no second time, and one that did anew', () => {
    const save = (name: string, postbox: string) => saveCards(projection, new Map([['same', card(name, postbox)]]), 1)
    const changed = (): number => Number(projection.all('SELECT total_changes() AS n')[0]?.['n'])
    const changesOf = (run: () => void): number => {
      const before = changed()
      run()
      return changed() - before
    }
    save('Gleich', 'mine')
    // How far was read is written all the same.
    expect(changesOf(() => save('Gleich', 'mine'))).toBe(1)
    expect(changesOf(() => save('Anders', 'mine'))).toBeGreaterThan(1)
    expect(changesOf(() => save('Anders', 'other'))).toBeGreaterThan(1)
    const found = (typed: string, postbox: string) =>
      findMatching(projection, matchOf(typed, findBoxes(projection, [postbox])) ?? '', 9)
    expect([found('gleich', 'mine'), found('anders', 'mine'), found('anders', 'other')]).toEqual([[], [], ['same']])
  })

  it('finds a Vorgang that moved in its new postbox alone, and no part of one that is gone', () => {
    saveCards(projection, new Map([['v', card('Wanderer', 'mine')]]), 1)
    saveCards(projection, new Map([['v', card('Wanderer', 'other')]]), 2)
    const found = (postbox: string) =>
      findMatching(projection, matchOf('wanderer', findBoxes(projection, [postbox])) ?? '', 9)
    expect([found('mine'), found('other')]).toEqual([[], ['v']])
    saveCards(projection, new Map([['v', null]]), 3)
    expect(found('other')).toEqual([])
    expect(projection.all("SELECT no FROM cards WHERE vorgang_id = 'v'")).toEqual([])
  })
})

describe('words', () => {
  it.each([
    ['Łužica', 'luzica'],
    ['Straße', 'STRASSE'],
    ['Müller', 'mueller'],
    ['Müller', 'muller'],
    ['Øresund', 'oresund'],
    ['Þórr', 'thorr'],
    ['Crnčević', 'crncevic'],
    ['Đorđe', 'dorde'],
    ['276 0981 0000 1234', '276098100001234'],
    ['276098100001234', '276 0981'],
    ['+49 355 612-0', '493556120'],
  ])('%s is found by %s', (text, typed) => {
    expect(holdsAll({ path: 'p', text }, typed)).toBe(true)
    const tokens = new Set(tokensOf(card('', 'mine', { fields: [{ path: 'p', text }] }), [1]))
    const match = matchOf(typed, [1]) ?? ''
    const wanted = [...match.matchAll(/"(b1x[^"]+)"( \*)?/g)].map(([, token = '', begun]) => ({ token, begun }))
    expect(
      wanted.some(({ token, begun }) => [...tokens].some((one) => (begun ? one.startsWith(token) : one === token))),
    ).toBe(true)
  })

  it('hold letters and digits only, eight at most', () => {
    const match = matchOf('a"b OR c* NEAR(d) {x}: ^y - z 1 2 3 4', [1, 2]) ?? ''
    expect(match.replace(/"b[12]x[a-z0-9]+"( \*)?|[()]| (OR|AND) /g, '')).toBe('')
    expect(match.match(/ AND /g)).toHaveLength(7)
    expect(matchOf('"*"', [1])).toBeNull()
    expect(matchOf('wort', [])).toBeNull()
  })
})
