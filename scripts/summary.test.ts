import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { countPlaywright, countVitest, printSummary } from './summary.ts'

const lines: string[] = []
beforeEach(() => {
  lines.length = 0
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
})
afterEach(() => vi.restoreAllMocks())

describe('the last line of npm test', () => {
  it('adds up the parts, and the exit code follows it', () => {
    const part = { name: 'a', seconds: 1 }
    expect(
      printSummary([
        { ...part, passed: 2, failed: 0 },
        { ...part, passed: 3, failed: 0 },
      ]),
    ).toBe(0)
    expect(lines.at(-1)).toBe('5 passed, 0 failed')
    expect(printSummary([{ ...part, passed: 2, failed: 1 }], ['browser'])).toBe(1)
    expect(lines.at(-1)).toBe('2 passed, 1 failed')
  })

  it('is a failure where nothing ran', () => {
    expect(printSummary([])).toBe(1)
  })
})

describe('counts of reports', () => {
  const vitest = { numPassedTests: 7, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, testResults: [] }

  it('takes files that could not be loaded for failures, and skipped tests for nothing', () => {
    expect(countVitest(vitest)).toEqual({ passed: 7, failed: 1, skipped: 0 })
    expect(countVitest({ ...vitest, numPendingTests: 2 })).toEqual({ passed: 7, failed: 1, skipped: 2 })
    const broken = { status: 'failed', assertionResults: [] }
    expect(countVitest({ ...vitest, testResults: [broken] })).toEqual({ passed: 7, failed: 2, skipped: 0 })
  })

  it('takes flaky browser tests for failures', () => {
    const stats = { expected: 4, unexpected: 1, skipped: 1, flaky: 1 }
    expect(countPlaywright({ stats, errors: [{}] })).toEqual({ passed: 4, failed: 3, skipped: 1 })
  })
})
