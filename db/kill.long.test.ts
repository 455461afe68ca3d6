import { describe, expect, it } from 'vitest'
import { testFolder } from './testing/data.ts'
import { findLosses, type KillPhase, writeUntilKilled } from './testing/kill-rounds.ts'

const ROUNDS = 12

describe.each(['before-commit', 'after-commit', 'any'] as const)(
  'killed %s, 64 batches in flight',
  (phase: KillPhase) => {
    it(`loses nothing in ${ROUNDS} kills of one folder`, async () => {
      const folder = testFolder()
      const acked = new Map<string, string>()
      for (let round = 1; round <= ROUNDS; round += 1) {
        const at = phase === 'any' ? 10 + ((round * 37) % 200) : round * 3
        for (const [key, number] of await writeUntilKilled(folder.path, `r${round}`, phase, at)) {
          acked.set(key, number)
        }
        expect(await findLosses(folder.path, acked)).toEqual([])
      }
      expect(acked.size).toBeGreaterThan(1_000)
      folder.remove()
    })
  },
)
