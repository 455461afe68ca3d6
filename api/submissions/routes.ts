import { Hono } from 'hono'
import { disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { fileAnswer } from '../http/file-answer.ts'
import { chosenLanguage, languageLine } from '../http/language.ts'
import { done } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { pathsOf } from './draft-frame.ts'
import { READ, WORK } from './route-specs.ts'
import { pageAfter } from './routes-applying.ts'
import {
  Address,
  ANY_FILE,
  Id,
  PDF,
  Pointer,
  Resume,
  SavedFile,
  SavedStep,
  StartDraft,
  StartedDraft,
  SubmitDraft,
  SubmittedDraft,
} from './schema.ts'
import { donePage } from './service-act-submissions.ts'
import { startDraft } from './service-drafts.ts'
import { dropFile, openDraftFile, saveFile, storeDraftFile } from './service-files.ts'
import { lookupAfter } from './service-lookups.ts'
import { readCopy, readReceipt, readResume, readReview, readStep } from './service-pages.ts'
import { saveStep } from './service-steps.ts'
import { submitDraft } from './service-submit.ts'
import { readFileBody, readStepRequest } from './step-request.ts'

/** Routes of a draft's pages, mounted under `/api/v1/submissions`. */
export const draftRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post(
      '/drafts',
      route({ ...WORK, who: ['public'], action: 'draft.start', resource: 'none', output: StartedDraft }),
      input(StartDraft),
      async (c) => {
        const { service, lang, anyway, ...carried } = inputOf(c, StartDraft)
        const started = await startDraft(ctx, actorOf(c), {
          service,
          lang,
          isAnyway: anyway === 'true',
          carried: carried as Readonly<Record<string, string>>,
          request: c.req.raw,
        })
        c.header('Set-Cookie', started.setCookie, { append: true })
        if (lang !== (chosenLanguage(c.req.raw) ?? 'de')) {
          c.header('Set-Cookie', languageLine(ctx.origin, lang), { append: true })
        }
        const paths = pathsOf(started.draftId, service)
        return done(c, {
          page: started.page === 'tasks' ? paths.tasks : paths.step(started.address),
          self: `/api/v1/submissions/drafts/${started.draftId}`,
          body: { draftId: started.draftId, step: started.address },
          status: 201,
        })
      },
    )
    .get('/drafts/:draft', route({ ...READ, action: 'draft.read', resource: 'draft', output: Resume }), async (c) =>
      c.json(await readResume(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .get('/drafts/:draft/steps/:step', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) => {
      const view = await readStep(ctx, actorOf(c), {
        draftId: parameter(Id, c.req.param('draft'), 'draft'),
        address: parameter(Address, c.req.param('step'), 'step'),
        isChanging: c.req.query('changing') !== undefined,
      })
      return c.json(view)
    })
    .post(
      '/drafts/:draft/steps/:step',
      route({
        ...WORK,
        rate: 'upload',
        action: 'draft.write',
        resource: 'draft',
        output: SavedStep,
        query: ['changing'],
        accepts: 'answers',
      }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const address = parameter(Address, c.req.param('step'), 'step')
        const isChanging = c.req.query('changing') !== undefined
        const sent = await readStepRequest(ctx, actorOf(c), draftId, c)
        const saved = await saveStep(ctx, actorOf(c), { draftId, address, isChanging, request: c.req.raw, ...sent })
        c.header('Set-Cookie', saved.setCookie, { append: true })
        if (saved.lang !== null) {
          c.header('Set-Cookie', languageLine(ctx.origin, saved.lang), { append: true })
        }
        const { next } = saved
        const isGoingOn = !next.isInvalid && next.to !== 'left'
        const lookup = isGoingOn ? await lookupAfter(ctx, actorOf(c), draftId, address) : null
        const page = lookup ?? pageAfter(next, isChanging)
        return done(c, { page, self: `/api/v1/submissions/drafts/${draftId}`, body: next })
      },
    )

/** Routes of sending a draft in and of what is kept of it, mounted under `/api/v1/submissions`. */
export const submitRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get('/drafts/:draft/review', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(await readReview(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .post(
      '/drafts/:draft/submit',
      route({ ...WORK, audit: true, action: 'draft.submit', resource: 'draft', output: SubmittedDraft }),
      input(SubmitDraft),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const submitted = await submitDraft(ctx, actorOf(c), draftId, inputOf(c, SubmitDraft))
        return done(c, {
          page: submitted.isCorrection
            ? donePage(submitted.vorgangId, 'correct')
            : `/antrag/${submitted.draftId}/eingang`,
          self: `/api/v1/submissions/status/${submitted.vorgangId}`,
          body: submitted,
          status: 201,
        })
      },
    )
    .get('/drafts/:draft/receipt', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(
        await readReceipt(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'), chosenLanguage(c.req.raw)),
      ),
    )
    .get(
      '/status/:vorgang/copy.pdf',
      route({ ...READ, action: 'receipt.read', resource: 'vorgang', gives: PDF }),
      async (c) => {
        const { bytes, reference } = await readCopy(ctx, actorOf(c), parameter(Id, c.req.param('vorgang'), 'vorgang'))
        return c.body(new Uint8Array(bytes), 200, {
          'Content-Type': 'application/pdf',
          'Content-Disposition': disposition('attachment', `${reference}.pdf`),
        })
      },
    )

/** Routes of a draft's files, mounted under `/api/v1/submissions`. */
export const fileRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .put(
      '/drafts/:draft/files',
      route({
        ...WORK,
        rate: 'upload',
        action: 'upload.write',
        resource: 'draft',
        output: SavedFile,
        query: ['question'],
        accepts: 'file',
      }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const pointer = parameter(Pointer, c.req.query('question'), 'question')
        const file = await storeDraftFile(ctx, actorOf(c), { draftId, pointer, ...readFileBody(c.req.raw) })
        const saved = await saveFile(ctx, actorOf(c), draftId, file)
        return c.json(saved, 201)
      },
    )
    .get(
      '/drafts/:draft/files/:file',
      route({ ...READ, action: 'upload.read', resource: 'upload', gives: ANY_FILE }),
      async (c) => {
        const { upload, file } = await openDraftFile(
          ctx,
          actorOf(c),
          parameter(Id, c.req.param('draft'), 'draft'),
          parameter(Id, c.req.param('file'), 'file'),
        )
        const { mediaType, fileName } = upload.meta
        return fileAnswer(c.req.raw, { ...file, mediaType, disposition: disposition('attachment', fileName) })
      },
    )
    .delete(
      '/drafts/:draft/files/:file',
      route({ ...WORK, action: 'upload.write', resource: 'upload', query: ['question'] }),
      async (c) => {
        const pointer = parameter(Pointer, c.req.query('question'), 'question')
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        await dropFile(ctx, actorOf(c), draftId, { pointer, fileId: parameter(Id, c.req.param('file'), 'file') })
        return c.body(null, 204)
      },
    )
