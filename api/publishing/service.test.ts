import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Env } from '../http/env.ts'
import { answerStatic, type StaticFile } from '../http/static-file.ts'
import type { Pages } from '../http/web.ts'
import { takeLease } from '../jobs/service.ts'
import type { Actor } from '../lib/actor.ts'
import { type TestContext, testContext } from '../testing/context.ts'
import { createLive } from './live.ts'
import { decodeManifest } from './manifest.ts'
import { openPageStore, type PageStore } from './page-store.ts'
import {
  exportSite,
  type PublishingCtx,
  planPublish,
  publish,
  snapshotApi,
  startLive,
  sweepPages,
  undo,
} from './service.ts'

/** A small town: services shown with their office, offices with their services. */
type Town = {
  readonly name: string
  readonly offices: Readonly<Record<string, { readonly name: string }>>
  readonly services: Readonly<
    Record<string, { readonly title: string; readonly office: string; readonly until?: string }>
  >
}
const TOWN: Town = {
  name: 'Musterstadt',
  offices: { finanzen: { name: 'Finanzen' }, bau: { name: 'Bauamt' } },
  services: {
    hund: { title: 'Hund anmelden', office: 'finanzen' },
    steuer: { title: 'Steuer zahlen', office: 'finanzen' },
    baum: { title: 'Baum fällen', office: 'bau' },
  },
}
const EDITOR: Actor = { kind: 'system', principal: 'test' }
const EXTRA = ['/404', '/410', '/503']

const townRoutes = (town: Town): Hono<Env> =>
  new Hono<Env>()
    .get('/frame', (c) => c.json({ name: town.name }))
    .get('/paths', (c) =>
      c.json({
        paths: [
          '/',
          ...Object.keys(town.offices).map((slug) => `/aemter/${slug}/`),
          ...Object.keys(town.services).map((slug) => `/leistungen/${slug}/`),
        ],
      }),
    )
    .get('/services/:slug', (c) => {
      const service = town.services[c.req.param('slug')]
      if (service?.until !== undefined) {
        c.header('Valid-Until', service.until)
      }
      return service === undefined
        ? c.notFound()
        : c.json({ title: service.title, office: town.offices[service.office]?.name })
    })
    .get('/offices/:slug', (c) => {
      const slug = c.req.param('slug')
      const titles = Object.values(town.services)
        .filter((service) => service.office === slug)
        .map((service) => service.title)
      return c.json({ name: town.offices[slug]?.name, titles })
    })
    .get('/home', (c) => c.json({ titles: Object.values(town.services).map((service) => service.title) }))

/** Stands for the built templates: which answers a page is made from, and bytes that follow from nothing else. */
const pagesThat =
  (rendered: string[]): Pages =>
  async (request, locals) => {
    const path = new URL(request.url).pathname
    rendered.push(path)
    const ask = async (name: string) => {
      const answer = await locals.api(new Request(`${locals.origin}/api/v1/catalogue/${name}`))
      return { status: answer.status, text: await answer.text() }
    }
    const [, kind, slug] = path.split('/')
    const source = kind === 'leistungen' ? `services/${slug}` : kind === 'aemter' ? `offices/${slug}` : 'home'
    const parts = locals.problem === undefined && path !== '/404' ? ['frame', source] : ['frame']
    const answers = await Promise.all(parts.map(ask))
    const status =
      locals.problem?.status ?? (path === '/404' ? 404 : (answers.find((part) => part.status !== 200)?.status ?? 200))
    const body = answers.map((part) => `<p>${part.text}</p>`).join('')
    return new Response(`<!doctype html>${path}${body}${'<hr>'.repeat(50)}`, {
      status,
      headers: { 'Content-Type': 'text/html' },
    })
  }

let test: TestContext
let folder: string
let store: PageStore
let rendered: string[]
const towns = new Map<string, Town>()

const contextOver = (pages: PageStore, templateDigest = 'a'.repeat(64)): PublishingCtx => ({
  ...test,
  pages,
  live: createLive(pages),
  site: {
    render: pagesThat(rendered),
    templateDigest,
    assets: () => null,
    assetFiles: new Map([['/_astro/a.css', new TextEncoder().encode('a{}')]]),
  },
  siteApi: async (revisionId) => snapshotApi({ catalogue: townRoutes(towns.get(revisionId) ?? TOWN) }, test.log),
})
const publishTown = (ctx: PublishingCtx, town: Town, revisionId = ctx.newId()) => {
  towns.set(revisionId, town)
  rendered.length = 0
  return publish(ctx, EDITOR, { revisionId })
}
const shown = async (ctx: PublishingCtx, path: string) => {
  const found = ctx.live.lookup(path)
  if (found === null || 'redirect' in found) {
    return found
  }
  const answer = await answerStatic(found, { method: 'GET', encodings: null, ifNoneMatch: null })
  return { status: answer.status, text: new TextDecoder().decode(answer.body ?? new Uint8Array()) }
}

