import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyJournal } from '../journal/service.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { EakteView, VorgangView } from '../submissions/service-vorgang.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { runEffect } from './service.ts'

const DAY_MS = 86_400_000
const TEAM = { roles: ['clerk'], teams: ['steuern'] } as const
const LEAD = { roles: ['clerk', 'lead'], teams: ['steuern'] } as const
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

type Applied = { readonly citizen: Caller; readonly vorgangId: string }
const applied = async (): Promise<Applied> => {
  const citizen = town.newCaller()
  const { vorgangId } = await apply(citizen, smallPdf('x'))
  await town.tick()
  return { citizen, vorgangId }
}
const anna = (): Promise<Caller> => town.signIn('anna', TEAM)
const bert = (): Promise<Caller> => town.signIn('bert', LEAD)
const view = (clerk: Caller, id: string): Promise<VorgangView> => clerk.read(`/submissions/vorgaenge/${id}`)
const status = (citizen: Caller, id: string): Promise<StatusView> => citizen.read(`/submissions/status/${id}`)
const take = (clerk: Caller, id: string): Promise<Response> => clerk.post(`/postboxes/items/${id}/take`)
const complete = async (clerk: Caller, id: string, body: Record<string, unknown>): Promise<Response> => {
  const { task } = await view(clerk, id)
  return await clerk.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body)
}
const must = async (answer: Promise<Response> | Response): Promise<void> => {
  await bodyOf(await answer, 200)
}
/** A Vorgang with a decision that waits for the second person, who has taken it. */
async function decided(outcome: Record<string, unknown> = { outcome: 'approve' }) {
  const { citizen, vorgangId } = await applied()
  const [first, second] = [await anna(), await bert()]
  await must(take(first, vorgangId))
  await must(complete(first, vorgangId, outcome))
  await must(take(second, vorgangId))
  return { citizen, vorgangId, first, second, hash: (await view(second, vorgangId)).decision?.hash ?? '' }
}
const entries = async (vorgangId: string, type: string): Promise<readonly Record<string, unknown>[]> => {
  const rows = await town.ctx.db.all<{ entry: string }>(
    `SELECT entry FROM journal_entries WHERE type = '${type}' AND eakte_id = (SELECT eakte_id FROM vorgaenge WHERE id = '${vorgangId}') ORDER BY seq`,
  )
  return rows.map(({ entry }) => JSON.parse(entry) as Record<string, unknown>)
}

describe('GET /postboxes', () => {
  it('200 lists the postboxes of the team with counts that follow the items', async () => {
    const clerk = await anna()
    const open = async (): Promise<{ open: number; waiting: number } | undefined> =>
      (await clerk.read<{ postboxes: { id: string; open: number; waiting: number }[] }>('/postboxes')).postboxes[0]
    const before = (await open())?.open ?? 0
    await applied()
    expect(await open()).toMatchObject({ id: 'steuern', open: before + 1, waiting: 0 })
  })

  it('404 for the postbox of another team, 401 for the public, 403 for a citizen', async () => {
    const { citizen } = await applied()
    const other = await town.signIn('olga', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await other.get('/postboxes/steuern/items')).status).toBe(404)
    expect((await town.newCaller().get('/postboxes/steuern/items')).status).toBe(401)
    expect((await citizen.get('/postboxes/steuern/items')).status).toBe(403)
  })

  it('a right that the provider took away counts no more with the next request', async () => {
    const clerk = await town.signIn('rita', TEAM)
    expect((await clerk.get('/postboxes/steuern/items')).status).toBe(200)
    town.setRights('rita', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await clerk.get('/postboxes/steuern/items')).status).toBe(404)
    town.setRights('rita', null)
    expect((await clerk.get('/postboxes/steuern/items')).status).toBe(401)
  })
})

