import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EligibilityView, PrecheckView, ReviewView, StepView } from '../forms/view.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { ANSWERS, beginDraft, bodyOf, DRAFTS, fillDraft, type Next, sendStep, submit } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { DraftFrame } from './draft-frame.ts'
import type { SavedPage, StartPage } from './service-pages.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

const DAY_MS = 86_400_000
const SERVICE = '/submissions/services/hund-anmelden'
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

const step = (caller: Caller, draftId: string, address: string): Promise<StepView & DraftFrame> =>
  caller.read(`${DRAFTS}/${draftId}/steps/${address}`)
const post = (caller: Caller, draftId: string, address: string, fields: Readonly<Record<string, string>>) =>
  caller.form(`${DRAFTS}/${draftId}/steps/${address}`, fields)
const typedIn = (view: StepView, name: string): string | undefined =>
  view.fields.find((field) => field.name === name)?.value
const CHILD = {
  '/halter/geburtsdatum/day': '1',
  '/halter/geburtsdatum/month': '2',
  '/halter/geburtsdatum/year': '2015',
}

describe('languages of a draft', () => {
  it('begins in the wanted language, and switches in the middle with what was typed and not yet sent', async () => {
    const caller = town.newCaller()
    const { draftId } = await bodyOf<{ draftId: string }>(
      await caller.post(DRAFTS, { service: 'hund-anmelden', lang: 'en' }),
      201,
    )
    expect(await step(caller, draftId, 'name')).toMatchObject({
      lang: 'en',
      title: 'What is your name?',
      germanTexts: ['Hundesteuersatzung (Demodaten) § 8'],
    })
    const half = { '/halter/vornamen': 'Mara', action: 'lang:de' }
    const response = await post(caller, draftId, 'name', half)
    expect(response.headers.get('location')).toBe(`/antrag/${draftId}/name`)
    const german = await step(caller, draftId, 'name')
    expect(german).toMatchObject({ lang: 'de', title: 'Wie heißen Sie?', errors: [] })
    expect(typedIn(german, '/halter/vornamen')).toBe('Mara')
    expect(caller.cookies.get('sprache')).toBe('de')
  })

  it('names what is German for want of a translation, and nothing that a person typed', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    await sendStep(caller, draftId, 'name', { ...ANSWERS, '/halter/familienname': 'Vornamen' })
    await caller.post('/submissions/language', { lang: 'dsb', page: `/antrag/${draftId}/name` })
    const view = await step(caller, draftId, 'name')
    expect(view).toMatchObject({ lang: 'dsb', button: 'Dalej', title: 'Wie heißen Sie?' })
    expect(view.germanTexts).toContain('Wie heißen Sie?')
    expect(view.germanTexts).not.toContain('Dalej')
  })

  it('goes on after sending: status page and mails are in that language, and say what is German all the same', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller)
    await caller.post('/submissions/language', { lang: 'en', page: `/antrag/${draftId}/name` })
    const before = town.mails.length
    const { vorgangId } = await submit(caller, draftId)
    const status = await caller.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status).toMatchObject({ lang: 'en', service: { title: 'Register a dog for dog tax' } })
    expect(status.germanTexts).toContain(status.state?.text.sentence)
    expect(status.germanTexts).not.toContain(status.service.title)
    await caller.post('/submissions/language', { lang: 'de', page: `/status/${vorgangId}` })
    const german = await caller.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(german).toMatchObject({ lang: 'de', germanTexts: [], service: { title: 'Hund zur Hundesteuer anmelden' } })
    await town.tick()
    const mail = town.mails.slice(before).find(({ lang }) => lang.startsWith('en'))
    expect(mail?.lang).toBe('en, de')
    expect(mail?.text).toMatch(/^This e-mail exists in German only so far\.\n\n/)
    // The copy is made in it, too, for the person and for the file.
    expect((await caller.get(`/submissions/status/${vorgangId}/copy.pdf`)).status).toBe(200)
    const kept = `SELECT count(*) AS n FROM documents WHERE vorgang_id = '${vorgangId}' AND kind = 'submission'`
    expect(await town.ctx.db.get(kept)).toEqual({ n: 1 })
    // A clerk reads the questions in German.
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const seen = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
    const rows = seen.answers.flatMap(({ rows: all }) => all)
    expect(rows.find(({ pointer }) => pointer === '/halter/vornamen')?.label).toBe('Vornamen')
    expect(JSON.stringify(seen.answers)).not.toContain('Not answered')
  })

  it('200 for a language of a page whose draft is gone, 422 for a page that is not ours', async () => {
    const caller = town.newCaller()
    const gone = await caller.post('/submissions/language', {
      lang: 'en',
      page: '/antrag/01900000-0000-7000-8000-000000000000/name',
    })
    expect(gone.status).toBe(200)
    const foreign = await caller.post('/submissions/language', { lang: 'en', page: 'https://elsewhere.example/' })
    expect(await problemOf(foreign)).toMatchObject({ status: 422, type: 'http/invalid-input' })
  })

  it('shows start page and errors of a page in the language that was chosen', async () => {
    const caller = town.newCaller()
    await caller.post('/submissions/language', { lang: 'en' })
    expect(await caller.read<StartPage>(`${SERVICE}/start`)).toMatchObject({
      lang: 'en',
      trustLevel: 'none',
      closed: null,
    })
    expect(await caller.read<StartPage>(`${SERVICE}/start?lang=de`)).toMatchObject({ lang: 'de' })
    expect((await caller.get(`${SERVICE}/start?lang=xx`)).status).toBe(422)
  })
})