beforeEach(async () => {
  test = await testContext()
  folder = mkdtempSync(join(tmpdir(), 'stadttor-pages-'))
  store = await openPageStore(folder)
  rendered = []
  towns.clear()
})
afterEach(async () => {
  await test.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('publish', () => {
  it('renders every page of the first release and shows it', async () => {
    const ctx = contextOver(store)
    const result = await publishTown(ctx, TOWN)
    expect(result).toMatchObject({ pagesTotal: 9, pagesRendered: 9, pagesGone: 0 })
    expect(await shown(ctx, '/leistungen/hund/')).toMatchObject({
      status: 200,
      text: expect.stringContaining('Hund anmelden'),
    })
    expect(await shown(ctx, '/leistungen/hund')).toEqual({ redirect: '/leistungen/hund/' })
    expect(await shown(ctx, '/leistungen/')).toBeNull()
  })

  it('renders nothing when nothing a page was made from has changed', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    expect(await publishTown(ctx, structuredClone(TOWN))).toMatchObject({ pagesRendered: 0, pagesTotal: 9 })
    expect(rendered).toEqual([])
  })

  it('renders exactly the pages that show a changed office', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    const changed = { ...TOWN, offices: { ...TOWN.offices, finanzen: { name: 'Kämmerei' } } }
    await publishTown(ctx, changed)
    expect(rendered.toSorted()).toEqual(['/aemter/finanzen/', '/leistungen/hund/', '/leistungen/steuer/'])
    expect((await shown(ctx, '/leistungen/hund/')) ?? {}).toMatchObject({ text: expect.stringContaining('Kämmerei') })
    expect((await shown(ctx, '/leistungen/baum/')) ?? {}).toMatchObject({ text: expect.stringContaining('Bauamt') })
  })

  it('renders everything again when the templates changed, or what every page shows', async () => {
    await publishTown(contextOver(store), TOWN)
    expect(await publishTown(contextOver(store, 'b'.repeat(64)), TOWN)).toMatchObject({ pagesRendered: 9 })
    const renamed = { ...TOWN, name: 'Neustadt' }
    expect(await publishTown(contextOver(store, 'b'.repeat(64)), renamed)).toMatchObject({ pagesRendered: 9 })
  })

  it('renders a page again once its truth has ended, and says when that is', async () => {
    const ctx = contextOver(store)
    const until = '2026-11-02T10:00:00.000Z'
    const town = { ...TOWN, services: { ...TOWN.services, hund: { title: 'Hund', office: 'finanzen', until } } }
    expect(await publishTown(ctx, town)).toMatchObject({ validUntilMs: Date.parse(until) })
    test.clock.set(Date.parse(until) - 1)
    expect(await publishTown(ctx, town)).toMatchObject({ pagesRendered: 0 })
    test.clock.set(Date.parse(until))
    expect(await publishTown(ctx, town)).toMatchObject({ pagesRendered: 1 })
  })

  it('answers 410 where a page was, again 200 when it comes back, and never shows it in the plan twice', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    const { baum: _, ...rest } = TOWN.services
    expect(await publishTown(ctx, { ...TOWN, services: rest })).toMatchObject({ pagesGone: 1 })
    expect(await shown(ctx, '/leistungen/baum/')).toMatchObject({ status: 410 })
    towns.set('same', { ...TOWN, services: rest })
    expect(await planPublish(ctx, EDITOR, { revisionId: 'same' })).toMatchObject({
      added: [],
      changed: [],
      removed: [],
    })
    await publishTown(ctx, { ...TOWN, services: rest })
    expect(await shown(ctx, '/leistungen/baum/')).toMatchObject({ status: 410 })
    await publishTown(ctx, TOWN)
    expect(await shown(ctx, '/leistungen/baum/')).toMatchObject({ status: 200 })
  })

  it('stores variants that decompress to the page', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    const file = ctx.live.lookup('/') as StaticFile
    const plain = Buffer.from(await file.plain())
    expect(brotliDecompressSync((await file.br?.()) ?? '')).toEqual(plain)
    expect(gunzipSync((await file.gzip?.()) ?? '')).toEqual(plain)
    const br = await answerStatic(file, { method: 'GET', encodings: 'gzip, br', ifNoneMatch: null })
    expect(br.headers).toMatchObject({ 'Content-Encoding': 'br', 'Content-Type': 'text/html; charset=utf-8' })
  })

  it('403 for a clerk, 401 for the public: only editors and the system publish', async () => {
    const ctx = contextOver(store)
    const clerk: Actor = { kind: 'staff', sessionId: 's', userId: 'u', name: '', roles: ['clerk'], postboxes: [] }
    await expect(publish(ctx, clerk, { revisionId: 'r' })).rejects.toMatchObject({ status: 403 })
    await expect(undo(ctx, { kind: 'public' })).rejects.toMatchObject({ status: 401 })
  })
})

