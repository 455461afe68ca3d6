/**
 * Writes the complete static site from a content folder: no database, no running process, the same bytes that a publish
 * of this content at this address makes. `build-site [--to <folder>]`; address from STADTTOR_ORIGIN.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { catalogueRoutes } from '../api/catalogue/routes.ts'
import { catalogueIndexes } from '../api/catalogue/service.ts'
import type { Content } from '../api/content/snapshot.ts'
import { createLog } from '../api/lib/log.ts'
import { createAnswers } from '../api/publishing/answers.ts'
import { compare, makeRelease } from '../api/publishing/make-release.ts'
import type { Manifest } from '../api/publishing/manifest.ts'
import { loadSite, openPageStore, type PageStore, type Site, snapshotApi } from '../api/publishing/service.ts'
import { type SiteFile, writeSite } from '../api/publishing/write-site.ts'
import { readCheckedContent } from './content.ts'

const { values } = parseArgs({ options: { to: { type: 'string', default: 'dist/site' } } })
const origin = process.env['STADTTOR_ORIGIN'] ?? 'http://localhost:8080'
const content = await readCheckedContent(process.env['STADTTOR_CONTENT'] ?? 'content')
if (content === null) {
  process.exit(1)
}
const folder = await mkdtemp(join(tmpdir(), 'stadttor-pages-'))
try {
  const site = await loadSite('dist')
  const store = await openPageStore(folder)
  const manifest = await render(content, site, store)
  const count = await writeSite(values.to, filesOf(manifest, site, store))
  console.log(`${manifest.pages.length} pages, ${count} files in ${values.to}`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

async function render(whole: Content, site: Site, store: PageStore): Promise<Manifest> {
  const log = createLog((line) => process.stderr.write(line), Date.now)
  const live = { revisionId: 'build', content: whole }
  const routes = catalogueRoutes({
    content: { live: () => live, at: async () => whole },
    catalogueIndex: catalogueIndexes(),
  })
  const answers = createAnswers(snapshotApi({ catalogue: routes }, log), origin)
  const frame = { render: site.render, templateDigest: site.templateDigest, origin, demo: false }
  const difference = await compare(frame, answers, null, Date.now())
  const release = { contentRevisionId: live.revisionId, previous: null }
  return (await makeRelease({ frame, answers, store }, difference, release)).manifest
}

async function* filesOf(manifest: Manifest, site: Site, store: PageStore): AsyncGenerator<SiteFile> {
  for (const { path, html, br, gzip } of manifest.pages) {
    yield { path, bytes: await store.read(html), br: await store.read(br), gzip: await store.read(gzip) }
  }
  for (const [path, bytes] of site.assetFiles) {
    yield { path, bytes }
  }
}
