import { Hono } from 'hono'
import * as v from 'valibot'
import { disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { fileAnswer } from '../http/file-answer.ts'
import { chosenLanguage } from '../http/language.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter, readFields } from '../http/validate.ts'
import { readActRequest } from './act-request.ts'
import { ACTS } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { READ, WORK } from './route-specs.ts'
import { ActAnswer, ANY_FILE, CheckedPoint, FormVersion, Id, OfVorgang, PointId, Reopen } from './schema.ts'
import { openInspectedDocument, readActPage, readInspectionView } from './service-act-view.ts'
import { performAct } from './service-acts.ts'
import { finishErrand } from './service-errands.ts'
import { checkPoint } from './service-points.ts'
import { reopenVorgang } from './service-reopen.ts'

const AUDITED = { ...WORK, audit: true }
const STAFF: Omit<RouteSpec, 'action' | 'resource'> = { ...AUDITED, who: ['clerk', 'lead'] }

/** An answer has its own way: it belongs to a question. */
const AnyAct = v.picklist(ACTS.filter((act) => act !== 'answer'))
/** What an act is about: a notice; empty for the whole Vorgang. */
const About = v.optional(v.union([v.literal(''), Id]), '')
const Message = v.optional(v.pipe(v.string(), v.maxLength(10_000)), '')
const UntilOn = v.optional(v.pipe(v.string(), v.maxLength(10)), '')
const Withheld = 'withhold-'
const WITHHELD_MAX = 200

/** Routes of what a person does after sending; mounted under `/api/v1/submissions`. */
export const actRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get(
      '/status/:vorgang/acts/:act',
      route({ ...READ, action: 'act.perform', resource: 'vorgang', query: ['about'] }),
      async (c) =>
        c.json(
          await readActPage(ctx, actorOf(c), {
            vorgangId: parameter(Id, c.req.param('vorgang'), 'vorgang'),
            act: parameter(AnyAct, c.req.param('act'), 'act'),
            about: parameter(About, c.req.query('about'), 'about'),
            wanted: chosenLanguage(c.req.raw),
          }),
        ),
    )
    .post(
      '/status/:vorgang/acts/:act',
      route({
        ...AUDITED,
        rate: 'upload',
        action: 'act.perform',
        resource: 'vorgang',
        output: ActAnswer,
        accepts: 'answers',
      }),
      async (c) => {
        const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
        const act = parameter(AnyAct, c.req.param('act'), 'act')
        const sent = await readActRequest(ctx, actorOf(c), vorgangId, c)
        const performed = await performAct(ctx, actorOf(c), {
          ...sent,
          vorgangId,
          act,
          about: parameter(About, sent.entries['about'], 'about'),
          version: parameter(FormVersion, sent.entries['version'], 'version') ?? null,
        })
        return done(c, {
          page: performed.page,
          self: `/api/v1/submissions/status/${performed.vorgangId}`,
          body: { vorgangId: performed.vorgangId, page: performed.page },
        })
      },
    )
    .get(
      '/status/:vorgang/inspection',
      route({ ...READ, audit: true, action: 'inspection.read', resource: 'vorgang' }),
      async (c) => c.json(await readInspectionView(ctx, actorOf(c), parameter(Id, c.req.param('vorgang'), 'vorgang'))),
    )
    .get(
      '/status/:vorgang/inspection/:document',
      route({ ...READ, action: 'inspection.read', resource: 'document', gives: ANY_FILE }),
      async (c) => {
        const { entry, file } = await openInspectedDocument(
          ctx,
          actorOf(c),
          parameter(Id, c.req.param('vorgang'), 'vorgang'),
          parameter(Id, c.req.param('document'), 'document'),
        )
        const { mediaType, fileName } = entry.meta
        return fileAnswer(c.req.raw, { ...file, mediaType, disposition: disposition('attachment', fileName) })
      },
    )

/** Routes of what clerks do about it; mounted under `/api/v1/submissions`. */
export const errandRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post(
      '/vorgaenge/:vorgang/errands/:errand',
      route({ ...STAFF, action: 'errand.finish', resource: 'vorgang', output: OfVorgang, accepts: 'answers' }),
      async (c) => {
        const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
        const fields = await readFields(c)
        const untilOn = parameter(UntilOn, fields['untilOn'], 'untilOn')
        const finished = await finishErrand(ctx, actorOf(c), {
          vorgangId,
          errandId: parameter(Id, c.req.param('errand'), 'errand'),
          message: parameter(Message, fields['message'], 'message'),
          untilOn: untilOn === '' ? null : untilOn,
          withheld: Object.keys(fields)
            .filter((name) => name.startsWith(Withheld))
            .slice(0, WITHHELD_MAX)
            .map((name) => name.slice(Withheld.length)),
        })
        return done(c, {
          page: `/amt/vorgaenge/${finished.vorgangId}?getan=errand`,
          self: `/api/v1/submissions/vorgaenge/${finished.vorgangId}`,
          body: finished,
        })
      },
    )
    .post(
      '/vorgaenge/:vorgang/points/:point',
      route({ ...STAFF, action: 'point.check', resource: 'vorgang', output: OfVorgang }),
      input(CheckedPoint),
      async (c) => {
        const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
        const pointId = parameter(PointId, c.req.param('point'), 'point')
        const isChecked = inputOf(c, CheckedPoint).checked === 'yes'
        const body = await checkPoint(ctx, actorOf(c), { vorgangId, pointId, isChecked })
        return done(c, {
          page: `/amt/vorgaenge/${vorgangId}?getan=${isChecked ? 'checked' : 'unchecked'}#zu-pruefen`,
          self: `/api/v1/submissions/vorgaenge/${vorgangId}`,
          body,
        })
      },
    )
    .post(
      '/vorgaenge/:vorgang/reopen',
      route({ ...STAFF, action: 'vorgang.decide', resource: 'vorgang', output: OfVorgang }),
      input(Reopen),
      async (c) => {
        const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
        const reopened = await reopenVorgang(ctx, actorOf(c), { vorgangId, message: inputOf(c, Reopen).message })
        return done(c, {
          page: `/amt/vorgaenge/${reopened.vorgangId}?getan=reopened`,
          self: `/api/v1/submissions/vorgaenge/${reopened.vorgangId}`,
          body: reopened,
        })
      },
    )
