import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOWN_KEY } from '../keys/keyring.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import type { CaseCard } from '../search/service.ts'
import { readProgress, saveCards } from '../search/store.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ItemList } from './service-lists.ts'

/** A list that leaves the house as a file: exactly what is shown, written down, and nothing of another office. */
const SERVICE = 'baum-faellen'
const ROWS = 620
let town: Town
let today: string
let anna: Caller
let omar: Caller
let path = ''
beforeAll(async () => {
  town = await openTown()
  today = dayInBerlin(town.clock.now())
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['umwelt'] })
  omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
  path = (await anna.read<ItemList>(`/postboxes/items?service=${SERVICE}`)).questions[0]?.path ?? ''
  await fill(ROWS)
}, 60_000)
afterAll(() => town.close())

/** Puts Vorgänge into the postbox; the first is by somebody whose name a spreadsheet would compute. */
async function fill(count: number): Promise<void> {
  const cards = new Map<string, CaseCard>()
  const statements = Array.from({ length: count }, (_, n) => {
    const id = town.ctx.newId()
    const name = n === 0 ? '=HYPERLINK("http://x"; "Łužica")' : `Nr. ${n}`
    const fields = [{ path, text: n % 2 === 0 ? 'Kastanie; "alt"' : 'Linde' }]
    cards.set(id, { reference: '', aktenzeichen: '', postboxes: ['umwelt'], name, fields })
    return {
      sql: "INSERT INTO postbox_items (id, vorgang_id, kind, postbox, task_id, step, state, due_on, reference, aktenzeichen, service_slug, received_at_ms, is_new, title, version) VALUES (?, ?, 'case', 'umwelt', 't', 's', 'open', ?, ?, ?, ?, ?, 0, 'Antrag prüfen', 1)",
      args: [id, id, addDays(today, n), `CB-${n}`, `BF 2026/${n}`, SERVICE, town.clock.now()],
    }
  })
  expect((await town.ctx.write({ statements })).ok).toBe(true)
  saveCards(town.ctx.projection, cards, readProgress(town.ctx.projection))
}
const LIST = { view: 'free', service: SERVICE }
const take = (who: Caller, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
  who.post('/postboxes/exports', { ...LIST, format: 'csv', ...more })
const linesOf = async (answer: Response): Promise<readonly string[]> => {
  expect(answer.status).toBe(200)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await answer.arrayBuffer()).split('\r\n')
}
const select = async (named: Readonly<Record<string, string>>): Promise<string> =>
  (await bodyOf<{ selectionId: string }>(await anna.post('/postboxes/selections', { service: SERVICE, ...named }), 200))
    .selectionId
const sheetOf = async (answer: Response): Promise<string> =>
  unzip(Buffer.from(await answer.arrayBuffer())).get('xl/worksheets/sheet1.xml') ?? ''
type Kept = { id: string; user_id: string; at_ms: number; format: string; rows: number | null; list_sealed: Uint8Array }
const kept = async (): Promise<readonly Kept[]> => await town.ctx.db.all<Kept>('SELECT * FROM list_exports ORDER BY id')

