import { Hono } from 'hono'
import { disposition } from '../documents/service.ts'
import { readVorgangByReference } from '../eakten/service.ts'
import type { Env } from '../http/env.ts'
import { fileAnswer } from '../http/file-answer.ts'
import { chosenLanguage } from '../http/language.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import { redeemCode, requestMailCode } from '../identity/service-codes.ts'
import { readReference } from '../lib/ids.ts'
import { planCodeMail } from '../messages/plan.ts'
import { previewNotice } from '../notices/service.ts'
import { readActRequest } from './act-request.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { READ, WORK } from './route-specs.ts'
import {
  ANY_FILE,
  CodeSent,
  Id,
  JournalLineNumber,
  OfVorgang,
  PageNumber,
  PageText,
  PDF,
  SignedInStatus,
  StatusCode,
  StatusSignIn,
  VorgangPart,
} from './schema.ts'
import { answerAsSent } from './service-answers.ts'
import { openCaseDocument, openCasePage } from './service-case-documents.ts'
import { openOwnDocument, readStatus } from './service-status.ts'
import { ownCase, readEakteView, readVorgangPart, readVorgangView } from './service-vorgang.ts'

const SIGN_IN: RouteSpec = { ...WORK, who: ['public'], rate: 'sign-in', action: 'status.sign-in', resource: 'none' }
const STAFF: Omit<RouteSpec, 'action' | 'resource'> = { ...READ, who: ['clerk', 'lead'] }

/** Routes of what comes after sending, for citizens; mounted under `/api/v1/submissions`. */
export const statusRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post('/status/sign-in', route({ ...SIGN_IN, output: SignedInStatus }), input(StatusSignIn), async (c) => {
      const { reference, code } = inputOf(c, StatusSignIn)
      const redeemed = await redeemCode(ctx, actorOf(c), {
        ...(await tryOf(ctx, reference, c.get('clientAddress'))),
        code,
      })
      c.header('Set-Cookie', redeemed.setCookie, { append: true })
      return done(c, {
        page: `/status/${redeemed.vorgangId}`,
        self: `/api/v1/submissions/status/${redeemed.vorgangId}`,
        body: { vorgangId: redeemed.vorgangId, nextCode: redeemed.nextCode },
      })
    })
    .post('/status/code', route({ ...SIGN_IN, output: CodeSent }), input(StatusCode), async (c) => {
      const attempt = await tryOf(ctx, inputOf(c, StatusCode).reference, c.get('clientAddress'))
      await requestMailCode(ctx, actorOf(c), attempt, (codeId) =>
        planCodeMail(attempt.vorgangId ?? '', codeId, ctx.now()),
      )
      return done(c, { page: '/status/?code=unterwegs', self: '/status/', body: { sent: true }, status: 202 })
    })
    .get('/status/:vorgang', route({ ...READ, action: 'status.read', resource: 'vorgang' }), async (c) =>
      c.json(
        await readStatus(ctx, actorOf(c), parameter(Id, c.req.param('vorgang'), 'vorgang'), chosenLanguage(c.req.raw)),
      ),
    )
    .get(
      '/status/:vorgang/documents/:document',
      route({ ...READ, action: 'document.read', resource: 'vorgang', gives: ANY_FILE }),
      async (c) => {
        const { entry, file } = await openOwnDocument(
          ctx,
          actorOf(c),
          parameter(Id, c.req.param('vorgang'), 'vorgang'),
          parameter(Id, c.req.param('document'), 'document'),
        )
        const { mediaType, fileName } = entry.meta
        return fileAnswer(c.req.raw, { ...file, mediaType, disposition: disposition('attachment', fileName) })
      },
    )
    .post(
      '/status/:vorgang/requests/:request',
      route({
        ...WORK,
        rate: 'upload',
        audit: true,
        action: 'request.answer',
        resource: 'request',
        output: OfVorgang,
        accepts: 'answers',
      }),
      async (c) => {
        const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
        const requestId = parameter(Id, c.req.param('request'), 'request')
        const sent = await readActRequest(ctx, actorOf(c), vorgangId, c)
        const answered = await answerAsSent(ctx, actorOf(c), { vorgangId, requestId, ...sent })
        return done(c, {
          page: answered.page,
          self: `/api/v1/submissions/status/${vorgangId}`,
          body: { vorgangId },
        })
      },
    )

