export type PartResult = {
  readonly name: string
  readonly seconds: number
  readonly passed: number
  readonly failed: number
  /** Tests that need something this machine lacks; shown, and never counted as passed. */
  readonly skipped?: number
}

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }

export const seconds = (value: number): string => `${value.toFixed(1)} s`

/**
 * Prints the seconds and counts of each part, and as the last line `N passed, N failed`, which machines read.
 * Answers the exit code: 1 where something failed or nothing ran.
 */
export function printSummary(parts: readonly PartResult[], notRun: readonly string[] = []): number {
  const passed = parts.reduce((sum, part) => sum + part.passed, 0)
  const failed = parts.reduce((sum, part) => sum + part.failed, 0)
  console.log('')
  for (const part of parts) {
    const skipped = part.skipped ? `, ${part.skipped} skipped` : ''
    const counts = `${part.passed} passed, ${part.failed} failed${skipped}`
    console.log(`${part.name.padEnd(14)} ${seconds(part.seconds).padStart(8)}  ${counts}`)
  }
  for (const name of notRun) {
    console.log(`${name.padEnd(14)}        –  not run, because a part before it failed`)
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 || passed === 0 ? 1 : 0
}

/** Counts of vitest's JSON report. A suite that could not be loaded counts as failed. */
export function countVitest(report: unknown): Counts {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numTodoTests: number
    testResults: { status: string; assertionResults: unknown[] }[]
  }
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  return { passed: numPassedTests, failed: numFailedTests + numTodoTests + broken, skipped: numPendingTests }
}

/** Counts of Playwright's JSON report. A flaky test counts as failed: it proves nothing. */
export function countPlaywright(report: unknown): Counts {
  const { stats, errors } = report as {
    stats: { expected: number; unexpected: number; skipped: number; flaky: number }
    errors: unknown[]
  }
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped }
}
