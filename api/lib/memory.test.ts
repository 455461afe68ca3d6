import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startIdleMemory } from './memory.ts'

const collect = vi.fn()
beforeEach(() => {
  vi.useFakeTimers()
  collect.mockClear()
})
afterEach(() => vi.useRealTimers())

/** Work for some seconds, `perSecond` uses in each. */
function work(noteUse: () => void, seconds: number, perSecond: number): void {
  for (let second = 0; second < seconds; second += 1) {
    for (let use = 0; use < perSecond; use += 1) {
      noteUse()
    }
    vi.advanceTimersByTime(1_000)
  }
}

describe('memory at rest', () => {
  it('is collected once after the start and after each busy time, never during it', () => {
    const { noteUse } = startIdleMemory(collect)
    vi.advanceTimersByTime(60_000)
    expect(collect).toHaveBeenCalledTimes(1)
    work(noteUse, 300, 20)
    expect(collect).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(600_000)
    expect(collect).toHaveBeenCalledTimes(2)
  })

  it('is collected after a busy time although something still trickles, and not again for the trickle alone', () => {
    const { noteUse } = startIdleMemory(collect)
    vi.advanceTimersByTime(60_000)
    work(noteUse, 30, 50)
    collect.mockClear()
    for (let round = 0; round < 10; round += 1) {
      noteUse()
      vi.advanceTimersByTime(8_000)
    }
    expect(collect).toHaveBeenCalledTimes(1)
  })

  it('is not watched any more when it was stopped', () => {
    startIdleMemory(collect).stop()
    vi.advanceTimersByTime(60_000)
    expect(collect).not.toHaveBeenCalled()
  })
})
