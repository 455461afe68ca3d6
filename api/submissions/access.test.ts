import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveActor } from '../identity/service.ts'
import { verifyJournal } from '../journal/service.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { ANSWERS, apply, bodyOf, DRAFTS, smallPdf } from '../testing/dog-tax.ts'
import { SETTINGS } from '../testing/inbound.ts'
import { openTown, type Town } from '../testing/town.ts'
import { keepVorgang } from './service-account.ts'
import { performAct } from './service-acts.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

const DAY_MS = 86_400_000
const TEAM = { roles: ['clerk'], teams: ['steuern'] } as const
const OLD = ANSWERS['/halter/kontakt/email'] ?? ''
const NEW = 'neu@beispiel.example'
const REASON = 'Handy verloren, Postfach gesperrt.'
const ASKED = { identifiedBy: 'id-document', email: NEW, reason: REASON }

let town: Town
let anna: Caller
let bernd: Caller
let lena: Caller
beforeAll(async () => {
  town = await openTown({ settings: SETTINGS })
  anna = await town.signIn('anna', TEAM)
  bernd = await town.signIn('bernd', TEAM)
  lena = await town.signIn('lena', { roles: ['clerk', 'lead'], teams: ['steuern'] })
})
afterAll(() => town.close())

type Applied = { readonly citizen: Caller; readonly id: string; readonly draftId: string }
async function applied(citizen = town.newCaller()): Promise<Applied> {
  const { vorgangId, draftId } = await apply(citizen, smallPdf('x'))
  await town.tick()
  return { citizen, id: vorgangId, draftId }
}
const view = (id: string, who = anna): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const status = (citizen: Caller, id: string): Promise<StatusView> => citizen.read(`/submissions/status/${id}`)
const at = (id: string, access: string, act: string): string => `/submissions/vorgaenge/${id}/access/${access}/${act}`
const ask = async (id: string, body: object = ASKED, who = anna): Promise<string> =>
  (await bodyOf<{ accessId: string }>(await who.post(`/submissions/vorgaenge/${id}/access`, body), 201)).accessId
type Handed = { readonly codes: readonly { readonly reference: string; readonly code: string }[] }
/** Asked by anna, confirmed by bernd: what the person is handed. */
async function renewed(id: string, body: object = ASKED): Promise<Handed['codes']> {
  const access = await ask(id, body)
  await bodyOf(await bernd.post(at(id, access, 'confirm')), 200)
  return (await bodyOf<Handed>(await bernd.post(at(id, access, 'codes')), 200)).codes
}
type SignIn = { readonly reference: string; readonly code: string | null | undefined }
const signIn = (caller: Caller, { reference, code }: SignIn = { reference: '', code: '' }): Promise<Response> =>
  caller.post('/submissions/status/sign-in', { reference, code })
const item = async (id: string) => {
  const lists = await Promise.all(
    ['team', 'waiting', 'done'].map((name) => anna.read<ItemList>(`/postboxes/steuern/items?view=${name}`)),
  )
  return lists.flatMap(({ items }) => items).find(({ vorgangId }) => vorgangId === id)
}
const linesOf = async (id: string, type: string) => (await view(id)).journal.filter((line) => line.type === type)
const isVerified = async (): Promise<boolean> => (await verifyJournal(town.ctx)).ok

