import { createHash } from 'node:crypto'
import type { PageLocals, Pages } from '../http/web.ts'
import { problemType } from '../lib/problem.ts'
import type { Answers, Dependency } from './answers.ts'

/** What decides how pages look, beside content: the built templates and the installation's address and mode. */
export type Frame = {
  readonly render: Pages
  /** Digest of the built bundle (words are part of it). */
  readonly templateDigest: string
  readonly origin: string
  readonly demo: boolean
}

/** One static page to make. Most render the address they stand at; error pages render `/fehler`. */
export type PageTask = {
  readonly path: string
  readonly url: string
  readonly status: number
  readonly problem?: { readonly status: number; readonly type: string }
}

export type RenderedPage = {
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: Uint8Array
  /** SHA-256 of `html`, hex. */
  readonly digest: string
  readonly dependencies: readonly Dependency[]
  readonly validUntilMs?: number
}

export const pageFailed = problemType('publishing/page-failed', 500)
export const gone = problemType('publishing/gone', 410)

/** Path of the page that stands for every page there once was. */
export const GONE_PATH = '/410'

/** Pages every release has beside the catalogue's: they are shown without rendering, `/503` also under overload. */
const OWN_PAGES: readonly PageTask[] = [
  { path: '/404', url: '/404', status: 404 },
  { path: GONE_PATH, url: '/fehler', status: 410, problem: { status: 410, type: gone.type } },
  { path: '/503', url: '/fehler', status: 503, problem: { status: 503, type: 'http/overloaded' } },
]

const PATH = /^\/(?:[a-z0-9][a-z0-9._~-]*\/)*$/

/**
 * Lists the pages of a content revision: what `catalogue/paths` names, and the pages every release has.
 * Throws `publishing/page-failed` on a path that could not also be a folder name.
 */
export async function listPages(answers: Answers): Promise<readonly PageTask[]> {
  const answer = await answers.ask('catalogue/paths')
  if (answer.status !== 200) {
    throw pageFailed('catalogue/paths was refused')
  }
  const { paths } = JSON.parse(new TextDecoder().decode(answer.bytes)) as { readonly paths: readonly string[] }
  const wrong = paths.find((path) => !PATH.test(path))
  if (wrong !== undefined) {
    throw pageFailed(`not a path of a static page: ${JSON.stringify(wrong)}`)
  }
  return [...[...new Set(paths)].sort().map((path) => ({ path, url: path, status: 200 })), ...OWN_PAGES]
}

/**
 * Renders one static page: the only function that does, for publishing and for the build.
 * Throws `publishing/page-failed` when the page answers with another status than it should, or sets a cookie.
 */
export async function renderPage(frame: Frame, answers: Answers, task: PageTask): Promise<RenderedPage> {
  const recorder = answers.recorder()
  const locals: PageLocals = {
    api: recorder.api,
    origin: frame.origin,
    demo: frame.demo,
    ...(task.problem === undefined ? {} : { problem: task.problem }),
  }
  const response = await frame.render(new Request(frame.origin + task.url), locals).catch((cause: unknown) => {
    throw pageFailed(`${task.path} could not be rendered`, { cause })
  })
  if (response.status !== task.status || response.headers.has('set-cookie')) {
    throw pageFailed(`${task.path} answered ${response.status}`)
  }
  const html = new Uint8Array(await response.arrayBuffer())
  const validUntilMs = recorder.validUntilMs()
  return {
    path: task.path,
    status: task.status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' },
    html,
    digest: createHash('sha256').update(html).digest('hex'),
    dependencies: recorder.asked(),
    ...(validUntilMs === undefined ? {} : { validUntilMs }),
  }
}
