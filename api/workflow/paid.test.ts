import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type PaymentServer, startPayment } from '../../e2e/servers/payment/index.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { PaymentPage } from '../payments/service.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import type { ReceiptPage, ReviewPage } from '../submissions/service-pages.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import type { Caller } from '../testing/caller.ts'
import { bodyOf, DRAFTS } from '../testing/dog-tax.ts'
import { connectPayment } from '../testing/payment.ts'
import { applyForPermit, fillPermit, PERMIT } from '../testing/permit.ts'
import { readyMade } from '../testing/ready-made.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Ready-made processes with a fee, driven over the real protocol of the payment service. */
const DAY_MS = 86_400_000
const POSTBOX = 'verkehr'
let town: Town
let service: PaymentServer
beforeAll(async () => {
  service = await startPayment()
  town = await openTown()
  connectPayment(town, service)
})
afterEach(() => service.control({ reset: true }))
afterAll(async () => {
  await town.close()
  await service.close()
})

const install = (template: string): Promise<void> =>
  town.edit((path, text) => readyMade(template, path, { service: PERMIT, postbox: POSTBOX }) ?? text)

type Case = { readonly citizen: Caller; readonly vorgangId: string; readonly receipt: ReceiptPage }
async function applied(): Promise<Case> {
  const citizen = town.newCaller()
  const { vorgangId, draftId } = await applyForPermit(citizen)
  await town.tick()
  return { citizen, vorgangId, receipt: await citizen.read(`${DRAFTS}/${draftId}/receipt`) }
}
const reviewed = async (): Promise<ReviewPage> => {
  const citizen = town.newCaller()
  return await citizen.read<ReviewPage>(`${DRAFTS}/${await fillPermit(citizen)}/review`)
}
const status = ({ citizen, vorgangId }: Case): Promise<StatusView> => citizen.read(`/submissions/status/${vorgangId}`)
const clerk = (): Promise<Caller> => town.signIn('anna', { roles: ['clerk'], teams: [POSTBOX] })
const lead = (): Promise<Caller> => town.signIn('bert', { roles: ['lead'], teams: [POSTBOX] })
const view = async ({ vorgangId }: Case): Promise<VorgangView> =>
  (await clerk()).read(`/submissions/vorgaenge/${vorgangId}`)
const subjects = ({ vorgangId }: Case): readonly string[] =>
  town.mails
    .filter((mail) => mail.messageId.includes(vorgangId))
    .map(({ subject }) => subject.replace(/, (Vorgang )?CB-.*/, ''))

/** What the postbox says comes next. */
const nextOf = async ({ vorgangId }: Case, tab: 'team' | 'waiting' | 'done') =>
  (await (await clerk()).read<ItemList>(`/postboxes/${POSTBOX}/items?view=${tab}`)).items.find(
    (item) => item.vorgangId === vorgangId,
  )?.next

async function decide(kase: Case, outcome: object, signIn = clerk): Promise<void> {
  const who = await signIn()
  await bodyOf(await who.post(`/postboxes/items/${kase.vorgangId}/take`), 200)
  const { task } = await view(kase)
  await bodyOf(await who.post(`/workflow/vorgaenge/${kase.vorgangId}/tasks/${task?.id}/complete`, outcome), 200)
  await town.tick()
}

/** A second person signs exactly what was drafted. */
const sign = async (kase: Case): Promise<void> =>
  decide(kase, { outcome: 'sign', decisionHash: (await view(kase)).decision?.hash }, lead)

/** Pays what is due, on the provider's own page. */
async function pay(kase: Case): Promise<void> {
  const [due] = (await status(kase)).payments
  expect(due).toMatchObject({ state: 'due', amountCents: 3_070 })
  await bodyOf(await kase.citizen.post(`/payments/${due?.id}/transactions`), 201)
  const { redirectUrl } = await kase.citizen.read<PaymentPage>(`/payments/${due?.id}`)
  await fetch(redirectUrl ?? '', {
    method: 'POST',
    body: new URLSearchParams({ status: 'PAYED' }),
    redirect: 'manual',
  })
  expect(await kase.citizen.read(`/payments/${due?.id}?returning`)).toMatchObject({ state: 'paid' })
  await town.tick()
}

