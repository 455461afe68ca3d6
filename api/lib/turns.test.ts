import { describe, expect, it } from 'vitest'
import { createTurns } from './turns.ts'

const loopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('let one of all who wait go on per turn of the event loop, in the order they came', async () => {
    const { take: turn, isBusy } = createTurns()
    const gone: number[] = []
    const all = Promise.all([1, 2, 3].map((who) => turn().then(() => gone.push(who))))
    expect(gone).toEqual([])
    await loopTurn()
    expect(gone).toEqual([1])
    expect(isBusy()).toBe(true)
    await all
    expect(gone).toEqual([1, 2, 3])
    expect(isBusy()).toBe(false)
  })

  it('go on after everybody had one', async () => {
    const { take: turn } = createTurns()
    await turn()
    await turn()
    const gone: string[] = []
    await Promise.all([turn().then(() => gone.push('a')), turn().then(() => turn().then(() => gone.push('b')))])
    expect(gone).toEqual(['a', 'b'])
  })
})
