import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartView, StepView, SummarySection } from '../forms/view.ts'
import type { Caller } from '../testing/caller.ts'
import { ANSWERS, bodyOf, DRAFTS, fillDraft, sendStep, smallPdf, submit } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

let town: Town
let citizen: Caller
beforeAll(async () => {
  town = await openTown()
  citizen = town.newCaller()
})
afterAll(() => town.close())

const LATER = { '/ermaessigung/nachweis/later': 'true' }

async function draftAtProof(): Promise<string> {
  const draftId = await fillDraft(citizen, { until: 'ermaessigung' })
  await sendStep(citizen, draftId, 'ermaessigung', { '/ermaessigung/gewuenscht': 'true' })
  await sendStep(citizen, draftId, 'ermaessigungsgrund', { '/ermaessigung/grund': 'tierheim' })
  return draftId
}

describe('what is handed in later', () => {
  it('lets an obligatory file be left out, is asked for with a day until which, and is answered with a file', async () => {
    const draftId = await draftAtProof()
    expect((await sendStep(citizen, draftId, 'ermaessigungsnachweis', {})).isInvalid).toBe(true)
    let next = await sendStep(citizen, draftId, 'ermaessigungsnachweis', LATER)
    while (next.to === 'step') {
      expect(next.isInvalid).toBe(false)
      next = await sendStep(citizen, draftId, next.address, ANSWERS)
    }
    const review = await citizen.read<{ sections: readonly SummarySection[] }>(`${DRAFTS}/${draftId}/review`)
    const values = review.sections.flatMap(({ rows }) => rows.map(({ label, value }) => `${label}: ${value}`))
    expect(values).toContain('Nachweis für die Ermäßigung: Wird nachgereicht')
    const { vorgangId } = await submit(citizen, draftId)
    const { requests } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(requests).toMatchObject([{ state: 'open', dueOn: '2026-12-08' }])
    expect(requests[0]?.text).toContain('- Nachweis für die Ermäßigung')
    await town.tick()
    const form = new FormData()
    form.append('text', '')
    form.append('files', new Blob([Buffer.from(smallPdf('later'))]), 'vertrag.pdf')
    const answered = await citizen.form(`/submissions/status/${vorgangId}/requests/${requests[0]?.id}`, form)
    expect(answered.status).toBe(303)
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
    expect(view.requests).toMatchObject([{ state: 'answered' }])
    expect(view.documents.map(({ fileName }) => fileName)).toContain('vertrag.pdf')
    expect(view.answers.flatMap(({ rows }) => rows.map(({ value }) => value))).toContain('Wird nachgereicht')
  })

  it('a file that is there counts more than the box', async () => {
    const draftId = await draftAtProof()
    const question = '/ermaessigung/nachweis'
    const path = `${DRAFTS}/${draftId}/files?question=${encodeURIComponent(question)}`
    await sendStep(citizen, draftId, 'ermaessigungsnachweis', LATER)
    await bodyOf(await citizen.put(path, smallPdf('now'), { 'x-file-name': 'a.pdf' }), 201)
    const page = await citizen.read<StepView>(`${DRAFTS}/${draftId}/steps/ermaessigungsnachweis`)
    expect(page.fields[0]?.file).toMatchObject({ files: [{ name: 'a.pdf' }] })
    expect(page.fields[0]?.file?.later).toBeUndefined()
  })
})

describe('evidence', () => {
  it('the page names the document that the answers before call for; the start page names all, with when', async () => {
    const draftId = await draftAtProof()
    const page = await citizen.read<StepView>(`${DRAFTS}/${draftId}/steps/ermaessigungsnachweis`)
    expect(page.fields[0]?.file?.evidence).toEqual(['Vertrag mit dem Tierheim'])
    const start = await citizen.read<StartView>('/submissions/services/hund-anmelden/start')
    expect(start.evidence).toContainEqual(
      expect.objectContaining({
        label: 'Ausweis des Assistenzhundes',
        condition: 'wenn der Hund ein Assistenzhund ist',
        canBeLater: true,
      }),
    )
  })
})