describe('POST /postboxes/items/:item/take', () => {
  it('200 takes an open item, also twice; the journal has it once', async () => {
    const { vorgangId } = await applied()
    const clerk = await anna()
    await must(take(clerk, vorgangId))
    await must(take(clerk, vorgangId))
    expect((await view(clerk, vorgangId)).assignee).toEqual({ name: 'anna', isMe: true, isStoodIn: false })
    expect((await entries(vorgangId, 'item-taken')).length).toBe(1)
    const mine = await clerk.read<ItemList>('/postboxes/steuern/items?view=mine')
    expect(mine.items.some((item) => item.vorgangId === vorgangId && item.isMine)).toBe(true)
  })

  it('a double click takes it once, and is no refusal', async () => {
    const { vorgangId } = await applied()
    const clerk = await anna()
    const answers = await Promise.all(Array.from({ length: 5 }, () => take(clerk, vorgangId)))
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200])
    expect((await entries(vorgangId, 'item-taken')).length).toBe(1)
  })

  it('gives it to exactly one of two who take it at once', async () => {
    const { vorgangId } = await applied()
    const answers = await Promise.all([take(await anna(), vorgangId), take(await bert(), vorgangId)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409])
  })

  it('409 when somebody else took it, and when it is given back by somebody else', async () => {
    const { vorgangId } = await applied()
    await must(take(await anna(), vorgangId))
    expect(await problemOf(await take(await bert(), vorgangId))).toMatchObject({ type: 'postboxes/item-taken' })
    const back = await (await bert()).post(`/postboxes/items/${vorgangId}/return`)
    expect(await problemOf(back)).toMatchObject({ status: 409, type: 'postboxes/item-not-yours' })
    await must((await anna()).post(`/postboxes/items/${vorgangId}/return`))
    await must(take(await bert(), vorgangId))
  })

  it('404 for another team, the same as for one that does not exist', async () => {
    const { vorgangId } = await applied()
    const other = await town.signIn('olga', { roles: ['clerk'], teams: ['ordnung'] })
    const missing = '01990000-0000-7000-8000-000000000000'
    for (const ask of [
      (id: string) => take(other, id),
      (id: string) => other.get(`/submissions/vorgaenge/${id}`),
      (id: string) => other.get(`/submissions/vorgaenge/${id}/notice-preview.pdf`),
      (id: string) => other.get(`/submissions/documents/${id}`),
      (id: string) => other.get(`/submissions/eakten/${id}`),
      (id: string) => other.post(`/workflow/vorgaenge/${id}/tasks/${id}/complete`, { outcome: 'approve' }),
    ]) {
      const [foreign, unknown] = [await problemOf(await ask(vorgangId)), await problemOf(await ask(missing))]
      expect(foreign).toEqual(unknown)
      expect(foreign.status).toBe(404)
    }
  })
})

describe('documents of a Vorgang', () => {
  it('open for its team, are missing for another one', async () => {
    const { vorgangId } = await applied()
    const clerk = await anna()
    const { documents, eakteId } = await view(clerk, vorgangId)
    expect(documents.map((document) => document.kind).sort()).toEqual(['attachment', 'submission'])
    const other = await town.signIn('olga', { roles: ['clerk'], teams: ['ordnung'] })
    for (const { id } of documents) {
      expect((await clerk.get(`/submissions/documents/${id}`)).headers.get('content-disposition')).toMatch(/^inline/)
      expect(await problemOf(await other.get(`/submissions/documents/${id}`))).toMatchObject({
        status: 404,
        type: 'documents/missing',
      })
    }
    const eakte = await clerk.read<EakteView>(`/submissions/eakten/${eakteId}`)
    expect(eakte).toMatchObject({ aktenzeichen: expect.stringMatching(/^HU 2026\/\d{5}$/), state: 'open' })
    expect((await other.get(`/submissions/eakten/${eakteId}`)).status).toBe(404)
  })
})