it('a page tells how long a sign-in lives without use; a guest has none', async () => {
  const [guest, signedIn] = [town.newCaller(), await town.signInCitizen('mara')]
  for (const [caller, expected] of [
    [guest, null],
    [signedIn, 7_200_000],
  ] as const) {
    const { draftId } = await beginDraft(caller)
    expect((await step(caller, draftId, 'name')).signOutAfterMs).toBe(expected)
  }
})

describe('who may apply', () => {
  it('is explained once, with the way on all the same, and told the clerk', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    await sendStep(caller, draftId, 'name')
    const answers = { ...ANSWERS, ...CHILD }
    expect(await sendStep(caller, draftId, 'geburtsdatum', answers)).toMatchObject({
      to: 'eligibility',
      isInvalid: false,
    })
    const view = await caller.read<EligibilityView>(`${DRAFTS}/${draftId}/eligibility`)
    expect(view.unmet.map(({ text }) => text)).toEqual([expect.stringContaining('noch nicht 18')])
    expect(view.unmet[0]?.change?.path).toBe(`/antrag/${draftId}/geburtsdatum`)
    const anyway = await caller.form(`${DRAFTS}/${draftId}/anyway`, {})
    expect(anyway.headers.get('location')).toBe(`/antrag/${draftId}/anschrift`)
    expect(await sendStep(caller, draftId, 'geburtsdatum', answers)).toMatchObject({ to: 'step', address: 'anschrift' })
    await fillFrom(caller, draftId, 'anschrift', answers)
    const review = await caller.read<ReviewView>(`${DRAFTS}/${draftId}/review`)
    expect(review.eligibility.unmet).toHaveLength(1)
    const { vorgangId } = await submit(caller, draftId)
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const vorgang = await clerk.read<{ eligibility: unknown }>(`/submissions/vorgaenge/${vorgangId}`)
    expect(vorgang.eligibility).toMatchObject({
      outcome: 'no',
      unmet: [expect.stringContaining('18 Jahre')],
      unclear: [],
    })
  })

  it('names nothing where nothing speaks against it', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    expect(await caller.read(`${DRAFTS}/${draftId}/eligibility`)).toMatchObject({ unmet: [] })
  })
})

