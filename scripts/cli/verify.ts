/** `npm run verify -- [checkpoint file …]`: verifies database, journal and files; notes kept outside are held against the journal. */
import { readFileSync } from 'node:fs'
import type { VerifyReport } from '../../api/operations/service.ts'
import { askTown, runCommand, secondsLine } from '../town.ts'

await runCommand(async (files) => {
  const trusted = files.map((file) => readFileSync(file, 'utf8'))
  const report = (await askTown('POST /verify', { trusted })) as VerifyReport
  const { journal } = report
  console.log(`journal: ${journal.entries} entries of ${journal.eakten} eAkten, ${journal.checkpoints} checkpoints`)
  console.log(`files: ${report.blobs}, damaged or missing: ${report.damaged.length}; ${secondsLine(report.seconds)}`)
  if (journal.finding !== undefined) {
    const { kind, eakteId, seq, leaf, detail } = journal.finding
    console.error(
      `journal does not hold: ${kind}: ${detail} (eAkte ${eakteId ?? '-'}, entry ${seq ?? '-'}, leaf ${leaf ?? '-'})`,
    )
  }
  for (const line of [...report.faults, ...report.damaged.map((id) => `damaged or missing: ${id}`)]) {
    console.error(line)
  }
  console.log(report.ok ? 'everything holds' : 'NOT everything holds')
  return report.ok ? 0 : 1
})
