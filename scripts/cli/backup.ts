/** `npm run backup -- [folder]`: backs up the running town into `<folder>/backup-<UTC>`; default STADTTOR_BACKUP_DIR. */
import { resolve } from 'node:path'
import type { BackupReport } from '../../api/operations/service.ts'
import { askTown, runCommand, secondsLine, usage } from '../town.ts'

await runCommand(async ([folder, ...rest]) => {
  if (rest.length > 0 || folder?.startsWith('-')) {
    return usage('npm run backup -- [folder]')
  }
  const input = folder === undefined ? {} : { to: resolve(folder) }
  const report = (await askTown('POST /backup', input)) as BackupReport
  const mb = (report.sizeBytes / 1_000_000).toFixed(1)
  console.log(`${report.folder}: ${report.files} files, ${mb} MB; ${secondsLine(report.seconds)}`)
  console.log('The keys are not in it. Back them up apart: npm run keys -- backup <folder>')
  for (const id of report.damaged) {
    console.error(`damaged or missing in the store: ${id}`)
  }
  return report.damaged.length === 0 ? 0 : 1
})
