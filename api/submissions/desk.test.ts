import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { JournalPage, VorgangView } from './vorgang-view.ts'

/** A clerk's pages of a Vorgang: each reads what it shows, and a look is noted once a day. */
const DAY_MS = 86_400_000
let town: Town
let anna: Caller
let vorgangId: string
beforeAll(async () => {
  town = await openTown()
  anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  vorgangId = (await apply(town.newCaller(), smallPdf('x'))).vorgangId
  await town.tick()
})
afterAll(() => town.close())

const partOf = <T>(part: string, who = anna): Promise<T> =>
  who.read(`/submissions/vorgaenge/${vorgangId}/parts/${part}`)
const keysOf = async (part: string): Promise<readonly string[]> => {
  const head = Object.keys(await partOf<object>('documents'))
  return Object.keys(await partOf<object>(part)).filter((name) => !head.includes(name) || name === 'documents')
}
const lookedAt = async (): Promise<number> => {
  const { journal } = await anna.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
  return journal.filter(({ type, actor }) => type === 'vorgang-read' && actor === 'anna').length
}

describe('GET /api/v1/submissions/vorgaenge/:vorgang/parts/:part', () => {
  it('200 every part says where the Vorgang is and what is to be done next', async () => {
    const whole = await anna.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
    for (const part of ['overview', 'messages', 'documents', 'people', 'notice', 'course', 'journal']) {
      const { reference, task, dueOn, postbox, assignee } = await partOf<VorgangView>(part)
      expect({ part, reference, task, dueOn, postbox, assignee }).toEqual({
        part,
        reference: whole.reference,
        task: whole.task,
        dueOn: whole.dueOn,
        postbox: whole.postbox,
        assignee: whole.assignee,
      })
    }
  })

  it('200 a page holds its own part alone, and all pages together hold everything', async () => {
    expect((await keysOf('messages')).toSorted()).toEqual(['letters', 'requests', 'sent'])
    expect((await keysOf('journal')).toSorted()).toEqual(['journal', 'next'])
    const overview = await keysOf('overview')
    expect(overview).toContain('answers')
    for (const name of ['journal', 'letters', 'requests', 'notices', 'deliveries']) {
      expect(overview).not.toContain(name)
    }
    const parts = ['overview', 'messages', 'documents', 'people', 'notice', 'course', 'journal']
    const all = new Set((await Promise.all(parts.map((part) => partOf<object>(part)))).flatMap(Object.keys))
    const whole = Object.keys(await anna.read<object>(`/submissions/vorgaenge/${vorgangId}`))
    expect(whole.filter((name) => !all.has(name))).toEqual([])
  })

  it('200 the journal begins with the newest line and goes on with older ones, none twice and none left out', async () => {
    const { journal, next } = await partOf<JournalPage>('journal')
    const seqs = journal.map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => seqs.length - index))
    expect([next, seqs.length > 3]).toEqual([null, true])
    const older = await partOf<JournalPage>('journal?before=3')
    expect([older.journal.map(({ seq }) => seq), older.next]).toEqual([[2, 1], null])
  })

  it('422 for a part that is none and a line that is no number, 404 to another team', async () => {
    const at = `/submissions/vorgaenge/${vorgangId}/parts`
    expect((await problemOf(await anna.get(`${at}/everything`))).status).toBe(422)
    expect((await problemOf(await anna.get(`${at}/journal?before=0`))).status).toBe(422)
    const kai = await town.signIn('kai', { roles: ['clerk'], teams: ['kita'] })
    expect((await problemOf(await kai.get(`${at}/overview`))).status).toBe(404)
  })
})

describe('a look into a Vorgang', () => {
  it('is in the journal before the first answer, once a day and person, whatever pages are read', async () => {
    const berta = await town.signIn('berta', { roles: ['lead'], teams: ['steuern'] })
    const { journal } = await partOf<JournalPage>('journal', berta)
    expect(journal[0]).toMatchObject({ type: 'vorgang-read', actor: 'berta', body: { role: 'lead' } })
    await partOf('overview')
    await partOf('messages')
    expect(await lookedAt()).toBe(1)
    town.clock.advance(DAY_MS)
    await partOf('people', await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] }))
    anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    expect(await lookedAt()).toBe(2)
  })

  it('is noted once also where the process does not remember it, after a restart', async () => {
    const before = await lookedAt()
    const notes = town.ctx.notedReads as { clear?: () => void }
    notes.clear?.()
    await partOf('notice')
    expect(await lookedAt()).toBe(before)
  })
})