describe('when something goes wrong', () => {
  it('keeps the old release when a page cannot be rendered', async () => {
    const ctx = contextOver(store)
    const { releaseId } = await publishTown(ctx, TOWN)
    const broken: PublishingCtx = {
      ...ctx,
      site: { ...ctx.site, templateDigest: 'c'.repeat(64), render: async () => new Response('', { status: 500 }) },
    }
    await expect(publishTown(broken, TOWN)).rejects.toMatchObject({ type: 'publishing/page-failed' })
    expect(ctx.live.current()?.releaseId).toBe(releaseId)
    expect(await publishTown(ctx, TOWN)).toMatchObject({ pagesRendered: 0 })
  })

  it('keeps the old release after a crash between writing pages and moving the pointer', async () => {
    const ctx = contextOver(store)
    const { releaseId } = await publishTown(ctx, TOWN)
    const changed = { ...TOWN, offices: { ...TOWN.offices, bau: { name: 'Hochbau' } } }
    const crashing: PublishingCtx = {
      ...ctx,
      write: async (batch) => {
        if ((batch.statements ?? []).some((statement) => statement.sql.includes('INTO releases'))) {
          throw new Error('the process ended here')
        }
        return await test.write(batch)
      },
    }
    await expect(publishTown(crashing, changed)).rejects.toThrow('ended here')
    writeFileSync(join(folder, 'tmp', 'half-written'), 'x')

    const restarted = contextOver(await openPageStore(folder))
    await startLive(restarted)
    expect(restarted.live.current()?.releaseId).toBe(releaseId)
    expect(await shown(restarted, '/leistungen/baum/')).toMatchObject({ text: expect.stringContaining('Bauamt') })
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
    await publishTown(restarted, changed)
    expect(await shown(restarted, '/leistungen/baum/')).toMatchObject({ text: expect.stringContaining('Hochbau') })
  })

  it('refuses the second of two publishers', async () => {
    const ctx = contextOver(store)
    const both = await Promise.allSettled([publishTown(ctx, TOWN), publishTown(ctx, TOWN)])
    expect(both.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((result) => result.status === 'rejected')?.reason).toMatchObject({ type: 'publishing/busy' })
    await publishTown(ctx, TOWN)
  })

  it('refuses the result of a publisher whose lease another took meanwhile', async () => {
    const ctx = contextOver(store)
    const slow: PublishingCtx = {
      ...ctx,
      siteApi: async (revisionId) => {
        test.clock.advance(16 * 60_000)
        expect(await takeLease(test, 'publish', 60_000)).not.toBeNull()
        return await ctx.siteApi(revisionId)
      },
    }
    await expect(publishTown(slow, TOWN)).rejects.toMatchObject({ type: 'publishing/busy' })
    expect(ctx.live.current()).toBeNull()
  })

  it('refuses a publisher when somebody undid a release meanwhile: the undo stays', async () => {
    const ctx = contextOver(store)
    const first = await publishTown(ctx, TOWN)
    await publishTown(ctx, { ...TOWN, name: 'Zwei' })
    const overtaken: PublishingCtx = {
      ...ctx,
      site: {
        ...ctx.site,
        render: async (request, locals) => {
          if (new URL(request.url).pathname === '/') {
            await undo(ctx, EDITOR)
          }
          return await ctx.site.render(request, locals)
        },
      },
    }
    await expect(publishTown(overtaken, { ...TOWN, name: 'Drei' })).rejects.toMatchObject({ type: 'publishing/busy' })
    expect(ctx.live.current()?.releaseId).toBe(first.releaseId)
  })

  it('refuses a path that would be no folder name', async () => {
    const ctx = contextOver(store)
    const town = { ...TOWN, services: { '../../etc': { title: 'x', office: 'bau' } } }
    await expect(publishTown(ctx, town)).rejects.toMatchObject({ type: 'publishing/page-failed' })
  })

  it('does not serve a damaged page: reading it rejects', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    const stored = ctx.live.current()?.manifest.pages.find((page) => page.path === '/')?.file ?? ''
    writeFileSync(join(folder, stored.slice(0, 2), stored), 'damaged')
    const fresh = contextOver(await openPageStore(folder))
    await startLive(fresh)
    await expect(shown(fresh, '/')).rejects.toThrow('damaged')
    unlinkSync(join(folder, stored.slice(0, 2), stored))
    await expect(shown(fresh, '/')).rejects.toThrow()
  })
})

