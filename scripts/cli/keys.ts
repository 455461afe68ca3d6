/** `npm run keys -- init <file> | check | rotate | backup <folder>`: the installation's key and the keys it wraps. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { writeNewKey } from '../../api/keys/service.ts'
import { askTown, CommandRefused, dataDirOf, runCommand, usage } from '../town.ts'

const USAGE = 'npm run keys -- init [file] | check | rotate | backup <folder>'

await runCommand(async ([command, place, ...rest]) => {
  if (rest.length > 0) {
    return usage(USAGE)
  }
  switch (command) {
    case 'init':
      return init(place ?? process.env['STADTTOR_KEY_FILE'])
    case 'check': {
      const found = (await askTown('POST /keys/check')) as { current: string; used: readonly string[] }
      console.log(`installation key ${found.current}; data keys are wrapped by: ${found.used.join(', ')}`)
      return 0
    }
    case 'rotate': {
      const done = (await askTown('POST /keys/rotate')) as { before: string; current: string; wrapped: number }
      console.log(`installation key ${done.current} in place of ${done.before}; ${done.wrapped} data keys wrapped anew`)
      console.log(`Make a key backup now. Keep ${done.before} until every older key backup has expired (30 days).`)
      return 0
    }
    case 'backup': {
      const input = place === undefined ? {} : { to: resolve(place) }
      const done = (await askTown('POST /keys/backup', input)) as { path: string; removed: number }
      console.log(`${done.path}; ${done.removed} key backups older than 30 days deleted`)
      return 0
    }
    default:
      return usage(USAGE)
  }
})

function init(file: string | undefined): number {
  if (file === undefined) {
    return usage('npm run keys -- init <file>, or set STADTTOR_KEY_FILE')
  }
  if (existsSync(file)) {
    throw new CommandRefused(`${file} exists already; a new key for running data: npm run keys -- rotate`)
  }
  const id = writeNewKey(resolve(file), dataDirOf(), '')
  console.log(`${resolve(file)} holds the new installation key ${id}`)
  console.log('Without it nothing can be opened, and it is in no backup: keep copies of it in two safe places.')
  return 0
}
