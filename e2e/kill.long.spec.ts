import { KILL_PHASES, newKillTown } from './support/kill.ts'
import { expect, outsideTest as test } from './support/test.ts'

const ROUNDS = 10
const IN_FLIGHT = 64
/** Where the n-th kill of a phase happens: spread over the work of 64 people, never before the first of it. */
const AT = {
  upload: (round: number) => 10 + round * 10,
  rename: (round: number) => 5 + round * 5,
  'before-commit': (round: number) => 5 + round * 6,
  'after-commit': (round: number) => 5 + round * 6,
  outbox: (round: number) => round * 4,
} as const

for (const phase of KILL_PHASES) {
  test(`killed ${ROUNDS} times, phase ${phase}, ${IN_FLIGHT} in flight: nothing is lost, nothing is there twice`, async ({
    outside,
  }) => {
    test.setTimeout(1_200_000)
    const town = newKillTown(outside, IN_FLIGHT)
    for (let round = 1; round <= ROUNDS; round += 1) {
      expect(await town.round(phase, AT[phase](round)), `round ${round}`).toEqual([])
    }
    expect(await town.findings()).toEqual([])
    console.log(`${phase}: ${ROUNDS} kills, ${town.ackedCount()} acknowledged before one`)
    expect(town.ackedCount()).toBeGreaterThan(50)
    town.remove()
  })
}
