import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { chosenLanguage, languageLine } from '../http/language.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter, readFields } from '../http/validate.ts'
import { Problem } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { pathsOf } from './draft-frame.ts'
import { READ, WORK } from './route-specs.ts'
import {
  CodeSent,
  Id,
  Language,
  MailedSaved,
  MailSaved,
  Resumed,
  ResumeSignIn,
  SavedStep,
  Slug,
  Speak,
  Spoken,
  StatusCode,
} from './schema.ts'
import { readEligibility, readPrecheck, readSavedPage, readStart, readTasks } from './service-pages.ts'
import { mailSaved, requestDraftCode, resumeDraft } from './service-resume.ts'
import { applyAnyway, type NextPage, speakDraft } from './service-steps.ts'

const PUBLIC: Pick<RouteSpec, 'who' | 'action' | 'resource'> = {
  who: ['public'],
  action: 'catalogue.read',
  resource: 'service',
}
const RESUME = { ...WORK, who: ['public'], rate: 'sign-in', action: 'status.sign-in', resource: 'none' } as const

/** Path of the page that a saved step leads to. */
export function pageAfter(next: NextPage, isChanging: boolean): string {
  const paths = pathsOf(next.draftId, '')
  const pages = {
    step: `${paths.step(next.address, isChanging)}${next.isInvalid ? '#fehler' : ''}`,
    tasks: paths.tasks,
    eligibility: `/antrag/${next.draftId}/voraussetzungen`,
    review: paths.review,
    left: `/antrag/${next.draftId}/gespeichert`,
  }
  return pages[next.to]
}

/** Routes before a draft, and those of going on with one elsewhere or in another language; mounted under `/api/v1/submissions`. */
export const applyingRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get('/services/:service/start', route({ ...READ, ...PUBLIC, query: ['lang'] }), async (c) => {
      const slug = parameter(Slug, c.req.param('service'), 'service')
      return c.json(await readStart(ctx, actorOf(c), slug, languageOf(c.req.query('lang'), c.req.raw)))
    })
    .get('/services/:service/precheck', route({ ...READ, ...PUBLIC, query: ['lang'] }), (c) => {
      const slug = parameter(Slug, c.req.param('service'), 'service')
      return c.json(
        readPrecheck(ctx, actorOf(c), { slug, lang: languageOf(c.req.query('lang'), c.req.raw), fields: {} }),
      )
    })
    .post(
      '/services/:service/precheck',
      route({ ...WORK, ...PUBLIC, query: ['lang'], accepts: 'answers' }),
      async (c) => {
        const slug = parameter(Slug, c.req.param('service'), 'service')
        const lang = languageOf(c.req.query('lang'), c.req.raw)
        return c.json(readPrecheck(ctx, actorOf(c), { slug, lang, fields: await readFields(c) }))
      },
    )
    .get('/drafts/:draft/tasks', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(await readTasks(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .get('/drafts/:draft/eligibility', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(await readEligibility(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .post(
      '/drafts/:draft/anyway',
      route({ ...WORK, action: 'draft.write', resource: 'draft', output: SavedStep }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const next = await applyAnyway(ctx, actorOf(c), draftId)
        return done(c, { page: pageAfter(next, false), self: `/api/v1/submissions/drafts/${draftId}`, body: next })
      },
    )
    .get('/drafts/:draft/saved', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(await readSavedPage(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .post(
      '/drafts/:draft/saved',
      route({ ...WORK, rate: 'sign-in', action: 'draft.write', resource: 'draft', output: MailedSaved }),
      input(MailSaved),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        await mailSaved(ctx, actorOf(c), draftId, inputOf(c, MailSaved).email)
        const page = `/antrag/${draftId}/gespeichert?unterwegs=1`
        return done(c, { page, self: `/api/v1/submissions/drafts/${draftId}`, body: { sent: true }, status: 202 })
      },
    )
    .post('/resume', route({ ...RESUME, output: Resumed }), input(ResumeSignIn), async (c) => {
      const sent = { ...inputOf(c, ResumeSignIn), client: c.get('clientAddress') }
      const { draftId, setCookie } = await resumeDraft(ctx, actorOf(c), sent)
      c.header('Set-Cookie', setCookie, { append: true })
      const page = `/antrag/${draftId}`
      return done(c, { page, self: `/api/v1/submissions/drafts/${draftId}`, body: { draftId } })
    })
    .post('/resume/code', route({ ...RESUME, output: CodeSent }), input(StatusCode), async (c) => {
      const { reference } = inputOf(c, StatusCode)
      await requestDraftCode(ctx, actorOf(c), { reference, client: c.get('clientAddress') })
      return done(c, {
        page: '/antrag/weiter?code=unterwegs',
        self: '/antrag/weiter',
        body: { sent: true },
        status: 202,
      })
    })
    .post(
      '/language',
      route({ ...WORK, who: ['public'], action: 'catalogue.read', resource: 'none', output: Spoken }),
      input(Speak),
      async (c) => {
        const { lang, page } = inputOf(c, Speak)
        const draftId = /^\/antrag\/([0-9a-f-]{36})(?:\/(?!eingang))/.exec(page)?.[1]
        if (draftId !== undefined) {
          await speakDraft(ctx, actorOf(c), draftId, lang).catch(onlyRefusals)
        }
        c.header('Set-Cookie', languageLine(ctx.origin, lang), { append: true })
        return done(c, { page, self: '/api/v1/submissions/language', body: { lang } })
      },
    )

/** A draft that is gone or foreign does not keep anybody from reading the page in another language. */
function onlyRefusals(error: unknown): void {
  if (!(error instanceof Problem)) {
    throw error
  }
}

const languageOf = (named: string | undefined, request: Request) =>
  named === undefined ? (chosenLanguage(request) ?? 'de') : parameter(Language, named, 'lang')
