import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { discardBlobs, disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { fileAnswer } from '../http/file-answer.ts'
import { done, isBrowser } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { input, inputOf, parameter, readFields } from '../http/validate.ts'
import { Problem } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readMultipart } from './multipart.ts'
import { READ, WORK } from './route-specs.ts'
import { ANY_FILE, AskExpert, ExpertAnswer, Id, OfVorgang } from './schema.ts'
import type { StoredFile } from './service-act-files.ts'
import {
  answerExpert,
  askExpert,
  attachExpertFiles,
  openExpertByCode,
  openExpertDocument,
  readExpertPage,
  revokeExpert,
  storeExpertFile,
} from './service-experts.ts'
import { invitationCodeRefused } from './service-invitation.ts'

const STAFF = { ...WORK, who: ['clerk', 'lead'], resource: 'vorgang', audit: true, output: OfVorgang } as const
const ASKED = { ...WORK, action: 'invitation.answer', resource: 'invitation', audit: true } as const
const Code = v.strictObject({ code: v.pipe(v.string(), v.maxLength(40)) })
const OfExpert = v.object({ expertId: Id })
const DOCUMENT = 'document-'

/** Routes by which clerks ask somebody outside, and take that back; mounted under `/api/v1/submissions`. */
export const expertRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post('/vorgaenge/:vorgang/experts', route({ ...STAFF, action: 'order.give', accepts: 'answers' }), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const fields = await readFields(c)
      const named = Object.entries(fields).filter(([name]) => !name.startsWith(DOCUMENT))
      const sent = parameter(AskExpert, Object.fromEntries(named), 'expert')
      const body = await askExpert(ctx, actorOf(c), {
        vorgangId,
        name: sent.expertName,
        email: sent.expertEmail,
        question: sent.expertQuestion,
        isConfidential: sent.confidential === 'yes',
        untilOn: sent.expertUntilOn,
        seen: sent.seen,
        documents: Object.keys(fields).flatMap((name) =>
          name.startsWith(DOCUMENT) ? [name.slice(DOCUMENT.length)] : [],
        ),
      })
      return done(c, { ...placesOf(vorgangId, 'expert-asked'), body })
    })
    .post('/vorgaenge/:vorgang/experts/:expert/revoke', route({ ...STAFF, action: 'order.give' }), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const body = await revokeExpert(ctx, actorOf(c), { vorgangId, expertId: expertOf(c) })
      return done(c, { ...placesOf(vorgangId, 'expert-revoked'), body })
    })

/** Routes of whoever was asked from outside; mounted under `/api/v1/submissions`. */
export const outsideRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post(
      '/experts/:expert/code',
      route({
        ...WORK,
        who: ['public'],
        rate: 'sign-in',
        action: 'status.sign-in',
        resource: 'none',
        output: OfExpert,
      }),
      input(Code),
      async (c) => {
        const expertId = expertOf(c)
        try {
          const tried = { expertId, code: inputOf(c, Code).code, client: c.get('clientAddress') }
          c.header('Set-Cookie', (await openExpertByCode(ctx, actorOf(c), tried)).setCookie, { append: true })
          return done(c, pageOf(expertId))
        } catch (error) {
          if (isBrowser(c.req.raw) && error instanceof Problem && error.type === invitationCodeRefused().type) {
            return done(c, pageOf(expertId, '?code=falsch#fehler'))
          }
          throw error
        }
      },
    )
    .get('/experts/:expert', route({ ...READ, action: 'invitation.read', resource: 'invitation' }), async (c) =>
      c.json(await readExpertPage(ctx, actorOf(c), expertOf(c))),
    )
    .get(
      '/experts/:expert/documents/:document',
      route({ ...READ, action: 'invitation.read', resource: 'document', gives: ANY_FILE }),
      async (c) => {
        const documentId = parameter(Id, c.req.param('document'), 'document')
        const { entry, file } = await openExpertDocument(ctx, actorOf(c), expertOf(c), documentId)
        const { mediaType, fileName } = entry.meta
        return fileAnswer(c.req.raw, { ...file, mediaType, disposition: disposition('attachment', fileName) })
      },
    )
    .post(
      '/experts/:expert/files',
      route({ ...ASKED, rate: 'upload', output: OfExpert, accepts: 'answers' }),
      async (c) => {
        const expertId = expertOf(c)
        await attachExpertFiles(ctx, actorOf(c), { expertId, files: await readFiles(ctx, c) })
        return done(c, pageOf(expertId, '?getan=datei'))
      },
    )
    .post('/experts/:expert/answer', route({ ...ASKED, output: OfExpert }), input(ExpertAnswer), async (c) => {
      const expertId = expertOf(c)
      await answerExpert(ctx, actorOf(c), { expertId, text: inputOf(c, ExpertAnswer).answerText })
      return done(c, pageOf(expertId))
    })

async function readFiles(ctx: SubmissionsCtx, c: Context<Env>): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = []
  try {
    if (c.req.header('content-type')?.startsWith('multipart/form-data') === true) {
      await readMultipart(c.req.raw, async ({ fileName, source }) => {
        const file = { expertId: expertOf(c), count: files.length, fileName, source }
        files.push(await storeExpertFile(ctx, actorOf(c), file))
      })
    }
    return files
  } catch (error) {
    await discardBlobs(
      ctx,
      files.map(({ upload }) => upload.blobId),
    )
    throw error
  }
}

const expertOf = (c: Context<Env>): string => parameter(Id, c.req.param('expert'), 'expert')
const pageOf = (expertId: string, rest = '') => ({
  page: `/gutachten/${expertId}${rest}`,
  self: `/api/v1/submissions/experts/${expertId}`,
  body: { expertId },
})
const placesOf = (vorgangId: string, done: string) => ({
  page: `/amt/vorgaenge/${vorgangId}/auftraege?getan=${done}`,
  self: `/api/v1/submissions/vorgaenge/${vorgangId}`,
})
