import type { Context } from 'hono'
import { Hono } from 'hono'
import * as v from 'valibot'
import { discardBlobs, disposition } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { done, isBrowser } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { parameter, readFields } from '../http/validate.ts'
import { Problem } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readMultipart } from './multipart.ts'
import { READ, WORK } from './route-specs.ts'
import { Id, PDF, Slug } from './schema.ts'
import { type Intake, type StoredScan, storeScan, takeInPaper } from './service-intake.ts'
import { printPaper, readEmptyForm, readPaper, readPaperPdf } from './service-paper.ts'
import { isMultipart } from './step-request.ts'

const Printed = v.object({ draftId: Id })
const TakenIn = v.object({ vorgangId: Id, reference: v.string(), isOwn: v.boolean() })
const IntakeFields = v.object({
  code: v.optional(v.pipe(v.string(), v.maxLength(40)), ''),
  isChecked: v.optional(
    v.union([
      v.boolean(),
      v.pipe(
        v.string(),
        v.transform((text) => text === 'true'),
      ),
    ]),
    false,
  ),
  original: v.optional(v.picklist(['returned', 'kept', 'destroyed']), 'kept'),
})

/** Routes of forms on paper: empty, filled to be signed, and handed in at the counter. Mounted under `/api/v1/submissions`. */
export const paperRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get(
      '/services/:service/form.pdf',
      route({
        ...READ,
        who: ['public'],
        action: 'catalogue.read',
        resource: 'service',
        gives: PDF,
        cache: 'revalidate',
      }),
      async (c) => {
        const slug = parameter(Slug, c.req.param('service'), 'service')
        return pdfAnswer(c, await readEmptyForm(ctx, actorOf(c), slug), `${slug}.pdf`)
      },
    )
    .post(
      '/drafts/:draft/paper',
      route({ ...WORK, action: 'draft.write', resource: 'draft', output: Printed }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        await printPaper(ctx, actorOf(c), draftId)
        const self = `/api/v1/submissions/drafts/${draftId}/paper`
        return done(c, { page: `/antrag/${draftId}/gedruckt`, self, body: { draftId }, status: 201 })
      },
    )
    .get('/drafts/:draft/paper', route({ ...READ, action: 'draft.read', resource: 'draft' }), async (c) =>
      c.json(await readPaper(ctx, actorOf(c), parameter(Id, c.req.param('draft'), 'draft'))),
    )
    .get(
      '/drafts/:draft/paper.pdf',
      route({ ...READ, action: 'draft.read', resource: 'draft', gives: PDF }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        return pdfAnswer(c, await readPaperPdf(ctx, actorOf(c), draftId), 'formular.pdf')
      },
    )
    .post(
      '/intake',
      route({
        ...WORK,
        who: ['clerk', 'lead'],
        rate: 'upload',
        audit: true,
        action: 'paper.take-in',
        resource: 'none',
        output: TakenIn,
        accepts: 'answers',
      }),
      async (c) => {
        const taken = await takeInPaper(ctx, actorOf(c), await readIntake(ctx, c)).catch((error: unknown) =>
          hintOf(c, error),
        )
        if (typeof taken === 'string') {
          return c.body(null, 303, { Location: taken, 'Cache-Control': 'no-store' })
        }
        const page = taken.isOwn ? `/amt/vorgaenge/${taken.vorgangId}` : `/amt/eingang?angelegt=${taken.reference}`
        return done(c, { page, self: `/api/v1/submissions/vorgaenge/${taken.vorgangId}`, body: taken, status: 201 })
      },
    )

/** What a clerk is told on the same page; every other refusal is thrown on. */
const HINTS: Readonly<Record<string, string>> = {
  'submissions/paper-unreadable': 'unlesbar',
  'submissions/paper-unknown': 'unbekannt',
  'submissions/paper-unchecked': 'ungeprueft',
}

function hintOf(c: Context<Env>, error: unknown): string {
  const hint = error instanceof Problem ? HINTS[error.type] : undefined
  if (hint === undefined || !isBrowser(c.req.raw)) {
    throw error
  }
  return `/amt/eingang?hinweis=${hint}`
}

/** Reads what was typed at the counter, and with multipart the scan, stored as it streams in. */
async function readIntake(ctx: SubmissionsCtx, c: Context<Env>): Promise<Intake> {
  const actor = actorOf(c)
  if (!isMultipart(c)) {
    return { ...parameter(IntakeFields, await readFields(c), 'intake'), scan: null }
  }
  const scans: StoredScan[] = []
  try {
    const fields = await readMultipart(c.req.raw, async ({ name, fileName, source }) => {
      if (name === 'scan' && scans.length === 0) {
        scans.push(await storeScan(ctx, actor, { fileName, source }))
      }
    })
    return { ...parameter(IntakeFields, Object.fromEntries(fields), 'intake'), scan: scans[0] ?? null }
  } catch (error) {
    await discardBlobs(
      ctx,
      scans.map(({ upload }) => upload.blobId),
    )
    throw error
  }
}

const pdfAnswer = (c: Context<Env>, bytes: Uint8Array, name: string): Response =>
  c.body(new Uint8Array(bytes), 200, { 'Content-Type': PDF, 'Content-Disposition': disposition('attachment', name) })