/** Routes of the clerk's Vorgang and eAkte; mounted under `/api/v1/submissions`. */
export const caseRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get('/vorgaenge/:vorgang', route({ ...STAFF, action: 'vorgang.read', resource: 'vorgang' }), async (c) =>
      c.json(await readVorgangView(ctx, actorOf(c), parameter(Id, c.req.param('vorgang'), 'vorgang'))),
    )
    .get(
      '/vorgaenge/:vorgang/parts/:part',
      route({ ...STAFF, action: 'vorgang.read', resource: 'vorgang', query: ['before'] }),
      async (c) => {
        const before = parameter(JournalLineNumber, c.req.query('before'), 'before')
        const input = {
          vorgangId: parameter(Id, c.req.param('vorgang'), 'vorgang'),
          part: parameter(VorgangPart, c.req.param('part'), 'part'),
          ...(before === undefined ? {} : { before }),
        }
        return c.json(await readVorgangPart(ctx, actorOf(c), input))
      },
    )
    .get(
      '/vorgaenge/:vorgang/notice-preview.pdf',
      route({ ...STAFF, action: 'vorgang.read', resource: 'vorgang', gives: PDF }),
      async (c) => {
        const kase = await ownCase(ctx, actorOf(c), parameter(Id, c.req.param('vorgang'), 'vorgang'))
        const bytes = await previewNotice(ctx, kase)
        return fileAnswer(c.req.raw, {
          sizeBytes: bytes.byteLength,
          mediaType: 'application/pdf',
          disposition: disposition('inline', `${kase.vorgang.reference}.pdf`),
          bytes: async function* (start = 0, end = bytes.byteLength) {
            yield bytes.subarray(start, end)
          },
        })
      },
    )
    .get('/eakten/:eakte', route({ ...STAFF, action: 'eakte.read', resource: 'eakte' }), async (c) =>
      c.json(await readEakteView(ctx, actorOf(c), parameter(Id, c.req.param('eakte'), 'eakte'))),
    )
    .get(
      '/documents/:document',
      route({ ...STAFF, action: 'document.read', resource: 'document', query: ['download'], gives: ANY_FILE }),
      async (c) => {
        const { entry, file } = await openCaseDocument(
          ctx,
          actorOf(c),
          parameter(Id, c.req.param('document'), 'document'),
        )
        const kind = c.req.query('download') === undefined ? 'inline' : 'attachment'
        const { mediaType, fileName } = entry.meta
        return fileAnswer(c.req.raw, { ...file, mediaType, disposition: disposition(kind, fileName) })
      },
    )
    .get(
      '/documents/:document/pages/:page',
      route({ ...STAFF, action: 'document.read', resource: 'document', gives: ANY_FILE }),
      async (c) => {
        const { file, mediaType } = await openCasePage(ctx, actorOf(c), ...pageOf(c.req.param()))
        return fileAnswer(c.req.raw, { ...file, mediaType, disposition: disposition('inline', 'seite') })
      },
    )
    .get(
      '/documents/:document/pages/:page/text',
      route({ ...STAFF, action: 'document.read', resource: 'document', output: PageText }),
      async (c) => {
        const { text, width, height } = await openCasePage(ctx, actorOf(c), ...pageOf(c.req.param()))
        return c.json({ text, width, height })
      },
    )

const pageOf = (names: { document: string; page: string }): [string, number] => [
  parameter(Id, names.document, 'document'),
  parameter(PageNumber, names.page, 'page'),
]

async function tryOf(ctx: SubmissionsCtx, typed: string, client: string) {
  const reference = readReference(typed)
  const vorgang = reference === null ? undefined : await readVorgangByReference(ctx, reference)
  return { reference: typed, vorgangId: vorgang?.id ?? null, client }
}
