import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readXDatenfelder } from '../api/adapters/xdatenfelder/read.ts'
import { catalogueRoutes } from '../api/catalogue/routes.ts'
import { createFormReaders, createSiteCatalogue } from '../api/context-catalogue.ts'
import { createLog } from '../api/lib/log.ts'
import { createAnswers, loadSite, renderSite, snapshotApi, writeSite } from '../api/publishing/service.ts'
import { readCheckedContent } from './content.ts'

/**
 * The second half of `npm run build`: writes the complete static site from a content folder, with no database and no
 * running process; the same bytes that a publish of this content at this address makes.
 * `--to <folder>`; the rest from STADTTOR_CONTENT, STADTTOR_BUNDLE, STADTTOR_ORIGIN; `--demo` as in demo mode.
 */
const { values } = parseArgs({
  options: { to: { type: 'string', default: 'dist/site' }, demo: { type: 'boolean', default: false } },
})
const {
  STADTTOR_CONTENT = 'content',
  STADTTOR_BUNDLE = 'dist',
  STADTTOR_ORIGIN = 'http://localhost:8080',
} = process.env

const startedMs = performance.now()
const content = await readCheckedContent(STADTTOR_CONTENT)
if (content === null) {
  process.exit(1)
}
const revision = { revisionId: content.digest, content }
const catalogue = catalogueRoutes({
  content: { live: () => revision, at: async () => content },
  catalogueIndex: createSiteCatalogue(createFormReaders(readXDatenfelder)),
})
const api = snapshotApi(
  { catalogue },
  createLog((line) => process.stderr.write(line), Date.now),
)
const site = await loadSite(resolve(STADTTOR_BUNDLE))
const frame = { render: site.render, templateDigest: site.templateDigest, origin: STADTTOR_ORIGIN, demo: values.demo }
const files = await writeSite(resolve(values.to), renderSite(frame, createAnswers(api, STADTTOR_ORIGIN), site))
console.log(`${values.to}: ${files} files in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
