/**
 * `npm run restore -- <backup folder> --keys <key backup or folder of them> [--verify]`: restores into the empty data folder
 * and proves it; with --verify also opens up to 100 documents. The server must not run.
 */
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openFolderStore } from '../../api/adapters/folder/blob-store.ts'
import { ConfigRefused, readConfig } from '../../api/config.ts'
import { readInstallationKeys } from '../../api/keys/service.ts'
import { systemClock } from '../../api/lib/clock.ts'
import { createLog } from '../../api/lib/log.ts'
import { restoreBackup } from '../../api/operations/service.ts'
import { CommandRefused, runCommand, secondsLine, usage } from '../town.ts'

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations', import.meta.url))
const SAMPLE = 100

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { keys: { type: 'string' }, verify: { type: 'boolean', default: false } },
  })
  const [from] = positionals
  if (from === undefined || values.keys === undefined || positionals.length > 1) {
    return usage('npm run restore -- <backup folder> --keys <key backup or folder of them> [--verify]')
  }
  const config = settings()
  const clock = systemClock()
  const report = await restoreBackup({
    from: resolve(from),
    keysFrom: resolve(values.keys),
    dataDir: config.dataDir,
    migrationsDir: MIGRATIONS,
    town: config.town,
    installationKeys: readInstallationKeys(config.keySource, config.dataDir),
    openBlobs: (folder) => openFolderStore(folder),
    sample: values.verify ? SAMPLE : 0,
    now: clock.now,
    log: createLog(() => undefined, clock.now),
    say: (line) => console.error(line),
  })
  console.log(`${config.dataDir}: ${report.files} files restored; ${secondsLine(report.seconds)}`)
  console.log(
    Object.entries(report.counts)
      .map(([table, count]) => `${table} ${count}`)
      .join(', '),
  )
  console.log(`journal verified: ${report.verify.journal.entries} entries`)
  if (values.verify) {
    console.log(
      `opened ${report.opened} documents; ${report.destroyed} of the sample stay shut, their keys were destroyed`,
    )
  }
  for (const id of report.verify.damaged) {
    console.error(`was damaged or missing already when the backup was made: ${id}`)
  }
  return 0
})

function settings() {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (error instanceof ConfigRefused) {
      throw new CommandRefused(`restoring needs the server's settings: ${error.message}`)
    }
    throw error
  }
}