describe('POST /submissions/services/:service/precheck', () => {
  const ask = async (fields: Readonly<Record<string, string>>): Promise<PrecheckView> =>
    await bodyOf(await town.newCaller().post(`${SERVICE}/precheck`, fields), 200)
  const AGE = Object.fromEntries(Object.entries(ANSWERS).filter(([name]) => name.startsWith('/halter/geburtsdatum')))

  it('asks one question after the other, and says when it does not fit before all are asked', async () => {
    expect(await town.newCaller().read(`${SERVICE}/precheck`)).toMatchObject({ kind: 'question', number: 1, total: 2 })
    expect(await ask({ '/halter/anschrift/plz': '03046', asked: '/halter/anschrift/plz' })).toMatchObject({
      kind: 'question',
      number: 2,
      kept: [['/halter/anschrift/plz', '03046']],
      before: '/halter/anschrift/plz',
    })
    expect(await ask({ '/halter/anschrift/plz': '10117', asked: '/halter/anschrift/plz' })).toMatchObject({
      kind: 'result',
      outcome: 'no',
    })
    expect(await ask({ '/halter/anschrift/plz': '03046', ...AGE })).toMatchObject({ kind: 'result', outcome: 'yes' })
  })

  it('shows what is wrong with the question that was sent, and goes back to the one before', async () => {
    const wrong = await ask({ '/halter/anschrift/plz': '', asked: '/halter/anschrift/plz' })
    expect(wrong).toMatchObject({ kind: 'question', number: 1, field: { error: { type: 'forms/empty' } } })
    const back = await ask({ '/halter/anschrift/plz': '03046', ...AGE, back: '/halter/geburtsdatum' })
    expect(back).toMatchObject({ kind: 'question', number: 2 })
  })

  it('stores nothing and gives no session', async () => {
    const caller = town.newCaller()
    const count = async (): Promise<number> => (await town.ctx.db.all('SELECT id FROM sessions')).length
    const before = await count()
    const response = await caller.post(`${SERVICE}/precheck`, { '/halter/anschrift/plz': '10117' })
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await count()).toBe(before)
    expect(caller.cookies.size).toBe(0)
  })

  it('takes the answers along into a draft, others not, and does not explain again what was explained', async () => {
    const caller = town.newCaller()
    const sent = {
      service: 'hund-anmelden',
      anyway: 'true',
      '/halter/anschrift/plz': '10117',
      '/halter/vornamen': 'Eve',
    }
    const { draftId } = await bodyOf<{ draftId: string }>(await caller.post(DRAFTS, sent), 201)
    expect(typedIn(await step(caller, draftId, 'name'), '/halter/vornamen')).toBe('')
    expect(typedIn(await step(caller, draftId, 'anschrift'), '/halter/anschrift/plz')).toBe('10117')
    expect(await sendStep(caller, draftId, 'name')).toMatchObject({ to: 'step', address: 'geburtsdatum' })
  })

  it('404 for a service without one', async () => {
    expect((await town.newCaller().get('/submissions/services/reisepass/precheck')).status).toBe(404)
  })
})

