import { type Answers, earliest } from './answers.ts'
import { compressText, type Effort } from './compress.ts'
import type { Manifest, ManifestPage } from './manifest.ts'
import type { PageStore } from './page-store.ts'
import { type Frame, GONE_PATH, listPages, type PageTask, renderPage } from './render-page.ts'

/** What a publish will do to each page. */
export type Difference = {
  /** Pages to render: new, or made from something that changed. */
  readonly render: readonly PageTask[]
  readonly added: readonly string[]
  readonly changed: readonly string[]
  /** Pages whose recorded answers are the same now. */
  readonly keep: readonly ManifestPage[]
  /** Pages there once were; the newly removed are also named in `removed`. */
  readonly gone: readonly string[]
  readonly removed: readonly string[]
}

export type MadeRelease = {
  readonly manifest: Manifest
  readonly rendered: readonly string[]
  readonly gone: readonly string[]
  readonly validUntilMs?: number
}

/** Up to so many pages are compressed as hard as can be; more would take minutes. */
const HARD_PAGES_MAX = 200
const AT_ONCE = 8
const STEP_MS = 4

/**
 * Compares content with what the pages of `base` were made from. A page is rendered again exactly if the templates,
 * the address or mode of the installation, or one of the answers it was made from changed, or its truth has ended.
 */
export async function compare(
  frame: Frame,
  answers: Answers,
  base: Manifest | null,
  nowMs: number,
): Promise<Difference> {
  const tasks = await listPages(answers)
  const before = new Map((base?.pages ?? []).map((page) => [page.path, page]))
  const isSameFrame = base?.templateDigest === frameDigest(frame)
  const breathe = breather()
  const keep: ManifestPage[] = []
  const render: PageTask[] = []
  for (const task of tasks) {
    await breathe()
    const known = before.get(task.path)
    if (known !== undefined && isSameFrame && known.status === task.status && (await isFresh(known, answers, nowMs))) {
      keep.push(known)
    } else {
      render.push(task)
    }
  }
  const paths = new Set(tasks.map((task) => task.path))
  const left = [...before.values()].filter((page) => !paths.has(page.path))
  const wasThere = (task: PageTask): boolean =>
    (before.get(task.path)?.status ?? 410) !== 410 || task.path === GONE_PATH
  return {
    render,
    keep,
    added: render.filter((task) => !before.has(task.path) || !wasThere(task)).map((task) => task.path),
    changed: render.filter((task) => before.has(task.path) && wasThere(task)).map((task) => task.path),
    gone: left.map((page) => page.path),
    removed: left.filter((page) => page.status !== 410).map((page) => page.path),
  }
}

/** Renders, compresses and stores what a comparison found; durable in the store when it resolves, live nowhere yet. */
export async function makeRelease(
  { frame, answers, store }: { frame: Frame; answers: Answers; store: PageStore },
  difference: Difference,
  { contentRevisionId, previous }: Pick<Manifest, 'contentRevisionId' | 'previous'>,
): Promise<MadeRelease> {
  const effort = effortFor(difference.render.length)
  const fresh = await inParallel(difference.render, async (task) => {
    const page = await renderPage(frame, answers, task)
    const { br, gzip } = await compressText(page.html, effort)
    const { path, status, headers, digest: html, dependencies, validUntilMs } = page
    const sizes = [page.html.byteLength, br.byteLength, gzip.byteLength] as const
    const file = await store.put(Buffer.concat([page.html, br, gzip]))
    const entry: ManifestPage = { path, status, headers, html, file, sizes, dependencies }
    return validUntilMs === undefined ? entry : { ...entry, validUntilMs }
  })
  const current = [...difference.keep, ...fresh]
  const goneEntry = current.find((page) => page.path === GONE_PATH)
  const gone = goneEntry === undefined ? [] : difference.gone.map((path) => ({ ...goneEntry, path }))
  await store.sync()
  const validUntilMs = earliest(current.map((page) => page.validUntilMs))
  return {
    manifest: {
      templateDigest: frameDigest(frame),
      contentRevisionId,
      previous,
      pages: [...current, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1)),
    },
    rendered: fresh.map((page) => page.path),
    gone: difference.gone,
    ...(validUntilMs === undefined ? {} : { validUntilMs }),
  }
}

/** How hard so many pages are compressed. */
export const effortFor = (pages: number): Effort => (pages > HARD_PAGES_MAX ? 'quick' : 'hard')

/** Everything beside content that is in each page's bytes. */
const frameDigest = ({ templateDigest, origin, demo }: Frame): string =>
  `${templateDigest} ${origin}${demo ? ' demo' : ''}`

async function isFresh(page: ManifestPage, answers: Answers, nowMs: number): Promise<boolean> {
  if ((page.validUntilMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
    return false
  }
  for (const [path, digest] of page.dependencies) {
    if ((await answers.digestOf(path)).digest !== digest) {
      return false
    }
  }
  return true
}

/** Runs `work` over all items, a few at once, in order of the results. Lets waiting requests through in between. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const breathe = breather()
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      await breathe()
      results[index] = await work(items[index] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
  return results
}

/** Gives the main loop a turn when this work has kept it for some milliseconds: promises alone never let others in. */
function breather(): () => Promise<void> {
  let sinceMs = performance.now()
  return async () => {
    if (performance.now() - sinceMs > STEP_MS) {
      await new Promise((resolve) => setImmediate(resolve))
      sinceMs = performance.now()
    }
  }
}
