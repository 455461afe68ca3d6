import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { parameter } from '../http/validate.ts'
import { problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { Id, Pointer, SavedPart } from './schema.ts'
import { readPart, savePart } from './service-parts.ts'
import { readFileBody } from './step-request.ts'

export const partRangeMissing = problemType('submissions/part-range', 400)

const SPEC: Omit<RouteSpec, 'action' | 'resource' | 'csrf'> = {
  who: ['citizen'],
  rate: 'upload',
  audit: false,
  cache: 'never',
  output: SavedPart,
}

/** Routes of files that come in pieces, so that a broken connection costs one piece only; mounted under `/api/v1/submissions`. */
export const partRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get(
      '/drafts/:draft/parts/:upload',
      route({ ...SPEC, csrf: false, action: 'upload.write', resource: 'upload' }),
      async (c) => c.json(await readPart(ctx, actorOf(c), idsOf(c.req.param()))),
    )
    .put(
      '/drafts/:draft/parts/:upload',
      route({
        ...SPEC,
        csrf: true,
        action: 'upload.write',
        resource: 'upload',
        query: ['question'],
        accepts: 'file',
      }),
      async (c) => {
        // Whose it is comes before what is wrong with it.
        await readPart(ctx, actorOf(c), idsOf(c.req.param()))
        const pointer = parameter(Pointer, c.req.query('question'), 'question')
        const { fileName, source } = readFileBody(c.req.raw)
        const range = rangeOf(c.req.header('content-range'))
        const saved = await savePart(ctx, actorOf(c), { ...idsOf(c.req.param()), pointer, fileName, source, ...range })
        return c.json(saved, saved.file === undefined ? 200 : 201)
      },
    )

const idsOf = (names: { draft: string; upload: string }) => ({
  draftId: parameter(Id, names.draft, 'draft'),
  uploadId: parameter(Id, names.upload, 'upload'),
})

/** `bytes 0-4194303/10000000` (RFC 9110 § 14.4). */
function rangeOf(header: string | undefined): { startByte: number; totalBytes: number } {
  const [, start = '', , total = ''] = /^bytes (\d{1,12})-(\d{1,12})\/(\d{1,12})$/.exec(header ?? '') ?? []
  if (start === '' || Number(total) === 0 || Number(start) >= Number(total)) {
    throw partRangeMissing('Content-Range')
  }
  return { startByte: Number(start), totalBytes: Number(total) }
}
