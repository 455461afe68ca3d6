import { join, type Plan } from '../../db/batch.ts'
import { type DocumentEntry, INTERNAL, readDocumentsOfBlob, scanBlob } from '../documents/service.ts'
import { readEakte, readVorgang } from '../eakten/service.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { wordsOf } from '../lib/words.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { prepareAsking } from './service-outstanding.ts'

/**
 * Handler of job `scan`. A file that was sent in before it was looked through and is rejected now is asked for again: the
 * person learns it on the status page and by mail. One of a draft is refused when the draft is sent.
 */
export const scanFile = (ctx: SubmissionsCtx, job: Job): Promise<JobResult> =>
  scanBlob(ctx, job, async (blobId) => {
    const documents = await readDocumentsOfBlob(ctx, blobId)
    return join(...(await Promise.all(documents.map((document) => planRejected(ctx, document)))))
  })

async function planRejected(ctx: SubmissionsCtx, document: DocumentEntry): Promise<Plan> {
  const vorgang = await readVorgang(ctx, document.vorgangId)
  const eakte = vorgang === undefined ? undefined : await readEakte(ctx, vorgang.eakteId)
  if (vorgang === undefined || eakte === undefined) {
    return {}
  }
  const line: Plan = {
    journal: [
      {
        eakteId: eakte.id,
        type: 'document-rejected',
        atMs: ctx.now(),
        actor: 'system:scan',
        body: { vorgang: vorgang.id, document: document.id },
      },
    ],
  }
  // What clerks keep for each other nobody outside is asked for.
  if (eakte.state !== 'open' || document.kind === INTERNAL) {
    return line
  }
  const content = await ctx.content.at(vorgang.contentRevisionId)
  const { serviceSlug, lang, keyId, id: vorgangId } = vorgang
  const text = wordsOf(
    ctx.content.live().content.words,
    lang,
  )('request.rejected-file').replace('{name}', document.meta.fileName)
  const asked = await prepareAsking(ctx, {
    vorgangId,
    eakteId: eakte.id,
    keyId,
    content,
    serviceSlug,
    lang,
    text,
    mailKey: document.id,
  })
  return join(line, asked)
}
