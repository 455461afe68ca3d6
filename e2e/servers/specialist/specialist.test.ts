import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Specialist, startSpecialist } from './index.ts'
import { signWebhook } from './signature.ts'

let specialist: Specialist
beforeEach(async () => {
  specialist = await startSpecialist()
})
afterEach(() => specialist.close())

const body = JSON.stringify({ type: 'submission-received', data: { reference: 'CB-2026-0000' } })

function deliver(
  id: string,
  { secret = specialist.secret, timestamp = String(Math.floor(Date.now() / 1000)), sent = body } = {},
) {
  const signature = signWebhook(secret, { id, timestamp, body: Buffer.from(body) })
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  return fetch(`${specialist.url}/hund`, { method: 'POST', headers, body: sent, signal: AbortSignal.timeout(500) })
}

describe('the specialist application', () => {
  it('makes the signature that the specification shows', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      body: Buffer.from('{"test": 2432232314}'),
    }
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(signWebhook(secret, message)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('takes a delivery once and shows that the second was one too many', async () => {
    expect((await deliver('a')).status).toBe(200)
    expect(await (await deliver('a')).json()).toEqual({ accepted: true, isDuplicate: true })
    expect(specialist.accepted()).toHaveLength(1)
    expect(specialist.deliveries()).toHaveLength(2)
  })

  it('refuses a wrong secret, a changed body and an old timestamp', async () => {
    expect((await deliver('b', { secret: 'another' })).status).toBe(401)
    expect((await deliver('b', { sent: `${body} ` })).status).toBe(401)
    expect((await deliver('b', { timestamp: '1600000000' })).status).toBe(401)
    expect(specialist.accepted()).toEqual([])
    await specialist.control({ checkAge: false })
    expect((await deliver('b', { timestamp: '1600000000' })).status).toBe(200)
  })

  it.each([
    ['status-500', 500],
    ['reject-422', 422],
  ] as const)('refuses with %s as often as it was told', async (mode, status) => {
    await specialist.control({ mode, times: 2 })
    const statuses = [(await deliver('c')).status, (await deliver('c')).status, (await deliver('c')).status]
    expect(statuses).toEqual([status, status, 200])
    expect(specialist.accepted()).toHaveLength(1)
  })

  it.each(['timeout', 'garbage'] as const)('takes nothing in on %s', async (mode) => {
    await specialist.control({ mode })
    await expect(deliver('d')).rejects.toThrow()
    expect(specialist.accepted()).toEqual([])
  })

  it('takes a delivery in and loses the answer', async () => {
    await specialist.control({ mode: 'lost-answer', times: 1 })
    await expect(deliver('e')).rejects.toThrow()
    expect(await (await deliver('e')).json()).toEqual({ accepted: true, isDuplicate: true })
    expect(specialist.accepted()).toHaveLength(1)
  })
})
