import { existsSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { type TestContext, testContext } from './context.ts'

let open: TestContext[] = []
afterEach(async () => {
  await Promise.all(open.map((ctx) => ctx.close()))
  open = []
})

it('gives each test its own migrated data, a clock that stands still, and leaves nothing behind', async () => {
  open = await Promise.all([testContext({ now: '2026-11-02T09:00:00Z' }), testContext()])
  const [first, second] = open
  expect(first?.dataDir).not.toBe(second?.dataDir)
  expect(first?.now()).toBe(Date.UTC(2026, 10, 2, 9))
  const change = { changes: [{ topic: 'vorgang', id: 'one' }] }
  expect(await first?.write(change)).toMatchObject({ ok: true })
  const rows = await Promise.all(open.map((ctx) => ctx.db.all('SELECT * FROM changes')))
  expect(rows.map((each) => each.length)).toEqual([1, 0])
  await first?.close()
  expect(existsSync(first?.dataDir ?? '')).toBe(false)
  open = second === undefined ? [] : [second]
})
