/** `npm run sync -- [--publish] [--from <folder|url>]`: shows what the state's catalogue would change, or takes it over. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { SyncPlan } from '../../api/catalogue/service-sync.ts'
import { findingLine } from '../../api/lib/finding.ts'
import { askTown, runCommand, usage } from '../town.ts'

type Answer =
  | ({ readonly published: false } & SyncPlan)
  | { readonly published: true; readonly changes: SyncPlan['changes']; readonly release: ReleaseMade }
type ReleaseMade = { readonly releaseId: string; readonly pagesTotal: number; readonly pagesRendered: number }

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { publish: { type: 'boolean', default: false }, from: { type: 'string' } },
  })
  if (positionals.length > 0) {
    return usage('npm run sync -- [--publish] [--from <folder|url>]')
  }
  const from = values.from !== undefined && existsSync(values.from) ? resolve(values.from) : values.from
  const input = { publish: values.publish, ...(from === undefined ? {} : { from }) }
  const answer = (await askTown('POST /sync', input)) as Answer
  for (const change of answer.changes) {
    const fields = change.fields.length === 0 ? '' : ` (${change.fields.join(', ')})`
    console.log(`${change.action.padEnd(8)} ${change.kind} ${change.name || change.key}${fields}`)
  }
  if (answer.published) {
    const { releaseId, pagesTotal, pagesRendered } = answer.release
    console.log(
      `${answer.changes.length} changes taken over; release ${releaseId}: ${pagesRendered} of ${pagesTotal} pages`,
    )
    return 0
  }
  return showPlan(answer)
})

function showPlan(plan: SyncPlan): number {
  for (const service of plan.touched) {
    const parts = [`online: ${service.online}`, ...service.fees.map((fee) => `fee ${fee}`), ...service.connectors]
    console.log(`touches  ${service.slug}: ${service.action}; ${parts.join(', ')}`)
  }
  for (const finding of plan.findings) {
    console.error(findingLine(finding))
  }
  if (plan.findings.length > 0) {
    console.error(`the feed ${plan.source} is refused; nothing changes`)
    return 1
  }
  console.log(
    plan.changes.length === 0
      ? 'nothing differs'
      : `${plan.changes.length} changes; take them over: npm run sync -- --publish`,
  )
  return 0
}
