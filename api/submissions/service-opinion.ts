import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { OPINION, prepareDocument, storeMadeFile } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { wordsOf } from '../lib/words.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

export const opinionMissing = problemType('submissions/opinion-missing', 422)

const Text = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC').trim()),
  v.minLength(1),
  v.maxLength(10_000),
)

/**
 * Prepares the opinion of an office that takes part in a Vorgang: a document of the eAkte, with its words for who decides. No
 * status page and no other system gets it; file inspection shows it. Throws 422 `submissions/opinion-missing`.
 */
export async function prepareOpinion(
  ctx: SubmissionsCtx,
  { vorgang, eakte, content }: Case,
  actor: Actor & { kind: 'staff' },
  input: { readonly text: unknown; readonly postbox: string },
): Promise<Plan> {
  const read = v.safeParse(Text, input.text ?? '')
  if (!read.success) {
    const isLong = read.issues[0].type === 'max_length'
    throw opinionMissing('opinion', { errors: [{ pointer: '/opinion', type: isLong ? 'max_length' : 'missing' }] })
  }
  const text = read.output
  const office = content.postboxes.get(input.postbox)?.name.de ?? input.postbox
  const title = wordsOf(content.words, 'de')('document.opinion-of', { office })
  const atMs = ctx.now()
  const bytes = await ctx.renderOpinion({
    content,
    serviceSlug: vorgang.serviceSlug,
    title,
    aktenzeichen: eakte.aktenzeichen,
    reference: vorgang.reference,
    office,
    by: actor.name,
    text,
    atMs,
  })
  const fileName = `stellungnahme-${input.postbox}-${vorgang.reference}.pdf`
  const stored = await storeMadeFile(ctx, vorgang.keyId, { bytes, fileName, mediaType: 'application/pdf', title })
  const by = actorId(actor)
  const document = await prepareDocument(ctx, {
    id: ctx.newId(),
    eakteId: eakte.id,
    vorgangId: vorgang.id,
    kind: OPINION,
    keyId: vorgang.keyId,
    blobId: stored.blobId,
    meta: { ...stored.meta, opinion: { text, by, office } },
    createdBy: by,
  })
  return join(planAddToEakte(eakte.id), stored.plan, document)
}