describe('a request for information', () => {
  const ask = { outcome: 'request-information', message: 'Bitte den Impfpass.', dueOn: '2026-12-15' }
  const asked = async () => {
    const { citizen, vorgangId } = await applied()
    const clerk = await anna()
    await must(take(clerk, vorgangId))
    await must(complete(clerk, vorgangId, ask))
    await town.tick()
    const { requests } = await status(citizen, vorgangId)
    return { citizen, vorgangId, clerk, requestId: requests[0]?.id ?? '' }
  }

  it('waits for the citizen until the day the clerk named, tells them by mail, and is shown on their page', async () => {
    const before = town.mails.length
    const { citizen, vorgangId, clerk } = await asked()
    expect(town.mails.length).toBe(before + 2)
    expect((await view(clerk, vorgangId)).itemState).toBe('waiting')
    const { requests, dueOn, state } = await status(citizen, vorgangId)
    expect(requests).toMatchObject([{ text: 'Bitte den Impfpass.', dueOn: '2026-12-15', state: 'open', answer: null }])
    expect(dueOn).toBe('2026-12-15')
    expect(state?.text.turn).toBe('citizen')
    const waiting = await clerk.read<ItemList>('/postboxes/steuern/items?view=waiting')
    expect(waiting.items.find((item) => item.vorgangId === vorgangId)).toMatchObject({
      dueOn: '2026-12-15',
      next: { kind: 'wait', waitsFor: 'answer' },
    })
    expect((await view(clerk, vorgangId)).waitsFor).toBe('answer')
  })

  it.each([
    ['without a text', { ...ask, message: '   ' }],
    ['without a day', { outcome: 'request-information', message: 'x' }],
    ['for today', { ...ask, dueOn: '2026-11-24' }],
    ['for a day that does not exist', { ...ask, dueOn: '2027-02-30' }],
    ['for a day in ten years', { ...ask, dueOn: '2036-12-15' }],
  ])('422 %s', async (_what, body) => {
    const { vorgangId } = await applied()
    const clerk = await anna()
    await must(take(clerk, vorgangId))
    expect((await problemOf(await complete(clerk, vorgangId, body))).status).toBe(422)
    expect((await view(clerk, vorgangId)).itemState).toBe('open')
  })

  it('its answer, sent twice at once and once more, is one answer and brings the Vorgang back to the same clerk', async () => {
    const { citizen, vorgangId, clerk, requestId } = await asked()
    const path = `/submissions/status/${vorgangId}/requests/${requestId}`
    const form = (): FormData => {
      const data = new FormData()
      data.append('text', 'Hier ist er.\r\nGruß')
      data.append('files', new Blob([Buffer.from(smallPdf('pass'))]), 'pass.pdf')
      return data
    }
    const both = await Promise.all([citizen.form(path, form()), citizen.form(path, form())])
    const third = await citizen.form(path, form())
    expect([...both, third].map((answer) => answer.status)).toEqual([303, 303, 303])
    const { requests, documents } = await status(citizen, vorgangId)
    expect(requests[0]).toMatchObject({ state: 'answered', answer: { text: 'Hier ist er.\nGruß' } })
    expect(documents.filter((document) => document.kind === 'answer-attachment').length).toBe(1)
    const after = await view(clerk, vorgangId)
    expect(after).toMatchObject({ itemState: 'open', assignee: { isMe: true }, task: { node: 'check', isMine: true } })
    expect((await entries(vorgangId, 'information-answered')).length).toBe(1)
    const blobs = await town.ctx.db.get<{ n: number }>('SELECT count(*) AS n FROM blobs')
    expect((await Array.fromAsync(town.ctx.blobs.list())).length).toBe(blobs.n)
    const other = await citizen.form(path, { text: 'Etwas anderes' })
    expect(await problemOf(other)).toMatchObject({ status: 409, type: 'messages/request-answered' })
  })

  it('422 for an answer that says nothing or brings a file that is refused; nothing is kept', async () => {
    const { citizen, vorgangId, requestId } = await asked()
    const path = `/submissions/status/${vorgangId}/requests/${requestId}`
    const before = (await Array.fromAsync(town.ctx.blobs.list())).length
    expect((await citizen.form(path, { text: '  ' })).headers.get('location')).toBe(`/status/${vorgangId}#fehler`)
    expect(await problemOf(await citizen.post(path, { text: '  ' }))).toMatchObject({ type: 'messages/answer-empty' })
    const form = new FormData()
    form.append('files', new Blob([Buffer.from(smallPdf('good'))]), 'gut.pdf')
    form.append('files', new Blob(['MZ']), 'start.exe')
    expect((await citizen.form(path, form)).headers.get('location')).toBe(`/status/${vorgangId}#fehler`)
    expect(await problemOf(await citizen.post(path, { text: { not: 'text' } }))).toMatchObject({ status: 422 })
    expect((await Array.fromAsync(town.ctx.blobs.list())).length).toBe(before)
    expect((await status(citizen, vorgangId)).requests[0]?.state).toBe('open')
  })

  it('404 for a request of another Vorgang', async () => {
    const one = await asked()
    const two = await asked()
    const path = `/submissions/status/${one.vorgangId}/requests/${two.requestId}`
    expect(await problemOf(await one.citizen.form(path, { text: 'x' }))).toMatchObject({
      type: 'messages/request-missing',
    })
  })

  it('reminds once when the time is over; a timer that comes late changes nothing', async () => {
    const own = await asked()
    const timer = await town.ctx.db.get<{ id: string; due_at_ms: number }>(
      `SELECT id, due_at_ms FROM jobs WHERE kind = 'timer' AND key LIKE '${own.vorgangId}%'`,
    )
    await own.citizen.form(`/submissions/status/${own.vorgangId}/requests/${own.requestId}`, { text: 'Da.' })
    const state = () =>
      town.ctx.db.get(`SELECT state, version FROM process_instances WHERE vorgang_id = '${own.vorgangId}'`)
    const before = await state()
    await town.ctx.write({ statements: [{ sql: "UPDATE jobs SET state = 'open' WHERE id = ?", args: [timer.id] }] })
    const mails = town.mails.length
    town.clock.set(timer.due_at_ms + 1)
    await town.tick()
    expect(await state()).toEqual(before)
    expect(town.mails.slice(mails).filter((mail) => mail.messageId.includes(own.vorgangId))).toEqual([])
    const job = await town.ctx.db.get(`SELECT state FROM jobs WHERE id = '${timer.id}'`)
    expect(job).toEqual({ state: 'done' })
  })
})

