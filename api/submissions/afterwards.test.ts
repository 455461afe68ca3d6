import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { ANSWERS, apply, bodyOf, DRAFTS, sendStep, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ActPage, InspectionView } from './service-act-view.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

const DAY_MS = 86_400_000
const TEAM = { roles: ['clerk'], teams: ['steuern'] } as const
let town: Town
let clerk: Caller
let lead: Caller
beforeAll(async () => {
  town = await openTown()
  clerk = await town.signIn('anna', TEAM)
  lead = await town.signIn('lena', { roles: ['clerk', 'lead'], teams: ['steuern'] })
})
afterAll(() => town.close())

type Applied = { readonly citizen: Caller; readonly id: string }
async function applied(): Promise<Applied> {
  const citizen = town.newCaller()
  const { vorgangId } = await apply(citizen, smallPdf('x'))
  await town.tick()
  return { citizen, id: vorgangId }
}
const status = ({ citizen, id }: Applied): Promise<StatusView> => citizen.read(`/submissions/status/${id}`)
const view = (id: string, who = clerk): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const actPath = (id: string, act: string): string => `/submissions/status/${id}/acts/${act}`
const page = ({ citizen, id }: Applied, act: string, about = ''): Promise<ActPage> =>
  citizen.read(`${actPath(id, act)}?about=${about}`)
const perform = ({ citizen, id }: Applied, act: string, body: object = {}): Promise<Response> =>
  citizen.post(actPath(id, act), body)
const must = async <T = { vorgangId: string; page: string }>(answer: Promise<Response>): Promise<T> =>
  await bodyOf<T>(await answer, 200)
const offered = async (of: Applied): Promise<readonly string[]> => (await status(of)).acts.map(({ act }) => act)
const finish = (id: string, errandId: string, body: object = {}, who = clerk): Promise<Response> =>
  who.post(`/submissions/vorgaenge/${id}/errands/${errandId}`, body)
const errandOf = async (id: string, kind: string) => {
  const found = (await view(id)).errands.find((errand) => errand.kind === kind)
  if (found === undefined) {
    throw new Error(`no errand ${kind}`)
  }
  return found
}
const complete = async (who: Caller, id: string, body: object): Promise<void> => {
  await who.post(`/postboxes/items/${id}/take`)
  const { task } = await view(id, who)
  await must(who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body))
  await town.tick()
}
async function decided(outcome: object = { outcome: 'approve' }): Promise<Applied & { noticeId: string }> {
  const of = await applied()
  await complete(clerk, of.id, outcome)
  await complete(lead, of.id, { outcome: 'sign', decisionHash: (await view(of.id, lead)).decision?.hash })
  const [notice] = (await status(of)).notices
  return { ...of, noticeId: notice?.id ?? '' }
}
const item = async (id: string) => {
  const lists = await Promise.all(
    ['team', 'waiting', 'done'].map((name) => clerk.read<ItemList>(`/postboxes/steuern/items?view=${name}`)),
  )
  return lists.flatMap(({ items }) => items).find(({ vorgangId }) => vorgangId === id)
}
const mailsAfter = async (count: number): Promise<readonly string[]> => {
  await town.tick()
  return town.mails.slice(count).map(({ subject }) => subject)
}

