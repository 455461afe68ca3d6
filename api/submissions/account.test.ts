import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { ANSWERS, apply, beginDraft, bodyOf, DRAFTS, fillDraft, sendStep, submit } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

const MARA = {
  givenNames: 'Mara Łucja',
  familyName: 'Lehmann-Nowak',
  birthDate: '1985-04-13',
  'address.street': 'Sandower Straße',
  'address.houseNumber': '12 a',
  'address.postalCode': '03046',
  'address.city': 'Cottbus/Chóśebuz',
  email: 'mara.lehmann@beispiel.example',
} as const

type Field = {
  name: string
  value: string
  source?: { provider: string; isLocked: boolean; valueText: string }
  error?: unknown
}
type Step = { fields: Field[]; errors: unknown[]; title: string; pageTitle: string }
type Row = { pointer: string; value: string; source?: { provider: string; isLocked: boolean } }
type Sections = { title: string; rows: Row[] }[]

/** From the payment on one has to be signed in at level "substantial"; the service itself asks for it at the end. */
const stepUp = (path: string, text: string): string => {
  if (path === 'services/hund-anmelden/form.de.yaml') {
    return text.replace('  - id: zahlungsart\n', '  - id: zahlungsart\n    trustLevel: substantial\n')
  }
  return path === 'services/hund-anmelden/service.yaml'
    ? text.replace('trustLevel: none', 'trustLevel: substantial\nwrittenForm: replaced')
    : text
}

let open: Town
let guarded: Town
beforeAll(async () => {
  open = await openTown()
  guarded = await openTown({ edit: stepUp })
}, 60_000)
afterAll(async () => {
  await open.close()
  await guarded.close()
})

const step = (caller: Caller, draft: string, address: string) =>
  caller.read<Step>(`${DRAFTS}/${draft}/steps/${address}`)
const rowsOf = (sections: Sections): Row[] => sections.flatMap((section) => section.rows)
const field = (view: Step, name: string): Field | undefined => view.fields.find((one) => one.name === name)