describe('POST /vorgaenge/:vorgang/access', () => {
  it('201 asks a second person, and changes nothing of the access', async () => {
    const of = await applied()
    const code = (await status(of.citizen, of.id)).nextCode
    const access = await ask(of.id)
    expect((await view(of.id, bernd)).access).toEqual([
      {
        id: access,
        state: 'open',
        identifiedBy: 'id-document',
        evidence: '',
        email: NEW,
        reason: REASON,
        requestedBy: { name: 'anna', isMe: false },
        requestedAtMs: town.clock.now(),
        expiresAtMs: town.clock.now() + 14 * DAY_MS,
        decidedBy: null,
        decidedAtMs: null,
        comment: null,
        canShowCodes: false,
        shownAtMs: null,
      },
    ])
    expect(await item(of.id)).toMatchObject({ isNew: 1, state: 'open' })
    expect((await view(of.id)).errands).toMatchObject([{ id: access, kind: 'access', state: 'open' }])
    expect((await status(of.citizen, of.id)).nextCode).toBe(code)
    const [line] = await linesOf(of.id, 'access-requested')
    expect(line).toMatchObject({ actor: 'anna', body: { access, identifiedBy: 'id-document', hasEmail: true } })
    expect(JSON.stringify(line)).not.toMatch(/neu@|Handy/)
  })

  it('422 without a reason, without how the person was identified, with an address that is none', async () => {
    const of = await applied()
    for (const [change, pointer] of [
      [{ reason: ' \n ' }, '/reason'],
      [{ identifiedBy: undefined }, '/identifiedBy'],
      [{ identifiedBy: 'friend' }, '/identifiedBy'],
      [{ email: 'keine Adresse' }, '/email'],
      [{ identifiedBy: 'other-proof', evidence: ' ' }, '/evidence'],
    ] as const) {
      const refused = await problemOf(
        await anna.post(`/submissions/vorgaenge/${of.id}/access`, { ...ASKED, ...change }),
      )
      expect(refused).toMatchObject({ status: 422, errors: [{ pointer }] })
    }
    expect((await view(of.id)).access).toEqual([])
  })

  it('409 while another request waits, also for two at once', async () => {
    const of = await applied()
    const both = await Promise.all(
      [anna, bernd].map((who) => who.post(`/submissions/vorgaenge/${of.id}/access`, ASKED)),
    )
    expect(both.map((answer) => answer.status).toSorted()).toEqual([201, 409])
    const late = await problemOf(await lena.post(`/submissions/vorgaenge/${of.id}/access`, ASKED))
    expect(late.type).toBe('submissions/access-open')
    expect((await view(of.id)).errands).toHaveLength(1)
  })

  it('404 to another team, 401 to the person and the public', async () => {
    const of = await applied()
    const omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    const path = `/submissions/vorgaenge/${of.id}/access`
    expect((await omar.post(path, ASKED)).status).toBe(404)
    expect([(await of.citizen.post(path, ASKED)).status, (await town.newCaller().post(path, ASKED)).status]).toEqual([
      403, 401,
    ])
  })

  it('303 leads a browser back to the Vorgang; its errand is not for ticking off', async () => {
    const of = await applied()
    const answer = await anna.form(`/submissions/vorgaenge/${of.id}/access`, { ...ASKED, evidence: '' })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/amt/vorgaenge/${of.id}?getan=access-asked#zugang`,
    ])
    const [errand] = (await view(of.id)).errands
    const ticked = await anna.post(`/submissions/vorgaenge/${of.id}/errands/${errand?.id}`)
    expect((await problemOf(ticked)).type).toBe('messages/errand-missing')
  })
})