describe('POST /status/:vorgang/acts/withdraw', () => {
  it('200 ends the process, tells the person and the clerk, and nothing else can be decided', async () => {
    const of = await applied()
    expect((await page(of, 'withdraw')).consequences.length).toBeGreaterThan(2)
    const before = town.mails.length
    await must(perform(of, 'withdraw', { confirmed: 'yes', reason: 'Der Hund ist weg.' }))
    const { state, events, acts } = await status(of)
    expect(state).toMatchObject({ node: 'withdrawn', text: { turn: 'nobody' } })
    expect(events.at(-1)).toMatchObject({ type: 'act-received', kind: 'withdrawal' })
    expect(acts.map(({ act }) => act)).not.toContain('withdraw')
    expect(await mailsAfter(before)).toEqual([expect.stringContaining('Rücknahme eingegangen')])
    const seen = await view(of.id)
    expect(seen).toMatchObject({ task: null, canReopen: true, sent: [{ kind: 'withdrawal' }] })
    expect(seen.sent[0]?.texts['reason']).toBe('Der Hund ist weg.')
    expect(await item(of.id)).toMatchObject({ state: 'open', isNew: 1 })
  })

  it('closes the eAkte when the clerk has seen it, and leaves the open list', async () => {
    const of = await applied()
    await must(perform(of, 'withdraw', { confirmed: 'yes' }))
    const { id } = await errandOf(of.id, 'withdraw')
    await must(finish(of.id, id))
    await must(finish(of.id, id))
    expect(await item(of.id)).toMatchObject({ state: 'done', isNew: 0 })
    const { eakteId } = await view(of.id)
    expect(await clerk.read(`/submissions/eakten/${eakteId}`)).toMatchObject({ state: 'closed' })
  })

  it('422 to a program without confirmation; to a person the page shows what is missing and keeps what was typed', async () => {
    const of = await applied()
    const refused = await problemOf(await perform(of, 'withdraw', { reason: 'weg' }))
    expect(refused).toMatchObject({ status: 422, type: 'submissions/act-invalid', errors: [{ pointer: '/confirmed' }] })
    const answer = await of.citizen.form(actPath(of.id, 'withdraw'), { reason: 'weg', version: '0' })
    expect(answer.headers.get('location')).toBe(`/status/${of.id}/zuruecknehmen#fehler`)
    const shown = await page(of, 'withdraw')
    expect(shown).toMatchObject({
      version: 1,
      typed: { reason: 'weg' },
      issues: [{ name: 'confirmed', type: 'missing' }],
    })
    expect((await status(of)).state?.node).toBe('check')
  })

  it('is one act when it is pressed five times at once, and leads to the same page afterwards', async () => {
    const of = await applied()
    const press = () => of.citizen.form(actPath(of.id, 'withdraw'), { confirmed: 'yes', version: '0' })
    const answers = await Promise.all(Array.from({ length: 5 }, press))
    const late = await press()
    expect([...answers, late].map((answer) => answer.headers.get('location'))).toEqual(
      Array.from({ length: 6 }, () => `/status/${of.id}?erledigt=zuruecknehmen`),
    )
    expect((await view(of.id)).sent).toHaveLength(1)
  })

  it('409 once decided, and for whatever else is not possible then: a forged post is refused', async () => {
    const of = await decided()
    for (const [act, body] of [
      ['withdraw', { confirmed: 'yes' }],
      ['correct', {}],
      ['document', { what: 'x' }],
      ['contact-code', { code: 'AAAA' }],
    ] as const) {
      expect(await problemOf(await perform(of, act, body))).toMatchObject({
        status: 409,
        type: 'submissions/act-impossible',
      })
    }
  })

  it('wins or loses against a decision made at the same moment, never both', async () => {
    const of = await applied()
    await clerk.post(`/postboxes/items/${of.id}/take`)
    const { task } = await view(of.id)
    await Promise.all([
      perform(of, 'withdraw', { confirmed: 'yes' }),
      clerk.post(`/workflow/vorgaenge/${of.id}/tasks/${task?.id}/complete`, { outcome: 'approve' }),
    ])
    await town.tick()
    expect((await status(of)).state?.node).toBe('withdrawn')
    expect((await status(of)).notices).toEqual([])
  })
})

