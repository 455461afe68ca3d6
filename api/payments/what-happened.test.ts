import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type PaymentServer, startPayment } from '../../e2e/servers/payment/index.ts'
import { verifyJournal } from '../journal/service.ts'
import type { ItemList } from '../postboxes/service.ts'
import type { ReceiptPage } from '../submissions/service-pages.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS } from '../testing/dog-tax.ts'
import { connectPayment } from '../testing/payment.ts'
import { applyForPermit, fillPermit } from '../testing/permit.ts'
import { openTown, type Town } from '../testing/town.ts'
import { readCase } from '../workflow/service.ts'
import { type PaymentPage, type PaymentView, readPayments } from './service.ts'

/** What may happen between a person and the payment service, over the real protocol. Sums must be right in every row. */
const HOUR_MS = 3_600_000
const PRICE = 3_070
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

type Case = {
  readonly citizen: Caller
  readonly vorgangId: string
  readonly paymentId: string
  readonly reference: string
  readonly code: string
}
const status = (kase: Pick<Case, 'citizen' | 'vorgangId'>): Promise<StatusView> =>
  kase.citizen.read(`/submissions/status/${kase.vorgangId}`)
async function applied(changes: Readonly<Record<string, string>> = {}): Promise<Case> {
  const citizen = town.newCaller()
  const { vorgangId, draftId } = await applyForPermit(citizen, changes)
  const receipt = await citizen.read<ReceiptPage>(`${DRAFTS}/${draftId}/receipt`)
  const { reference, code } = receipt
  return { citizen, vorgangId, paymentId: receipt.payment?.id ?? '', reference, code: code ?? '' }
}
const press = ({ citizen, paymentId }: Case): Promise<Response> => citizen.post(`/payments/${paymentId}/transactions`)
const page = ({ citizen, paymentId }: Case, query = ''): Promise<PaymentPage> =>
  citizen.read(`/payments/${paymentId}${query}`)
const begin = async (kase: Case): Promise<string> => {
  await bodyOf(await press(kase), 201)
  return service.transactions().at(-1)?.id ?? ''
}
/** The payer presses a button on the provider's page and is led back. */
async function atProvider(kase: Case, wanted: 'PAYED' | 'CANCELED' | 'FAILED'): Promise<PaymentPage> {
  const { redirectUrl } = await page(kase)
  const answer = await fetch(redirectUrl ?? '', {
    method: 'POST',
    body: new URLSearchParams({ status: wanted }),
    redirect: 'manual',
  })
  expect(answer.headers.get('location')).toContain(`/zahlung/${kase.paymentId}`)
  return await page(kase, '?returning')
}
const types = async (kase: Case): Promise<readonly string[]> => {
  const rows = await town.ctx.db.all<{ type: string }>(
    `SELECT type FROM journal_entries WHERE type LIKE 'payment-%' AND eakte_id = (SELECT eakte_id FROM vorgaenge WHERE id = '${kase.vorgangId}') ORDER BY seq`,
  )
  return rows.map(({ type }) => type)
}
/** What the city's books say: what was settled, and what is to be given back. */
async function books(kase: Case): Promise<{ settled: number; surplus: number }> {
  const payments = await readPayments(town.ctx, kase.vorgangId)
  return {
    settled: payments.reduce((sum, one) => sum + (one.state === 'paid' ? one.amountCents : 0), 0),
    surplus: payments.reduce((sum, one) => sum + one.surplusCents, 0),
  }
}
const later = async (ms: number): Promise<void> => {
  town.clock.set(town.clock.now() + ms)
  await town.tick()
}
const shown = async ({ vorgangId }: Case): Promise<string | null> => (await readCase(town.ctx, vorgangId)).state.shown
/** What anybody reads who may, without a session that ends meanwhile. */
const payment = async ({ vorgangId }: Case): Promise<PaymentView | undefined> =>
  (await readPayments(town.ctx, vorgangId))[0]
/** The person signs in again with their code: a session ends when nobody uses it. */
async function back(kase: Case): Promise<Case> {
  const citizen = town.newCaller()
  await bodyOf(await citizen.post('/submissions/status/sign-in', { reference: kase.reference, code: kase.code }), 200)
  return { ...kase, citizen }
}

