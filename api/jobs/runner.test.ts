import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TestContext, testContext } from '../testing/context.ts'
import { backOffMs, TRIES_MAX } from './back-off.ts'
import { planCancelJob, planEndLeasesOfTheDead, planJob, planRepeatedJob, planRetryDeadJob } from './plan.ts'
import { createJobRunner, findJob, isLeaseHeld, listDeadJobs, releaseLease, renewLease, takeLease } from './service.ts'
import { dueJobs } from './store.ts'

let test: TestContext
beforeEach(async () => {
  test = await testContext()
})
afterEach(() => test.close())

const order = (kind: string, key: string, inMs = 0) =>
  test.write(planJob({ kind, key, payload: { key }, dueAtMs: test.now() + inMs }))
const stateOf = async (kind: string, key: string) => (await findJob(test.db, kind, key))?.state
const counter = (name: string) => ({
  sql: 'INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1',
  args: [name],
})
const countOf = async (name: string) => {
  const rows = await test.db.all<{ value: number }>(`SELECT value FROM counters WHERE name = '${name}'`)
  return rows[0]?.value ?? 0
}

describe('job runner', () => {
  it('runs a due job once, with its payload, and leaves one that is not due', async () => {
    const seen: unknown[] = []
    const runner = createJobRunner(test, {
      mail: async (job) => {
        seen.push([job.key, job.payload, job.attempt])
        return { done: true }
      },
    })
    await order('mail', 'a')
    await order('mail', 'later', 1_000)
    expect(await runner.tick()).toBe(1)
    expect(await runner.tick()).toBe(0)
    expect(seen).toEqual([['a', { key: 'a' }, 1]])
    expect(await stateOf('mail', 'a')).toBe('done')
    expect(await stateOf('mail', 'later')).toBe('open')
    test.clock.advance(1_000)
    expect(await runner.tick()).toBe(1)
  })

  it('keeps one job for the same kind and key, even after it is done', async () => {
    let runs = 0
    const runner = createJobRunner(test, {
      mail: async () => {
        runs += 1
        return { done: true }
      },
    })
    await order('mail', 'a')
    await order('mail', 'a')
    await runner.tick()
    await order('mail', 'a')
    await runner.tick()
    expect(runs).toBe(1)
    await test.write(planRepeatedJob({ kind: 'mail', key: 'a', payload: {}, dueAtMs: test.now() }))
    await runner.tick()
    expect(runs).toBe(2)
  })

  it('writes the plan of the handler together with the end of the job', async () => {
    const runner = createJobRunner(test, {
      count: async () => ({ done: true, plan: { statements: [counter('ran')] } }),
    })
    await order('count', 'a')
    await runner.tick()
    expect(await countOf('ran')).toBe(1)
  })

  it('waits longer after every failure and gives up after twelve, visibly', async () => {
    const waits: number[] = []
    const runner = createJobRunner(
      test,
      {
        deliver: async () => {
          throw Object.assign(new Error('refused by Erika Mustermann'), { code: 'ECONNREFUSED' })
        },
      },
      { random: () => 0.5 },
    )
    await order('deliver', 'a')
    for (let n = 0; n < TRIES_MAX; n += 1) {
      expect(await runner.tick()).toBe(1)
      const row = await findJob(test.db, 'deliver', 'a')
      waits.push((row?.dueAtMs ?? 0) - test.clock.now())
      test.clock.advance(6 * 3_600_000)
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 3_000, 9_000, 27_000])
    expect(Math.max(...waits)).toBe(6 * 3_600_000)
    expect(await stateOf('deliver', 'a')).toBe('dead')
    expect(await runner.tick()).toBe(0)
    expect(await listDeadJobs(test.db)).toMatchObject([{ kind: 'deliver', key: 'a', lastError: 'ECONNREFUSED' }])
    expect(test.logged.join()).not.toContain('Mustermann')
    await test.write(planRetryDeadJob('deliver', 'a', test.clock.now()))
    expect(await runner.tick()).toBe(1)
  })

  it('starts the tries of a recurring job anew', async () => {
    const attempts: number[] = []
    const runner = createJobRunner(test, {
      checkpoint: async (job) => {
        attempts.push(job.attempt)
        return { again: test.clock.now() + 300_000 }
      },
    })
    await order('checkpoint', 'town')
    for (let n = 0; n < 20; n += 1) {
      await runner.tick()
      test.clock.advance(300_000)
    }
    expect(attempts).toEqual(Array.from({ length: 20 }, () => 1))
  })

  it('lets a job that always fails or hangs block no other', async () => {
    const hang = Promise.withResolvers<void>()
    const done: string[] = []
    const runner = createJobRunner(test, {
      hangs: async () => {
        await hang.promise
        return { done: true }
      },
      fails: async () => ({ again: 'back-off', reason: 'poison' }),
      works: async (job) => {
        done.push(job.key)
        if (done.length === 10) {
          hang.resolve()
        }
        return { done: true }
      },
    })
    for (let n = 0; n < 10; n += 1) {
      await order('hangs', `h${n}`)
      await order('fails', `f${n}`)
      await order('works', `w${n}`)
    }
    runner.start()
    await hang.promise
    await runner.stop()
    expect(done.length).toBe(10)
  })

  it('takes the job of a crashed runner again after its lease, and refuses what the crashed one writes late', async () => {
    const stuck = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const crashed = createJobRunner(test, {
      count: async () => {
        entered.resolve()
        await stuck.promise
        return { done: true, plan: { statements: [counter('ran')] } }
      },
    })
    await order('count', 'a')
    const late = crashed.tick()
    await entered.promise
    const other = createJobRunner(test, {
      count: async () => ({ done: true, plan: { statements: [counter('ran')] } }),
    })
    expect(await other.tick()).toBe(0)
    test.clock.advance(61_000)
    expect(await other.tick()).toBe(1)
    stuck.resolve()
    await late
    expect(await countOf('ran')).toBe(1)
    expect(test.logged.some((line) => line.includes('"job-lost"'))).toBe(true)
  })

  it('takes it at once when the process starts anew and holds the folder alone', async () => {
    const entered = Promise.withResolvers<void>()
    const stuck = Promise.withResolvers<void>()
    const hang = async () => {
      entered.resolve()
      await stuck.promise
      return { done: true, plan: { statements: [counter('ran')] } } as const
    }
    await order('count', 'a')
    const late = createJobRunner(test, { count: hang }).tick()
    await entered.promise
    const lease = await takeLease(test, 'publish', 900_000)
    await test.write(planEndLeasesOfTheDead())
    const anew = createJobRunner(test, { count: async () => ({ done: true, plan: { statements: [counter('ran')] } }) })
    expect(await anew.tick()).toBe(1)
    expect((await takeLease(test, 'publish', 1_000))?.epoch).toBe((lease?.epoch ?? 0) + 1)
    stuck.resolve()
    await late
    expect(await countOf('ran')).toBe(1)
  })

  it('lets two runners take each job once', async () => {
    const runs: string[] = []
    const handlers = {
      mail: async (job: { key: string }) => {
        runs.push(job.key)
        return { done: true } as const
      },
    }
    for (let n = 0; n < 40; n += 1) {
      await order('mail', `m${n}`)
    }
    const [a, b] = [createJobRunner(test, handlers), createJobRunner(test, handlers)]
    await Promise.all([a.tick(), b.tick()])
    expect(runs.length).toBe(40)
    expect(new Set(runs).size).toBe(40)
  })

  it('decides anew when the plan of the handler lost a race', async () => {
    await test.write({ statements: [counter('version')] })
    let tries = 0
    const runner = createJobRunner(test, {
      decide: async () => {
        tries += 1
        const expected = tries < 3 ? 99 : 1
        const guard = {
          sql: "UPDATE counters SET value = value + 10 WHERE name = 'version' AND value = ?",
          args: [expected],
        }
        return { done: true, plan: { guards: [{ ...guard, name: 'version' }] } }
      },
    })
    await order('decide', 'a')
    await runner.tick()
    expect(tries).toBe(3)
    expect(await countOf('version')).toBe(11)
    expect(await stateOf('decide', 'a')).toBe('done')
  })

  it('does not run what was cancelled and drops the result of what is cancelled meanwhile', async () => {
    const runner = createJobRunner(test, {
      remind: async () => {
        await test.write(planCancelJob('remind', 'b'))
        return { done: true, plan: { statements: [counter('reminded')] } }
      },
    })
    await order('remind', 'a')
    await test.write(planCancelJob('remind', 'a'))
    expect(await runner.tick()).toBe(0)
    await order('remind', 'b')
    expect(await runner.tick()).toBe(1)
    expect(await countOf('reminded')).toBe(0)
    expect(await stateOf('remind', 'b')).toBe('cancelled')
  })

  it('finds due jobs by the index over open ones', async () => {
    const query = dueJobs(test.db, { kinds: ['a', 'b'], nowMs: 5, limit: 10 })
    const plan = await test.db.all<{ detail: string }>(sql`EXPLAIN QUERY PLAN ${query.getSQL()}`)
    expect(plan.map((row) => row.detail).join()).toMatch(/jobs_open \(due_at_ms<\?\)$/)
  })

  it('wakes up when poked and stops after running jobs ended', async () => {
    const ran = Promise.withResolvers<void>()
    const runner = createJobRunner(test, {
      mail: async () => {
        ran.resolve()
        return { done: true }
      },
    })
    runner.start()
    await order('mail', 'a')
    runner.poke()
    await ran.promise
    await runner.stop()
    expect(runner.runningCount()).toBe(0)
    expect(await stateOf('mail', 'a')).toBe('done')
  })
})