describe('step-up in the middle of a draft', () => {
  it('lets a guest fill what needs no sign-in, refuses the first page that does, and loses no answer on the way', async () => {
    const guest = guarded.newCaller()
    const draft = await fillDraft(guest, { until: 'zahlungsart' })
    const refused = await guest.get(`${DRAFTS}/${draft}/steps/zahlungsart`)
    expect(refused.status).toBe(403)
    expect(await problemOf(refused)).toMatchObject({
      type: 'submissions/level-needed',
      errors: [{ pointer: '/trustLevel', type: 'substantial' }],
    })
    expect((await guest.post(`${DRAFTS}/${draft}/steps/zahlungsart`, ANSWERS)).status).toBe(403)
    await guarded.signInCitizen('mara', { level: 'substantial', attributes: {}, caller: guest })
    const answers = await Promise.all(
      ['name', 'geburtsdatum', 'anschrift', 'kontakt', 'hunde-1-rasse', 'hunde-1-chip'].map((address) =>
        step(guest, draft, address),
      ),
    )
    const typed = answers.flatMap((view) => view.fields.map(({ name, value }) => [name, value]))
    for (const [name = '', value] of typed.filter(([name]) => (name ?? '') in ANSWERS)) {
      expect([name, value]).toEqual([name, ANSWERS[name]])
    }
    expect(typed.length).toBeGreaterThan(8)
    let address = 'zahlungsart'
    for (let pages = 0; pages < 6; pages += 1) {
      const next = await sendStep(guest, draft, address)
      if (next.to === 'review') {
        break
      }
      address = next.address
    }
    expect((await submit(guest, draft)).draftId).toBe(draft)
  })

  it('refuses a sign-in that proves too little, and takes a stronger one in the same browser', async () => {
    const caller = await guarded.signInCitizen('weak', { level: 'basic' })
    const draft = await fillDraft(caller, { until: 'zahlungsart' })
    expect((await caller.get(`${DRAFTS}/${draft}/steps/zahlungsart`)).status).toBe(403)
    await guarded.signInCitizen('weak', { level: 'high', caller })
    expect((await caller.get(`${DRAFTS}/${draft}/steps/zahlungsart`)).status).toBe(200)
  })

  it('refuses review and sending without the level, whatever page was skipped', async () => {
    const caller = await guarded.signInCitizen('later', { level: 'substantial' })
    const draft = await fillDraft(caller)
    await guarded.signInCitizen('later', { level: 'basic', caller })
    expect((await caller.get(`${DRAFTS}/${draft}/review`)).status).toBe(403)
    const sent = await caller.post(`${DRAFTS}/${draft}/submit`)
    expect((await problemOf(sent)).type).toBe('submissions/level-needed')
  })

  it('keeps the evidence that replaces writing with the submission: who, how, at which level', async () => {
    const caller = await guarded.signInCitizen('mara', { level: 'high', attributes: MARA })
    const { vorgangId } = await apply(caller)
    const clerk = await guarded.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const view = await clerk.read<{ identity: unknown; answers: Sections; journal: { type: string; body: object }[] }>(
      `/submissions/vorgaenge/${vorgangId}`,
    )
    expect(view.identity).toEqual({
      kind: 'person',
      provider: 'oidc',
      provedBy: 'test',
      trustLevel: 'high',
      signedInAtMs: guarded.clock.now(),
      name: 'Mara Łucja Lehmann-Nowak',
      isWrittenFormReplaced: true,
    })
    const row = rowsOf(view.answers).find(({ pointer }) => pointer === '/halter/familienname')
    expect(row).toMatchObject({ value: 'Lehmann-Nowak', source: { provider: 'oidc', isLocked: true } })
    const line = view.journal.find(({ type }) => type === 'applicant-identified')
    expect(line?.body).toMatchObject({ provider: 'oidc', level: 'high', writtenForm: 'replaced' })
    expect(JSON.stringify(line)).not.toContain('Lehmann')
  })
})

describe('a service that asks for a level from the first page on', () => {
  it('403 to a guest who begins, and begins for whoever is signed in so', async () => {
    const town = await openTown({
      edit: (path, text) =>
        path === 'services/hund-anmelden/service.yaml' ? text.replace('trustLevel: none', 'trustLevel: basic') : text,
    })
    const refused = await town.newCaller().post(DRAFTS, { service: 'hund-anmelden' })
    expect((await problemOf(refused)).type).toBe('submissions/level-needed')
    expect((await beginDraft(await town.signInCitizen('mara', { level: 'basic' }))).step).toBe('name')
    await town.close()
  })
})

