import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '../../db/batch.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem } from '../lib/problem.ts'
import { codeText, planCode } from './plan.ts'
import { resolveActor } from './service.ts'
import { type CodeTry, currentReceiptCode, redeemCode, requestMailCode } from './service-codes.ts'
import { type IdentityTest, identityContext } from './testing.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const PUBLIC: Actor = { kind: 'public' }
const VORGANG = 'vorgang-1'
const KNOWN: CodeTry = { reference: 'CB-2026-7K4M-Q2XW', vorgangId: VORGANG, client: '192.0.2.1' }
const UNKNOWN: CodeTry = { reference: 'CB-2026-2222-2222', vorgangId: null, client: '192.0.2.1' }

let ctx: IdentityTest
let code: string
beforeEach(async () => {
  ctx = await identityContext(null)
  code = await newCode('receipt')
})
afterEach(() => ctx.close())

async function newCode(kind: 'receipt' | 'mail'): Promise<string> {
  const planned = planCode(ctx, VORGANG, kind)
  await ctx.write(planned.plan)
  return planned.code
}
const redeem = (typed: string, input = KNOWN, actor: Actor = PUBLIC) =>
  redeemCode(ctx, actor, { ...input, code: typed })
const outcomeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt
    return 'opened'
  } catch (error) {
    return error instanceof Problem ? `${error.status} ${error.type}` : String(error)
  }
}
const actorOf = (setCookie: string): Promise<Actor> =>
  resolveActor(ctx, new Request(ctx.origin, { headers: { cookie: setCookie.split(';')[0] ?? '' } }))
const wrong = 'AAAA-AAAA'