describe('POST /vorgaenge/:vorgang/access/:access/confirm', () => {
  it('200 ends codes and sessions of before; the new code opens it once, and leads on', async () => {
    const of = await applied()
    const elsewhere = town.newCaller()
    const before = await status(of.citizen, of.id)
    const first = await bodyOf<{ nextCode: string }>(
      await signIn(elsewhere, { reference: before.reference, code: before.nextCode }),
      200,
    )
    const [handed] = await renewed(of.id)
    expect(handed?.reference).toBe(before.reference)
    for (const old of [of.citizen, elsewhere]) {
      expect((await old.get(`/submissions/status/${of.id}`)).status).toBe(404)
      expect((await old.get(`/submissions/status/${of.id}/copy.pdf`)).status).toBe(404)
    }
    for (const code of [before.nextCode, first.nextCode]) {
      expect((await signIn(town.newCaller(), { reference: before.reference, code })).status).toBe(403)
    }
    const person = town.newCaller()
    const opened = await bodyOf<{ nextCode: string }>(await signIn(person, handed), 200)
    expect((await signIn(town.newCaller(), handed)).status).toBe(403)
    const { events, nextCode } = await status(person, of.id)
    expect(events).toContainEqual({ type: 'access-renewed', atMs: town.clock.now() })
    expect(nextCode).toBe(opened.nextCode)
    expect((await signIn(town.newCaller(), { reference: before.reference, code: nextCode })).status).toBe(200)
  })

  it('takes the Vorgang from an account that held it, and leaves it everything else', async () => {
    const account = await town.signInCitizen('stolen')
    const of = await applied(account)
    const { id: other } = await applied(account)
    const [handed] = await renewed(of.id)
    const elsewhere = await town.signInCitizen('stolen')
    for (const caller of [account, elsewhere]) {
      expect((await caller.get(`/submissions/status/${of.id}`)).status).toBe(404)
      expect((await caller.get(`/submissions/status/${other}`)).status).toBe(200)
      type Overview = { readonly applications: readonly { readonly vorgangId: string }[] }
      const { applications } = await caller.read<Overview>('/submissions/account')
      expect(applications.map(({ vorgangId }) => vorgangId)).toEqual([other])
    }
    expect((await account.post(`/submissions/account/vorgaenge/${of.id}`)).status).toBe(404)
    const fresh = await town.signInCitizen('fresh')
    await bodyOf(await signIn(fresh, handed), 200)
    await bodyOf(await fresh.post(`/submissions/account/vorgaenge/${of.id}`), 200)
    expect((await (await town.signInCitizen('fresh')).get(`/submissions/status/${of.id}`)).status).toBe(200)
  })

  it('takes the receipt of the draft and a correction that was begun, with its answers and its key', async () => {
    const of = await applied()
    const begun = await bodyOf<{ page: string }>(
      await of.citizen.post(`/submissions/status/${of.id}/acts/correct`),
      200,
    )
    const [, , correction = ''] = begun.page.split('/')
    expect((await of.citizen.get(`${DRAFTS}/${correction}/review`)).status).toBe(200)
    expect((await of.citizen.get(`${DRAFTS}/${of.draftId}/receipt`)).status).toBe(200)
    const destroyed = (await town.ctx.keyring.destroyed()).size
    await renewed(of.id)
    await town.tick()
    expect((await of.citizen.get(`${DRAFTS}/${of.draftId}/receipt`)).status).toBe(404)
    expect((await of.citizen.get(`${DRAFTS}/${correction}/review`)).status).toBe(404)
    expect((await of.citizen.post(`${DRAFTS}/${correction}/submit`)).status).toBe(404)
    expect((await town.ctx.keyring.destroyed()).size).toBe(destroyed + 1)
  })

  it('gives nothing to a request that was let in a moment before: it keeps and corrects for nobody', async () => {
    const account = await town.signInCitizen('quick')
    const of = await applied(account)
    const cookie = [...account.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const actor = await resolveActor(town.ctx, new Request(town.ctx.origin, { headers: { cookie } }))
    await renewed(of.id)
    await keepVorgang(town.ctx, actor, of.id)
    const act = { vorgangId: of.id, act: 'correct', about: '', version: null } as const
    const sent = { entries: {}, files: [], refusals: [], isForm: false } as const
    const { page } = await performAct(town.ctx, actor, { ...act, ...sent })
    expect((await account.get(`/submissions/status/${of.id}`)).status).toBe(404)
    expect((await account.get(`${DRAFTS}/${page.split('/')[2]}/review`)).status).toBe(404)
  })

  it('covers an objection in the same eAkte, with a code of its own', async () => {
    const of = await applied()
    await decide(of.id)
    const [notice] = (await status(of.citizen, of.id)).notices
    const objected = await bodyOf<{ vorgangId: string }>(
      await of.citizen.post(`/submissions/status/${of.id}/acts/object`, { about: notice?.id, reason: 'Zu hoch.' }),
      200,
    )
    const codes = await renewed(of.id)
    expect(codes).toHaveLength(2)
    expect((await of.citizen.get(`/submissions/status/${objected.vorgangId}`)).status).toBe(404)
    const person = town.newCaller()
    for (const handed of codes) {
      await bodyOf(await signIn(person, handed), 200)
    }
    expect((await status(person, objected.vorgangId)).related).toMatchObject([{ vorgangId: of.id }])
    expect((await status(person, objected.vorgangId)).events).toContainEqual({
      type: 'access-renewed',
      atMs: town.clock.now(),
    })
  })

  it('puts the new address in the place of the old one, and tells both, by reference and link alone', async () => {
    const of = await applied()
    const { reference } = await status(of.citizen, of.id)
    // An address that waits for its code must not come into force afterwards.
    await bodyOf(
      await of.citizen.post(`/submissions/status/${of.id}/acts/contact`, { email: 'x@beispiel.example' }),
      200,
    )
    await town.tick()
    const count = town.mails.length
    const [handed] = await renewed(of.id)
    await town.tick()
    const mails = town.mails.slice(count)
    expect(mails.map(({ to }) => to).toSorted()).toEqual([OLD, NEW].toSorted())
    for (const { subject, text, replyTo } of mails) {
      expect(subject).toContain(reference)
      expect(text).toContain('/status/')
      expect(text).not.toContain(handed?.code ?? '')
      expect(text).not.toMatch(/Lehmann|Handy|Hund/)
      expect(replyTo).toMatch(/^vorgang\+r/)
    }
    expect(mails.find(({ to }) => to === OLD)?.text).toContain('nicht')
    await town.newCaller().post('/submissions/status/code', { reference })
    await town.tick()
    expect(
      town.mails
        .slice(count)
        .map(({ to }) => to)
        .at(-1),
    ).toBe(NEW)
    const person = town.newCaller()
    await bodyOf(await signIn(person, handed), 200)
    expect((await status(person, of.id)).acts.map(({ act }) => act)).not.toContain('contact-code')
  })

  it('leaves no address where none is given, and one that stays hears of it once', async () => {
    const none = await applied()
    const count = town.mails.length
    const { reference } = await status(none.citizen, none.id)
    await renewed(none.id, { ...ASKED, email: '' })
    await town.newCaller().post('/submissions/status/code', { reference })
    await town.tick()
    expect(town.mails.slice(count).map(({ to }) => to)).toEqual([OLD])
    const same = await applied()
    const later = town.mails.length
    await renewed(same.id, { ...ASKED, email: OLD.toUpperCase() })
    await town.tick()
    expect(town.mails.slice(later)).toHaveLength(1)
  })

  it('raises no errand when the old mailbox does not take the mail', async () => {
    const of = await applied()
    await renewed(of.id, { ...ASKED, email: '' })
    town.outside.mail = 550
    await town.tick()
    town.outside.mail = 'taken'
    expect((await view(of.id)).errands.map(({ kind, state }) => [kind, state])).toEqual([['access', 'done']])
    expect(await linesOf(of.id, 'mail-refused')).toHaveLength(1)
  })

  it('409 to whoever asked, 404 to another team, and neither changes anything', async () => {
    const of = await applied()
    const access = await ask(of.id)
    expect(await problemOf(await anna.post(at(of.id, access, 'confirm')))).toMatchObject({
      status: 409,
      type: 'submissions/access-same-person',
    })
    // Neither does a second session, or a lead's right, make another person of her.
    const again = await town.signIn('anna', { roles: ['clerk', 'lead'], teams: ['steuern'] })
    expect((await again.post(at(of.id, access, 'confirm'))).status).toBe(409)
    const omar = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await omar.post(at(of.id, access, 'confirm'))).status).toBe(404)
    expect((await view(of.id)).access).toMatchObject([{ state: 'open' }])
    expect((await of.citizen.get(`/submissions/status/${of.id}`)).status).toBe(200)
  })

  it('404 for the request of another Vorgang of the same team', async () => {
    const [one, two] = [await applied(), await applied()]
    const access = await ask(one.id)
    expect((await bernd.post(at(two.id, access, 'confirm'))).status).toBe(404)
    expect((await bernd.get(`/submissions/vorgaenge/${two.id}/access/${access}`)).status).toBe(404)
  })

  it('refuses whoever lost the right in between, with the next request', async () => {
    const of = await applied()
    const access = await ask(of.id)
    const carl = await town.signIn('carl', TEAM)
    town.setRights('carl', { roles: ['clerk'], teams: [] })
    expect((await carl.post(at(of.id, access, 'confirm'))).status).toBe(404)
    town.setRights('carl', null)
    expect((await carl.post(at(of.id, access, 'confirm'))).status).toBe(401)
    expect((await of.citizen.get(`/submissions/status/${of.id}`)).status).toBe(200)
  })

  it('is one when two people confirm at once, and the same when one of them presses again', async () => {
    const of = await applied()
    const access = await ask(of.id)
    const callers = [bernd, lena, bernd, lena]
    const answers = await Promise.all(callers.map((who) => who.post(at(of.id, access, 'confirm'))))
    const winner = (await view(of.id, bernd)).access[0]?.decidedBy?.isMe === true ? bernd : lena
    expect(answers.map(({ status: code }) => code)).toEqual(callers.map((who) => (who === winner ? 200 : 409)))
    expect(await linesOf(of.id, 'access-renewed')).toHaveLength(1)
    const [handed] = (await bodyOf<Handed>(await winner.post(at(of.id, access, 'codes')), 200)).codes
    expect((await signIn(town.newCaller(), handed)).status).toBe(200)
  })

  it('stands in the journal with both people, and the journal verifies; log and journal name nobody else', async () => {
    const of = await applied()
    const logged = town.logged.length
    const [handed] = await renewed(of.id)
    await town.tick()
    const { journal, access, errands } = await view(of.id)
    expect(journal.filter(({ type }) => type.startsWith('access-')).map(({ type, actor }) => [type, actor])).toEqual([
      ['access-requested', 'anna'],
      ['access-renewed', 'bernd'],
      ['access-code-shown', 'bernd'],
    ])
    const contents = journal.filter(({ type }) => /^access-re/.test(type)).map(({ body }) => body['content'])
    expect([contents.length, new Set(contents).size, typeof contents[0]]).toEqual([2, 1, 'string'])
    expect(access).toMatchObject([
      { state: 'confirmed', reason: REASON, requestedBy: { name: 'anna' }, decidedBy: { name: 'bernd' } },
    ])
    expect(errands).toMatchObject([{ kind: 'access', state: 'done' }])
    expect(await item(of.id)).toMatchObject({ isNew: 0 })
    expect(await isVerified()).toBe(true)
    const told = JSON.stringify([journal, town.logged.slice(logged)])
    for (const secret of [NEW, OLD, 'Handy', handed?.code ?? 'no code']) {
      expect(told).not.toContain(secret)
    }
  })
})

