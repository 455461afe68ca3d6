import type { Answers } from './answers.ts'
import { compressText } from './compress.ts'
import { effortFor } from './make-release.ts'
import { type Frame, listPages, renderPage } from './render-page.ts'
import type { Site } from './site.ts'
import type { SiteFile } from './write-site.ts'

const AT_ONCE = 8

/**
 * Renders the complete site without a store: what `npm run build` writes. Pages are made by the same function as a
 * release's, so both give the same bytes.
 */
export async function* renderSite(
  frame: Frame,
  answers: Answers,
  site: Pick<Site, 'assetFiles'>,
): AsyncGenerator<SiteFile> {
  const tasks = await listPages(answers)
  const effort = effortFor(tasks.length)
  for (let start = 0; start < tasks.length; start += AT_ONCE) {
    const some = tasks.slice(start, start + AT_ONCE).map(async (task): Promise<SiteFile> => {
      const page = await renderPage(frame, answers, task)
      return { path: page.path, bytes: page.html, ...(await compressText(page.html, effort)) }
    })
    yield* await Promise.all(some)
  }
  for (const [path, bytes] of site.assetFiles) {
    yield { path, bytes }
  }
}