describe('prefill', () => {
  it('shows what the account says on a page not sent yet, without errors for the rest', async () => {
    const caller = await open.signInCitizen('mara', { level: 'high', attributes: { familyName: 'Lehmann-Nowak' } })
    const { draftId } = await beginDraft(caller)
    const view = await step(caller, draftId, 'name')
    expect(field(view, '/halter/familienname')).toMatchObject({
      value: 'Lehmann-Nowak',
      source: { provider: 'oidc', isLocked: true, valueText: 'Lehmann-Nowak' },
    })
    expect(field(view, '/halter/vornamen')?.source).toBeUndefined()
    expect([view.errors, view.pageTitle]).toEqual([[], view.title])
  })

  it('never takes a proved value from what is sent', async () => {
    const caller = await open.signInCitizen('mara', { level: 'substantial', attributes: MARA })
    const draft = await fillDraft(caller, { until: 'geburtsdatum' })
    await sendStep(caller, draft, 'name', { '/halter/vornamen': 'Eva', '/halter/familienname': 'Fremd' })
    await sendStep(caller, draft, 'geburtsdatum', { '/halter/geburtsdatum/year': '1999' })
    expect(field(await step(caller, draft, 'name'), '/halter/vornamen')?.value).toBe('Mara Łucja')
    const born = field(await step(caller, draft, 'geburtsdatum'), '/halter/geburtsdatum')
    expect(born?.source).toEqual({ provider: 'oidc', isLocked: true, valueText: '13. April 1985' })
  })

  it('puts proved values in the place of what a guest typed before, and leaves the rest', async () => {
    const caller = open.newCaller()
    const draft = await fillDraft(caller, { until: 'anschrift' })
    await sendStep(caller, draft, 'name', { '/halter/vornamen': 'Eva', '/halter/familienname': 'Lehmann' })
    await open.signInCitizen('eva', { level: 'substantial', attributes: { givenNames: 'Ewa' }, caller })
    const view = await step(caller, draft, 'name')
    expect(view.fields.map(({ value }) => value)).toEqual(['Ewa', 'Lehmann'])
  })

  it('lets what is not proved be changed, and forgets the source of what was', async () => {
    const caller = await open.signInCitizen('basic', { level: 'basic', attributes: MARA })
    const draft = await fillDraft(caller, { until: 'anschrift' })
    expect(field(await step(caller, draft, 'name'), '/halter/vornamen')?.source).toMatchObject({ isLocked: false })
    await sendStep(caller, draft, 'name', { '/halter/vornamen': 'Mara', '/halter/familienname': 'Lehmann-Nowak' })
    const view = await step(caller, draft, 'name')
    expect(field(view, '/halter/vornamen')).toMatchObject({ value: 'Mara' })
    expect(field(view, '/halter/vornamen')?.source).toBeUndefined()
    expect(field(view, '/halter/familienname')?.source).toMatchObject({ isLocked: false })
  })

  it('survives: a proved value stays locked when its owner comes back with a weaker sign-in', async () => {
    const caller = await open.signInCitizen('twice', { level: 'substantial', attributes: MARA })
    const draft = await fillDraft(caller, { until: 'anschrift' })
    await open.signInCitizen('twice', { level: 'basic', attributes: { ...MARA, familyName: 'Anders' }, caller })
    await sendStep(caller, draft, 'name', { '/halter/vornamen': 'X', '/halter/familienname': 'Y' })
    const view = await step(caller, draft, 'name')
    expect(view.fields.map(({ value, source }) => [value, source?.isLocked])).toEqual([
      ['Mara Łucja', true],
      ['Lehmann-Nowak', true],
    ])
    const review = await caller.read<{ sections: Sections }>(`${DRAFTS}/${await fillDraft(caller)}/review`)
    expect(rowsOf(review.sections).filter((row) => row.source?.isLocked === false).length).toBeGreaterThan(3)
  })

  it('does not lock a value that the form cannot take', async () => {
    const attributes = { birthDate: '1985-00-00', 'address.postalCode': 'SW1A' }
    const caller = await open.signInCitizen('odd', { level: 'high', attributes })
    const draft = await fillDraft(caller, { until: 'kontakt' })
    expect(field(await step(caller, draft, 'geburtsdatum'), '/halter/geburtsdatum')?.source).toBeUndefined()
    expect(field(await step(caller, draft, 'anschrift'), '/halter/anschrift/plz')?.source).toBeUndefined()
  })
})