describe('POST /workflow/vorgaenge/:vorgang/tasks/:task/complete', () => {
  it('409 for a task that the person did not take', async () => {
    const { vorgangId } = await applied()
    const answer = await complete(await anna(), vorgangId, { outcome: 'approve' })
    expect(await problemOf(answer)).toMatchObject({ status: 409, type: 'workflow/not-your-task' })
  })

  it.each([
    [{ outcome: 'refuse' }, 'notices/reasons-missing'],
    [{ outcome: 'sign' }, 'workflow/outcome-unknown'],
    [{ outcome: 'gibt-es-nicht' }, 'workflow/outcome-unknown'],
    [{ outcome: 'toString' }, 'workflow/outcome-unknown'],
    [{ outcome: 'approve', more: 'x' }, 'http/invalid-input'],
  ])('422 for %j', async (body, type) => {
    const { vorgangId } = await applied()
    const clerk = await anna()
    await must(take(clerk, vorgangId))
    expect(await problemOf(await complete(clerk, vorgangId, body))).toMatchObject({ status: 422, type })
    expect((await view(clerk, vorgangId)).decision).toBeNull()
  })

  it('pressed 20 times at once it decides once; with another outcome it is refused', async () => {
    const { vorgangId } = await applied()
    const clerk = await anna()
    await must(take(clerk, vorgangId))
    const { task } = await view(clerk, vorgangId)
    const press = (body: Record<string, unknown>): Promise<Response> =>
      clerk.post(`/workflow/vorgaenge/${vorgangId}/tasks/${task?.id}/complete`, body)
    const answers = await Promise.all(Array.from({ length: 20 }, () => press({ outcome: 'approve', reasons: 'Klar.' })))
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200))
    expect((await entries(vorgangId, 'decision-drafted')).length).toBe(1)
    expect((await entries(vorgangId, 'task-completed')).length).toBe(1)
    expect(
      await problemOf(await press({ outcome: 'refuse', reasons: 'Doch nicht.', hearing: 'no-interference' })),
    ).toMatchObject({
      status: 409,
      type: 'workflow/task-done',
    })
    await town.ctx.write({ statements: [{ sql: "DELETE FROM idempotency WHERE key LIKE 'task|%'", args: [] }] })
    expect((await press({ outcome: 'approve', reasons: 'Klar.' })).status).toBe(409)
    const records = await town.ctx.db.all("SELECT * FROM idempotency WHERE fingerprint LIKE '%Klar%'")
    expect(records).toEqual([])
  })
})

