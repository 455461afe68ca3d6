import { describe, expect, it } from 'vitest'
import { testFolder } from './testing/data.ts'
import { findLosses, type KillPhase, writeUntilKilled } from './testing/kill-rounds.ts'

/** Short form of kill.long.test.ts: one kill per phase on one folder, which lives on. */
describe('a process killed while 64 batches are in flight', () => {
  it('has lost nothing it acknowledged and written nothing twice', async () => {
    const folder = testFolder()
    const acked = new Map<string, string>()
    const phases: readonly [KillPhase, number][] = [
      ['before-commit', 4],
      ['after-commit', 4],
      ['any', 60],
    ]
    for (const [phase, at] of phases) {
      for (const [key, number] of await writeUntilKilled(folder.path, `${phase}-${at}`, phase, at)) {
        acked.set(key, number)
      }
      expect(await findLosses(folder.path, acked)).toEqual([])
    }
    // That anything was under way at all; how much depends on the machine.
    expect(acked.size).toBeGreaterThan(64)
    folder.remove()
  })
})