describe('the account', () => {
  type Overview = {
    drafts: { draftId: string; service: { title: string } }[]
    applications: {
      vorgangId: string
      reference: string
      state: { text: { title: string } } | null
      documents: unknown[]
    }[]
  }
  const overview = (caller: Caller) => caller.read<Overview>('/submissions/account')

  it('shows drafts and applications wherever its owner signs in, and nothing of others', async () => {
    const caller = await open.signInCitizen('everywhere', { attributes: MARA })
    const { vorgangId } = await apply(caller)
    const draft = await fillDraft(caller, { until: 'anschrift' })
    await open.tick()
    const elsewhere = await open.signInCitizen('everywhere')
    const view = await overview(elsewhere)
    expect(view.drafts.map(({ draftId }) => draftId)).toEqual([draft])
    expect(view.applications.map((one) => [one.vorgangId, one.state !== null, one.documents.length])).toEqual([
      [vorgangId, true, 1],
    ])
    expect((await elsewhere.get(`/submissions/status/${vorgangId}`)).status).toBe(200)
    const other = await open.signInCitizen('somebody-else')
    expect(await overview(other)).toEqual({ drafts: [], applications: [] })
    expect((await other.get(`/submissions/status/${vorgangId}`)).status).toBe(404)
    expect((await other.get(`${DRAFTS}/${draft}`)).status).toBe(404)
  })

  it('401 to guests, so that a page can lead to the sign-in', async () => {
    const guest = open.newCaller()
    await beginDraft(guest)
    for (const path of ['/submissions/account', '/submissions/account/export.json', '/identity/account']) {
      expect((await guest.get(path)).status).toBe(401)
    }
  })

  it('keeps an application that was sent as a guest, when its owner asks for it', async () => {
    const caller = open.newCaller()
    const { vorgangId } = await apply(caller)
    await open.signInCitizen('keeper', { caller })
    await bodyOf(await caller.post(`/submissions/account/vorgaenge/${vorgangId}`), 200)
    const elsewhere = await open.signInCitizen('keeper')
    expect((await overview(elsewhere)).applications.map((one) => one.vorgangId)).toEqual([vorgangId])
  })

  it('gives everything to take along, as data and as PDF', async () => {
    const caller = await open.signInCitizen('export', { level: 'substantial', attributes: MARA })
    await apply(caller)
    await fillDraft(caller, { until: 'anschrift' })
    const data = await caller.read<Record<string, unknown>>('/submissions/account/export.json')
    expect(data).toMatchObject({ format: 1, account: { name: 'Mara Łucja Lehmann-Nowak' } })
    expect(JSON.stringify(data['drafts'])).toContain('Mara Łucja')
    expect(JSON.stringify(data['applications'])).toContain('Mischling')
    const pdf = await caller.get('/submissions/account/export.pdf')
    expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf'])
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })

  it('throws a draft away with its key', async () => {
    const caller = await open.signInCitizen('discard')
    const draft = await fillDraft(caller, { until: 'anschrift' })
    const stranger = await open.signInCitizen('stranger')
    expect((await stranger.post(`/submissions/account/drafts/${draft}/discard`)).status).toBe(404)
    await bodyOf(await caller.post(`/submissions/account/drafts/${draft}/discard`), 200)
    expect((await caller.get(`${DRAFTS}/${draft}/steps/name`)).status).toBe(410)
  })

  it('is deleted with its drafts and their keys; what was sent in stays, and nothing leads to it', async () => {
    const caller = await open.signInCitizen('goodbye', { level: 'high', attributes: MARA })
    const { vorgangId } = await apply(caller)
    const draft = await fillDraft(caller, { until: 'anschrift' })
    const elsewhere = await open.signInCitizen('goodbye')
    expect((await caller.post('/submissions/account/delete', {})).status).toBe(422)
    await bodyOf(await caller.post('/submissions/account/delete', { confirm: true }), 200)
    await open.tick()
    for (const each of [caller, elsewhere]) {
      expect((await each.get('/submissions/account')).status).toBe(401)
      expect((await each.get(`/submissions/status/${vorgangId}`)).status).toBe(401)
    }
    const destroyed = await open.ctx.keyring.destroyed()
    expect(destroyed.size).toBeGreaterThanOrEqual(2)
    const again = await open.signInCitizen('goodbye')
    expect(await overview(again)).toEqual({ drafts: [], applications: [] })
    expect((await again.get(`${DRAFTS}/${draft}`)).status).toBe(404)
    const clerk = await open.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    expect((await clerk.get(`/submissions/vorgaenge/${vorgangId}`)).status).toBe(200)
  })
})
