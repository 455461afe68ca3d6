import { execFileSync, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, putFile, type Submitted, smallPdf } from '../testing/dog-tax.ts'
import {
  ask,
  codeOf,
  fillKita,
  fillKitaFrom,
  INVITATIONS,
  open,
  type Part,
  PROOF_QUESTION,
  type Roles,
  sendKita,
  sign,
} from '../testing/kita.ts'
import { openTown, type Town } from '../testing/town.ts'

const DAY_MS = 86_400_000
/** Of poppler; where it is not there the copy is not read. */
const PDF_TEXT = 'pdftotext'
const hasPdfText = spawnSync(PDF_TEXT, ['-v']).status === 0

/** Two have to sign beside the applicant. */
const twoSigners = (path: string, text: string): string =>
  path === 'services/kita-platz/form.de.yaml'
    ? text.replace('    sees: [kind,', '    count: 2\n    sees: [kind,')
    : text

let town: Town
let two: Town
beforeAll(async () => {
  town = await openTown()
  two = await openTown({ edit: twoSigners })
}, 60_000)
afterAll(async () => {
  await town.close()
  await two.close()
})

let count = 0
/** A guardian who signed in; every test has people of its own. */
const person = (
  name: string,
  level: 'basic' | 'substantial' = 'basic',
  attributes = {},
  at = town,
): Promise<Caller> => {
  count += 1
  return at.signInCitizen(`${name}-${count}`, { level, attributes })
}

/** A draft of two guardians, the second of whom was asked and opened the link in their own browser. */
async function asked(changes: Readonly<Record<string, string>> = {}) {
  const mara = await person('mara')
  const draftId = await fillKita(mara, changes)
  const invitation = await ask(mara, draftId)
  const jan = await person('jan')
  await bodyOf(await open(jan, invitation), 200)
  return { mara, jan, draftId, invitation }
}
const submit = (caller: Caller, draftId: string): Promise<Response> => caller.post(`${DRAFTS}/${draftId}/submit`)
const rolesOf = async (caller: Caller, draftId: string) =>
  (await caller.read<Roles>(`${DRAFTS}/${draftId}/participants`)).roles
const review = (caller: Caller, draftId: string) =>
  caller.read<{ missing?: { path: string; text: string } }>(`${DRAFTS}/${draftId}/review`)

