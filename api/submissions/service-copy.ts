import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { prepareDocument, readDocuments, readSharedDocuments, storeMadeFile } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import { readEakte, readVorgang, type Vorgang } from '../eakten/service.ts'
import type { Answers } from '../forms/answers.ts'
import { summary } from '../forms/service.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { wordsOf } from '../lib/words.ts'
import { vorgangMissing } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { Participation } from './invitations.ts'
import { applicantSection, participantSection } from './participant-words.ts'
import { findLatestAnswers, findSubmissionOfVorgang, type SubmissionRow } from './store.ts'

const Stored = v.object({
  format: v.literal(1),
  answers: v.record(v.string(), v.unknown()),
  participants: v.optional(v.array(Participation), []),
  eligibility: v.optional(
    v.object({
      outcome: v.picklist(['yes', 'no', 'unclear']),
      unmet: v.array(v.string()),
      unclear: v.array(v.string()),
    }),
  ),
})
const Payload = v.object({ vorgangId: v.string() })

/** Opens the answers that hold now: the application's, or those of its newest correction; null where there are none. The caller has checked who asks. */
export async function readAnswers(ctx: SubmissionsCtx, vorgangId: string): Promise<Answers | null> {
  const row = await findLatestAnswers(ctx.db, vorgangId)
  return row === undefined ? null : await openAnswers(ctx, row)
}

/** What the program found about who may apply when the submission was sent, by ids of conditions; null where nothing is asked. */
export async function readJudgement(ctx: SubmissionsCtx, vorgangId: string) {
  const row = await findSubmissionOfVorgang(ctx.db, vorgangId)
  return row === undefined ? null : ((await openStored(ctx, row)).eligibility ?? null)
}

/** Opens the answers as they were first sent in; null where there are none. The caller has checked who asks. */
export async function readFirstAnswers(ctx: SubmissionsCtx, vorgangId: string): Promise<Answers | null> {
  const row = await findSubmissionOfVorgang(ctx.db, vorgangId)
  return row === undefined ? null : await openAnswers(ctx, row)
}

/** Who signed or answered what holds now, beside the applicant. The caller has checked who asks. */
export async function readParticipations(ctx: SubmissionsCtx, vorgangId: string): Promise<readonly Participation[]> {
  const row = await findLatestAnswers(ctx.db, vorgangId)
  return row === undefined ? [] : (await openStored(ctx, row)).participants
}

/** The same of what was first sent in. */
async function readFirstParticipations(ctx: SubmissionsCtx, vorgangId: string): Promise<readonly Participation[]> {
  const row = await findSubmissionOfVorgang(ctx.db, vorgangId)
  return row === undefined ? [] : (await openStored(ctx, row)).participants
}

/** Opens the answers of one application or correction. */
export const openAnswers = async (ctx: SubmissionsCtx, row: SubmissionRow): Promise<Answers> =>
  (await openStored(ctx, row)).answers as Answers

async function openStored(ctx: SubmissionsCtx, row: SubmissionRow): Promise<v.InferOutput<typeof Stored>> {
  const spot = { table: 'submissions', row: row.id, column: 'answers' }
  return v.parse(Stored, await ctx.keyring.openJson(row.keyId, spot, row.answersSealed))
}