describe('POST /vorgaenge/:vorgang/access/:access/codes', () => {
  it('409 the second time, to whoever asked, and before anything was confirmed', async () => {
    const of = await applied()
    const access = await ask(of.id)
    const shown = async (who: Caller) => (await problemOf(await who.post(at(of.id, access, 'codes')))).type
    expect(await shown(bernd)).toBe('submissions/access-shown')
    await bodyOf(await bernd.post(at(of.id, access, 'confirm')), 200)
    expect((await anna.post(at(of.id, access, 'codes'))).status).toBe(403)
    expect(await shown(lena)).toBe('submissions/access-shown')
    const twice = await Promise.all([1, 2].map(() => bernd.post(at(of.id, access, 'codes'))))
    expect(twice.map((answer) => answer.status).toSorted()).toEqual([200, 409])
    expect(await shown(bernd)).toBe('submissions/access-shown')
    expect((await view(of.id, bernd)).access).toMatchObject([{ canShowCodes: false, shownAtMs: town.clock.now() }])
  })

  it('shows nothing of a code that came after: the person was quicker with one by mail', async () => {
    const of = await applied()
    const { reference } = await status(of.citizen, of.id)
    const access = await ask(of.id)
    await bodyOf(await bernd.post(at(of.id, access, 'confirm')), 200)
    await town.newCaller().post('/submissions/status/code', { reference })
    await town.tick()
    const mailed = town.mails.findLast(({ text }) => !text.includes(reference))
    const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(mailed?.text ?? '')?.[0]
    const person = town.newCaller()
    await bodyOf(await signIn(person, { reference, code }), 200)
    const { nextCode } = await status(person, of.id)
    await bodyOf(await signIn(person, { reference, code: nextCode }), 200)
    expect((await problemOf(await bernd.post(at(of.id, access, 'codes')))).type).toBe('submissions/access-shown')
  })
})

