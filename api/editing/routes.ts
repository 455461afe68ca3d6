import { type Context, Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { DOCUMENT_CSP } from '../http/headers.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter, readFields } from '../http/validate.ts'
import {
  Address,
  Begun,
  ChooseProcess,
  FileName,
  Id,
  Nothing,
  NoticeName,
  OfVersion,
  Overview,
  PageOutput,
  PublishedOutput,
  PublishService,
  SavedChange,
  SaveFile,
  SaveSheet,
  ServiceList,
  SheetId,
  Slug,
  StartPreview,
} from './schema.ts'
import { discard, dropConflict, type Saved, saveFile } from './service-change.ts'
import { readCompare } from './service-compare.ts'
import { exportSchema, exportTable } from './service-export.ts'
import { addFiles, chooseProcess, newService } from './service-new.ts'
import { sampleNotice } from './service-notice.ts'
import { readPreviewReview, readPreviewStep, savePreviewStep, startPreview } from './service-preview.ts'
import { publishService, takeOver } from './service-publish.ts'
import { listServices, readConflict, readFile, readOverview } from './service-read.ts'
import { conditionPlace, saveSheet } from './service-sheet.ts'
import { hasGone, readSheet } from './service-sheet-read.ts'
import type { EditingCtx } from './state.ts'
import { readDropped } from './upload.ts'

const READ: Omit<RouteSpec, 'resource'> = {
  who: ['editor'],
  action: 'content.edit',
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const WORK: Omit<RouteSpec, 'resource'> = { ...READ, csrf: true, rate: 'work' }
const UPLOAD: RouteSpec = { ...WORK, resource: 'service', accepts: 'answers' }

const PAGE = '/redaktion/formulare/'
const slugOf = (c: Context<Env>): string => parameter(Slug, c.req.param('service'), 'service')
const pageOf = (slug: string): string => `${PAGE}${slug}`
const selfOf = (slug: string): string => `/api/v1/editing/services/${slug}`

/** What was saved leads on; what was put aside leads to the page on which nothing is lost. */
function saved(c: Context<Env>, slug: string, result: Saved, page: string): Response {
  const to =
    result.kind === 'saved'
      ? `${page}${page.includes('?') ? '&' : '?'}gespeichert=1`
      : `${pageOf(slug)}/konflikt/${result.conflictId}`
  return done(c, { page: to, self: selfOf(slug), body: result })
}

/** Reading and changing services, mounted under `/api/v1/editing`. */
export const editingRoutes = (ctx: EditingCtx) =>
  new Hono<Env>()
    .get('/services', route({ ...READ, resource: 'none', output: ServiceList }), async (c) =>
      c.json(await listServices(ctx, actorOf(c))),
    )
    .post('/services', route({ ...UPLOAD, resource: 'none', output: Begun }), async (c) => {
      const { files, field } = await readDropped(c)
      const begun = await newService(ctx, actorOf(c), { files, catalogue: field('catalogue') })
      return done(c, { page: pageOf(begun.slug), self: selfOf(begun.slug), body: begun, status: 201 })
    })
    .get('/services/:service', route({ ...READ, resource: 'service', output: Overview }), async (c) =>
      c.json(await readOverview(ctx, actorOf(c), slugOf(c))),
    )
    .post('/services/:service/added-files', route(UPLOAD), async (c) => {
      const slug = slugOf(c)
      await addFiles(ctx, actorOf(c), slug, (await readDropped(c)).files)
      return done(c, { page: `${pageOf(slug)}/vergleich`, self: selfOf(slug), body: { slug } })
    })
    .get('/services/:service/sheets/:sheet', route({ ...READ, resource: 'service' }), async (c) =>
      c.json(await readSheet(ctx, actorOf(c), slugOf(c), parameter(SheetId, c.req.param('sheet'), 'sheet'))),
    )
    .post(
      '/services/:service/sheets/:sheet',
      route({ ...WORK, resource: 'service', output: SavedChange }),
      input(SaveSheet),
      async (c) => {
        const slug = slugOf(c)
        const id = parameter(SheetId, c.req.param('sheet'), 'sheet')
        const { seen, conflict, ...values } = inputOf(c, SaveSheet)
        const question = await conditionPlace(ctx, actorOf(c), { slug, id, values })
        if (question !== undefined) {
          const page = `${pageOf(slug)}/blatt/question.${question}?regel=${id}#${anchorOf(`fields/${question}/when`)}`
          return done(c, { page, self: selfOf(slug), body: { kind: 'saved' } })
        }
        const result = await saveSheet(ctx, actorOf(c), { slug, id, seen, values })
        await settle(ctx, c, conflict, result)
        const isMended = id === 'gone' && !(await hasGone(ctx, actorOf(c), slug))
        const rule = /^point\.[\w.-]+$/.exec(values['back'] ?? '')?.[0]
        const asked = /^question\.(.+)$/.exec(id)?.[1]
        const back =
          rule === undefined || asked === undefined ? undefined : `${pageOf(slug)}/blatt/${rule}?bedingung=${asked}`
        return saved(c, slug, result, back ?? (isMended ? pageOf(slug) : afterSheet(slug, id, result)))
      },
    )
    .get('/services/:service/files/:name', route({ ...READ, resource: 'service' }), async (c) =>
      c.json(await readFile(ctx, actorOf(c), slugOf(c), parameter(FileName, c.req.param('name'), 'name'))),
    )
    .post(
      '/services/:service/files/:name',
      route({ ...WORK, resource: 'service', output: SavedChange }),
      input(SaveFile),
      async (c) => {
        const slug = slugOf(c)
        const name = parameter(FileName, c.req.param('name'), 'name')
        const { seen, conflict, text } = inputOf(c, SaveFile)
        const result = await saveFile(ctx, actorOf(c), { slug, name, seen, text })
        await settle(ctx, c, conflict, result)
        return saved(c, slug, result, text.trim() === '' ? pageOf(slug) : `${pageOf(slug)}/datei/${name}`)
      },
    )
    .post(
      '/services/:service/process',
      route({ ...WORK, resource: 'service', output: Begun }),
      input(ChooseProcess),
      async (c) => {
        const slug = slugOf(c)
        await chooseProcess(ctx, actorOf(c), slug, inputOf(c, ChooseProcess).template)
        return done(c, { page: `${pageOf(slug)}?gespeichert=1`, self: selfOf(slug), body: { slug } })
      },
    )

/** Comparing, publishing, exporting, mounted under `/api/v1/editing`. */
export const editingReleaseRoutes = (ctx: EditingCtx) =>
  new Hono<Env>()
    .get('/services/:service/comparison', route({ ...READ, resource: 'service' }), async (c) =>
      c.json(await readCompare(ctx, actorOf(c), slugOf(c))),
    )
    .post(
      '/services/:service/publish',
      route({ ...WORK, action: 'content.publish', resource: 'service', output: PublishedOutput }),
      input(PublishService),
      async (c) => {
        const slug = slugOf(c)
        const { version, germanParts } = inputOf(c, PublishService)
        const wanted = { slug, version, germanParts: germanParts === 'yes' }
        const published = await publishService(ctx, actorOf(c), wanted)
        return done(c, { page: `${pageOf(slug)}?veroeffentlicht=1`, self: selfOf(slug), body: published })
      },
    )
    .post(
      '/services/:service/take-over',
      route({ ...WORK, resource: 'service', output: Begun }),
      input(Nothing),
      async (c) => {
        const slug = slugOf(c)
        await takeOver(ctx, actorOf(c), slug)
        return done(c, { page: `${pageOf(slug)}/vergleich`, self: selfOf(slug), body: { slug } })
      },
    )
    .post(
      '/services/:service/discard',
      route({ ...WORK, resource: 'service', output: Begun }),
      input(OfVersion),
      async (c) => {
        const slug = slugOf(c)
        await discard(ctx, actorOf(c), slug, inputOf(c, OfVersion).version)
        return done(c, { page: PAGE, self: selfOf(slug), body: { slug } })
      },
    )
    .get('/services/:service/conflicts/:conflict', route({ ...READ, resource: 'service' }), async (c) =>
      c.json(await readConflict(ctx, actorOf(c), slugOf(c), parameter(Id, c.req.param('conflict'), 'conflict'))),
    )
    .post(
      '/services/:service/conflicts/:conflict/drop',
      route({ ...WORK, resource: 'service', output: Begun }),
      input(Nothing),
      async (c) => {
        const slug = slugOf(c)
        await dropConflict(ctx, actorOf(c), parameter(Id, c.req.param('conflict'), 'conflict'))
        return done(c, { page: pageOf(slug), self: selfOf(slug), body: { slug } })
      },
    )
    .get(
      '/services/:service/schema.xml',
      route({ ...READ, resource: 'service', gives: 'application/xml' }),
      async (c) =>
        download(c, await exportSchema(ctx, actorOf(c), slugOf(c)), { type: 'application/xml', ending: 'xml' }),
    )
    .get('/services/:service/questions.csv', route({ ...READ, resource: 'service', gives: 'text/csv' }), async (c) =>
      download(c, await exportTable(ctx, actorOf(c), slugOf(c)), { type: 'text/csv', ending: 'csv' }),
    )

/** Trying a form, mounted under `/api/v1/editing`. */
export const previewRoutes = (ctx: EditingCtx) =>
  new Hono<Env>()
    .post(
      '/services/:service/previews',
      route({ ...WORK, resource: 'service', output: PageOutput }),
      input(StartPreview),
      async (c) => {
        const slug = slugOf(c)
        const begun = await startPreview(ctx, actorOf(c), { slug, example: inputOf(c, StartPreview).example })
        return done(c, {
          page: begun.page,
          self: `${selfOf(slug)}/previews/${begun.previewId}`,
          body: begun,
          status: 201,
        })
      },
    )
    .get('/services/:service/previews/:preview/steps/:step', route({ ...READ, resource: 'service' }), async (c) =>
      c.json(await readPreviewStep(ctx, actorOf(c), placeOf(c))),
    )
    .post(
      '/services/:service/previews/:preview/steps/:step',
      route({ ...WORK, resource: 'service', accepts: 'answers', query: ['changing'], output: PageOutput }),
      async (c) => {
        const place = placeOf(c)
        const next = await savePreviewStep(ctx, actorOf(c), { ...place, entries: Object.entries(await readFields(c)) })
        return done(c, { page: next.page, self: selfOf(place.slug), body: next })
      },
    )
    .get('/services/:service/previews/:preview/review', route({ ...READ, resource: 'service' }), async (c) =>
      c.json(await readPreviewReview(ctx, actorOf(c), slugOf(c), parameter(Id, c.req.param('preview'), 'preview'))),
    )
    .get(
      '/services/:service/notices/:letter/sample',
      route({ ...READ, resource: 'service', query: ['preview'], gives: 'application/pdf' }),
      async (c) => {
        const wanted = sampleOf(c)
        const bytes = await sampleNotice(ctx, actorOf(c), wanted)
        return c.body(new Uint8Array(bytes), 200, {
          'Content-Type': 'application/pdf',
          'Content-Disposition': `inline; filename="${wanted.kind}-${wanted.slug}.pdf"`,
          'Content-Security-Policy': DOCUMENT_CSP,
        })
      },
    )

const sampleOf = (c: Context<Env>) => {
  const [kind, lang] = parameter(NoticeName, c.req.param('letter'), 'letter').split('.')
  const preview = c.req.query('preview')
  return {
    slug: slugOf(c),
    kind: kind === 'approval' ? ('approval' as const) : ('refusal' as const),
    lang: lang ?? 'de',
    previewId: preview === undefined ? undefined : parameter(Id, preview, 'preview'),
  }
}

const placeOf = (c: Context<Env>) => ({
  slug: slugOf(c),
  id: parameter(Id, c.req.param('preview'), 'preview'),
  address: parameter(Address, c.req.param('step'), 'step'),
  isChanging: c.req.query('changing') !== undefined,
})

/** A conflict whose values were saved after all is over. */
async function settle(ctx: EditingCtx, c: Context<Env>, conflict: string, result: Saved): Promise<void> {
  if (conflict !== '' && result.kind === 'saved') {
    await dropConflict(ctx, actorOf(c), conflict)
  }
}

/** How the pages of the editors name the row of a sheet. */
const anchorOf = (row: string): string => row.replace(/[^A-Za-z0-9]+/g, '-')

/** Settings lead back to the service, a question to the list of questions, a page that was made to its heading. */
function afterSheet(slug: string, id: string, result: Saved): string {
  const [kind = ''] = id.split('.')
  if (result.kind === 'saved' && result.made !== undefined) {
    return `${pageOf(slug)}/blatt/pages?neu=${result.made}`
  }
  if (kind === 'settings' || kind === 'fee' || kind === 'point' || kind === 'mapping') {
    return pageOf(slug)
  }
  return kind === 'question' ? `${pageOf(slug)}/fragen` : `${pageOf(slug)}/blatt/${id}`
}

function download(c: Context<Env>, text: string, { type, ending }: { type: string; ending: string }): Response {
  const name = `${slugOf(c)}.${ending}`
  return c.body(text, 200, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Disposition': `attachment; filename="${name}"`,
  })
}