describe('POST /status/:vorgang/acts/call, help, document', () => {
  it('200 becomes something to do with a day, flagged as new, ticked off with a message that the person reads', async () => {
    const of = await applied()
    await must(perform(of, 'call', { phone: '0355 612 2000', 'times-morning': 'yes' }))
    expect(await item(of.id)).toMatchObject({ isNew: 1, state: 'open' })
    expect((await view(of.id)).sent[0]).toMatchObject({
      kind: 'call',
      choices: ['morning'],
      texts: { phone: '0355 612 2000' },
    })
    const errand = await errandOf(of.id, 'call')
    expect(errand).toMatchObject({ state: 'open', dueOn: '2026-11-26' })
    expect(await offered(of)).not.toContain('call')
    expect(await problemOf(await perform(of, 'call', { phone: '0355 612 2000' }))).toMatchObject({ status: 409 })
    const before = town.mails.length
    await must(finish(of.id, errand.id, { message: 'Wir haben Sie erreicht.' }))
    expect(await mailsAfter(before)).toEqual([expect.stringContaining('Eine Nachricht für Sie')])
    expect((await status(of)).letters).toMatchObject([{ text: 'Wir haben Sie erreicht.' }])
    expect(await item(of.id)).toMatchObject({ isNew: 0, state: 'open' })
    expect(await offered(of)).toContain('call')
  })

  it('200 keeps a document in the eAkte under the name the person gave it', async () => {
    const of = await applied()
    const form = new FormData()
    form.append('what', 'Kaufvertrag')
    form.append('version', '0')
    form.append('file', new File([Buffer.from(smallPdf('later'))], 'scan.pdf'))
    const answer = await of.citizen.form(actPath(of.id, 'document'), form)
    expect(answer.headers.get('location')).toBe(`/status/${of.id}?erledigt=unterlage`)
    expect((await view(of.id)).documents.map(({ title }) => title)).toContain('Kaufvertrag')
    expect(await errandOf(of.id, 'document')).toMatchObject({ state: 'open' })
  })

  it('shows a file that is refused at its place, keeps the text and no bytes', async () => {
    const of = await applied()
    const count = async () => (await town.ctx.db.all<{ n: number }>('SELECT count(*) AS n FROM blobs'))[0]?.n
    const before = await count()
    const form = new FormData()
    form.append('what', 'Foto')
    form.append('file', new File(['<script>'], 'x.pdf'))
    form.append('file', new File([Buffer.from(smallPdf('good'))], 'y.pdf'))
    const answer = await of.citizen.form(actPath(of.id, 'document'), form)
    expect(answer.headers.get('location')).toBe(`/status/${of.id}/unterlage#fehler`)
    const shown = await page(of, 'document')
    expect(shown).toMatchObject({ typed: { what: 'Foto' }, issues: [{ name: 'file', type: 'documents/file-type' }] })
    expect(await count()).toBe(before)
  })

  it('404 to another person and to none, the same as for a Vorgang that is not there', async () => {
    const of = await applied()
    const other = await applied()
    expect((await perform({ ...other, id: of.id }, 'call', { phone: '0355 612 2000' })).status).toBe(404)
    expect((await perform({ ...of, citizen: town.newCaller() }, 'call', {})).status).toBe(401)
    const elsewhere = await town.signIn('olga', { roles: ['clerk'], teams: ['ordnung'] })
    await must(perform(of, 'call', { phone: '0355 612 2000' }))
    const { id } = await errandOf(of.id, 'call')
    expect((await finish(of.id, id, {}, elsewhere)).status).toBe(404)
    expect((await finish(other.id, id)).status).toBe(404)
  })
})

describe('POST /status/:vorgang/acts/contact', () => {
  const codeIn = (): string => /lautet: (\S+)/.exec(town.mails.at(-1)?.text ?? '')?.[1] ?? ''

  it('takes the new address only with the code that went there', async () => {
    const of = await applied()
    await must(perform(of, 'contact', { email: 'neu@beispiel.example' }))
    await town.tick()
    expect(town.mails.at(-1)).toMatchObject({ to: 'neu@beispiel.example' })
    expect(town.mails.at(-1)?.text).not.toContain('CB-2026')
    const code = codeIn()
    const wrong = await problemOf(await perform(of, 'contact-code', { code: 'AAAA-AAAA' }))
    expect(wrong).toMatchObject({ status: 422, errors: [{ pointer: '/code', type: 'act/wrong' }] })
    await must(perform(of, 'help', { 'helps-braille': 'yes' }))
    await must(finish(of.id, (await errandOf(of.id, 'help')).id, { message: 'Gern.' }))
    await town.tick()
    expect(town.mails.at(-1)).toMatchObject({ to: 'mara.lehmann@beispiel.example' })
    await must(perform(of, 'contact-code', { code: code.toLowerCase() }))
    await town.tick()
    expect(town.mails.at(-1)).toMatchObject({
      to: 'neu@beispiel.example',
      subject: expect.stringContaining('geändert'),
    })
    expect((await status(of)).events.at(-1)).toMatchObject({ kind: 'contact' })
    expect(await offered(of)).not.toContain('contact-code')
  })

  it('429 after five wrong codes, also for the right one then', async () => {
    const of = await applied()
    await must(perform(of, 'contact', { email: 'neu@beispiel.example' }))
    await town.tick()
    const code = codeIn()
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await perform(of, 'contact-code', { code: 'AAAA-AAAA' })).status).toBe(422)
    }
    expect(await problemOf(await perform(of, 'contact-code', { code }))).toMatchObject({
      type: 'messages/contact-tries',
    })
  })

  it('sends no more mails when the person wants none', async () => {
    const of = await applied()
    await must(perform(of, 'contact-off', { confirmed: 'yes' }))
    const before = town.mails.length
    await must(perform(of, 'withdraw', { confirmed: 'yes' }))
    expect(await mailsAfter(before)).toEqual([])
  })
})