describe('POST /vorgaenge/:vorgang/access/:access/refuse and withdraw', () => {
  it('200 by the second person, with the reason: nothing changes, and another request may follow', async () => {
    const of = await applied()
    const count = town.mails.length
    const access = await ask(of.id)
    const comment = 'Das Foto passt nicht.'
    expect((await problemOf(await bernd.post(at(of.id, access, 'refuse'), { comment: ' ' }))).errors).toMatchObject([
      { pointer: '/comment' },
    ])
    expect((await anna.post(at(of.id, access, 'refuse'), { comment })).status).toBe(409)
    await bodyOf(await bernd.post(at(of.id, access, 'refuse'), { comment }), 200)
    await bodyOf(await bernd.post(at(of.id, access, 'refuse'), { comment }), 200)
    expect((await view(of.id)).access).toMatchObject([{ state: 'refused', comment, decidedBy: { name: 'bernd' } }])
    expect(await linesOf(of.id, 'access-refused')).toMatchObject([{ actor: 'bernd' }])
    await unchanged(of, count)
    expect((await problemOf(await lena.post(at(of.id, access, 'confirm')))).type).toBe('submissions/access-decided')
    expect(await ask(of.id)).not.toBe(access)
  })

  it('200 by whoever asked, 409 to others: it is taken back', async () => {
    const of = await applied()
    const count = town.mails.length
    const access = await ask(of.id)
    expect((await bernd.post(at(of.id, access, 'withdraw'))).status).toBe(409)
    await bodyOf(await anna.post(at(of.id, access, 'withdraw')), 200)
    expect((await view(of.id)).access).toMatchObject([{ state: 'withdrawn', comment: null }])
    await unchanged(of, count)
    expect((await bernd.post(at(of.id, access, 'confirm'))).status).toBe(409)
  })
})