/** It waits for a second person, has no notice and asks for no money, and whoever decided cannot sign. */
async function expectOnlyAnother(kase: Case): Promise<void> {
  const { state, notices, payments } = await status(kase)
  expect([state?.text.title, notices]).toEqual(['Ihr Bescheid wird gegengelesen', []])
  expect(payments.filter((payment) => payment.state === 'due')).toEqual([])
  expect((await view(kase)).task?.mayComplete).toBe(false)
}

/** Paid, decided, and told so. */
async function expectNotice(kase: Case): Promise<void> {
  const { state, notices, documents } = await status(kase)
  expect(state?.text.title).toBe('Ihr Bescheid ist da')
  expect(notices).toHaveLength(1)
  expect(documents.map(({ kind }) => kind)).toContain('payment-receipt')
  expect((await view(kase)).itemState).toBe('done')
  expect(subjects(kase).at(-1)).toBe('Ihr Bescheid ist da')
}

describe('first the fee, then the decision', () => {
  it('nothing is worked on before it is paid; then it is decided, with notice and receipt', async () => {
    await install('pay-decide')
    expect(await reviewed()).toMatchObject({ fee: { totalCents: 3_070 }, isFeeLater: false })
    const kase = await applied()
    // What the receipt says of it: how much, what for, until when, how.
    expect(kase.receipt.payment).toMatchObject({
      state: 'due',
      amountCents: 3_070,
      items: [{ label: 'Bewohnerparkausweis für ein Jahr' }],
      canPay: true,
    })
    const lastDay = dayInBerlin(town.clock.now() + 29 * DAY_MS)
    expect([kase.receipt.payUntilOn, (await status(kase)).payUntilOn]).toEqual([lastDay, lastDay])
    expect(await view(kase)).toMatchObject({ task: null, feeAhead: null, waitsFor: 'payment' })
    await pay(kase)
    expect((await view(kase)).task?.outcomes.filter(({ asksForFee }) => asksForFee)).toEqual([])
    expect((await status(kase)).state?.node).toBe('check')
    await decide(kase, { outcome: 'approve' })
    await expectNotice(kase)
    expect((await status(kase)).payUntilOn).toBeNull()
  })
})

describe('first the decision, then the fee, then the notice', () => {
  beforeAll(() => install('decide-pay'))

  it('approved: the fee is asked for, and the notice comes when it is paid', async () => {
    expect(await reviewed()).toMatchObject({ fee: { totalCents: 3_070 }, isFeeLater: true })
    const kase = await applied()
    expect(kase.receipt).toMatchObject({ payment: null, payUntilOn: null })
    expect((await status(kase)).payments).toEqual([])
    expect(await nextOf(kase, 'team')).toEqual({ kind: 'task', title: 'Antrag prüfen' })
    const { task, feeAhead, waitsFor } = await view(kase)
    expect(task?.outcomes.map(({ id, asksForFee }) => [id, asksForFee])).toEqual([
      ['approve', true],
      ['refuse', false],
      ['request-information', false],
    ])
    expect(feeAhead).toMatchObject({
      items: [{ label: 'Bewohnerparkausweis für ein Jahr', totalCents: 3_070 }],
      totalCents: 3_070,
      isDemo: true,
    })
    expect(waitsFor).toBeNull()
    await decide(kase, { outcome: 'approve' })
    expect(await view(kase)).toMatchObject({
      task: null,
      feeAhead: null,
      waitsFor: 'payment',
      payments: [{ state: 'due', amountCents: 3_070 }],
    })
    expect(await nextOf(kase, 'waiting')).toEqual({ kind: 'wait', waitsFor: 'payment' })
    expect(subjects(kase).at(-1)).toBe('Ihr Antrag ist geprüft')
    const lastDay = dayInBerlin(town.clock.now() + 29 * DAY_MS)
    expect((await view(kase)).dueOn).toBe(lastDay)
    const { state, notices } = await status(kase)
    expect([state?.node, notices]).toEqual(['pay', []])
    await pay(kase)
    await expectNotice(kase)
  })

  it('refused: the notice comes at once, and nothing is to be paid', async () => {
    const kase = await applied()
    await decide(kase, {
      outcome: 'refuse',
      reasons: 'Die Wohnung liegt nicht in der Zone.',
      hearing: 'no-interference',
    })
    const { state, notices, payments } = await status(kase)
    expect([state?.text.title, notices.length, payments]).toEqual(['Ihr Bescheid ist da', 1, []])
    expect(service.transactions()).toEqual([])
  })

  it('never paid: a reminder after a week, the end after thirty days, no notice', async () => {
    const kase = await applied()
    await decide(kase, { outcome: 'approve' })
    const lastDay = dayInBerlin(town.clock.now() + 29 * DAY_MS)
    town.clock.advance(8 * DAY_MS)
    await town.tick()
    expect(subjects(kase).at(-1)).toBe('Die Gebühr ist noch offen')
    expect((await view(kase)).dueOn).toBe(lastDay)
    town.clock.advance(23 * DAY_MS)
    await town.tick()
    expect(subjects(kase).at(-1)).toBe('Vorgang beendet')
    expect(await view(kase)).toMatchObject({ itemState: 'done', notices: [] })
  })
})

