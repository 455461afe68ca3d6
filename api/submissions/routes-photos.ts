import { Hono } from 'hono'
import type * as v from 'valibot'
import type { Env } from '../http/env.ts'
import { done, isBrowser } from '../http/respond.ts'
import { actorOf, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import { Problem } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { READ, WORK } from './route-specs.ts'
import { FileIds, Id, MergedPhotos, MergePhotos, Pointer } from './schema.ts'
import { mergePhotos, movedPhotos, readPhotos } from './service-photos.ts'

type Sent = v.InferOutput<typeof MergePhotos>
/** Refusals that the page shows over the photos; the order that was chosen is kept there. */
const SHOWN = [
  'submissions/photos-changed',
  'submissions/photos-few',
  'submissions/photos-waiting',
  'submissions/photo-unreadable',
  'submissions/photos-too-large',
]

/** Routes by which photos of a question become one file, mounted under `/api/v1/submissions`. */
export const photoRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .get(
      '/drafts/:draft/photos',
      route({ ...READ, action: 'upload.read', resource: 'draft', query: ['question', 'order'] }),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const pointer = parameter(Pointer, c.req.query('question'), 'question')
        const order = parameter(FileIds, c.req.query('order') ?? '', 'order')
        return c.json(await readPhotos(ctx, actorOf(c), { draftId, pointer, order }))
      },
    )
    .post(
      '/drafts/:draft/photos',
      route({ ...WORK, rate: 'upload', action: 'upload.write', resource: 'draft', output: MergedPhotos }),
      input(MergePhotos),
      async (c) => {
        const draftId = parameter(Id, c.req.param('draft'), 'draft')
        const sent = inputOf(c, MergePhotos)
        const [action, moved = ''] = sent.action.split(':')
        const self = `/api/v1/submissions/drafts/${draftId}`
        if (action === 'up' || action === 'down') {
          const order = movedPhotos(sent.order, moved, action === 'up' ? -1 : 1)
          const page = photosPage(draftId, sent, { ordnung: order.join(','), bewegt: moved })
          return done(c, { page, self: `${self}/photos`, body: { order } })
        }
        const order = sent.order.filter((id) => !isWithout(sent, id))
        try {
          const body = await mergePhotos(ctx, actorOf(c), { draftId, pointer: sent.question, order })
          const page = `/antrag/${draftId}${sent.step === undefined ? '' : `/${sent.step}`}`
          return done(c, { page, self: `${self}/files/${body.id}`, body })
        } catch (error) {
          if (!(error instanceof Problem && SHOWN.includes(error.type) && isBrowser(c.req.raw))) {
            throw error
          }
          const file = String(error.errors[0]?.params?.['file'] ?? '')
          const page = photosPage(draftId, sent, { ordnung: sent.order.join(','), fehler: error.type, foto: file })
          return done(c, { page: `${page}#fehler`, self: `${self}/photos`, body: { order } })
        }
      },
    )

const isWithout = (sent: Sent, id: string): boolean => sent[`without-${id}`] === 'true'

/** The page on which a person orders the photos, as they left it: ids only, nothing of what a photo is called or shows. */
function photosPage(draftId: string, sent: Sent, more: Readonly<Record<string, string>>): string {
  const ohne = sent.order.filter((id) => isWithout(sent, id)).join(',')
  const all = { frage: sent.question, seite: sent.step ?? '', ohne, ...more }
  const query = new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''))
  return `/antrag/${draftId}/fotos?${query}`
}
