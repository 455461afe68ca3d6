/** One row of DESIGN's budgets with the figure that was measured in this run. */
export type Verdict = {
  readonly budget: string
  readonly limit: string
  readonly measured: string
  readonly isWithin: boolean
}

/** Tells whether a figure keeps its budget. Prints it at once; `printVerdicts` repeats all of them at the end. */
export function judge(budget: string, limit: string, measured: string, isWithin: boolean): Verdict {
  const verdict = { budget, limit, measured, isWithin }
  console.log(`${isWithin ? 'within' : 'missed'}  ${budget}: ${measured} (${limit})`)
  return verdict
}

/** Prints every budget of the run with its figure. */
export function printVerdicts(verdicts: readonly Verdict[]): void {
  console.log('\nBudgets (DESIGN §8)')
  console.table(
    Object.fromEntries(
      verdicts.map(({ budget, limit, measured, isWithin }) => [
        budget,
        { limit, measured, verdict: isWithin ? 'within' : 'missed' },
      ]),
    ),
  )
}

/** The middle value; of an even number the lower of the two in the middle. 0 for none. */
export const median = (values: readonly number[]): number => percentile(values, 50)

/** The value that `percent` of all do not exceed; 0 for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}

/** Rounded to so many places. */
export const round = (value: number, places = 0): number => Math.round(value * 10 ** places) / 10 ** places

/** Runs `work` over all items with at most `callers` at once; answers the seconds it took and what each took in ms. */
export async function inParallel<T>(
  items: readonly T[],
  callers: number,
  work: (item: T, caller: number) => Promise<void>,
): Promise<{ readonly seconds: number; readonly eachMs: readonly number[] }> {
  const queue = items.values()
  const eachMs: number[] = []
  const startedMs = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (const item of queue) {
        const fromMs = performance.now()
        await work(item, caller)
        eachMs.push(performance.now() - fromMs)
      }
    }),
  )
  return { seconds: (performance.now() - startedMs) / 1000, eachMs }
}