describe('undo', () => {
  it('shows the release before, then the one before that, then refuses', async () => {
    const ctx = contextOver(store)
    const named = (name: string) => ({ ...TOWN, name })
    const first = await publishTown(ctx, named('Eins'))
    const second = await publishTown(ctx, named('Zwei'))
    await publishTown(ctx, named('Drei'))
    expect(await undo(ctx, EDITOR)).toEqual({ releaseId: second.releaseId })
    expect(await shown(ctx, '/')).toMatchObject({ text: expect.stringContaining('Zwei') })
    expect(await undo(ctx, EDITOR)).toEqual({ releaseId: first.releaseId })
    await expect(undo(ctx, EDITOR)).rejects.toMatchObject({ type: 'publishing/nothing-older' })
  })

  it('leads back to what was live before, not to what had been undone', async () => {
    const ctx = contextOver(store)
    const good = await publishTown(ctx, TOWN)
    await publishTown(ctx, { ...TOWN, name: 'Falsch' })
    await undo(ctx, EDITOR)
    await publishTown(ctx, { ...TOWN, name: 'Neu' })
    expect(await undo(ctx, EDITOR)).toEqual({ releaseId: good.releaseId })
  })
})

describe('pages on disk', () => {
  it('writes only what changed', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    const before = new Set(readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    await publishTown(ctx, { ...TOWN, offices: { ...TOWN.offices, bau: { name: 'Hochbau' } } })
    const added = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && !before.has(join(entry.parentPath, entry.name).slice(folder.length + 1)),
    )
    // Two pages, each with its variants in one file, and the manifest.
    expect(added).toHaveLength(2 + 1)
  })

  it('sweeps pages that no kept release shows, and keeps the others', async () => {
    const ctx = contextOver(store)
    for (let round = 0; round < 22; round += 1) {
      await publishTown(ctx, { ...TOWN, name: `Stadt ${round}` })
    }
    expect(await sweepPages(ctx)).toBeGreaterThan(0)
    expect(await shown(ctx, '/')).toMatchObject({ text: expect.stringContaining('Stadt 21') })
    expect(await sweepPages(ctx)).toBe(0)
    for (let round = 0; round < 19; round += 1) {
      await undo(ctx, EDITOR)
    }
    await expect(undo(ctx, EDITOR)).rejects.toMatchObject({ type: 'publishing/nothing-older' })
  })

  it('exports the live release as a folder, and refuses a folder that holds something else', async () => {
    const ctx = contextOver(store)
    await publishTown(ctx, TOWN)
    const target = join(folder, 'export')
    await exportSite(ctx, EDITOR, target)
    expect(readFileSync(join(target, 'leistungen/hund/index.html'), 'utf8')).toContain('Hund anmelden')
    expect(gunzipSync(readFileSync(join(target, '404.html.gz'))).toString()).toBe(
      readFileSync(join(target, '404.html'), 'utf8'),
    )
    expect(readFileSync(join(target, '_astro/a.css'), 'utf8')).toBe('a{}')
    await exportSite(ctx, EDITOR, target)
    const foreign = join(folder, 'foreign')
    await exportSite(ctx, EDITOR, foreign)
    unlinkSync(join(foreign, '.stadttor-site'))
    await expect(exportSite(ctx, EDITOR, foreign)).rejects.toThrow('no site')
  })
})

it('names every page of a manifest once and reads back what it wrote', async () => {
  const ctx = contextOver(store)
  await publishTown(ctx, TOWN)
  const [row] = await test.db.all<{ digest: string }>('SELECT manifest_digest AS digest FROM releases')
  const manifest = decodeManifest(await store.read(row?.digest ?? ''))
  expect(manifest).toEqual(ctx.live.current()?.manifest)
  expect(manifest.pages.map((page) => page.path).filter((path) => !path.endsWith('/'))).toEqual(EXTRA)
  expect(manifest.pages.find((page) => page.path === '/leistungen/hund/')?.dependencies.map(([path]) => path)).toEqual([
    'catalogue/frame',
    'catalogue/services/hund',
  ])
})