describe('two windows', () => {
  it('the later one sees both versions and chooses; nothing is lost', async () => {
    const first = town.newCaller()
    const { draftId } = await beginDraft(first)
    // Another window of the same browser: the same cookies.
    const second = first
    const [here, there] = [await step(first, draftId, 'name'), await step(second, draftId, 'name')]
    const anna = { '/halter/vornamen': 'Anna', '/halter/familienname': 'Nowak', seen: here.seen }
    expect((await post(first, draftId, 'name', anna)).headers.get('location')).toBe(`/antrag/${draftId}/geburtsdatum`)
    const maria = { '/halter/vornamen': 'Maria', '/halter/familienname': 'Nowak', seen: there.seen }
    expect((await post(second, draftId, 'name', maria)).headers.get('location')).toBe(`/antrag/${draftId}/name#fehler`)
    const torn = await step(second, draftId, 'name')
    expect(torn.conflict).toEqual({
      text: 'Diese Angaben wurden in einem anderen Fenster geändert.',
      rows: [{ label: 'Vornamen', stored: 'Anna', mine: 'Maria' }],
    })
    expect(typedIn(torn, '/halter/vornamen')).toBe('Maria')
    const review = await first.read<ReviewView>(`${DRAFTS}/${draftId}/review`)
    expect(review.missing?.path).toBe(`/antrag/${draftId}/name?aendern=1`)
    await post(second, draftId, 'name', { ...maria, seen: torn.seen })
    const settled = await step(first, draftId, 'name')
    expect(settled.conflict).toBeUndefined()
    expect(typedIn(settled, '/halter/vornamen')).toBe('Maria')
  })

  it('keeps what was stored where the person wants that', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    const { seen } = await step(caller, draftId, 'name')
    await post(caller, draftId, 'name', { '/halter/vornamen': 'Anna', '/halter/familienname': 'Nowak', seen })
    await post(caller, draftId, 'name', { '/halter/vornamen': 'Maria', '/halter/familienname': 'Nowak', seen })
    const kept = await post(caller, draftId, 'name', { '/halter/vornamen': 'Maria', action: 'keep' })
    expect(kept.headers.get('location')).toBe(`/antrag/${draftId}/geburtsdatum`)
    expect(typedIn(await step(caller, draftId, 'name'), '/halter/vornamen')).toBe('Anna')
  })

  it('says nothing where both say the same', async () => {
    const caller = town.newCaller()
    const { draftId } = await beginDraft(caller)
    const { seen } = await step(caller, draftId, 'name')
    const same = { '/halter/vornamen': 'Anna', '/halter/familienname': 'Nowak', seen }
    await post(caller, draftId, 'name', same)
    expect((await post(caller, draftId, 'name', same)).headers.get('location')).toMatch(/geburtsdatum$/)
  })

  it('takes what an account fills in beforehand for no other window', async () => {
    const caller = await town.signInCitizen('filled', { level: 'basic', attributes: { givenNames: 'Mara' } })
    const { draftId } = await beginDraft(caller)
    const shown = await step(caller, draftId, 'name')
    expect(typedIn(shown, '/halter/vornamen')).toBe('Mara')
    const fields = { '/halter/vornamen': 'Mara Anna', '/halter/familienname': 'Nowak', seen: shown.seen }
    expect((await post(caller, draftId, 'name', fields)).headers.get('location')).toMatch(/geburtsdatum$/)
  })

  it('removes no item that another window has moved', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'hunde' })
    const { seen } = await step(caller, draftId, 'hunde')
    const more = await sendStep(caller, draftId, 'hunde', { '/hunde/+': 'true' })
    const second = Object.fromEntries(
      Object.entries(ANSWERS).map(([name, value]) => [name.replace('/hunde/0/', '/hunde/1/'), value]),
    )
    await sendStep(caller, draftId, more.address, second)
    const removed = await post(caller, draftId, 'hunde', { action: 'remove:/hunde/0', seen })
    expect(removed.headers.get('location')).toBe(`/antrag/${draftId}/hunde#fehler`)
    const page = await step(caller, draftId, 'hunde')
    expect(page.loop?.items).toHaveLength(2)
    expect(page.conflict?.rows).toEqual([])
  })

  it('422 for the final button while two versions are open', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller)
    const { seen } = await step(caller, draftId, 'name')
    const anna = { '/halter/vornamen': 'Anna', '/halter/familienname': 'Nowak' }
    await post(caller, draftId, 'name', { ...anna, seen })
    await post(caller, draftId, 'name', { ...anna, '/halter/vornamen': 'Maria', seen })
    const response = await caller.post(`${DRAFTS}/${draftId}/submit`)
    expect(await problemOf(response)).toMatchObject({
      status: 422,
      type: 'submissions/incomplete',
      errors: [{ type: 'forms/conflict' }],
    })
  })
})