describe('POST /status/:vorgang/acts/correct', () => {
  async function correcting(of: Applied, change: Record<string, string>): Promise<string> {
    const { page: led } = await must(perform(of, 'correct'))
    const draftId = /antrag\/([^/]+)\/pruefen/.exec(led)?.[1] ?? ''
    for (const step of ['name', 'anschrift']) {
      await sendStep(of.citizen, draftId, step, { ...ANSWERS, ...change })
    }
    return draftId
  }

  it('200 sends the same form again, filled; the clerk sees the difference field by field, the application stays as it was', async () => {
    const of = await applied()
    const draftId = await correcting(of, { '/halter/familienname': 'Nowak', '/halter/anschrift/hausnummer': '14' })
    const sent = await of.citizen.post(`${DRAFTS}/${draftId}/submit`)
    expect(await bodyOf(sent, 201)).toMatchObject({ vorgangId: of.id, isCorrection: true })
    const again = await of.citizen.post(`${DRAFTS}/${draftId}/submit`)
    expect(await bodyOf(again, 201)).toMatchObject({ vorgangId: of.id })
    const seen = await view(of.id)
    expect(seen.sent).toMatchObject([
      {
        kind: 'correction',
        changed: [
          { label: 'Familienname', before: 'Lehmann-Nowak', after: 'Nowak' },
          { label: 'Hausnummer', before: '12 a', after: '14' },
        ],
      },
    ])
    expect(JSON.stringify(seen.answers)).toContain('"Nowak"')
    expect(seen.documents.filter(({ kind }) => kind === 'attachment')).toHaveLength(1)
    expect(await errandOf(of.id, 'correct')).toMatchObject({ state: 'open' })
    expect((await status(of)).events.at(-1)).toMatchObject({ kind: 'correction' })
    const kinds = await town.ctx.db.all<{ kind: string }>(
      `SELECT kind FROM submissions WHERE vorgang_id = '${of.id}' ORDER BY id`,
    )
    expect(kinds.map(({ kind }) => kind)).toEqual(['application', 'correction'])
  })

  it('409 when a decision was drafted meanwhile', async () => {
    const of = await applied()
    const draftId = await correcting(of, { '/halter/familienname': 'Nowak' })
    await complete(clerk, of.id, { outcome: 'approve' })
    expect(await problemOf(await of.citizen.post(`${DRAFTS}/${draftId}/submit`))).toMatchObject({
      status: 409,
      type: 'submissions/act-impossible',
    })
    expect((await view(of.id)).sent).toEqual([])
  })
})