describe('POST /api/v1/postboxes/exports', () => {
  it('200 with every row of every page, as German spreadsheets read it, and no cell that is computed', async () => {
    const answer = await take(anna)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="vorgaenge-${today}.csv"`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const lines = await linesOf(answer)
    expect(lines[0]).toBe(
      '\ufeffFrist;Aktenzeichen;Vorgangsnummer;Leistung;Postkorb;Antragstellend;Eingang;Nächster Schritt;Wer',
    )
    const day = (iso: string): string => iso.split('-').reverse().join('.')
    const title = town.ctx.serviceTitle(SERVICE)
    expect(lines[1]).toBe(
      `${day(today)};BF 2026/0;CB-0;${title};Umwelt und Natur;"'=HYPERLINK(""http://x""; ""Łužica"")";${day(today)};Antrag prüfen;niemand`,
    )
    expect(lines.slice(1, -1)).toHaveLength(ROWS)
    expect(lines.at(-1)).toBe('')
  })

  it('200 with the filter and the columns of the list, also of one that was saved', async () => {
    const selection = await select({ [`column:${path}`]: '1', [`answer:${path}`]: 'kastanie' })
    const until = addDays(today, 99)
    const lines = await linesOf(await take(anna, { selection, dueUntil: until }))
    expect(lines).toHaveLength(50 + 2)
    expect(lines[0]?.split(';')).toHaveLength(10)
    expect(lines[1]).toContain(';"Kastanie; ""alt""";')
    const named = { viewName: 'Kastanien', ...LIST, selection, dueUntil: until }
    const { savedId } = await bodyOf<{ savedId: string }>(await anna.post('/postboxes/views', named), 200)
    expect(await linesOf(await anna.post('/postboxes/exports', { saved: savedId, format: 'csv' }))).toEqual(lines)
  })

  it('200 as a spreadsheet whose cells are texts and days', async () => {
    const answer = await take(anna, { format: 'xlsx', dueUntil: addDays(today, 1) })
    expect(answer.headers.get('content-type')).toContain('spreadsheetml')
    const sheet = await sheetOf(answer)
    expect(sheet).not.toContain('<f>')
    expect(sheet).toContain('>=HYPERLINK(&quot;http://x&quot;; &quot;Łužica&quot;)<')
    expect(sheet.match(/<row /g)).toHaveLength(3)
    // Days are numbers of days, which sort: the 24th of November 2026 is number 46350.
    expect(today).toBe('2026-11-24')
    expect(sheet).toContain('<v>46350</v>')
  })

  it('is written down before it goes out: who, when, which list, and how many rows, once', async () => {
    const before = (await kept()).length
    await linesOf(await take(anna, { selection: await select({ [`answer:${path}`]: 'linde' }) }))
    const [row] = (await kept()).slice(before)
    expect(row).toMatchObject({ format: 'csv', rows: ROWS / 2, at_ms: town.clock.now() })
    const spot = { table: 'list_exports', row: row?.id ?? '', column: 'list_sealed' }
    expect(await town.ctx.keyring.openJson(TOWN_KEY, spot, row?.list_sealed ?? new Uint8Array())).toMatchObject({
      view: 'free',
      filter: { service: SERVICE },
      selection: { answers: [{ path, text: 'linde' }] },
    })
    expect(Buffer.from(row?.list_sealed ?? []).includes('linde')).toBe(false)
    for (const sql of ['UPDATE list_exports SET rows = 0', 'DELETE FROM list_exports']) {
      expect((await town.ctx.write({ statements: [{ sql, args: [] }] })).ok, sql).toBe(false)
    }
  })

  it('counts what went out where the reader goes away, and 409 while two others run', async () => {
    const open = [await take(anna), await take(anna)]
    expect(await problemOf(await take(anna))).toMatchObject({ status: 409, type: 'postboxes/exports-running' })
    for (const answer of open) {
      const reader = answer.body?.getReader()
      await reader?.read()
      await reader?.read()
      await reader?.cancel()
    }
    const ended = (await kept()).slice(-2)
    expect(ended.every(({ rows }) => rows !== null && rows > 0 && rows < ROWS)).toBe(true)
    expect((await take(anna)).status).toBe(200)
  })

  it('ends with a row that says so where there is more than a file may hold', async () => {
    const rows = 20_000
    await fill(rows - ROWS + 1)
    const sheet = await sheetOf(await take(anna, { format: 'xlsx' }))
    expect(sheet.match(/<row /g)).toHaveLength(rows + 2)
    expect(sheet).toContain('Die Datei endet nach 20000 Zeilen.')
    expect((await kept()).at(-1)?.rows).toBe(rows)
  }, 60_000)

  it('gives a clerk of another office an empty table, and 404 for the postbox', async () => {
    expect(await linesOf(await take(omar))).toHaveLength(2)
    expect((await take(omar, { postbox: 'umwelt' })).status).toBe(404)
    expect((await take(omar, { format: 'exe' })).status).toBe(422)
  })
})

/** Files of an archive by name, as text. */
function unzip(bytes: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  let at = bytes.readUInt32LE(bytes.lastIndexOf('PK\u0005\u0006') + 16)
  while (bytes.toString('latin1', at, at + 4) === 'PK\u0001\u0002') {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)]
    const lengths = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset))
    const [name = 0, extra = 0, comment = 0] = lengths
    const local = bytes.readUInt32LE(at + 42)
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const data = bytes.subarray(from, from + packed)
    files.set(bytes.toString('utf8', at + 46, at + 46 + name), (method === 0 ? data : inflateRawSync(data)).toString())
    at += 46 + name + extra + comment
  }
  return files
}