describe('going on elsewhere', () => {
  const leave = async (caller: Caller, draftId: string): Promise<SavedPage> => {
    await post(caller, draftId, 'geburtsdatum', { action: 'leave' })
    return await caller.read(`${DRAFTS}/${draftId}/saved`)
  }

  it('303 with number and code, once; the next code is another', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'geburtsdatum' })
    const { reference, code } = await leave(caller, draftId)
    const phone = town.newCaller()
    expect((await phone.get(`${DRAFTS}/${draftId}`)).status).toBe(401)
    const sent = { reference: (reference ?? '').toLowerCase(), code: code ?? '' }
    const response = await phone.form('/submissions/resume', sent)
    expect(response.headers.get('location')).toBe(`/antrag/${draftId}`)
    expect(typedIn(await step(phone, draftId, 'name'), '/halter/vornamen')).toBe('Mara Łucja')
    expect((await phone.read<SavedPage>(`${DRAFTS}/${draftId}/saved`)).code).not.toBe(code)
    expect((await town.newCaller().form('/submissions/resume', sent)).status).toBe(403)
  })

  it('403 alike for a wrong code, an unknown number and a number that is none', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'geburtsdatum' })
    const { reference } = await leave(caller, draftId)
    const tries = [reference ?? '', 'ECB-2026-AAAA-AAAA', 'x'].map(async (number) =>
      problemOf(await town.newCaller().post('/submissions/resume', { reference: number, code: 'AAAA-AAAA' })),
    )
    const refusals = await Promise.all(tries)
    expect(refusals.every((one) => one.status === 403 && one.type === 'submissions/resume-refused')).toBe(true)
  })

  it('429 after five wrong codes', async () => {
    const caller = town.newCaller()
    const statuses: number[] = []
    for (let count = 0; count < 6; count += 1) {
      const sent = { reference: 'ECB-2026-2222-2222', code: 'AAAA-AAAA' }
      statuses.push((await caller.post('/submissions/resume', sent)).status)
    }
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429])
  })

  it('mails number and link, the code apart and only when asked; both say nothing of the matter', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'geburtsdatum' })
    const { reference } = await leave(caller, draftId)
    await bodyOf(await caller.post(`${DRAFTS}/${draftId}/saved`, { email: 'mara@beispiel.example' }), 202)
    await town.tick()
    const saved = town.mails.findLast((one) => one.to === 'mara@beispiel.example')
    expect(saved?.subject).toContain(reference)
    expect(saved?.text).toMatch(/\/antrag\/weiter/)
    expect(saved?.text).not.toMatch(/Hund|Mara|[A-Z0-9]{4}-[A-Z0-9]{4}\s*$/)
    const phone = town.newCaller()
    await bodyOf(await phone.post('/submissions/resume/code', { reference }), 202)
    await bodyOf(await phone.post('/submissions/resume/code', { reference: 'ECB-2026-2222-2222' }), 202)
    await town.tick()
    const mail = town.mails.findLast((one) => one.to === 'mara@beispiel.example')
    expect(mail?.text).not.toContain(reference)
    const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(mail?.text ?? '')?.[0] ?? ''
    expect((await phone.form('/submissions/resume', { reference: reference ?? '', code })).status).toBe(303)
  })

  it('is announced a week before a draft expires, later where it was touched, and refused afterwards in plain words', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'geburtsdatum' })
    await bodyOf(await caller.post(`${DRAFTS}/${draftId}/saved`, { email: 'eva@beispiel.example' }), 202)
    const mailsTo = (): number => town.mails.filter((mail) => mail.to === 'eva@beispiel.example').length
    await town.tick()
    const before = mailsTo()
    const startMs = town.clock.now()
    town.clock.set(startMs + 10 * DAY_MS)
    await sendStep(caller, draftId, 'geburtsdatum')
    town.clock.set(startMs + 24 * DAY_MS)
    await town.tick()
    expect(mailsTo()).toBe(before)
    town.clock.set(startMs + 34 * DAY_MS)
    await town.tick()
    expect(mailsTo()).toBe(before + 1)
    town.clock.set(startMs + 41 * DAY_MS)
    const late = await caller.get(`${DRAFTS}/${draftId}`)
    expect([401, 410]).toContain(late.status)
    town.clock.set(startMs)
  })
})

/** Sends page after page from an address until the review. */
async function fillFrom(caller: Caller, draftId: string, from: string, answers = ANSWERS): Promise<void> {
  let next: Next = { to: 'step', address: from, isInvalid: false }
  for (let pages = 0; pages < 30 && next.to === 'step'; pages += 1) {
    next = await sendStep(caller, draftId, next.address, answers)
  }
}

it('answers of a branch that was left are neither sent nor kept', async () => {
  const caller = town.newCaller()
  const draftId = await fillDraft(caller)
  await sendStep(caller, draftId, 'zahlungsart', { '/zahlung/art': 'lastschrift' })
  await sendStep(caller, draftId, 'konto', {
    '/zahlung/iban': 'DE02 1203 0000 0000 2020 51',
    '/zahlung/kontoinhaber': 'Geheime Person',
    '/zahlung/mandat': 'true',
  })
  await sendStep(caller, draftId, 'zahlungsart', { '/zahlung/art': 'ueberweisung' })
  const { vorgangId } = await submit(caller, draftId)
  await town.tick()
  expect(JSON.stringify(town.messages.at(-1))).not.toContain('Geheime Person')
  const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  expect(JSON.stringify(await clerk.read(`/submissions/vorgaenge/${vorgangId}`))).not.toContain('Geheime Person')
  const [row] = await town.ctx.db.all<{ answers_sealed: Uint8Array }>(
    `SELECT answers_sealed FROM drafts WHERE id = '${draftId}'`,
  )
  expect(row?.answers_sealed.byteLength).toBe(0)
})