describe('POST /status/:vorgang/acts/object', () => {
  it('200 opens a Vorgang of its own in the same eAkte, with its reference, mail, process and postbox', async () => {
    const of = await decided({ outcome: 'refuse', reasons: 'Die Angaben passen nicht.', hearing: 'no-interference' })
    expect((await of.citizen.get(`/notices/${of.noticeId}/pdf`)).status).toBe(200)
    const [offer] = (await status(of)).acts.filter(({ act }) => act === 'object')
    expect(offer).toMatchObject({
      about: of.noticeId,
      period: { notifiedOn: '2026-11-25', endsOn: '2026-12-28', isOver: false },
    })
    const before = town.mails.length
    const done = await must(perform(of, 'object', { about: of.noticeId, reason: 'Sie passen doch.' }))
    expect(done.vorgangId).not.toBe(of.id)
    expect(await mailsAfter(before)).toEqual([expect.stringContaining('Widerspruch eingegangen')])
    const objection = { citizen: of.citizen, id: done.vorgangId }
    const own = await status(objection)
    expect(own).toMatchObject({ kind: 'objection', state: { node: 'examine' }, related: [{ vorgangId: of.id }] })
    expect((await status(of)).events.map(({ type }) => type)).toContain('objection-opened')
    const seen = await view(done.vorgangId)
    const first = await view(of.id)
    expect(seen).toMatchObject({
      eakteId: first.eakteId,
      kind: 'objection',
      sent: [{ kind: 'objection', choices: [] }],
    })
    expect(seen.answers.length).toBeGreaterThan(0)
    expect(await item(done.vorgangId)).toMatchObject({ step: 'examine', isNew: 1 })
    expect(await problemOf(await perform(of, 'object', { about: of.noticeId }))).toMatchObject({ status: 409 })
    await complete(clerk, done.vorgangId, { outcome: 'remedy', message: 'Wir helfen ab.' })
    expect((await status(objection)).letters).toMatchObject([{ text: 'Wir helfen ab.' }])
    expect(await clerk.read(`/submissions/eakten/${first.eakteId}`)).toMatchObject({ state: 'closed' })
  })

  it('200 for a late one, which is marked for the clerk', async () => {
    const of = await decided()
    await of.citizen.get(`/notices/${of.noticeId}/pdf`)
    const nowMs = town.clock.now()
    try {
      town.clock.set(nowMs + 60 * DAY_MS)
      // Sessions end before such a time: the person signs in again with the code of the page.
      const fresh = await signInAgain(of)
      expect((await page(fresh, 'object', of.noticeId)).period).toMatchObject({ isOver: true })
      const done = await must(perform(fresh, 'object', { about: of.noticeId }))
      clerk = await town.signIn('anna', TEAM)
      expect((await view(done.vorgangId)).sent[0]).toMatchObject({ choices: ['late'] })
    } finally {
      town.clock.set(nowMs)
      clerk = await town.signIn('anna', TEAM)
    }
  })

  async function signInAgain(of: Applied): Promise<Applied> {
    const [code] = await town.ctx.db.all<{ id: string }>(
      `SELECT id FROM access_codes WHERE vorgang_id = '${of.id}' AND used_at_ms IS NULL ORDER BY id DESC LIMIT 1`,
    )
    const { codeText } = await import('../identity/plan.ts')
    const { reference } = (
      await town.ctx.db.all<{ reference: string }>(`SELECT reference FROM vorgaenge WHERE id = '${of.id}'`)
    )[0] ?? { reference: '' }
    const citizen = town.newCaller()
    await must(citizen.post('/submissions/status/sign-in', { reference, code: codeText(town.ctx, code?.id ?? '') }))
    return { citizen, id: of.id }
  }

  it('409 for a notice of another Vorgang', async () => {
    const [one, other] = [await decided(), await decided()]
    expect((await perform(one, 'object', { about: other.noticeId })).status).toBe(409)
  })
})

describe('POST /vorgaenge/:vorgang/reopen', () => {
  it('200 begins again at the first task, tells the person by letter and mail, and can be decided again', async () => {
    const of = await decided()
    const before = town.mails.length
    await must(clerk.post(`/submissions/vorgaenge/${of.id}/reopen`, { message: 'Wir rechnen neu.' }))
    expect(await mailsAfter(before)).toEqual([expect.stringContaining('wieder aufgenommen')])
    const now = await status(of)
    expect(now.state?.node).toBe('check')
    expect(now.events.map(({ type }) => type)).toContain('vorgang-reopened')
    expect(now.letters).toMatchObject([{ text: 'Wir rechnen neu.' }])
    expect(await offered(of)).toEqual(expect.arrayContaining(['withdraw', 'correct', 'object']))
    await complete(clerk, of.id, { outcome: 'refuse', reasons: 'Doch nicht.', hearing: 'no-interference' })
    await complete(lead, of.id, { outcome: 'sign', decisionHash: (await view(of.id, lead)).decision?.hash })
    expect((await status(of)).notices).toHaveLength(2)
  })

  it('409 while it runs, 422 without a reason', async () => {
    const running = await applied()
    const path = (id: string): string => `/submissions/vorgaenge/${id}/reopen`
    expect(await problemOf(await clerk.post(path(running.id), { message: 'x' }))).toMatchObject({
      status: 409,
      type: 'submissions/still-running',
    })
    const of = await decided()
    expect(await problemOf(await clerk.post(path(of.id), { message: ' ' }))).toMatchObject({ status: 422 })
  })
})

