/**
 * `npm run publish -- [--content] [--to <folder>] [--undo]`: renders and shows what changed since the last release.
 * --content takes the content folder over first, --to also writes the release as a folder for nginx or a CDN,
 * --undo shows the release before this one again.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { askTown, runCommand, usage } from '../town.ts'

type Answer = {
  readonly undone?: { readonly releaseId: string }
  readonly release?: {
    readonly releaseId: string
    readonly pagesTotal: number
    readonly pagesRendered: number
    readonly ms: number
  }
  readonly exported?: { readonly files: number }
}

await runCommand(async (args) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      undo: { type: 'boolean', default: false },
      content: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 0) {
    return usage('npm run publish -- [--content] [--to <folder>] [--undo]')
  }
  const to = values.to === undefined ? {} : { to: resolve(values.to) }
  const answer = (await askTown('POST /publish', { undo: values.undo, content: values.content, ...to })) as Answer
  if (answer.undone !== undefined) {
    console.log(`shown again: release ${answer.undone.releaseId}`)
  }
  if (answer.release !== undefined) {
    const { releaseId, pagesTotal, pagesRendered, ms } = answer.release
    console.log(`release ${releaseId}: ${pagesRendered} of ${pagesTotal} pages rendered in ${(ms / 1000).toFixed(2)} s`)
  }
  if (answer.exported !== undefined) {
    console.log(`${answer.exported.files} files written to ${to.to}`)
  }
  return 0
})
