import { Hono } from 'hono'
import { disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import { forgetSession } from '../identity/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { ConfirmDelete, Discarded, EarlierFileOf, Id, OfVorgang, PDF, Pointer, SavedFile } from './schema.ts'
import { deleteAccount, discardDraft, keepVorgang, readOverview } from './service-account.ts'
import { readEarlier, useEarlier } from './service-earlier.ts'
import { exportAccount, exportAccountPdf } from './service-export.ts'

const READ: RouteSpec = {
  who: ['citizen'],
  action: 'account.read',
  resource: 'none',
  csrf: false,
  rate: 'read',
  audit: false,
  cache: 'never',
}
const WRITE: RouteSpec = { ...READ, action: 'account.write', csrf: true, rate: 'work' }

/** Routes of what an account has here, mounted under `/api/v1/submissions`. */
export const accountCaseRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get('/account', route(READ), async (c) => c.json(await readOverview(ctx, actorOf(c))))
    .get('/account/export.json', route(READ), async (c) => {
      const data = await exportAccount(ctx, actorOf(c))
      c.header('Content-Disposition', disposition('attachment', 'nutzerkonto.json'))
      return c.json(data)
    })
    .get('/account/export.pdf', route({ ...READ, rate: 'work', gives: PDF }), async (c) => {
      const bytes = await exportAccountPdf(ctx, actorOf(c))
      return c.body(new Uint8Array(bytes), 200, {
        'Content-Type': 'application/pdf',
        'Content-Disposition': disposition('attachment', 'nutzerkonto.pdf'),
      })
    })
    .post('/account/vorgaenge/:vorgang', route({ ...WRITE, resource: 'vorgang', output: OfVorgang }), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      await keepVorgang(ctx, actorOf(c), vorgangId)
      return done(c, { page: `/status/${vorgangId}`, self: '/api/v1/submissions/account', body: { vorgangId } })
    })
    .post(
      '/account/drafts/:draft/discard',
      route({ ...WRITE, action: 'draft.write', resource: 'draft', output: Discarded }),
      async (c) => {
        await discardDraft(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))
        return done(c, { page: '/konto/', self: '/api/v1/submissions/account', body: { discarded: true } })
      },
    )
    .get('/account/drafts/:draft/earlier', route({ ...READ, resource: 'draft', query: ['question'] }), async (c) => {
      const draftId = parameter(Id, c.req.param('draft'), 'draft')
      const pointer = parameter(Pointer, c.req.query('question'), 'question')
      return c.json(await readEarlier(ctx, actorOf(c), { draftId, pointer }))
    })
    .post(
      '/account/drafts/:draft/earlier',
      route({ ...WRITE, rate: 'upload', resource: 'draft', output: SavedFile }),
      input(EarlierFileOf),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const { question, file, step } = inputOf(c, EarlierFileOf)
        const body = await useEarlier(ctx, actorOf(c), { draftId, pointer: question, fileId: file })
        const self = `/api/v1/submissions/drafts/${draftId}/files/${body.id}`
        return done(c, { page: `/antrag/${draftId}${step === undefined ? '' : `/${step}`}`, self, body })
      },
    )
    .post('/account/delete', route({ ...WRITE, output: Discarded }), input(ConfirmDelete), async (c) => {
      await deleteAccount(ctx, actorOf(c))
      c.header('Set-Cookie', forgetSession(ctx), { append: true })
      return done(c, { page: '/konto/geloescht/', self: '/api/v1/identity/session', body: { discarded: true } })
    })
