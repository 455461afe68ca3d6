import { KILL_PHASES, newKillTown } from './support/kill.ts'
import { expect, outsideTest as test } from './support/test.ts'

/** Short form of kill.long.spec.ts: one kill per phase, 8 people at once. */
const AT = { upload: 10, rename: 5, 'before-commit': 9, 'after-commit': 9, outbox: 3 } as const

test('killed in five phases: nothing acknowledged is lost, nothing is there twice', async ({ outside }) => {
  test.setTimeout(420_000)
  const town = newKillTown(outside, 8)
  for (const phase of KILL_PHASES) {
    expect(await town.round(phase, AT[phase]), phase).toEqual([])
  }
  expect(await town.findings()).toEqual([])
  expect(town.ackedCount()).toBeGreaterThan(0)
  town.remove()
})