describe('a request nobody decided about', () => {
  it('ends after 14 days and changes nothing, whether its job ran or not', async () => {
    const of = await applied()
    const { reference, nextCode } = await status(of.citizen, of.id)
    const access = await ask(of.id)
    town.clock.set(town.clock.now() + 14 * DAY_MS)
    ;[anna, bernd] = [await town.signIn('anna', TEAM), await town.signIn('bernd', TEAM)]
    expect((await view(of.id)).access).toMatchObject([{ state: 'expired' }])
    expect((await problemOf(await bernd.post(at(of.id, access, 'confirm')))).type).toBe('submissions/access-decided')
    await town.tick()
    expect((await view(of.id)).access).toMatchObject([{ state: 'expired', decidedBy: null }])
    expect(await linesOf(of.id, 'access-expired')).toMatchObject([{ actor: 'system:process' }])
    expect((await view(of.id)).errands).toMatchObject([{ kind: 'access', state: 'done' }])
    expect(await linesOf(of.id, 'access-renewed')).toEqual([])
    expect((await signIn(of.citizen, { reference, code: nextCode })).status).toBe(200)
    expect(await isVerified()).toBe(true)
    expect(await ask(of.id)).not.toBe(access)
  })
})

async function decide(id: string): Promise<void> {
  const complete = async (who: Caller, body: object): Promise<void> => {
    await who.post(`/postboxes/items/${id}/take`)
    const { task } = await view(id, who)
    await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body), 200)
    await town.tick()
  }
  await complete(anna, { outcome: 'approve' })
  await complete(lena, { outcome: 'sign', decisionHash: (await view(id, lena)).decision?.hash })
}

/** The old session and code still open it, nothing was mailed, and the postbox has nothing new. */
async function unchanged(of: Applied, mails: number): Promise<void> {
  await town.tick()
  expect(town.mails).toHaveLength(mails)
  const { reference, nextCode, events } = await status(of.citizen, of.id)
  expect(events.map(({ type }) => type)).not.toContain('access-renewed')
  expect((await signIn(town.newCaller(), { reference, code: nextCode })).status).toBe(200)
  expect((await view(of.id)).errands.filter(({ state }) => state === 'open')).toEqual([])
  expect(await item(of.id)).toMatchObject({ isNew: 0 })
  expect(await isVerified()).toBe(true)
}
