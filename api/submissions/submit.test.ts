import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemOf } from '../testing/caller.ts'
import {
  ANSWERS,
  apply,
  beginDraft,
  bodyOf,
  DRAFTS,
  fillDraft,
  type Submitted,
  sendStep,
  smallPdf,
  submit,
} from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ReceiptPage, ReviewPage } from './service-pages.ts'
import type { StatusView } from './service-status.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

const count = async (table: string, where = '1 = 1'): Promise<number> =>
  (await town.ctx.db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)).n

describe('POST /submissions/drafts/:draft/submit', () => {
  it('201 with the Vorgang; everything of it is there once', async () => {
    const citizen = town.newCaller()
    const { draftId, vorgangId } = await apply(citizen, smallPdf('one'))
    expect(await count('submissions', `draft_id = '${draftId}'`)).toBe(1)
    expect(await count('vorgaenge', `id = '${vorgangId}'`)).toBe(1)
    expect(await count('documents', `vorgang_id = '${vorgangId}'`)).toBe(1)
    expect(await count('process_instances', `vorgang_id = '${vorgangId}'`)).toBe(1)
    expect(await count('tasks', `vorgang_id = '${vorgangId}' AND state = 'open'`)).toBe(1)
    expect(await count('postbox_items', `vorgang_id = '${vorgangId}' AND state = 'open'`)).toBe(1)
    expect(await count('jobs', `key LIKE '${vorgangId}%' AND state = 'open'`)).toBe(3)
    const entries = await town.ctx.db.all<{ type: string }>(
      `SELECT type FROM journal_entries WHERE eakte_id = (SELECT eakte_id FROM vorgaenge WHERE id = '${vorgangId}') ORDER BY seq`,
    )
    expect(entries.map(({ type }) => type)).toEqual([
      'eakte-opened',
      'submission-received',
      'document-added',
      'task-opened',
    ])
    expect(
      await town.ctx.db.get(`SELECT state, length(answers_sealed) AS bytes FROM drafts WHERE id = '${draftId}'`),
    ).toEqual({ state: 'submitted', bytes: 0 })
  })

  it('303 leads a browser to the receipt', async () => {
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen)
    const { version } = await citizen.read<ReviewPage>(`${DRAFTS}/${draftId}/review`)
    const answer = await citizen.form(`${DRAFTS}/${draftId}/submit`, { version: String(version) })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/antrag/${draftId}/eingang`])
    expect(await citizen.read(`${DRAFTS}/${draftId}`)).toEqual({ page: `/antrag/${draftId}/eingang` })
  })

  it('422 names what is missing and sends nothing', async () => {
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen, { until: 'zahlungsart' })
    const problem = await problemOf(await citizen.post(`${DRAFTS}/${draftId}/submit`))
    expect(problem).toMatchObject({ status: 422, type: 'submissions/incomplete' })
    expect(JSON.stringify(problem.errors)).toContain('/zahlung/art')
    expect(await count('submissions', `draft_id = '${draftId}'`)).toBe(0)
    await sendStep(citizen, draftId, 'zahlungsart', { '/zahlung/art': 'bar' })
    expect((await problemOf(await citizen.post(`${DRAFTS}/${draftId}/submit`))).status).toBe(422)
  })

  it('409 when another window changed the answers since the review was shown', async () => {
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen)
    const { version } = await citizen.read<ReviewPage>(`${DRAFTS}/${draftId}/review`)
    await sendStep(citizen, draftId, 'name', { '/halter/vornamen': 'Eine', '/halter/familienname': 'Andere' })
    const answer = await citizen.post(`${DRAFTS}/${draftId}/submit`, { version })
    expect(await problemOf(answer)).toMatchObject({ status: 409, type: 'submissions/changed-meanwhile' })
    expect(await count('submissions', `draft_id = '${draftId}'`)).toBe(0)
    await submit(citizen, draftId)
  })

  it('50 presses at once make one submission and all get the same answer; so does one a week later', async () => {
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen, { file: smallPdf('fifty') })
    const { version } = await citizen.read<ReviewPage>(`${DRAFTS}/${draftId}/review`)
    const [eakten, keys] = [await count('eakten'), await count('access_codes')]
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => citizen.post(`${DRAFTS}/${draftId}/submit`, { version })),
    )
    const bodies = await Promise.all(answers.map((answer) => bodyOf<Submitted>(answer, 201)))
    expect(new Set(bodies.map(({ vorgangId }) => vorgangId)).size).toBe(1)
    expect(await count('submissions', `draft_id = '${draftId}'`)).toBe(1)
    expect(await count('eakten')).toBe(eakten + 1)
    expect(await count('access_codes')).toBe(keys + 1)
    await town.ctx.write({ statements: [{ sql: 'DELETE FROM idempotency', args: [] }] })
    expect(await submit(citizen, draftId)).toEqual(bodies[0])
  })

  it('409 for a page of a draft that was sent in, and its files cannot be changed any more', async () => {
    const citizen = town.newCaller()
    const { draftId } = await apply(citizen)
    const answer = await citizen.post(`${DRAFTS}/${draftId}/steps/name`, ANSWERS)
    expect(await problemOf(answer)).toMatchObject({ status: 409, type: 'submissions/draft-sent' })
    expect((await citizen.get(`${DRAFTS}/${draftId}/review`)).status).toBe(409)
  })

  it('takes another reference where chance makes one that exists', async () => {
    const first = town.newCaller()
    const { vorgangId } = await apply(first)
    const taken = await town.ctx.db.get<{ reference: string }>(
      `SELECT reference FROM vorgaenge WHERE id = '${vorgangId}'`,
    )
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen)
    const { write } = town.ctx
    const state = { tries: 0 }
    Object.assign(town.ctx, {
      write: async (batch: Parameters<typeof write>[0]) => {
        state.tries += batch.numbers?.length ?? 0
        const collide = (args: readonly unknown[]) =>
          args.map((arg) => (typeof arg === 'string' && /^CB-2026-/.test(arg) ? taken.reference : arg))
        const statements = (batch.statements ?? []).map((one) => ({
          ...one,
          args: collide(one.args) as typeof one.args,
        }))
        return await write(state.tries === 1 && batch.numbers?.length === 1 ? { ...batch, statements } : batch)
      },
    })
    await submit(citizen, draftId)
    Object.assign(town.ctx, { write })
    expect(state.tries).toBe(2)
  })
})

describe('64 different drafts on one file plan position', () => {
  // a thousand requests: on a loaded machine they take their time
  it('make 64 eAkten with gapless Aktenzeichen, at most 1.05 tries each', { timeout: 120_000 }, async () => {
    const own = await openTown()
    const ready = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const citizen = own.newCaller()
        return { citizen, draftId: await fillDraft(citizen) }
      }),
    )
    const before = own.ctx.writer.stats()
    const submitted = await Promise.all(ready.map(({ citizen, draftId }) => submit(citizen, draftId)))
    const after = own.ctx.writer.stats()
    expect(new Set(submitted.map(({ vorgangId }) => vorgangId)).size).toBe(64)
    const rows = await own.ctx.db.all<{ aktenzeichen: string }>('SELECT aktenzeichen FROM eakten ORDER BY aktenzeichen')
    expect(rows.map(({ aktenzeichen }) => aktenzeichen)).toEqual(
      Array.from({ length: 64 }, (_, n) => `HU 2026/${String(n + 1).padStart(5, '0')}`),
    )
    const references = await own.ctx.db.all<{ reference: string }>('SELECT DISTINCT reference FROM vorgaenge')
    expect(references.length).toBe(64)
    expect(after.batches - before.batches).toBe(64)
    expect((after.attempts - before.attempts) / 64).toBeLessThanOrEqual(1.05)
    expect(await own.ctx.db.all('SELECT lane, count FROM work_counts')).toEqual([{ lane: 'free', count: 64 }])
    await own.close()
  })
})

describe('GET /submissions/drafts/:draft/receipt', () => {
  it('404 before the draft was sent in, then reference and code', async () => {
    const citizen = town.newCaller()
    const draftId = await fillDraft(citizen)
    expect((await citizen.get(`${DRAFTS}/${draftId}/receipt`)).status).toBe(404)
    const { vorgangId } = await submit(citizen, draftId)
    expect(await citizen.read<ReceiptPage>(`${DRAFTS}/${draftId}/receipt`)).toMatchObject({
      vorgangId,
      reference: expect.stringMatching(/^CB-2026-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/),
      code: expect.stringMatching(/^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/),
      isMailed: true,
    })
  })
})

describe('GET /submissions/status/:vorgang/copy.pdf', () => {
  it('gives the same bytes each time, and they are those of the document in the eAkte', async () => {
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen, smallPdf('copy'))
    const copy = async (): Promise<Buffer> =>
      Buffer.from(await (await citizen.get(`/submissions/status/${vorgangId}/copy.pdf`)).arrayBuffer())
    const first = await copy()
    expect(first.subarray(0, 5).toString()).toBe('%PDF-')
    town.clock.advance(600_000)
    expect((await copy()).equals(first)).toBe(true)
    await town.tick()
    await town.tick()
    const { documents } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    const filed = documents.filter((document) => document.kind === 'submission')
    expect(filed.length).toBe(1)
    const document = await citizen.get(`/submissions/status/${vorgangId}/documents/${filed[0]?.id}`)
    expect(Buffer.from(await document.arrayBuffer()).equals(await copy())).toBe(true)
  })
})

describe('status by reference and code', () => {
  const receipt = async () => {
    const citizen = town.newCaller()
    const { draftId } = await apply(citizen)
    return { ...(await citizen.read<ReceiptPage>(`${DRAFTS}/${draftId}/receipt`)) }
  }
  const signIn = '/submissions/status/sign-in'

  it('303 opens the Vorgang from elsewhere, once; the next code is shown there', async () => {
    const { vorgangId, reference, code } = await receipt()
    const elsewhere = town.newCaller()
    const typed = { reference: reference.toLowerCase().replaceAll('-', ' '), code: (code ?? '').toLowerCase() }
    const answer = await elsewhere.form(signIn, typed)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/status/${vorgangId}`])
    const status = await elsewhere.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status.nextCode).not.toBe(code)
    expect(await problemOf(await town.newCaller().post(signIn, typed))).toMatchObject({ type: 'identity/code-refused' })
    const again = await town.newCaller().post(signIn, { reference, code: status.nextCode })
    expect(again.status).toBe(200)
  })

  it('403 with the same answer for a wrong reference, a wrong code and those of two Vorgänge', async () => {
    const [one, two] = [await receipt(), await receipt()]
    const wrong = [
      { reference: 'CB-2026-2222-2222', code: one.code },
      { reference: one.reference, code: '2222-2222' },
      { reference: one.reference, code: two.code },
      { reference: 'x', code: 'y' },
    ]
    for (const typed of wrong) {
      expect(await problemOf(await town.newCaller().post(signIn, typed))).toEqual({
        status: 403,
        type: 'identity/code-refused',
        errors: [],
      })
    }
  })

  it('202 sends a code to the address of the application, and says the same to everybody else', async () => {
    const { reference, vorgangId } = await receipt()
    await town.tick()
    const before = town.mails.length
    const asked = await town.newCaller().post('/submissions/status/code', { reference })
    const unknown = await town.newCaller().post('/submissions/status/code', { reference: 'CB-2026-2222-2222' })
    expect([asked.status, await asked.text()]).toEqual([unknown.status, await unknown.text()])
    await town.tick()
    const [mail, ...more] = town.mails.slice(before)
    expect(more).toEqual([])
    expect(mail?.to).toBe('mara.lehmann@beispiel.example')
    expect(mail?.text).not.toContain(reference)
    const code = /[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}/.exec(mail?.text ?? '')?.[0]
    const elsewhere = town.newCaller()
    expect((await elsewhere.post(signIn, { reference, code })).status).toBe(200)
    expect((await elsewhere.get(`/submissions/status/${vorgangId}`)).status).toBe(200)
  })

  it('404 for the Vorgang of somebody else, whatever is asked of it', async () => {
    const { vorgangId } = await receipt()
    const other = town.newCaller()
    await apply(other)
    for (const id of [vorgangId, '01990000-0000-7000-8000-000000000000']) {
      for (const path of ['', '/copy.pdf', `/documents/${id}`]) {
        expect((await problemOf(await other.get(`/submissions/status/${id}${path}`))).status).toBe(404)
      }
      expect((await other.post(`/submissions/status/${id}/requests/${id}`, { text: 'x' })).status).toBe(404)
    }
  })

  it('404 for a document of another Vorgang under one of his own, as for one that does not exist', async () => {
    const one = town.newCaller()
    const { vorgangId } = await apply(one, smallPdf('secret'))
    const { documents } = await one.read<StatusView>(`/submissions/status/${vorgangId}`)
    const other = town.newCaller()
    const own = await apply(other)
    const ask = async (id: string | undefined) =>
      await problemOf(await other.get(`/submissions/status/${own.vorgangId}/documents/${id}`))
    expect(await ask(documents[0]?.id)).toEqual(await ask('01990000-0000-7000-8000-000000000000'))
  })
})

describe('what is said to others', () => {
  it('mail and log hold reference and link, and nothing about the person', async () => {
    const citizen = town.newCaller()
    await beginDraft(citizen)
    await apply(citizen, smallPdf('x'))
    await town.tick()
    const text = JSON.stringify([town.mails.map(({ subject, text }) => [subject, text]), town.logged])
    for (const secret of ['Lehmann', 'Łucja', 'Sandower', 'Bello', 'beispiel.example', '276098100001234']) {
      expect(text).not.toContain(secret)
    }
  })
})