describe('back-off', () => {
  it('stays between 0.8 s and 6 h and grows with every try until it is longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.float({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const wait = backOffMs(attempt, random)
        expect(wait).toBeGreaterThanOrEqual(800)
        expect(wait).toBeLessThanOrEqual(6 * 3_600_000)
        expect(backOffMs(attempt + 1, 0)).toBeGreaterThanOrEqual(Math.floor(Math.min(wait, 0.8 * 6 * 3_600_000)))
      }),
    )
  })
})

describe('lease', () => {
  it('is held by one until it ends, and a later holder shuts the earlier one out', async () => {
    const first = await takeLease(test, 'publish', 1_000)
    expect(first?.epoch).toBe(1)
    expect(await takeLease(test, 'publish', 1_000)).toBeNull()
    expect(await isLeaseHeld(test.db, 'publish', test.now())).toBe(true)
    test.clock.advance(1_000)
    const second = await takeLease(test, 'publish', 1_000)
    if (first === null || second === null) {
      throw new Error('no lease')
    }
    expect(await test.write(first.guard(test.now()))).toEqual({
      ok: false,
      reason: 'guard',
      guard: 'lease-publish',
    })
    expect((await test.write(second.guard(test.now()))).ok).toBe(true)
    expect(await renewLease(test, first, 1_000)).toBe(false)
    expect(await renewLease(test, second, 5_000)).toBe(true)
    await releaseLease(test, first)
    expect(await isLeaseHeld(test.db, 'publish', test.now())).toBe(true)
    await releaseLease(test, second)
    expect(await isLeaseHeld(test.db, 'publish', test.now())).toBe(false)
  })
})