describe('two guardians', () => {
  it('sends nothing before the second has signed, then everything with who, when, how and to what', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    expect((await review(mara, draftId)).missing).toEqual({
      path: `/antrag/${draftId}/mitwirkende`,
      text: 'Es fehlt noch eine Zustimmung: Zweite sorgeberechtigte Person',
    })
    expect(await problemOf(await submit(mara, draftId))).toMatchObject({
      type: 'submissions/incomplete',
      errors: [{ type: 'submissions/signature-missing', params: { role: 'sorge', given: 0, count: 1 } }],
    })
    await bodyOf(await sign(jan, invitation.id), 200)
    expect((await review(mara, draftId)).missing).toBeUndefined()
    const { vorgangId } = await bodyOf<Submitted>(await submit(mara, draftId), 201)
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['kita'] })
    const vorgang = await clerk.read<{
      applicant: string
      participants: object[]
      journal: { type: string; body: object }[]
    }>(`/submissions/vorgaenge/${vorgangId}`)
    expect(vorgang.applicant).toBe('child')
    expect(vorgang.participants).toMatchObject([
      {
        kind: 'sign',
        role: 'sorge',
        title: 'Zweite sorgeberechtigte Person',
        name: 'Jan Krawc',
        atMs: town.clock.now(),
        account: { provider: 'oidc', trustLevel: 'basic' },
        declarations: [{ id: 'sorgerecht', text: 'Ich habe das Sorgerecht für dieses Kind.' }, { id: 'einverstanden' }],
      },
    ])
    const line = vorgang.journal.find(({ type }) => type === 'co-signed')
    expect(line?.body).toMatchObject({ vorgang: vorgangId, role: 'sorge', level: 'basic', provider: 'oidc' })
    expect(JSON.stringify(vorgang.journal)).not.toContain('Jan')
  })

  it.runIf(hasPdfText)('stands in the copy of the application, with when, how and to what', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    const { vorgangId } = await bodyOf<Submitted>(await submit(mara, draftId), 201)
    const copy = await mara.get(`/submissions/status/${vorgangId}/copy.pdf`)
    const input = Buffer.from(await copy.arrayBuffer())
    const text = execFileSync(PDF_TEXT, ['-layout', '-', '-'], { input, encoding: 'utf8' }).replace(/\s+/g, ' ')
    expect(text).toContain('Wer mitgewirkt hat')
    expect(text).toContain('Jan Krawc, zugestimmt am 24. November 2026 um 10:00')
    expect(text).toContain('Angemeldet mit Nutzerkonto')
    expect(text).toContain('Ich habe das Sorgerecht für dieses Kind.')
  })

  it('shows the second guardian their part and nothing else, and no file or page of the draft', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    const part = await jan.read<Part>(`${INVITATIONS}/${invitation.id}`)
    const shown = JSON.stringify(part)
    expect(shown).toContain('Lea')
    for (const hidden of ['Sandower', 'mara@beispiel.example', 'urkunde', draftId]) {
      expect(shown).not.toContain(hidden)
    }
    const { id: file } = await bodyOf<{ id: string }>(
      await putFile(mara, await fillKita(mara, {}, 'geburtsurkunde'), smallPdf('x'), {
        question: '/unterlagen/geburtsurkunde',
      }),
      201,
    )
    for (const path of [
      '',
      '/steps/anschrift',
      '/steps/kind',
      '/review',
      '/participants',
      `/files/${file}`,
      '/saved',
      '/tasks',
    ]) {
      expect([path, (await jan.get(`${DRAFTS}/${draftId}${path}`)).status]).toEqual([path, 404])
    }
    for (const path of [
      '/submit',
      '/invitations',
      `/invitations/${invitation.id}/withdraw`,
      '/steps/kind',
      '/anyway',
    ]) {
      const body = path === '/invitations' ? { kind: 'sign', role: 'sorge', name: 'A', email: 'a@b.example' } : {}
      expect([path, (await jan.post(`${DRAFTS}/${draftId}${path}`, body)).status]).toEqual([path, 404])
    }
    expect((await jan.post(`${INVITATIONS}/${invitation.id}/answer`, {})).status).toBe(409)
  })

  it('mails link and number to whoever is asked, and nothing about the matter or a person', async () => {
    const { draftId, invitation } = await asked()
    await town.tick()
    const [mail] = town.mails.filter(({ to, text }) => to === 'jan@beispiel.example' && text.includes(invitation.id))
    const row = await town.ctx.db.get<{ reference: string }>(`SELECT reference FROM drafts WHERE id = '${draftId}'`)
    expect(mail?.text).toContain(`/mitzeichnen/${invitation.id}`)
    expect(mail?.subject).toContain(row.reference)
    for (const hidden of ['Lea', 'Krawc', 'Mara', 'Kita', invitation.code]) {
      expect(`${mail?.subject}${mail?.text}`).not.toContain(hidden)
    }
  })

  it('tells the applicant of an answer, and asks for every declaration', async () => {
    const { jan, invitation } = await asked()
    const { seen } = await jan.read<Part>(`${INVITATIONS}/${invitation.id}`)
    const refused = await jan.post(`${INVITATIONS}/${invitation.id}/sign`, { seen, 'declaration-sorgerecht': 'true' })
    expect(await problemOf(refused)).toMatchObject({
      type: 'submissions/declaration-missing',
      errors: [{ pointer: '/declaration-einverstanden' }],
    })
    const shown = await jan.form(`${INVITATIONS}/${invitation.id}/sign`, { seen })
    expect([shown.status, shown.headers.get('location')]).toEqual([303, `/mitzeichnen/${invitation.id}?fehlt=1#fehler`])
    await town.tick()
    const before = town.mails.length
    await bodyOf(await sign(jan, invitation.id), 200)
    await town.tick()
    expect(town.mails.slice(before).map(({ to, subject }) => [to, subject.slice(0, 7)])).toEqual([
      ['mara@beispiel.example', 'Neues z'],
    ])
  })

  it('is signed once however often the button is pressed, and the evidence is sealed', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    const answers = await Promise.all([sign(jan, invitation.id), sign(jan, invitation.id), sign(jan, invitation.id)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await rolesOf(mara, draftId))[0]).toMatchObject({ givenCount: 1, canInvite: false })
    const row = await town.ctx.db.get<{ state: string; text: string }>(
      `SELECT state, hex(record_sealed) || hex(invitee_sealed) AS text FROM invitations WHERE id = '${invitation.id}'`,
    )
    expect(row.state).toBe('given')
    const bytes = Buffer.from(row.text, 'hex').toString('latin1')
    expect(bytes.length).toBeGreaterThan(200)
    expect(bytes).not.toMatch(/Jan|Krawc|beispiel|Sorgerecht/)
  })

  it('needs the level the form asks for, and none where only one has custody', async () => {
    const mara = await person('mara')
    const draftId = await fillKita(mara)
    const invitation = await ask(mara, draftId)
    const guest = town.newCaller()
    await bodyOf(await open(guest, invitation), 200)
    expect(await problemOf(await guest.get(`${INVITATIONS}/${invitation.id}`))).toMatchObject({
      type: 'submissions/level-needed',
      errors: [{ type: 'basic' }],
    })
    await town.signInCitizen('jan-late', { level: 'basic', caller: guest })
    await bodyOf(await sign(guest, invitation.id), 200)
    const alone = await fillKita(mara, { '/sorge/gemeinsam': 'allein' })
    expect(await rolesOf(mara, alone)).toEqual([])
    await bodyOf(await submit(mara, alone), 201)
  })
})

