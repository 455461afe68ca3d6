import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { composeMessage } from './service-copy.ts'
import type { MessagesView, NotesView, VorgangView } from './vorgang-view.ts'

const SECRET = 'Schwarzwurzel: Nachbarin rief an.'
let town: Town
let anna: Caller
let lena: Caller
let citizen: Caller
let vorgangId: string
beforeAll(async () => {
  town = await openTown()
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  lena = await town.signIn('lena', { roles: ['lead'], teams: ['steuern'] })
  citizen = await town.signInCitizen('mara')
  vorgangId = (await apply(citizen, smallPdf('x'))).vorgangId
  await town.tick()
})
afterAll(() => town.close())

const at = (): string => `/submissions/vorgaenge/${vorgangId}`
const read = (who = anna): Promise<NotesView> => who.read(`${at()}/parts/notes`)
const write = (who: Caller, note: string, seen = ''): Promise<Response> => who.post(`${at()}/notes`, { note, seen })
const linesOf = async (kind: string): Promise<readonly (readonly [string, string])[]> => {
  const { journal } = await anna.read<VorgangView>(at())
  return journal.filter(({ type }) => type.startsWith(kind)).map(({ type, actor }) => [type, actor] as const)
}

describe('POST /api/v1/submissions/vorgaenge/:vorgang/notes', () => {
  it('200 keeps who wrote what and when, for every clerk of the Vorgang, newest first', async () => {
    await bodyOf(await write(anna, `  ${SECRET}\r\nZweite Zeile  `), 200)
    const atMs = town.clock.now()
    town.clock.advance(60_000)
    await bodyOf(await write(lena, 'Gesehen.'), 200)
    expect((await read(lena)).notes).toMatchObject([
      { text: 'Gesehen.', by: 'lena', isMine: true },
      { text: `${SECRET}\nZweite Zeile`, by: 'anna', isMine: false, createdAtMs: atMs, struckAtMs: null },
    ])
    expect((await read()).noteCount).toBe(2)
    expect(await linesOf('note-')).toEqual([
      ['note-written', 'anna'],
      ['note-written', 'lena'],
    ])
  })

  it('200 pressed twice it is written once; the same words over another state are another note', async () => {
    const before = (await read()).notes
    const seen = before[0]?.id ?? ''
    await bodyOf(await write(anna, 'Noch einmal.', seen), 200)
    await bodyOf(await write(anna, 'Noch einmal.', seen), 200)
    expect((await read()).notes).toHaveLength(before.length + 1)
    await bodyOf(await write(anna, 'Noch einmal.', (await read()).notes[0]?.id), 200)
    expect((await read()).notes).toHaveLength(before.length + 2)
  })

  it('303 leads a browser back to the notes and says so', async () => {
    const answer = await anna.form(`${at()}/notes`, { note: 'Per Formular.', seen: '' })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/amt/vorgaenge/${vorgangId}/notizen?getan=note`,
    ])
  })

  it.each([' ', 'x'.repeat(5_001)])('422 without a text, and for one that is too long', async (note) => {
    expect(await problemOf(await write(anna, note))).toMatchObject({
      status: 422,
      type: 'messages/note-text-missing',
      errors: [{ pointer: '/note' }],
    })
  })

  it('404 to another team', async () => {
    const kai = await town.signIn('kai', { roles: ['clerk'], teams: ['kita'] })
    expect((await problemOf(await write(kai, 'Hallo'))).status).toBe(404)
  })
})

describe('POST /api/v1/submissions/vorgaenge/:vorgang/notes/:note/strike', () => {
  it('200 one’s own is struck out, its text stays; again it changes nothing', async () => {
    const [own] = (await read()).notes.filter(({ isMine }) => isMine)
    const before = (await read()).noteCount
    const atMs = town.clock.now()
    await bodyOf(await anna.post(`${at()}/notes/${own?.id}/strike`), 200)
    town.clock.advance(1000)
    await bodyOf(await anna.post(`${at()}/notes/${own?.id}/strike`), 200)
    const struck = (await read(lena)).notes.find(({ id }) => id === own?.id)
    expect(struck).toMatchObject({ text: own?.text, struckAtMs: atMs })
    expect((await read()).noteCount).toBe(before - 1)
    expect((await linesOf('note-struck')).length).toBe(1)
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('403 somebody else’s stays, also for the lead', async () => {
    const others = (await read(lena)).notes.find(({ isMine, struckAtMs }) => !isMine && struckAtMs === null)
    const answer = await problemOf(await lena.post(`${at()}/notes/${others?.id}/strike`))
    expect(answer).toMatchObject({ status: 403, type: 'submissions/note-not-yours' })
  })

  it('no statement changes or removes what was written', async () => {
    const id = (await read()).notes.find(({ struckAtMs }) => struckAtMs !== null)?.id ?? ''
    for (const sql of [
      'UPDATE notes SET created_by = ? WHERE id = ?',
      'UPDATE notes SET struck_at_ms = NULL WHERE struck_at_ms IS NOT ? AND id = ?',
      'DELETE FROM notes WHERE id <> ? AND id = ?',
    ]) {
      await expect(town.ctx.write({ statements: [{ sql, args: ['x', id] }] })).resolves.toMatchObject({ ok: false })
    }
  })
})

describe('what is written for the office', () => {
  it('stands nowhere that a citizen or another system reads', async () => {
    const copyOf = async () => Buffer.from(await (await citizen.get(`/submissions/status/${vorgangId}/copy.pdf`)).arrayBuffer()) // biome-ignore format: one thought
    const copy = await copyOf()
    await bodyOf(await write(anna, `${SECRET} Noch mehr.`), 200)
    expect((await copyOf()).equals(copy)).toBe(true)
    await bodyOf(await citizen.post(`/submissions/status/${vorgangId}/acts/inspection`, {}), 200)
    const { errands } = await anna.read<{ errands: { id: string }[] }>(at())
    const granted = { untilOn: '2026-12-30' }
    await bodyOf(await anna.post(`${at()}/errands/${errands.at(-1)?.id}`, granted), 200)
    const read = await Promise.all(
      [
        `/submissions/status/${vorgangId}`,
        `/submissions/status/${vorgangId}/inspection`,
        '/submissions/account',
        '/submissions/account/export.json',
      ].map((path) => citizen.get(path)),
    )
    const texts = await Promise.all(read.map((answer) => answer.text()))
    expect(read.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const message = JSON.stringify(await composeMessage(town.ctx, vorgangId, 'submission-received'))
    for (const text of [...texts, message]) {
      expect(text).not.toMatch(/Schwarzwurzel|note-written/)
    }
    expect((await citizen.get(`${at()}/parts/notes`)).status).toBe(403)
  })

  it('is no clear text in the database', async () => {
    const rows = await town.ctx.db.all<{ t: Uint8Array }>('SELECT text_sealed AS t FROM notes')
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.some(({ t }) => Buffer.from(t).includes('Schwarzwurzel'))).toBe(false)
  })
})

describe('POST /api/v1/submissions/vorgaenge/:vorgang/letters', () => {
  it('200 the person reads it, and is told by one mail though it was pressed twice', async () => {
    const send = () => anna.post(`${at()}/letters`, { message: 'Wir melden uns.', seen: '' })
    await bodyOf(await send(), 200)
    await bodyOf(await send(), 200)
    const { letters } = await anna.read<MessagesView>(`${at()}/parts/messages`)
    expect(letters.filter(({ text }) => text === 'Wir melden uns.')).toHaveLength(1)
    expect(await (await citizen.get(`/submissions/status/${vorgangId}`)).text()).toContain('Wir melden uns.')
    const jobs = await town.ctx.db.all(`SELECT 1 FROM jobs WHERE kind = 'mail' AND key LIKE '${vorgangId}:message:%'`)
    expect(jobs).toHaveLength(1)
  })

  it('422 without a text, 404 to another team', async () => {
    expect((await problemOf(await anna.post(`${at()}/letters`, { message: ' ' }))).type).toBe(
      'messages/letter-text-missing',
    )
    const kai = await town.signIn('kai', { roles: ['clerk'], teams: ['kita'] })
    expect((await problemOf(await kai.post(`${at()}/letters`, { message: 'Hallo' }))).status).toBe(404)
  })
})
