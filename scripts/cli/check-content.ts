/** `node scripts/run.mjs cli check-content [folder]`: says what is wrong in a content folder; exit code 1 where something is. */
import { readCheckedContent } from '../content.ts'

const folder = process.argv[2] ?? process.env['STADTTOR_CONTENT'] ?? 'content'
const content = await readCheckedContent(folder)
if (content !== null) {
  console.log(`${folder}: ${content.paths.length} files, nothing found`)
}
process.exit(content === null ? 1 : 0)