describe('one person is one person', () => {
  it('refuses the applicant in the browser of the draft and with the account in another', async () => {
    const mara = await town.signInCitizen('mara-self', { level: 'basic' })
    const draftId = await fillKita(mara)
    const invitation = await ask(mara, draftId)
    await bodyOf(await open(mara, invitation), 200)
    expect(await mara.read<Part>(`${INVITATIONS}/${invitation.id}`)).toMatchObject({ isSamePerson: true, sections: [] })
    expect((await problemOf(await sign(mara, invitation.id))).type).toBe('submissions/same-person')
    const elsewhere = await town.signInCitizen('mara-self', { level: 'basic' })
    const { code } = await codeOf(mara, draftId, invitation.id)
    await bodyOf(await open(elsewhere, { id: invitation.id, code }), 200)
    expect((await problemOf(await sign(elsewhere, invitation.id))).type).toBe('submissions/same-person')
    expect((await problemOf(await submit(mara, draftId))).type).toBe('submissions/incomplete')
  })

  it('refuses another account of the same person, by what both prove', async () => {
    const proved = { givenNames: 'Mara', familyName: 'Lehmann', birthDate: '1985-04-13' }
    const mara = await person('mara-a', 'substantial', proved)
    const draftId = await fillKita(mara)
    const invitation = await ask(mara, draftId)
    const second = await person('mara-b', 'substantial', proved)
    await bodyOf(await open(second, invitation), 200)
    expect((await problemOf(await sign(second, invitation.id))).type).toBe('submissions/same-person')
    const other = await person('jan-b', 'substantial', { ...proved, givenNames: 'Jan' })
    const { code } = await codeOf(mara, draftId, invitation.id)
    await bodyOf(await open(other, { id: invitation.id, code }), 200)
    await bodyOf(await sign(other, invitation.id), 200)
  })

  it('refuses to send in with the account that signed', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    // Somebody hands the draft over: number and code.
    await mara.post(`${DRAFTS}/${draftId}/steps/witaj`, { action: 'leave', '/wuensche/witaj': 'true' })
    const saved = await mara.read<{ reference: string; code: string }>(`${DRAFTS}/${draftId}/saved`)
    await bodyOf(await jan.post('/submissions/resume', { reference: saved.reference, code: saved.code }), 200)
    expect((await problemOf(await submit(jan, draftId))).type).toBe('submissions/same-person')
    await bodyOf(await submit(mara, draftId), 201)
  })

  it("refuses the applicant's address, one asked already, and what is no address, and keeps what was typed", async () => {
    const mara = await person('mara')
    const draftId = await fillKita(mara)
    const tries = [
      ['mara@beispiel.example', 'email-own'],
      [' MARA@beispiel.example ', 'email-own'],
      ['kein at', 'email-wrong'],
    ] as const
    for (const [email, issue] of tries) {
      const body = { kind: 'sign', role: 'sorge', name: 'Jan', email }
      const refused = await mara.post(`${DRAFTS}/${draftId}/invitations`, body)
      expect(await problemOf(refused)).toMatchObject({ status: 422, errors: [{ type: `participants/${issue}` }] })
    }
    const shown = await mara.form(`${DRAFTS}/${draftId}/invitations`, {
      kind: 'sign',
      role: 'sorge',
      name: '',
      email: 'a@b.example',
    })
    expect([shown.status, shown.headers.get('location')]).toEqual([303, `/antrag/${draftId}/mitwirkende#fehler`])
    expect((await rolesOf(mara, draftId))[0]?.typed).toMatchObject({ email: 'a@b.example', issue: 'name-empty' })
    await ask(mara, draftId)
    expect((await rolesOf(mara, draftId))[0]?.typed).toBeNull()
  })

  it('of two who must sign lets nobody sign for both, not even at the same moment', async () => {
    const mara = await person('mara', 'basic', {}, two)
    const draftId = await fillKita(mara)
    const first = await ask(mara, draftId)
    const sameMail = { kind: 'sign', role: 'sorge', name: 'Jan', email: 'JAN@beispiel.example' }
    expect((await mara.post(`${DRAFTS}/${draftId}/invitations`, sameMail)).status).toBe(422)
    const second = await ask(mara, draftId, { name: 'Ida', email: 'ida@beispiel.example' })
    const jan = await two.signInCitizen('jan', { level: 'basic' })
    await bodyOf(await open(jan, first), 200)
    await bodyOf(await open(jan, second), 200)
    const both = await Promise.all([sign(jan, first.id), sign(jan, second.id)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect((await problemOf(await submit(mara, draftId))).errors).toMatchObject([{ params: { given: 1, count: 2 } }])
    const left = both[0]?.status === 200 ? second : first
    const ida = await two.signInCitizen('ida', { level: 'basic' })
    const { code } = await codeOf(mara, draftId, left.id)
    await bodyOf(await open(ida, { id: left.id, code }), 200)
    await bodyOf(await sign(ida, left.id), 200)
    await bodyOf(await submit(mara, draftId), 201)
  })

  it('takes two signatures of two people at the same moment', async () => {
    const mara = await person('mara', 'basic', {}, two)
    const draftId = await fillKita(mara)
    const people = await Promise.all(
      ['jan', 'ida'].map(async (name) => ({ name, caller: await two.signInCitizen(name, { level: 'basic' }) })),
    )
    const ids: string[] = []
    for (const { name, caller } of people) {
      const invitation = await ask(mara, draftId, { name, email: `${name}@beispiel.example` })
      await bodyOf(await open(caller, invitation), 200)
      ids.push(invitation.id)
    }
    const answers = await Promise.all(people.map(({ caller }, index) => sign(caller, ids[index] ?? '')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    await bodyOf(await submit(mara, draftId), 201)
  })
})

describe('link and code', () => {
  it('opens with neither alone, refuses alike whatever is wrong, and throttles', async () => {
    const mara = await person('mara')
    const draftId = await fillKita(mara)
    const invitation = await ask(mara, draftId)
    const stranger = town.newCaller()
    expect((await stranger.get(`${INVITATIONS}/${invitation.id}`)).status).toBe(401)
    expect((await mara.get(`${INVITATIONS}/${invitation.id}`)).status).toBe(404)
    const missing = '01900000-0000-7000-8000-000000000000'
    const wrong = await problemOf(await open(stranger, { id: invitation.id, code: 'AAAA-AAAA' }))
    const unknown = await problemOf(await open(stranger, { id: missing, code: invitation.code }))
    expect(wrong).toEqual(unknown)
    expect(wrong).toMatchObject({ status: 403, type: 'submissions/invitation-code-refused' })
    const tries: number[] = []
    for (let index = 0; index < 6; index += 1) {
      tries.push((await open(stranger, { id: invitation.id, code: 'AAAA-AAAA' })).status)
    }
    expect(tries).toEqual([403, 403, 403, 403, 429, 429])
    expect((await open(stranger, invitation)).status).toBe(429)
    const elsewhere = town.newCaller()
    expect((await open(elsewhere, invitation)).status).toBe(200)
    expect((await open(town.newCaller(), invitation)).status).toBe(403)
    expect((await codeOf(mara, draftId, invitation.id)).code).not.toBe(invitation.code)
  })

  it('is over when it is taken back, and whoever was asked is told', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    await bodyOf(await mara.post(`${DRAFTS}/${draftId}/invitations/${invitation.id}/withdraw`), 200)
    expect(await jan.read<Part>(`${INVITATIONS}/${invitation.id}`)).toMatchObject({
      state: 'withdrawn',
      sections: [],
      seen: '',
    })
    expect((await problemOf(await submit(mara, draftId))).type).toBe('submissions/incomplete')
    const tried = await jan.post(`${INVITATIONS}/${invitation.id}/sign`, { seen: '0'.repeat(64) })
    expect((await problemOf(tried)).type).toBe('submissions/invitation-over')
    expect((await open(town.newCaller(), await codeOf(mara, draftId, invitation.id))).status).toBe(403)
    await town.tick()
    expect(town.mails.at(-1)?.subject).toMatch(/^Einladung zurückgenommen/)
    await ask(mara, draftId)
  })

  it('is answered no with a reason that the applicant reads, also after a yes', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    await bodyOf(await jan.post(`${INVITATIONS}/${invitation.id}/decline`, { reason: 'Der Beginn ist zu früh.' }), 200)
    const [role] = await rolesOf(mara, draftId)
    expect(role).toMatchObject({ givenCount: 0, canInvite: true })
    expect(role?.invitations).toMatchObject([{ state: 'declined', reason: 'Der Beginn ist zu früh.' }])
    expect((await problemOf(await submit(mara, draftId))).type).toBe('submissions/incomplete')
  })
})

describe('answers changed after a signature', () => {
  it('make it void where the signer saw them, tell the signer, and leave it where they did not', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    await sendKita(mara, draftId, 'anschrift', { '/elternteil/anschrift/hausnummer': '13' })
    await sendKita(mara, draftId, 'stunden')
    expect((await rolesOf(mara, draftId))[0]).toMatchObject({ givenCount: 1 })
    const before = town.mails.length
    await sendKita(mara, draftId, 'beginn', { '/betreuung/beginn/month': '9' })
    expect((await rolesOf(mara, draftId))[0]).toMatchObject({ givenCount: 0, invitations: [{ state: 'void' }] })
    expect((await problemOf(await submit(mara, draftId))).type).toBe('submissions/incomplete')
    await town.tick()
    const told = town.mails.slice(before).filter(({ to }) => to === 'jan@beispiel.example')
    expect(told.map(({ subject }) => subject.slice(0, 26))).toContain('Bitte lesen Sie noch einma')
    const part = await jan.read<Part>(`${INVITATIONS}/${invitation.id}`)
    expect(JSON.stringify(part.sections)).toContain('1. September 2027')
    await bodyOf(await sign(jan, invitation.id), 200)
    await bodyOf(await submit(mara, draftId), 201)
  })

  it('give the signer a new time, also where the first is over', async () => {
    const own = await openTown()
    try {
      const mara = await own.signInCitizen('mara', { level: 'basic' })
      const draftId = await fillKita(mara)
      const invitation = await ask(mara, draftId)
      const jan = await own.signInCitizen('jan', { level: 'basic' })
      await bodyOf(await open(jan, invitation), 200)
      await bodyOf(await sign(jan, invitation.id), 200)
      await own.tick()
      own.clock.advance(20 * DAY_MS)
      await own.tick()
      const later = await own.signInCitizen('mara', { level: 'basic' })
      expect((await rolesOf(later, draftId))[0]).toMatchObject({ givenCount: 1 })
      await sendKita(later, draftId, 'beginn', { '/betreuung/beginn/month': '9' })
      const { code } = await codeOf(later, draftId, invitation.id)
      const again = await own.signInCitizen('jan', { level: 'basic' })
      await bodyOf(await open(again, { id: invitation.id, code }), 200)
      expect(await again.read<Part>(`${INVITATIONS}/${invitation.id}`)).toMatchObject({ state: 'void' })
      own.clock.advance(11 * DAY_MS)
      await own.tick()
      expect(own.mails.at(-1)?.subject).toMatch(/^Erinnerung/)
      own.clock.advance(3 * DAY_MS)
      await own.tick()
      const last = await own.signInCitizen('mara', { level: 'basic' })
      expect((await rolesOf(last, draftId))[0]).toMatchObject({ canInvite: true, invitations: [{ state: 'expired' }] })
    } finally {
      await own.close()
    }
  })

  it('refuse a signature on what was read before', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    const { seen } = await jan.read<Part>(`${INVITATIONS}/${invitation.id}`)
    await sendKita(mara, draftId, 'beginn', { '/betreuung/beginn/month': '10' })
    const late = await sign(jan, invitation.id, { seen })
    expect((await problemOf(late)).type).toBe('submissions/changed-meanwhile')
  })

  it('never go unsigned, however signing and changing meet', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    const [signed] = await Promise.all([
      sign(jan, invitation.id),
      sendKita(mara, draftId, 'beginn', { '/betreuung/beginn/month': '11' }),
    ])
    expect([200, 409]).toContain(signed.status)
    const part = await jan.read<Part>(`${INVITATIONS}/${invitation.id}`)
    expect(part.state).not.toBe('given')
    expect((await problemOf(await submit(mara, draftId))).type).toBe('submissions/incomplete')
  })
})