/** Sets the copy of a submission as PDF: answers as they were shown, files with their digests. The caller has checked who asks. */
export async function makeCopy(
  ctx: SubmissionsCtx,
  vorgang: Vorgang,
): Promise<{ readonly bytes: Uint8Array; readonly reference: string }> {
  const [answers, eakte, documents, content] = await Promise.all([
    readFirstAnswers(ctx, vorgang.id),
    readEakte(ctx, vorgang.eakteId),
    readDocuments(ctx, [vorgang.id]),
    ctx.content.at(vorgang.contentRevisionId),
  ])
  if (answers === null || eakte === undefined) {
    throw vorgangMissing(`vorgang ${vorgang.id}`)
  }
  const form = ctx.form(content, vorgang.serviceSlug, vorgang.lang)
  const words = ctx.formWords(content, vorgang.lang)
  const participants = await readFirstParticipations(ctx, vorgang.id)
  const bytes = await ctx.renderCopy({
    content,
    lang: vorgang.lang,
    serviceSlug: vorgang.serviceSlug,
    serviceTitle: form.title,
    reference: vorgang.reference,
    aktenzeichen: eakte.aktenzeichen,
    receivedAtMs: vorgang.openedAtMs,
    sections: [
      ...applicantSection(form, answers, wordsOf(content.words, vorgang.lang)),
      ...summary(form, answers, { words, today: dayInBerlin(vorgang.openedAtMs) }),
      ...participantSection(participants, { words: wordsOf(content.words, vorgang.lang), lang: vorgang.lang }),
    ],
    dataJson: canonicalJson({
      format: 1,
      reference: vorgang.reference,
      service: vorgang.serviceSlug,
      receivedAt: new Date(vorgang.openedAtMs).toISOString(),
      form: { id: form.id, version: form.version, digest: form.digest },
      answers,
      ...(participants.length === 0 ? {} : { participants }),
    }),
    files: documents
      .filter((document) => document.kind === 'attachment')
      .map(({ meta }) => ({ name: meta.fileName, sizeBytes: meta.sizeBytes, sha256: meta.sha256 })),
  })
  return { bytes, reference: vorgang.reference }
}

/** Handler of job `file-copy`: the copy of a submission becomes a document of its eAkte. Run twice it is there once. */
export async function fileCopy(ctx: SubmissionsCtx, job: Job): Promise<JobResult> {
  const { vorgangId } = v.parse(Payload, job.payload)
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    return { dead: 'no-such-vorgang' }
  }
  if ((await readDocuments(ctx, [vorgangId])).some((document) => document.kind === 'submission')) {
    return { done: true }
  }
  return { done: true, plan: await planCopy(ctx, vorgang) }
}

async function planCopy(ctx: SubmissionsCtx, vorgang: Vorgang): Promise<Plan> {
  const { bytes, reference } = await makeCopy(ctx, vorgang)
  const content = await ctx.content.at(vorgang.contentRevisionId)
  const title = wordsOf(content.words, vorgang.lang)('document.submission')
  const file = { bytes, fileName: `${reference}.pdf`, mediaType: 'application/pdf', title }
  const stored = await storeMadeFile(ctx, vorgang.keyId, file)
  const document = await prepareDocument(ctx, {
    id: ctx.newId(),
    eakteId: vorgang.eakteId,
    vorgangId: vorgang.id,
    kind: 'submission',
    keyId: vorgang.keyId,
    blobId: stored.blobId,
    meta: stored.meta,
    createdBy: 'system:process',
  })
  return join(planAddToEakte(vorgang.eakteId), stored.plan, document)
}

/** Documents that a specialist application hears of with an event; those made here later are not part of a submission. */
const DOCUMENTS_OF_EVENT: Readonly<Record<string, readonly string[]>> = { 'submission-received': ['attachment'] }

/**
 * Everything a specialist application gets for an event, as canonical JSON; file bytes are fetched apart.
 * For a submission it is the same with every attempt, whatever happened to the Vorgang meanwhile.
 */
export async function composeMessage(ctx: SubmissionsCtx, vorgangId: string, event: string): Promise<string> {
  const vorgang = await readVorgang(ctx, vorgangId)
  const [answers, eakte, documents] = await Promise.all([
    event === 'submission-received' ? readFirstAnswers(ctx, vorgangId) : readAnswers(ctx, vorgangId),
    readEakte(ctx, vorgang?.eakteId ?? ''),
    readSharedDocuments(ctx, [vorgangId]),
  ])
  if (vorgang === undefined || eakte === undefined || answers === null) {
    throw vorgangMissing(`vorgang ${vorgangId}`)
  }
  return canonicalJson({
    type: event,
    reference: vorgang.reference,
    aktenzeichen: eakte.aktenzeichen,
    service: vorgang.serviceSlug,
    receivedAt: new Date(vorgang.openedAtMs).toISOString(),
    outcome: event === 'submission-received' ? null : vorgang.outcome,
    answers,
    documents: documents
      .filter(({ kind }) => DOCUMENTS_OF_EVENT[event]?.includes(kind) ?? true)
      .map(({ id, kind, meta }) => ({
        id,
        kind,
        fileName: meta.fileName,
        mediaType: meta.mediaType,
        sizeBytes: meta.sizeBytes,
        sha256: meta.sha256,
      })),
  })
}
