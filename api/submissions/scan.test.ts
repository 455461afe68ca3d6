import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Clamd, EICAR, startClamd } from '../../e2e/servers/clamd/index.ts'
import { createClamdScanner } from '../adapters/clamd/scanner.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, fillDraft, putFile, smallPdf, submit } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

let town: Town
let clamd: Clamd
let citizen: Caller
let clerk: Caller
beforeAll(async () => {
  clamd = await startClamd()
  town = await openTown()
})
afterAll(async () => {
  await town.close()
  await clamd.close()
})
beforeEach(async () => {
  await clamd.control({ reset: true })
  const port = Number(new URL(clamd.url).port)
  Object.assign(town.ctx, { scanner: createClamdScanner({ host: '127.0.0.1', port }, 300) })
  citizen = town.newCaller()
  clerk = await signIn()
})

const infected = (): Uint8Array => smallPdf(EICAR)
const signIn = () => town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
const stateOf = async (vorgangId: string): Promise<string | undefined> =>
  (await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)).documents[0]?.scanState
const open = async (caller: Caller, path: string): Promise<number> => (await caller.get(path)).status

async function applyWith(bytes: Uint8Array): Promise<{ vorgangId: string; documentId: string }> {
  const draftId = await fillDraft(citizen, { file: bytes })
  const { vorgangId } = await submit(citizen, draftId)
  const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
  return { vorgangId, documentId: view.documents.find(({ kind }) => kind === 'attachment')?.id ?? '' }
}

describe('a file in quarantine', () => {
  it('can be sent in; clerk and citizen open it once it is clean', async () => {
    const { vorgangId, documentId } = await applyWith(smallPdf('clean'))
    const [ofClerk, ofCitizen] = [
      `/submissions/documents/${documentId}`,
      `/submissions/status/${vorgangId}/documents/${documentId}`,
    ]
    expect(await stateOf(vorgangId)).toBe('quarantined')
    expect([await open(clerk, ofClerk), await open(citizen, ofCitizen)]).toEqual([403, 403])
    await town.tick()
    expect(await stateOf(vorgangId)).toBe('clean')
    expect([await open(clerk, ofClerk), await open(citizen, ofCitizen)]).toEqual([200, 200])
  })

  it.each(['silent', 'drop', 'too-large', 'nonsense', 'down'] as const)(
    'stays there while the scanner is %s, and is looked through when it is back',
    async (mode) => {
      await clamd.control({ mode })
      const { vorgangId, documentId } = await applyWith(smallPdf('waits'))
      for (let round = 0; round < 15; round += 1) {
        await town.tick()
        town.clock.advance(600_000)
      }
      clerk = await signIn()
      expect(await stateOf(vorgangId)).toBe('quarantined')
      expect(await open(clerk, `/submissions/documents/${documentId}`)).toBe(403)
      await clamd.control({ mode: 'ok' })
      await town.tick()
      expect(await stateOf(vorgangId)).toBe('clean')
    },
  )

  it('that is rejected after it was sent stays locked, and the person is asked for another one', async () => {
    const { vorgangId, documentId } = await applyWith(infected())
    const mails = town.mails.length
    await town.tick()
    expect(await stateOf(vorgangId)).toBe('rejected')
    expect(await problemOf(await clerk.get(`/submissions/documents/${documentId}`))).toMatchObject({
      status: 403,
      type: 'documents/quarantined',
    })
    const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status.requests).toMatchObject([{ state: 'open', dueOn: '2026-12-08', answer: null }])
    expect(status.requests[0]?.text).toContain('„nachweis.pdf“')
    expect(status.events.map(({ type }) => type)).toContain('information-requested')
    expect(town.mails.length).toBeGreaterThan(mails)
    const form = new FormData()
    form.append('text', '')
    form.append('files', new Blob([Buffer.from(smallPdf('another'))]), 'neu.pdf')
    const answered = await citizen.form(`/submissions/status/${vorgangId}/requests/${status.requests[0]?.id}`, form)
    expect(answered.status).toBe(303)
    await town.tick()
    const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
    expect(view.documents.map(({ kind, scanState }) => `${kind} ${scanState}`)).toEqual(
      expect.arrayContaining(['attachment rejected', 'answer-attachment clean']),
    )
    expect(view.journal.map(({ type }) => type)).toContain('document-rejected')
    expect(town.logged.join('\n')).not.toContain('nachweis.pdf')
  })

  it('that is rejected in the draft cannot be sent in', async () => {
    const draftId = await fillDraft(citizen, { until: 'unterlagen' })
    await bodyOf(await putFile(citizen, draftId, infected()), 201)
    await town.tick()
    const review = await fillOn(citizen, draftId)
    expect(await problemOf(await citizen.post(`${DRAFTS}/${review}/submit`))).toMatchObject({
      type: 'submissions/incomplete',
      errors: [{ type: 'forms/file-virus' }],
    })
  })
})

describe('without a scanner', () => {
  it('a file is kept as not looked through, and can be opened', async () => {
    Object.assign(town.ctx, { scanner: null })
    const { vorgangId, documentId } = await applyWith(infected())
    expect(await stateOf(vorgangId)).toBe('unscanned')
    expect(await open(clerk, `/submissions/documents/${documentId}`)).toBe(200)
  })
})

async function fillOn(caller: Caller, draftId: string): Promise<string> {
  await caller.post(`${DRAFTS}/${draftId}/steps/unterlagen`, {})
  await caller.post(`${DRAFTS}/${draftId}/steps/erklaerung`, { '/erklaerung/richtigkeit': 'true' })
  return draftId
}