describe('a page answered by somebody else', () => {
  const hours = { '/betreuung/stunden': 'acht', '/sorge/gemeinsam': 'allein' }
  const AS = { kind: 'step', role: 'nachweis', name: 'Spree GmbH', email: 'personal@spree.example' }

  async function delegated() {
    const mara = await person('mara')
    const draftId = await fillKita(mara, hours, 'nachweis')
    const invitation = await ask(mara, draftId, AS)
    const employer = town.newCaller()
    await bodyOf(await open(employer, invitation), 200)
    return { mara, draftId, invitation, employer }
  }
  const answer = (caller: Caller, id: string, file: Uint8Array | null, question = PROOF_QUESTION, fields = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) {
      form.set(name, String(value))
    }
    if (file !== null) {
      form.set(question, new File([new Uint8Array(file)], 'arbeit.pdf', { type: 'application/pdf' }))
    }
    return caller.form(`${INVITATIONS}/${id}/answer`, form)
  }

  it('shows them the page and what it is about, takes their file, and the applicant goes on', async () => {
    const { mara, draftId, invitation, employer } = await delegated()
    const part = await employer.read<Part>(`${INVITATIONS}/${invitation.id}`)
    expect(part.step?.fields.map(({ name }) => name)).toEqual([PROOF_QUESTION])
    expect(JSON.stringify(part)).toContain('bis 8 Stunden')
    expect(JSON.stringify(part)).not.toMatch(/Sandower|"Lea"|mara@beispiel/)
    const sent = await answer(employer, invitation.id, smallPdf('Arbeitsvertrag'))
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/mitzeichnen/${invitation.id}`])
    expect(await employer.read<Part>(`${INVITATIONS}/${invitation.id}`)).toMatchObject({
      state: 'given',
      sections: [],
      step: null,
    })
    const [role] = await rolesOf(mara, draftId)
    expect(role).toMatchObject({
      kind: 'step',
      givenCount: 1,
      invitations: [{ state: 'given', given: { account: null } }],
    })
    await fillKitaFrom(mara, { draftId, step: 'besonders' }, { changes: hours })
    const { vorgangId } = await bodyOf<Submitted>(await submit(mara, draftId), 201)
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['kita'] })
    const vorgang = await clerk.read<{ participants: object[]; documents: { fileName: string }[] }>(
      `/submissions/vorgaenge/${vorgangId}`,
    )
    expect(vorgang.participants).toMatchObject([{ kind: 'step', role: 'nachweis', name: 'Spree GmbH', account: null }])
    expect(vorgang.documents.map(({ fileName }) => fileName)).toContain('arbeit.pdf')
  })

  it('takes no file and no answer for another page, and opens no other', async () => {
    const { draftId, invitation, employer } = await delegated()
    const foreign = await answer(employer, invitation.id, smallPdf('x'), '/unterlagen/geburtsurkunde')
    expect((await problemOf(foreign)).type).toBe('submissions/question-missing')
    await answer(employer, invitation.id, null, PROOF_QUESTION, {
      '/kind/vornamen': 'Mallory',
      '/betreuung/stunden': 'zehn',
    })
    for (const path of ['', '/steps/nachweis', '/steps/kind', '/review']) {
      expect((await employer.get(`${DRAFTS}/${draftId}${path}`)).status).toBe(404)
    }
    const upload = await putFile(employer, draftId, smallPdf('x'), { question: PROOF_QUESTION })
    expect(upload.status).toBe(404)
    expect((await employer.post(`${INVITATIONS}/${invitation.id}/sign`, { seen: '0'.repeat(64) })).status).toBe(409)
  })

  it('stays theirs until it is right, and what they sent is checked as always', async () => {
    const { mara, draftId, invitation, employer } = await delegated()
    const empty = await answer(employer, invitation.id, null)
    expect(empty.headers.get('location')).toBe(`/mitzeichnen/${invitation.id}#fehler`)
    const broken = await answer(employer, invitation.id, Buffer.from('kein PDF'))
    expect(broken.headers.get('location')).toBe(`/mitzeichnen/${invitation.id}#fehler`)
    expect((await rolesOf(mara, draftId))[0]?.invitations).toMatchObject([{ state: 'opened' }])
    await answer(employer, invitation.id, smallPdf('gut'))
    expect((await rolesOf(mara, draftId))[0]?.invitations).toMatchObject([{ state: 'given' }])
    expect((await answer(employer, invitation.id, smallPdf('noch einer'))).status).toBe(409)
  })

  it('says it was changed where the applicant changes it afterwards, and is over when it is taken back', async () => {
    const { mara, draftId, invitation, employer } = await delegated()
    await answer(employer, invitation.id, smallPdf('gut'))
    await bodyOf(await putFile(mara, draftId, smallPdf('noch einer'), { question: PROOF_QUESTION }), 201)
    expect((await rolesOf(mara, draftId))[0]).toMatchObject({ givenCount: 0, invitations: [{ state: 'void' }] })
    await bodyOf(await mara.post(`${DRAFTS}/${draftId}/invitations/${invitation.id}/withdraw`), 200)
    expect((await answer(employer, invitation.id, smallPdf('zu spät'))).status).toBe(409)
  })

  it('is not theirs while no answer of the applicant leads to it', async () => {
    const { mara, draftId, invitation, employer } = await delegated()
    await sendKita(mara, draftId, 'stunden', { ...hours, '/betreuung/stunden': 'sechs' })
    expect(await employer.read<Part>(`${INVITATIONS}/${invitation.id}`)).toMatchObject({ isAsked: false, step: null })
    expect((await problemOf(await answer(employer, invitation.id, smallPdf('x')))).type).toBe('submissions/not-asked')
    await sendKita(mara, draftId, 'stunden', hours)
    await answer(employer, invitation.id, smallPdf('x'))
    expect((await rolesOf(mara, draftId))[0]).toMatchObject({ givenCount: 1 })
  })

  it('is refused to the applicant, and to whoever was not asked', async () => {
    const { mara, draftId, invitation } = await delegated()
    const { code } = await codeOf(mara, draftId, invitation.id)
    await bodyOf(await open(mara, { id: invitation.id, code }), 200)
    expect((await problemOf(await answer(mara, invitation.id, smallPdf('ich')))).type).toBe('submissions/same-person')
    expect((await answer(town.newCaller(), invitation.id, smallPdf('x'))).status).toBe(401)
    const elsewhere = await delegated()
    expect((await answer(elsewhere.employer, invitation.id, smallPdf('x'))).status).toBe(404)
    expect((await mara.post(`${DRAFTS}/${draftId}/invitations`, { ...AS, role: 'kind' })).status).toBe(409)
  })
})