describe('with a second person', () => {
  it('first the fee: two people decide, then the notice comes', async () => {
    await install('pay-decide-cosign')
    expect(await reviewed()).toMatchObject({ fee: { totalCents: 3_070 }, isFeeLater: false })
    const kase = await applied()
    expect(await view(kase)).toMatchObject({ task: null, waitsFor: 'payment' })
    await pay(kase)
    await decide(kase, { outcome: 'approve' })
    await expectOnlyAnother(kase)
    await sign(kase)
    await expectNotice(kase)
  })

  it('first the fee: a refusal is signed too, and says why', async () => {
    const kase = await applied()
    await pay(kase)
    await decide(kase, {
      outcome: 'refuse',
      reasons: 'Die Wohnung liegt nicht in der Zone.',
      hearing: 'no-interference',
    })
    await expectOnlyAnother(kase)
    await sign(kase)
    await expectNotice(kase)
  })

  it('first the decision: nothing is to be paid before it is signed; then the fee, then notice and receipt', async () => {
    await install('decide-cosign-pay')
    expect(await reviewed()).toMatchObject({ fee: { totalCents: 3_070 }, isFeeLater: true })
    const kase = await applied()
    await decide(kase, { outcome: 'approve' })
    await expectOnlyAnother(kase)
    await decide(kase, { outcome: 'return', comment: 'Bitte die Zone noch einmal ansehen.' }, lead)
    expect((await status(kase)).state?.node).toBe('check')
    await decide(kase, { outcome: 'approve' })
    const { task, feeAhead } = await view(kase)
    expect(task?.outcomes.map(({ id, asksForFee }) => [id, asksForFee])).toEqual([
      ['sign', true],
      ['return', false],
    ])
    expect(feeAhead).toMatchObject({ totalCents: 3_070 })
    await sign(kase)
    expect(await view(kase)).toMatchObject({
      task: null,
      waitsFor: 'payment',
      payments: [{ state: 'due' }],
      notices: [],
    })
    expect(subjects(kase).at(-1)).toBe('Ihr Antrag ist geprüft')
    await pay(kase)
    await expectNotice(kase)
  })

  it('first the decision: a signed refusal comes at once and costs nothing', async () => {
    const kase = await applied()
    await decide(kase, {
      outcome: 'refuse',
      reasons: 'Die Wohnung liegt nicht in der Zone.',
      hearing: 'no-interference',
    })
    await expectOnlyAnother(kase)
    await sign(kase)
    const { state, notices, payments } = await status(kase)
    expect([state?.text.title, notices.length, payments]).toEqual(['Ihr Bescheid ist da', 1, []])
    expect(service.transactions()).toEqual([])
  })
})