it('20 drafts finish on the version they began with while the form is edited and published', async () => {
  const callers = Array.from({ length: 20 }, () => town.newCaller())
  const places = ['geburtsdatum', 'anschrift', 'kontakt', 'hunde', 'zahlungsart'] as const
  const drafts: string[] = []
  for (const [index, caller] of callers.entries()) {
    // Callers share few addresses: nobody is to be too fast.
    town.clock.advance(60_000)
    drafts.push(await fillDraft(caller, { until: places[index % places.length] ?? 'name' }))
  }
  const before = await step(callers[0] as Caller, drafts[0] as string, 'geburtsdatum')
  await town.edit((path, text) =>
    path === 'services/hund-anmelden/form.de.yaml'
      ? text
          .replace('label: Wann sind Sie geboren?', 'label: An welchem Tag sind Sie geboren?')
          .replace('another: Möchten Sie noch einen Hund anmelden?', 'another: Noch ein Hund?')
          .replace('  - id: unterlagen\n    section: abschluss\n    fields: [unterlagen.nachweis]\n', '')
          .replace('fields: [erklaerung.richtigkeit]', 'fields: [unterlagen.nachweis, erklaerung.richtigkeit]')
      : text,
  )
  const fresh = town.newCaller()
  const { draftId: newDraft } = await beginDraft(fresh)
  await sendStep(fresh, newDraft, 'name')
  expect((await step(fresh, newDraft, 'geburtsdatum')).title).toBe('An welchem Tag sind Sie geboren?')
  expect((await step(callers[0] as Caller, drafts[0] as string, 'geburtsdatum')).title).toBe(before.title)
  const digests = new Set<string>()
  for (const [index, caller] of callers.entries()) {
    const draftId = drafts[index] as string
    town.clock.advance(60_000)
    await fillFrom(caller, draftId, places[index % places.length] ?? 'name')
    expect((await submit(caller, draftId)).draftId).toBe(draftId)
    const [row] = await town.ctx.db.all<{ form_digest: string }>(
      `SELECT form_digest FROM submissions WHERE draft_id = '${draftId}'`,
    )
    digests.add(row?.form_digest ?? '')
  }
  expect(digests.size).toBe(1)
  town.clock.advance(60_000)
  await fillFrom(fresh, newDraft, 'geburtsdatum')
  await submit(fresh, newDraft)
  await town.tick()
}, 60_000)

describe('tasks and pauses', () => {
  let other: Town
  beforeAll(async () => {
    other = await openTown({
      edit: (path, text) =>
        path === 'services/hund-anmelden/form.de.yaml'
          ? text.replace('\nstart:\n', '\ntasks: true\n\nstart:\n')
          : path === 'services/hund-anmelden/service.yaml'
            ? `${text}\nseason: { from: '11-01', until: '11-30' }\n`
            : text,
    })
  })
  afterAll(() => other.close())

  it('shows the sections with their states and lets them be done in any order', async () => {
    const caller = other.newCaller()
    const begun = await caller.form(DRAFTS, { service: 'hund-anmelden' })
    const [, draftId = ''] = /^\/antrag\/([0-9a-f-]{36})\/aufgaben$/.exec(begun.headers.get('location') ?? '') ?? []
    const tasks = async () =>
      await caller.read<{ tasks: { id: string; state: string; path?: string }[]; reviewPath?: string }>(
        `${DRAFTS}/${draftId}/tasks`,
      )
    expect((await tasks()).tasks.map(({ state }) => state)).toEqual(['open', 'open', 'open', 'open', 'open'])
    expect(await sendStep(caller, draftId, 'zahlungsart')).toMatchObject({ to: 'tasks' })
    expect(await sendStep(caller, draftId, 'name')).toMatchObject({ to: 'step', address: 'geburtsdatum' })
    expect((await tasks()).tasks.map(({ state }) => state)).toEqual(['begun', 'open', 'open', 'done', 'open'])
    expect(await caller.read(`${DRAFTS}/${draftId}`)).toEqual({ page: `/antrag/${draftId}/aufgaben` })
    const first = await step(caller, draftId, 'geburtsdatum')
    expect(first.progress.text).toBe('Ihre Person: Seite 2 von 4')
    expect((await step(caller, draftId, 'zahlungsart')).backPath).toBe(`/antrag/${draftId}/aufgaben`)
    expect((await tasks()).reviewPath).toBeUndefined()
  })

  it('409 outside of the season, and the first page says so', async () => {
    const caller = other.newCaller()
    const startMs = other.clock.now()
    other.clock.set(Date.UTC(2026, 11, 1, 12))
    const response = await caller.post(DRAFTS, { service: 'hund-anmelden' })
    expect(await problemOf(response)).toMatchObject({ status: 409, type: 'submissions/service-paused' })
    const start = await caller.read<StartPage>(`${SERVICE}/start`)
    expect(start.closed).toEqual({ state: 'out-of-season', from: '11-01', until: '11-30' })
    other.clock.set(startMs)
  })
})
