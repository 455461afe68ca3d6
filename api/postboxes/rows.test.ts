import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MainStore, openMain } from '../../db/engine.ts'
import { openReader, type Reader } from '../../db/reader.ts'
import { countUntil, type Lane, listLanes, listWorkCounts, type Owners, type Page } from './store.ts'

/*
 * What the lists of a postbox read does not grow with what lies in the town: counted in steps of the engine's virtual
 * machine, which no other load of the machine changes.
 */
const OPEN: readonly Lane[] = ['free', 'taken', 'sign', 'signing']
const POSTBOXES = Array.from({ length: 20 }, (_, n) => `p${n}`)
const MINE = POSTBOXES.slice(0, 7)
let dataDir: string
let main: MainStore
let reader: Reader
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'rows-'))
  main = openMain({ dataDir, migrationsDir: fileURLToPath(new URL('../../db/migrations', import.meta.url)) })
  fill(0, 2_000)
  reader = await openReader(join(dataDir, 'stadttor.db'))
}, 60_000)
afterAll(() => {
  reader.close()
  main.db.close()
  main.lock.close()
  rmSync(dataDir, { recursive: true })
})

/** Puts items from number `from` to before `to` into twenty postboxes: one in ten is open, one in twenty waits. */
function fill(from: number, to: number): void {
  const insert = main.db.prepare(
    "INSERT INTO postbox_items (id, vorgang_id, kind, postbox, step, state, assignee, prepared_by, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, version) VALUES (?, ?, 'case', ?, 's', ?, ?, ?, ?, 'r', 'a', 'x', 0, 0, 1)",
  )
  main.db.exec('BEGIN')
  for (let n = from; n < to; n += 1) {
    const state = n % 10 === 0 ? 'open' : n % 20 === 1 ? 'waiting' : 'done'
    const assignee = n % 3 === 0 ? `u${n % 200}` : null
    const preparedBy = n % 7 === 0 ? 'u1' : null
    const day = `2026-${String((n % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`
    // Twenty is a multiple of ten: the postbox must not follow from the number that decides the state.
    const postbox = POSTBOXES[Math.floor(n / 7) % POSTBOXES.length] ?? ''
    insert.run(`i${String(n).padStart(7, '0')}`, `v${n}`, postbox, state, assignee, preparedBy, day)
  }
  main.db.exec('COMMIT')
}

const page = { after: null, size: 51 }
type List = { readonly owners: Owners; readonly lanes: readonly Lane[]; readonly page?: Partial<Page> }
const LISTS: Readonly<Record<string, List>> = {
  'overdue of seven postboxes': { owners: { postboxes: MINE }, lanes: OPEN, page: { untilOn: '2026-03-01' } },
  'between two days': {
    owners: { postboxes: MINE },
    lanes: OPEN,
    page: { fromOn: '2026-03-01', untilOn: '2026-03-31' },
  },
  'of one service': { owners: { postboxes: MINE }, lanes: OPEN, page: { service: 'x' } },
  'unclaimed of one postbox': { owners: { postboxes: ['p1'] }, lanes: ['free'] },
  'open of one postbox': { owners: { postboxes: ['p1'] }, lanes: OPEN },
  'open of seven postboxes': { owners: { postboxes: MINE }, lanes: OPEN },
  'waiting of seven postboxes': { owners: { postboxes: MINE }, lanes: ['waiting'] },
  'for a second person': { owners: { postboxes: MINE }, lanes: ['sign', 'signing'] },
  'done of seven postboxes': { owners: { postboxes: MINE }, lanes: ['done'] },
  'mine and of whom I stand in for': {
    owners: { assignees: ['u0', 'u30'], postboxes: MINE },
    lanes: ['taken', 'signing', 'waiting'],
  },
}

/** Steps that one run of a list takes. */
async function stepsOf(run: () => Promise<{ readonly length: number }>): Promise<{ steps: number; rows: number }> {
  const total = async (): Promise<number> =>
    (
      await reader.db.all<{ steps: number | null }>(
        "SELECT sum(nstep) AS steps FROM sqlite_stmt WHERE sql LIKE '%postbox_items%' OR sql LIKE '%work_counts%'",
      )
    )[0]?.steps ?? 0
  await run()
  const before = await total()
  const { length: rows } = await run()
  return { steps: (await total()) - before, rows }
}

describe('rows read', () => {
  it('a page of each list and the counts take about as many steps in a town ten times as large', async () => {
    const measure = async () => {
      const lists = await Promise.all(
        Object.entries(LISTS).map(
          async ([name, { owners, lanes, page: more }]) =>
            [name, await stepsOf(() => listLanes(reader.db, owners, lanes, { ...page, ...more }))] as const,
        ),
      )
      const counted = await stepsOf(() =>
        listWorkCounts(
          reader.db,
          MINE.map((id) => `postbox:${id}`),
        ),
      )
      const late = await stepsOf(async () => ({
        length: await countUntil(reader.db, MINE, OPEN, { untilOn: '2026-03-01', max: 100 }),
      }))
      return new Map([...lists, ['counts', counted] as const, ['overdue', late] as const])
    }
    const small = await measure()
    fill(2_000, 20_000)
    const large = await measure()
    for (const [name, { steps, rows }] of large) {
      const before = small.get(name)
      expect(rows, name).toBeGreaterThan(0)
      expect(steps, name).toBeGreaterThan(0)
      // A list that was not full before may fill its page: 51 rows per owner and lane at most, about 30 steps each.
      const perRow = (before?.steps ?? 0) / Math.max(1, before?.rows ?? 1)
      expect(steps / rows, name).toBeLessThan(perRow * 2 + 40)
    }
  }, 60_000)

  it('the next page reads as little as the first', async () => {
    const owners = { postboxes: MINE }
    const first = await listLanes(reader.db, owners, OPEN, page)
    const last = first.at(-1)
    const after = { dueOn: last?.dueOn ?? '', id: last?.id ?? '' }
    const next = await listLanes(reader.db, owners, OPEN, { ...page, after })
    expect(next.length).toBe(51)
    expect(next.some(({ id }) => first.some((one) => one.id === id))).toBe(false)
    const [one, two] = [
      await stepsOf(() => listLanes(reader.db, owners, OPEN, page)),
      await stepsOf(() => listLanes(reader.db, owners, OPEN, { ...page, after })),
    ]
    expect(two.steps).toBeLessThan(one.steps * 2)
  })
})