describe('what happened', () => {
  it('paid: settled once, the process goes on, receipt filed, told by mail', async () => {
    const kase = await applied()
    await town.tick()
    expect(await shown(kase)).toBe('pay')
    await begin(kase)
    expect(await atProvider(kase, 'PAYED')).toMatchObject({ state: 'paid', amountCents: PRICE, method: 'CREDITCARD' })
    await town.tick()
    const after = await status(kase)
    expect(after.state?.node).toBe('check')
    expect(after.documents.map((document) => document.kind)).toContain('payment-receipt')
    expect(await books(kase)).toEqual({ settled: service.takenCents(), surplus: 0 })
    expect(await types(kase)).toEqual(['payment-requested', 'payment-begun', 'payment-received'])
    expect(town.mails.map((mail) => mail.subject).filter((subject) => subject.includes('Zahlung'))).toHaveLength(1)
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('not yet: person, clerk and postbox are told the same last day, the last whole one', async () => {
    const kase = await applied()
    await town.tick()
    const clerk = await town.signIn('vera', { roles: ['clerk'], teams: ['verkehr'] })
    const { payUntilOn } = await status(kase)
    const thirty = new Date(town.clock.now() + 30 * 24 * HOUR_MS)
    const endsOn = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(thirty)
    expect(Date.parse(endsOn) - Date.parse(payUntilOn ?? '')).toBe(24 * HOUR_MS)
    expect(await clerk.read<VorgangView>(`/submissions/vorgaenge/${kase.vorgangId}`)).toMatchObject({
      dueOn: payUntilOn,
      payUntilOn,
    })
    const { items } = await clerk.read<ItemList>('/postboxes/verkehr/items?view=waiting')
    expect(items.find(({ vorgangId }) => vorgangId === kase.vorgangId)?.dueOn).toBe(payUntilOn)
  })

  it('cancelled and retried: a new transaction, the old one is asked about, paid once', async () => {
    const kase = await applied()
    const first = await begin(kase)
    expect(await atProvider(kase, 'CANCELED')).toMatchObject({
      state: 'due',
      last: { state: 'cancelled' },
      canPay: true,
      redirectUrl: null,
    })
    const second = await begin(kase)
    expect(second).not.toBe(first)
    expect(await atProvider(kase, 'PAYED')).toMatchObject({ state: 'paid' })
    await later(2 * HOUR_MS)
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
    expect(service.takenCents()).toBe(PRICE)
    expect(await types(kase)).toEqual([
      'payment-requested',
      'payment-begun',
      'payment-ended',
      'payment-begun',
      'payment-received',
    ])
  })

  it('failed: the application stays, can be paid later, and says so', async () => {
    const kase = await applied()
    await begin(kase)
    expect(await atProvider(kase, 'FAILED')).toMatchObject({ state: 'due', last: { state: 'failed' }, canPay: true })
    expect(await books(kase)).toEqual({ settled: 0, surplus: 0 })
    await later(24 * HOUR_MS)
    const again = await back(kase)
    await begin(again)
    await atProvider(again, 'PAYED')
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
  })

  it('pressed twice, in two windows, at once: one transaction', async () => {
    const kase = await applied()
    const answers = await Promise.all([press(kase), press(kase), press(kase)])
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 201, 201])
    await bodyOf(await press(kase), 201)
    const { redirectUrl } = await page(kase)
    expect(service.transactions().filter((one) => one.redirect === redirectUrl)).toHaveLength(1)
    expect(
      (await types(kase)).filter((type) => type === 'payment-begun'),
      'one address was given out',
    ).toHaveLength(1)
  })

  it('paid twice: settled once, the rest is shown as money to give back, to both sides', async () => {
    const kase = await applied()
    const first = await begin(kase)
    await atProvider(kase, 'CANCELED')
    await begin(kase)
    await atProvider(kase, 'PAYED')
    await service.control({ settle: { transactionId: first, status: 'PAYED' } })
    await later(HOUR_MS)
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: PRICE })
    expect(service.takenCents()).toBe(2 * PRICE)
    expect(await types(kase)).toContain('payment-surplus')
    const clerk = await town.signIn('vera', { roles: ['clerk'], teams: ['verkehr'] })
    const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${kase.vorgangId}`)
    expect(view.payments).toMatchObject([{ state: 'paid', surplusCents: PRICE }])
    await later(24 * HOUR_MS)
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: PRICE })
  })

  it('cancelled here, paid there before the retry: no second way to pay is opened', async () => {
    const kase = await applied()
    const first = await begin(kase)
    await atProvider(kase, 'CANCELED')
    await service.control({ settle: { transactionId: first, status: 'PAYED' } })
    await bodyOf(await press(kase), 201)
    expect(service.transactions()).toHaveLength(1)
    expect(await page(kase)).toMatchObject({ state: 'paid' })
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
  })

  it('callback lost and the person never came back: found by asking', async () => {
    const kase = await applied()
    const id = await begin(kase)
    await service.control({ settle: { transactionId: id, status: 'PAYED' } })
    expect(await page(kase)).toMatchObject({ state: 'due' })
    await later(2 * 60_000)
    expect(await page(kase)).toMatchObject({ state: 'paid' })
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
  })

  it('callback comes, twice: asked at once, settled once', async () => {
    const kase = await applied()
    const id = await begin(kase)
    await service.control({ settle: { transactionId: id, status: 'PAYED' } })
    const nobody = town.newCaller()
    await bodyOf(await nobody.get(`/payments/heard?transaction=${id}`), 202)
    await bodyOf(await nobody.get(`/payments/heard?transaction=${id}`), 202)
    await town.tick()
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
    expect((await types(kase)).filter((type) => type === 'payment-received')).toHaveLength(1)
  })

  it('callback and return forged: nothing is paid', async () => {
    const kase = await applied()
    const id = await begin(kase)
    const nobody = town.newCaller()
    await bodyOf(await nobody.get(`/payments/heard?transaction=${id}&status=PAYED`), 202)
    await bodyOf(await nobody.get('/payments/heard?transaction=unknown'), 202)
    await town.tick()
    expect(await page(kase, '?returning&status=PAYED&amount=3070')).toMatchObject({ state: 'due' })
    expect(await books(kase)).toEqual({ settled: 0, surplus: 0 })
    expect((await problemOf(await nobody.get('/payments/heard?transaction=%3Cscript%3E'))).status).toBe(422)
  })

  it('provider down: nothing is lost, another try works, the sums hold', async () => {
    const kase = await applied()
    await service.control({ mode: 'down' })
    expect(await problemOf(await press(kase))).toMatchObject({ status: 503, type: 'payments/provider-unavailable' })
    expect(await page(kase)).toMatchObject({ state: 'due', canPay: true, last: { state: 'failed' } })
    await service.control({ mode: 'ok' })
    const id = await begin(kase)
    await service.control({ settle: { transactionId: id, status: 'PAYED' }, mode: 'down' })
    expect(await page(kase, '?returning')).toMatchObject({ state: 'due' })
    await later(2 * 60_000)
    expect(await problemOf(await press(kase)), 'nobody is sent to pay again while nobody knows').toMatchObject({
      status: 503,
    })
    await service.control({ mode: 'ok' })
    await later(2 * 60_000)
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
    expect(service.transactions()).toHaveLength(1)
  })

  it.each(['timeout', 'garbage', 'lost-answer', 'evil-page'] as const)(
    'provider answers a new transaction with %s: nobody is led anywhere, another try works',
    async (mode) => {
      const kase = await applied()
      await service.control({ mode, times: 1 })
      expect((await problemOf(await press(kase))).status).toBe(503)
      expect(await page(kase)).toMatchObject({ state: 'due', redirectUrl: null })
      await begin(kase)
      await atProvider(kase, 'PAYED')
      expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
    },
  )

  it('provider says another amount: not settled, not payable again, a person must look', async () => {
    const kase = await applied()
    const id = await begin(kase)
    await service.control({ settle: { transactionId: id, status: 'PAYED' }, mode: 'wrong-amount' })
    expect(await page(kase, '?returning')).toMatchObject({ state: 'due', isUnderReview: true, canPay: false })
    expect(await problemOf(await press(kase))).toMatchObject({ status: 409, type: 'payments/under-review' })
    await service.control({ mode: 'ok' })
    await later(24 * HOUR_MS)
    expect(await books(kase)).toEqual({ settled: 0, surplus: 0 })
    expect(await types(kase)).toContain('payment-mismatch')
  })

  it('provider forgets a transaction: it ended, and late money for it is still found', async () => {
    const kase = await applied()
    const id = await begin(kase)
    await service.control({ mode: 'forgotten', times: 1 })
    expect(await page(kase, '?returning')).toMatchObject({ state: 'due', last: { state: 'failed' } })
    await service.control({ mode: 'ok', settle: { transactionId: id, status: 'PAYED' } })
    await later(HOUR_MS)
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
  })

  it('provider is slow: the return says nothing, asking finds it', async () => {
    const kase = await applied()
    await begin(kase)
    await service.control({ mode: 'slow' })
    expect(await atProvider(kase, 'PAYED')).toMatchObject({ state: 'due', last: { state: 'redirected' } })
    await service.control({ mode: 'ok' })
    await later(2 * 60_000)
    expect(await books(kase)).toEqual({ settled: PRICE, surplus: 0 })
  })

  it('the token is dropped: another one is fetched', async () => {
    const kase = await applied()
    await begin(kase)
    await service.control({ dropTokens: true })
    expect(await atProvider(kase, 'PAYED')).toMatchObject({ state: 'paid' })
  })

  it('never paid: reminded after a week, ended after 30 days; money that comes then is to be given back', async () => {
    const kase = await applied()
    await town.tick()
    const id = await begin(kase)
    await later(2 * HOUR_MS)
    expect(await payment(kase)).toMatchObject({ last: { state: 'expired' }, canPay: true })
    await later(8 * 24 * HOUR_MS)
    expect(town.mails.at(-1)?.subject).toContain('noch offen')
    await later(23 * 24 * HOUR_MS)
    expect(await shown(kase)).toBe('unpaid')
    expect(await problemOf(await press(await back(kase)))).toMatchObject({ status: 409, type: 'payments/not-due' })
    await service.control({ settle: { transactionId: id, status: 'PAYED' } })
    await town.newCaller().get(`/payments/heard?transaction=${id}`)
    await town.tick()
    expect(await books(kase)).toEqual({ settled: 0, surplus: PRICE })
  })

  it('another person sees and pays nothing', async () => {
    const kase = await applied()
    const other = { ...(await applied()), paymentId: kase.paymentId }
    expect((await problemOf(await press(other))).status).toBe(404)
    expect((await problemOf(await other.citizen.get(`/payments/${kase.paymentId}`))).status).toBe(404)
    expect((await problemOf(await other.citizen.get(`/payments/${kase.paymentId}/receipt.pdf`))).status).toBe(404)
  })
})

describe('an exemption', () => {
  const claimed = { '/befreiung/gewuenscht': 'true' }
  async function judge(kase: Case, body: Record<string, unknown>): Promise<Response> {
    const clerk = await town.signIn('vera', { roles: ['clerk'], teams: ['verkehr'] })
    await bodyOf(await clerk.post(`/postboxes/items/${kase.vorgangId}/take`), 200)
    const { task } = await clerk.read<VorgangView>(`/submissions/vorgaenge/${kase.vorgangId}`)
    return await clerk.post(`/workflow/vorgaenge/${kase.vorgangId}/tasks/${task?.id}/complete`, body)
  }

  it('is decided by a clerk before anything is paid; granted, nothing is', async () => {
    const kase = await applied(claimed)
    const clerk = await town.signIn('vera', { roles: ['clerk'], teams: ['verkehr'] })
    await town.tick()
    expect((await clerk.read<VorgangView>(`/submissions/vorgaenge/${kase.vorgangId}`)).payUntilOn).toBeNull()
    expect((await status(kase)).payments).toEqual([])
    expect(await shown(kase)).toBe('exemption')
    await bodyOf(await judge(kase, { outcome: 'grant-exemption' }), 200)
    await town.tick()
    expect(await shown(kase)).toBe('check')
    expect(await status(kase)).toMatchObject({ payments: [], exemption: { isGranted: true } })
    expect(await types(kase)).toEqual(['payment-waived'])
  })

  it('is refused with reasons that the person reads; then the fee is due', async () => {
    const kase = await applied(claimed)
    await town.tick()
    expect((await problemOf(await judge(kase, { outcome: 'refuse-exemption' }))).status).toBe(422)
    const clerk = await town.signIn('vera', { roles: ['clerk'], teams: ['verkehr'] })
    const { task } = await clerk.read<VorgangView>(`/submissions/vorgaenge/${kase.vorgangId}`)
    const body = { outcome: 'refuse-exemption', reasons: 'Das Merkzeichen fehlt.' }
    await bodyOf(await clerk.post(`/workflow/vorgaenge/${kase.vorgangId}/tasks/${task?.id}/complete`, body), 200)
    await town.tick()
    expect(await status(kase)).toMatchObject({
      payments: [{ state: 'due', amountCents: PRICE }],
      exemption: { isGranted: false, reasons: 'Das Merkzeichen fehlt.' },
    })
  })
})

describe('the review page', () => {
  it('names what the application costs, from the table alone', async () => {
    const citizen = town.newCaller()
    const draftId = await fillPermit(citizen, { '/ausweis/dauer': 'zweijahre' })
    const review = await citizen.read<{ fee: unknown }>(`${DRAFTS}/${draftId}/review`)
    expect(review.fee).toMatchObject({ totalCents: 5_500, isFree: false, items: [{ count: 1, unitCents: 5_500 }] })
  })

  it('keeps the receipt as PDF once it is paid, and not before', async () => {
    const kase = await applied()
    const path = `/payments/${kase.paymentId}/receipt.pdf`
    expect((await problemOf(await kase.citizen.get(path))).status).toBe(409)
    await begin(kase)
    await atProvider(kase, 'PAYED')
    const receipt = await kase.citizen.get(path)
    expect(receipt.status).toBe(200)
    expect(
      Buffer.from(await receipt.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })
})