describe('redeemCode', () => {
  it('opens the Vorgang to a new session, and no other', async () => {
    const { setCookie, vorgangId } = await redeem(code)
    expect(vorgangId).toBe(VORGANG)
    expect(await actorOf(setCookie)).toMatchObject({ kind: 'citizen', grants: [{ kind: 'vorgang', id: VORGANG }] })
  })

  it('reads a code as people type it', async () => {
    expect(await outcomeOf(redeem(` ${code.toLowerCase().replace('-', ' ')} `))).toBe('opened')
  })

  it('works once, and hands out the next receipt code', async () => {
    const { nextCode } = await redeem(code)
    expect(await outcomeOf(redeem(code))).toBe('403 identity/code-refused')
    expect(nextCode).not.toBe(code)
    expect(await currentReceiptCode(ctx, VORGANG)).toBe(nextCode)
    expect(await outcomeOf(redeem(nextCode ?? ''))).toBe('opened')
  })

  it('works once also when tried many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => outcomeOf(redeem(code, { ...KNOWN, client: `192.0.2.${index + 10}` }))),
    )
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(1)
  })

  it('gives the session of the citizen another token (fixation)', async () => {
    const first = await redeem(code)
    const actor = await actorOf(first.setCookie)
    const second = await redeem(first.nextCode ?? '', KNOWN, actor)
    expect(second.sessionId).toBe(first.sessionId)
    expect(await actorOf(first.setCookie)).toEqual(PUBLIC)
    expect(await actorOf(second.setCookie)).toMatchObject({ kind: 'citizen', sessionId: first.sessionId })
  })

  it('refuses a mailed code after ten minutes, and leaves the receipt code as it is', async () => {
    const mailed = await newCode('mail')
    expect(await redeem(mailed)).toMatchObject({ nextCode: null })
    const late = await newCode('mail')
    ctx.clock.advance(10 * MINUTE_MS)
    expect(await outcomeOf(redeem(late))).toBe('403 identity/code-refused')
    expect(await outcomeOf(redeem(code))).toBe('opened')
  })

  it('keeps a receipt code for a year', async () => {
    ctx.clock.advance(365 * DAY_MS - 1)
    expect(await currentReceiptCode(ctx, VORGANG)).toBe(code)
    ctx.clock.advance(1)
    expect(await currentReceiptCode(ctx, VORGANG)).toBe(null)
    expect(await outcomeOf(redeem(code))).toBe('403 identity/code-refused')
  })

  it('refuses the code of another Vorgang', async () => {
    expect(await outcomeOf(redeem(code, { ...KNOWN, vorgangId: 'vorgang-2' }))).toBe('403 identity/code-refused')
  })

  it('says and writes the same for an unknown reference as for a wrong code', async () => {
    const batches: number[] = []
    for (const input of [KNOWN, UNKNOWN]) {
      const before = ctx.writer.stats().batches
      expect(await outcomeOf(redeem(wrong, input))).toBe('403 identity/code-refused')
      batches.push(ctx.writer.stats().batches - before)
    }
    expect(batches).toEqual([1, 1])
  })

  it.each([
    ['a known reference', KNOWN],
    ['an unknown one', UNKNOWN],
  ])('slows down after five tries of %s from one address, until 15 minutes later', async (_name, input) => {
    const answers: string[] = []
    for (let count = 0; count < 6; count += 1) {
      answers.push(await outcomeOf(redeem(wrong, input)))
    }
    expect(answers).toEqual([...Array(5).fill('403 identity/code-refused'), '429 identity/too-many-tries'])
    ctx.clock.advance(15 * MINUTE_MS)
    expect(await outcomeOf(redeem(wrong, input))).toBe('403 identity/code-refused')
  })

  it('lets no burst of parallel tries slip through the limit', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(redeem(wrong))))
    expect(answers.filter((answer) => answer.startsWith('403'))).toHaveLength(5)
    expect(answers.filter((answer) => answer.startsWith('429'))).toHaveLength(45)
  })

  it('does not let the right code through once slowed down', async () => {
    await Promise.all(Array.from({ length: 5 }, () => outcomeOf(redeem(wrong))))
    expect(await outcomeOf(redeem(code))).toBe('429 identity/too-many-tries')
  })

  it('lets nobody lock a person out: who has not tried from where they are may always try', async () => {
    for (let host = 0; host < 41; host += 1) {
      const client = `198.51.100.${host}`
      await Promise.all(Array.from({ length: 5 }, () => outcomeOf(redeem(wrong, { ...KNOWN, client }))))
    }
    expect(await outcomeOf(redeem(wrong, { ...KNOWN, client: '198.51.100.40' }))).toBe('429 identity/too-many-tries')
    expect(await outcomeOf(redeem(code, { ...KNOWN, client: '203.0.113.9' }))).toBe('opened')
  })

  it('limits one address over many references, and counts a household of IPv6 as one', async () => {
    const answers: string[] = []
    for (let count = 0; count < 31; count += 1) {
      const attempt = { reference: `CB-${count}`, vorgangId: null, client: `2001:db8:1:2${count % 10}::${count}` }
      answers.push(await outcomeOf(redeem(wrong, attempt)))
    }
    expect(answers.slice(0, 30).every((answer) => answer.startsWith('403'))).toBe(true)
    expect(answers[30]).toBe('429 identity/too-many-tries')
  })

  it('forgets the failed tries of an address with this reference once the right code came', async () => {
    await Promise.all(Array.from({ length: 4 }, () => outcomeOf(redeem(wrong))))
    const { nextCode } = await redeem(code)
    expect(nextCode).not.toBeNull()
    expect(await outcomeOf(redeem(wrong))).toBe('403 identity/code-refused')
    expect(await outcomeOf(redeem(nextCode ?? ''))).toBe('opened')
  })

  it('refuses staff', async () => {
    const clerk: Actor = { kind: 'staff', sessionId: 's', userId: 'u', name: 'n', roles: ['clerk'], postboxes: [] }
    expect(await outcomeOf(redeem(code, KNOWN, clerk))).toBe('403 http/not-allowed')
  })

  it('stores neither code nor address', async () => {
    await outcomeOf(redeem(wrong))
    const rows = [
      ...(await ctx.db.all('SELECT * FROM access_codes')),
      ...(await ctx.db.all('SELECT * FROM sign_in_tries')),
    ]
    const text = JSON.stringify(rows) + ctx.logged.join('')
    for (const canary of [code, code.replace('-', ''), KNOWN.client, KNOWN.reference, '7K4MQ2XW']) {
      expect(text).not.toContain(canary)
    }
  })
})

describe('requestMailCode', () => {
  const planned: string[] = []
  const planMail = (codeId: string): Plan => {
    planned.push(codeId)
    return { changes: [{ topic: 'mail', id: codeId }] }
  }
  const request = (input: CodeTry) => outcomeOf(requestMailCode(ctx, PUBLIC, input, planMail))
  beforeEach(() => void planned.splice(0))

  it('plans a mail whose code, made from its id alone, opens the Vorgang', async () => {
    expect(await request(KNOWN)).toBe('opened')
    expect(await outcomeOf(redeem(codeText(ctx, planned[0] ?? '')))).toBe('opened')
  })

  it('answers the same and writes as often for an unknown reference, and plans no mail', async () => {
    const before = ctx.writer.stats().batches
    const known = await request(KNOWN)
    const between = ctx.writer.stats().batches
    expect(await request(UNKNOWN)).toBe(known)
    expect([between - before, ctx.writer.stats().batches - between]).toEqual([1, 1])
    expect(planned).toHaveLength(1)
  })

  it.each([
    ['known', KNOWN],
    ['unknown', UNKNOWN],
  ])('sends at most three an hour for a %s reference', async (_name, input) => {
    const answers: string[] = []
    for (let count = 0; count < 4; count += 1) {
      answers.push(await request(input))
    }
    expect(answers).toEqual(['opened', 'opened', 'opened', '429 identity/too-many-tries'])
    ctx.clock.advance(60 * MINUTE_MS)
    expect(await request(input)).toBe('opened')
  })
})
