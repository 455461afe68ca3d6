import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { judge, median, percentile, round, type Verdict } from './report.ts'

type Times = {
  readonly fields: number
  readonly rules: number
  readonly loadMs: number
  readonly firstMs: number
  readonly wholeMs: readonly number[]
  readonly pageMs: readonly number[]
}

/**
 * A form of 1,000 fields with 100 rules: the whole of it checked, and one page sent after one answer changed. Processor time,
 * so that a machine others use as well gives the same figures.
 */
export async function benchForm(): Promise<readonly Verdict[]> {
  const child = spawnSync(process.execPath, [join(import.meta.dirname, 'servers/form-engine.ts')], { encoding: 'utf8' })
  if (child.status !== 0) {
    throw new Error(`the form engine ended with ${child.status}: ${child.stderr}`)
  }
  const { fields, rules, loadMs, firstMs, wholeMs, pageMs } = JSON.parse(child.stdout) as Times
  console.log(
    `\n${fields} fields, ${rules} rules; loaded and checked in ${round(loadMs)} ms, first whole check ${round(firstMs, 1)} ms`,
  )
  const p95 = (values: readonly number[]): string =>
    `${round(median(values), 2)} ms (95 %: ${round(percentile(values, 95), 2)} ms)`
  return [
    judge('form of 1,000 fields and 100 rules, whole check', '< 50 ms', p95(wholeMs), median(wholeMs) < 50),
    judge('the same, one answer changed', '< 5 ms', p95(pageMs), median(pageMs) < 5),
  ]
}