describe('a correction', () => {
  it('keeps the signature where its part stays, and needs another where it does not', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    const { vorgangId } = await bodyOf<Submitted>(await submit(mara, draftId), 201)
    const correct = async (): Promise<string> => {
      const begun = await bodyOf<{ page: string }>(
        await mara.post(`/submissions/status/${vorgangId}/acts/correct`),
        200,
      )
      return begun.page.split('/')[2] ?? ''
    }
    const first = await correct()
    await sendKita(mara, first, 'anschrift', { '/elternteil/anschrift/hausnummer': '14' })
    await bodyOf(await submit(mara, first), 201)
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['kita'] })
    const view = await clerk.read<{ participants: object[] }>(`/submissions/vorgaenge/${vorgangId}`)
    expect(view.participants).toMatchObject([{ role: 'sorge', name: 'Jan Krawc' }])
    const second = await correct()
    await sendKita(mara, second, 'wuensche', { '/wuensche/erste': 'madlow' })
    expect((await problemOf(await submit(mara, second))).errors).toMatchObject([
      { type: 'submissions/signature-missing', params: { given: 0 } },
    ])
  })
})

describe('the end', () => {
  it('leaves nothing of the people asked once the draft is sent or thrown away', async () => {
    const { mara, jan, draftId, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    await bodyOf(await submit(mara, draftId), 201)
    expect(await leftOf(invitation.id)).toMatchObject({ invitee: 0, record: null })
    expect((await jan.get(`${INVITATIONS}/${invitation.id}`)).status).toBe(404)
    const other = await asked()
    expect((await other.mara.post(`/submissions/account/drafts/${other.draftId}/discard`)).status).toBe(200)
    expect(await leftOf(other.invitation.id)).toMatchObject({ invitee: 0, record: null })
    expect((await other.jan.get(`${INVITATIONS}/${other.invitation.id}`)).status).toBe(404)
  })

  it('comes at the deadline: reminded before, told after, and asked anew', async () => {
    const mara = await person('mara')
    const draftId = await fillKita(mara)
    const invitation = await ask(mara, draftId, { email: 'frist@beispiel.example' })
    const toJan = () => town.mails.filter(({ to }) => to === 'frist@beispiel.example')
    await town.tick()
    expect(toJan().map(({ subject }) => subject.split(',')[0])).toEqual(['Sie werden um Mitwirkung gebeten'])
    town.clock.advance(11 * DAY_MS)
    await town.tick()
    expect(toJan().map(({ subject }) => subject.split(',')[0])).toEqual([
      'Sie werden um Mitwirkung gebeten',
      'Erinnerung',
    ])
    town.clock.advance(3 * DAY_MS)
    expect((await open(town.newCaller(), invitation)).status).toBe(403)
    const before = town.mails.length
    await town.tick()
    expect(town.mails.slice(before).map(({ to }) => to)).toContain('mara@beispiel.example')
    const again = await town.signInCitizen(`mara-${count}`, { level: 'basic' })
    const [role] = await rolesOf(again, draftId)
    expect(role).toMatchObject({ canInvite: true, invitations: [{ state: 'expired', code: null }] })
    expect((await ask(again, draftId)).code).not.toBe('')
  })

  it('comes with that of the draft, and takes what was signed with it: emptied, and the key destroyed', async () => {
    const { jan, invitation } = await asked()
    await bodyOf(await sign(jan, invitation.id), 200)
    town.clock.advance(31 * DAY_MS)
    const late = await person('late')
    expect((await open(late, invitation)).status).toBe(403)
    await town.tick()
    const left = await leftOf(invitation.id)
    expect(left).toMatchObject({ invitee: 0, record: null })
    await expect(town.ctx.keyring.dataKey(left.keyId)).rejects.toMatchObject({ type: 'keys/key-gone' })
  })
})

const leftOf = (id: string) =>
  town.ctx.db.get<{ invitee: number; record: unknown; keyId: string }>(
    `SELECT length(invitee_sealed) AS invitee, record_sealed AS record, key_id AS keyId FROM invitations WHERE id = '${id}'`,
  )
