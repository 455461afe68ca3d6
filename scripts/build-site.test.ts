import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readXDatenfelder } from '../api/adapters/xdatenfelder/read.ts'
import { catalogueRoutes } from '../api/catalogue/routes.ts'
import { createFormReaders, createSiteCatalogue } from '../api/context-catalogue.ts'
import {
  createLive,
  exportSite,
  loadSite,
  openPageStore,
  type PublishingCtx,
  publish,
  snapshotApi,
} from '../api/publishing/service.ts'
import { testContext } from '../api/testing/context.ts'
import { buildTemplates } from './build.ts'
import { runNode } from './child.ts'
import { readCheckedContent } from './content.ts'

const CONTENT = process.env['STADTTOR_CONTENT'] ?? 'content'
const ORIGIN = 'https://stadt.example'
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stadttor-site-'))
  expect(await buildTemplates({ ifStale: true })).toBe(0)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const filesUnder = (root: string): Map<string, string> =>
  new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((name) => [name.slice(root.length), readFileSync(name).toString('base64')]),
  )

type Content = NonNullable<Awaited<ReturnType<typeof readCheckedContent>>>
const catalogueOf = (content: Content) =>
  catalogueRoutes({
    content: { live: () => ({ revisionId: content.digest, content }), at: async () => content },
    catalogueIndex: createSiteCatalogue(createFormReaders(readXDatenfelder)),
  })

const publishAndExport = async (target: string): Promise<number> => {
  const test = await testContext({ origin: ORIGIN })
  try {
    const content = await readCheckedContent(CONTENT)
    if (content === null) {
      throw new Error('the content is refused')
    }
    const pages = await openPageStore(join(test.dataDir, 'pages'))
    const live = { revisionId: content.digest, content }
    const catalogue = catalogueOf(content)
    const ctx: PublishingCtx = {
      ...test,
      pages,
      live: createLive(pages),
      site: await loadSite('dist'),
      siteApi: async () => snapshotApi({ catalogue }, test.log),
    }
    const { pagesTotal } = await publish(ctx, { kind: 'system', principal: 'test' }, live)
    await exportSite(ctx, { kind: 'system', principal: 'test' }, target)
    return pagesTotal
  } finally {
    await test.close()
  }
}

it('the build, without database or server, writes byte for byte what publishing makes', async () => {
  const built = join(folder, 'built')
  const published = join(folder, 'published')
  const env = { STADTTOR_CONTENT: CONTENT, STADTTOR_ORIGIN: ORIGIN }
  const { code, output } = await runNode(['scripts/build-site.ts', '--to', built], { env, capture: true })
  expect(code, output).toBe(0)
  const pagesTotal = await publishAndExport(published)
  const files = filesUnder(built)
  expect([...files.keys()].filter((name) => name.endsWith('.html'))).toHaveLength(pagesTotal)
  expect([...files.keys()]).toContain('/leistungen/hund-anmelden/index.html')
  const exported = filesUnder(published)
  expect([...exported.keys()].toSorted()).toEqual([...files.keys()].toSorted())
  expect([...files].filter(([name, bytes]) => exported.get(name) !== bytes).map(([name]) => name)).toEqual([])
}, 120_000)

it('a page that fails in a way nobody expected says so with its number, what is safe and whom to call', async () => {
  const content = await readCheckedContent(CONTENT)
  if (content === null) {
    throw new Error('the content is refused')
  }
  const catalogue = snapshotApi({ catalogue: catalogueOf(content) }, () => undefined)
  // What no page reckons with: a success that is not what was asked for.
  const api = async (request: Request): Promise<Response> =>
    request.url.includes('/catalogue/services/') ? Response.json({ planted: 'nonsense' }) : await catalogue(request)
  const { render } = await loadSite('dist')
  const failures: string[] = []
  const noted = (error: unknown, route: string): number => failures.push(`${(error as Error).name} at ${route}`)
  const ask = (path: string, locals = {}): Promise<Response> =>
    render(new Request(`${ORIGIN}${path}`), { api, origin: ORIGIN, demo: false, requestId: 'incident-7', ...locals })
  const failed = await ask('/leistungen/hund-anmelden/', { failed: noted })
  const page = await failed.text()
  expect([failed.status, failed.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
  expect(page).toContain('Da ist etwas schiefgegangen')
  expect(page).toContain('incident-7')
  expect(page).toContain('ist noch da')
  expect(page).toContain(content.city.phone)
  expect(page).not.toMatch(/planted|nonsense|TypeError|\.mjs/)
  expect(failures).toEqual(['TypeError at /leistungen/[slug]/[...lang]'])
  await expect(ask('/leistungen/hund-anmelden/')).rejects.toThrow(TypeError)
  expect((await ask('/gibt-es-nicht/')).status).toBe(404)
  expect((await ask('/500')).status).toBe(404)
}, 120_000)
