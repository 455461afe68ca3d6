import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createApplicant, fillDraft, ONE_DOG } from '../e2e/support/apply.ts'
import { startProduct } from '../e2e/support/product.ts'
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
 * so that a machine others use as well gives the same figures. Then what the pages of an application weigh.
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
    await judgePages(),
  ]
}

const SERVICE = 'hund-anmelden'
const PAGE_BYTES_MAX = 15 * 1024

type Review = { readonly sections: readonly { readonly rows: readonly { readonly changePath: string }[] }[] }

/** The heaviest page of an application, filled in and packed as it is sent. */
async function judgePages(): Promise<Verdict> {
  const product = await startProduct()
  try {
    const applicant = createApplicant(product.origin)
    const draftId = await fillDraft(applicant, SERVICE, ONE_DOG)
    const { sections } = await applicant.json<Review>(`/api/v1/submissions/drafts/${draftId}/review`)
    const paths = new Set(sections.flatMap(({ rows }) => rows.map(({ changePath }) => changePath)))
    const sizes: number[] = []
    for (const path of [...paths, `/antrag/${draftId}/pruefen`]) {
      const page = await applicant.get(path, { headers: { accept: 'text/html' } })
      if (page.status !== 200) {
        throw new Error(`${path} answered ${page.status}`)
      }
      sizes.push(gzipSync(await page.text()).length)
    }
    const largest = Math.max(...sizes)
    const name = `page of an application, largest of ${sizes.length}, compressed`
    return judge(name, `≤ ${PAGE_BYTES_MAX} bytes`, `${largest}`, largest <= PAGE_BYTES_MAX)
  } finally {
    await product.stop()
  }
}