describe('file inspection', () => {
  it('shows the eAkte for the stated time, without what is withheld and without names', async () => {
    const of = await applied()
    await must(perform(of, 'inspection', { note: 'Alles.' }))
    const errand = await errandOf(of.id, 'inspection')
    expect(await problemOf(await finish(of.id, errand.id, {}))).toMatchObject({ status: 422 })
    expect(await problemOf(await finish(of.id, errand.id, { untilOn: '2027-11-24' }))).toMatchObject({ status: 422 })
    const [secret, open] = (await view(of.id)).documents
    await must(finish(of.id, errand.id, { untilOn: '2026-12-01', [`withhold-${secret?.id}`]: 'yes' }))
    const shown = await of.citizen.read<InspectionView>(`/submissions/status/${of.id}/inspection`)
    expect(shown).toMatchObject({ untilOn: '2026-12-01', withheld: 1 })
    expect(shown.documents.map(({ id }) => id)).toEqual([open?.id])
    expect(JSON.stringify(shown.journal)).not.toContain('anna')
    const file = (id?: string) => of.citizen.get(`/submissions/status/${of.id}/inspection/${id}`)
    expect((await file(open?.id)).status).toBe(200)
    expect((await file(secret?.id)).status).toBe(404)
    expect(await offered(of)).not.toContain('inspection')
    const nowMs = town.clock.now()
    town.clock.set(nowMs + 8 * DAY_MS)
    expect((await of.citizen.get(`/submissions/status/${of.id}/inspection`)).status).toBe(404)
    town.clock.set(nowMs)
  })

  it('404 where none was granted', async () => {
    const of = await applied()
    expect((await of.citizen.get(`/submissions/status/${of.id}/inspection`)).status).toBe(404)
  })
})

describe('who looked at the file', () => {
  it('is told by role, once a day and person', async () => {
    const of = await applied()
    await view(of.id)
    await Promise.all([view(of.id), view(of.id), view(of.id, lead)])
    expect((await status(of)).reads).toEqual([
      { role: 'clerk', on: '2026-11-24' },
      { role: 'lead', on: '2026-11-24' },
    ])
  })
})

describe('an answer to a question', () => {
  it('is shown at its place when it says nothing, with what was typed kept', async () => {
    const of = await applied()
    await complete(clerk, of.id, { outcome: 'request-information', message: 'Was fehlt?', dueOn: '2026-12-30' })
    const [request] = (await status(of)).requests
    const path = `/submissions/status/${of.id}/requests/${request?.id}`
    const empty = await of.citizen.form(path, { text: ' ' })
    expect(empty.headers.get('location')).toBe(`/status/${of.id}#fehler`)
    expect((await status(of)).requests[0]?.form).toMatchObject({ issues: [{ name: 'text', type: 'missing' }] })
    const form = new FormData()
    form.append('text', 'Hier ist es.')
    form.append('file', new File(['nothing'], 'x.pdf'))
    await of.citizen.form(path, form)
    expect((await status(of)).requests[0]?.form).toMatchObject({
      typed: { text: 'Hier ist es.' },
      issues: [{ name: 'file', type: 'documents/file-type' }],
    })
    await must(of.citizen.post(path, { text: 'Hier ist es.' }))
    expect((await view(of.id)).sent).toMatchObject([{ kind: 'answer', texts: { text: 'Hier ist es.' } }])
  })
})

describe('the journal', () => {
  it('verifies after everything that people did, and holds none of their words', async () => {
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
    const rows = await town.ctx.db.all<{ entry: string }>('SELECT entry FROM journal_entries')
    const all = rows.map(({ entry }) => entry).join('\n')
    for (const word of ['0355 612', 'neu@beispiel', 'Nowak', 'Der Hund ist weg', 'Kaufvertrag']) {
      expect(all).not.toContain(word)
    }
  })
})