describe('co-signing', () => {
  it('is refused to whoever drafted, also as lead, and to a clerk without the right', async () => {
    const { vorgangId } = await applied()
    const lead = await bert()
    await must(take(lead, vorgangId))
    await must(complete(lead, vorgangId, { outcome: 'approve' }))
    expect(await problemOf(await take(lead, vorgangId))).toMatchObject({ status: 409, type: 'workflow/same-person' })
    const { decision, task, assignee } = await view(lead, vorgangId)
    expect(assignee).toBeNull()
    expect(task?.mayComplete).toBe(false)
    const answer = await complete(lead, vorgangId, { outcome: 'sign', decisionHash: decision?.hash })
    expect(await problemOf(answer)).toMatchObject({ status: 409, type: 'workflow/same-person' })
    const clerk = await anna()
    const refused = { status: 403, type: 'workflow/not-a-co-signer' }
    expect(await problemOf(await take(clerk, vorgangId))).toMatchObject(refused)
    const second = await complete(clerk, vorgangId, { outcome: 'sign', decisionHash: decision?.hash })
    expect(await problemOf(second)).toMatchObject(refused)
    expect((await view(clerk, vorgangId)).decision?.state).toBe('drafted')
  })

  it('is not offered in the postbox to whoever drafted, and is to another', async () => {
    const { vorgangId } = await applied()
    const lead = await bert()
    const offered = async (who: Caller): Promise<boolean | undefined> =>
      (await who.read<ItemList>('/postboxes/steuern/items?view=team')).items.find((one) => one.vorgangId === vorgangId)
        ?.mayTake
    expect(await offered(lead)).toBe(true)
    await must(take(lead, vorgangId))
    expect(await offered(lead)).toBe(false)
    await must(complete(lead, vorgangId, { outcome: 'approve' }))
    expect(await offered(lead)).toBe(false)
    expect(await offered(await town.signIn('carla', LEAD))).toBe(true)
    // Who has not worked on it is offered it only with the right to sign.
    expect(await offered(await anna())).toBe(false)
    expect(await problemOf(await take(await anna(), vorgangId))).toMatchObject({ type: 'workflow/not-a-co-signer' })
  })

  it('does not fall to a co-signer who drafted the next version', async () => {
    const { vorgangId, second } = await decided()
    await must(complete(second, vorgangId, { outcome: 'return', comment: 'Bitte anders.' }))
    await must((await anna()).post(`/postboxes/items/${vorgangId}/return`))
    await must(take(second, vorgangId))
    await must(complete(second, vorgangId, { outcome: 'approve' }))
    expect((await view(second, vorgangId)).assignee).toBeNull()
    expect(await problemOf(await take(second, vorgangId))).toMatchObject({ type: 'workflow/same-person' })
  })

  it('409 for another decision than the one that was seen', async () => {
    const { vorgangId, second } = await decided()
    for (const decisionHash of ['0'.repeat(64), undefined]) {
      const answer = await complete(second, vorgangId, { outcome: 'sign', decisionHash })
      expect(await problemOf(answer)).toMatchObject({ status: 409, type: 'notices/decision-changed' })
    }
  })

  it('returns it with a comment to the same clerk; the words of before cannot be signed any more', async () => {
    const { vorgangId, first, second, hash } = await decided({ outcome: 'approve', reasons: 'Alt.' })
    expect((await problemOf(await complete(second, vorgangId, { outcome: 'return' }))).status).toBe(422)
    await must(complete(second, vorgangId, { outcome: 'return', comment: 'Bitte die Satzung nennen.' }))
    expect(await view(first, vorgangId)).toMatchObject({
      assignee: { isMe: true },
      task: { node: 'check' },
      decision: { state: 'returned', comment: 'Bitte die Satzung nennen.' },
    })
    await must(complete(first, vorgangId, { outcome: 'refuse', reasons: 'Neu.', hearing: 'no-interference' }))
    expect((await view(second, vorgangId)).assignee?.isMe).toBe(true)
    const old = await complete(second, vorgangId, { outcome: 'sign', decisionHash: hash })
    expect(await problemOf(old)).toMatchObject({ type: 'notices/decision-changed' })
    const now = (await view(second, vorgangId)).decision
    expect(now).toMatchObject({ outcome: 'refused', reasons: 'Neu.', state: 'drafted', draftedBy: 'anna' })
    await must(complete(second, vorgangId, { outcome: 'sign', decisionHash: now?.hash }))
  })
})

describe('the notice', () => {
  const issued = async () => {
    const made = await decided()
    await must(complete(made.second, made.vorgangId, { outcome: 'sign', decisionHash: made.hash }))
    await town.tick()
    const { notices } = await status(made.citizen, made.vorgangId)
    return { ...made, noticeId: notices[0]?.id ?? '' }
  }

  it('is issued once, ends the Vorgang, sets retention, and is told by mail', async () => {
    const { citizen, vorgangId, first } = await issued()
    expect((await status(citizen, vorgangId)).notices.length).toBe(1)
    const vorgang = await view(first, vorgangId)
    expect(vorgang).toMatchObject({ itemState: 'done', task: null, notices: [{ firstReadAtMs: null }] })
    const eakte = await first.read<EakteView>(`/submissions/eakten/${vorgang.eakteId}`)
    expect(eakte).toMatchObject({
      state: 'closed',
      retainUntilOn: '2036-12-31',
      vorgaenge: [{ state: expect.any(String) }],
    })
    expect((await entries(vorgangId, 'eakte-closed')).length).toBe(1)
    expect(await town.ctx.db.get(`SELECT outcome FROM vorgaenge WHERE id = '${vorgangId}'`)).toEqual({
      outcome: 'approved',
    })
    expect(town.mails.filter((mail) => mail.messageId.startsWith(`<${vorgangId}.notice-ready`)).length).toBe(1)
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('is made once although its job runs again, and again at the same time', async () => {
    const { vorgangId } = await issued()
    const jobs = await town.ctx.db.all<{ id: string; payload: string }>(
      `SELECT id, payload FROM jobs WHERE kind = 'effect' AND key LIKE '${vorgangId}%'`,
    )
    await town.ctx.write({
      statements: jobs.map(({ id }) => ({ sql: "UPDATE jobs SET state = 'open' WHERE id = ?", args: [id] })),
    })
    const [mails, messages] = [town.mails.length, town.messages.length]
    await town.tick()
    const of = (table: string): Promise<{ n: number }> =>
      town.ctx.db.get(`SELECT count(*) AS n FROM ${table} WHERE vorgang_id = '${vorgangId}'`)
    expect([await of('notices'), await of('deliveries')]).toEqual([{ n: 1 }, { n: 1 }])
    expect((await entries(vorgangId, 'notice-issued')).length).toBe(1)
    expect((await entries(vorgangId, 'eakte-closed')).length).toBe(1)
    expect([town.mails.length, town.messages.length]).toEqual([mails, messages])
    const create = jobs.find(({ payload }) => payload.includes('create-document'))
    const job = {
      id: 'x',
      kind: 'effect',
      key: 'x',
      attempt: 1,
      isLastAttempt: false,
      signal: AbortSignal.timeout(1000),
    }
    const again = await runEffect(town.ctx, { ...job, payload: JSON.parse(create?.payload ?? '') })
    expect(JSON.stringify(again)).not.toContain('INSERT INTO notices')
  })

  it('is what the preview showed, but for the signature', async () => {
    const { second, vorgangId } = await decided()
    const preview = await second.get(`/submissions/vorgaenge/${vorgangId}/notice-preview.pdf`)
    expect(
      Buffer.from(await preview.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })

  it('opens for its citizen and nobody else; the first opening is recorded, and no more than one a day', async () => {
    const { citizen, vorgangId, noticeId, first } = await issued()
    const open = (caller: Caller, headers = {}): Promise<Response> => caller.get(`/notices/${noticeId}/pdf`, headers)
    const other = town.newCaller()
    await apply(other)
    expect((await open(other)).status).toBe(404)
    expect((await open(first)).status).toBe(403)
    expect((await view(first, vorgangId)).notices[0]?.firstReadAtMs).toBeNull()
    const answer = await open(citizen)
    expect(answer.headers.get('content-type')).toBe('application/pdf')
    expect((await open(citizen, { range: 'bytes=0-99' })).status).toBe(206)
    await open(citizen)
    expect((await entries(vorgangId, 'notice-retrieved')).length).toBe(1)
    expect((await view(first, vorgangId)).notices[0]?.firstReadAtMs).toBe(town.clock.now())
    const viaDocuments = await first.get(
      `/submissions/documents/${(await view(first, vorgangId)).notices[0]?.documentId}`,
    )
    expect(viaDocuments.status).toBe(200)
  })
})

describe('outbox', () => {
  it('hands a submission over once, signed as the same message with every try', async () => {
    await town.tick()
    town.outside.connector = { kind: 'failed', status: '503' }
    const before = town.messages.length
    const { vorgangId } = await applied()
    expect(town.messages.length).toBe(before + 1)
    town.clock.advance(10 * 60_000)
    await town.tick()
    town.outside.connector = { kind: 'accepted' }
    town.clock.advance(10 * 60_000)
    await town.tick()
    town.clock.advance(DAY_MS)
    await town.tick()
    const sent = town.messages.slice(before)
    expect(sent.length).toBe(3)
    expect(new Set(sent.map((message) => message.id)).size).toBe(1)
    expect(new Set(sent.map((message) => message.body)).size).toBe(1)
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ type: 'submission-received', outcome: null })
    expect((await view(await anna(), vorgangId)).deliveries).toMatchObject([{ state: 'delivered', attempts: 3 }])
    expect((await entries(vorgangId, 'delivered')).length).toBe(1)
  })

  it('a message that is refused is not tried again, and a clerk sees it', async () => {
    await town.tick()
    town.outside.connector = { kind: 'refused', status: '422' }
    const before = town.messages.length
    const { vorgangId } = await applied()
    town.clock.advance(DAY_MS)
    await town.tick()
    town.outside.connector = { kind: 'accepted' }
    expect(town.messages.length).toBe(before + 1)
    const { deliveries } = await view(await anna(), vorgangId)
    expect(deliveries).toMatchObject([{ state: 'failed', lastStatus: '422', attempts: 1 }])
    expect((await entries(vorgangId, 'delivery-failed')).length).toBe(1)
  })

  it('gives up after the tries that the connector allows, says so in the journal, and can be opened again', async () => {
    town.outside.connector = 'not-configured'
    const { vorgangId } = await applied()
    for (let tries = 0; tries < 24; tries += 1) {
      town.clock.advance(8 * 3_600_000)
      await town.tick()
    }
    const { deliveries } = await view(await anna(), vorgangId)
    expect(deliveries).toMatchObject([{ state: 'failed', lastStatus: 'not-configured', attempts: 20 }])
    expect((await entries(vorgangId, 'delivery-failed')).length).toBe(1)
    town.outside.connector = { kind: 'accepted' }
    await town.ctx.write({
      statements: [
        {
          sql: "UPDATE jobs SET state = 'open', attempts = 0 WHERE kind = 'deliver' AND key LIKE ?",
          args: [`${vorgangId}%`],
        },
      ],
    })
    await town.tick()
    expect((await view(await anna(), vorgangId)).deliveries).toMatchObject([{ state: 'delivered' }])
  })

  it('a mail that is not taken is tried again with the same id; one that is refused is noted', async () => {
    const before = town.mails.length
    town.outside.mail = 451
    const { vorgangId } = await applied()
    town.outside.mail = 'taken'
    town.clock.advance(10 * 60_000)
    await town.tick()
    const mails = town.mails.slice(before)
    expect(mails.length).toBe(2)
    expect(mails[0]?.messageId).toBe(mails[1]?.messageId)
    expect((await entries(vorgangId, 'mail-sent')).length).toBe(1)
    town.outside.mail = 550
    const other = await applied()
    town.outside.mail = 'taken'
    town.clock.advance(DAY_MS)
    await town.tick()
    expect((await entries(other.vorgangId, 'mail-refused')).length).toBe(1)
    expect((await entries(other.vorgangId, 'mail-sent')).length).toBe(0)
  })
})
