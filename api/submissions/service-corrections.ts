import { createHash } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { prepareDocument, readDocuments, readUploads } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import type { Answers } from '../forms/answers.ts'
import { canonicalAnswers, filesOf, typedFrom } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planHeldGrant } from '../identity/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { planErrand } from '../messages/plan.ts'
import { planSameProcess } from '../workflow/plan.ts'
import { type Case, readCase } from '../workflow/service.ts'
import type { ActAttempt } from './act-attempt.ts'
import { errandDueOn, possibleActs } from './acts.ts'
import { DRAFT_LIFE_MS } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, sealDraft } from './draft.ts'
import { journalOfGiven, readGiven } from './given.ts'
import { actImpossible, incomplete } from './refusals.ts'
import { factsOf } from './service-act-facts.ts'
import { planFlag } from './service-act-submissions.ts'
import { readAnswers } from './service-copy.ts'
import { closeDraft, insertDraft, insertSubmission } from './store.ts'
import { forgetInvitations } from './store-invitations.ts'

/**
 * Begins a correction: the same form in the same version, filled with what holds now. Nothing changes until it is sent; it is
 * a draft like any other, with a key of its own.
 */
export async function beginCorrection(ctx: SubmissionsCtx, actor: Actor, { kase }: ActAttempt) {
  const { vorgang, content } = kase
  const form = ctx.form(content, vorgang.serviceSlug, vorgang.lang)
  const answers = (await readAnswers(ctx, vorgang.id)) ?? {}
  const [draftId, keyId] = [ctx.newId(), ctx.newId()]
  await ctx.keyring.createKey(keyId)
  const atMs = ctx.now()
  const row = {
    id: draftId,
    // It is gone on with from the status page, not by a code of its own.
    reference: null,
    serviceSlug: vorgang.serviceSlug,
    formDigest: form.digest,
    contentRevisionId: vorgang.contentRevisionId,
    lang: form.lang,
    keyId,
    answersSealed: await sealDraft(ctx, { id: draftId, keyId }, { typed: typedFrom(form, answers), notes: {} }),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    expiresAtMs: atMs + DRAFT_LIFE_MS,
    correctsId: vorgang.id,
  }
  const grant = planHeldGrant(actor, { heldId: vorgang.id, grant: { kind: 'draft', id: draftId }, nowMs: atMs })
  return {
    plan: join({ statements: [insertDraft(row)] }, grant),
    vorgangId: vorgang.id,
    page: `/antrag/${draftId}/pruefen`,
  }
}

/**
 * Plans the sending of a correction: a submission of its own to the same eAkte. It holds only while no decision is in the
 * making, and a decision made at the same moment holds only without it. Throws `submissions/act-impossible` (409).
 */
export async function prepareCorrection(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft & { readonly correctsId: string },
  answers: Answers,
): Promise<{ readonly vorgangId: string; readonly plan: Plan; readonly looseBlobs: readonly string[] }> {
  authorize(actor, 'act.perform', { vorgangId: draft.correctsId })
  const kase = await readCase(ctx, draft.correctsId)
  const facts = await factsOf(ctx, kase)
  if (!possibleActs(facts).some(({ act }) => act === 'correct')) {
    throw actImpossible('act correct')
  }
  const { row } = draft
  const atMs = ctx.now()
  const id = ctx.newId()
  const dueOn = errandDueOn('correct', kase.content.deadlines, facts.today)
  const files = await planFiles(ctx, { draft, kase, answers, by: actorId(actor) })
  return {
    vorgangId: kase.vorgang.id,
    looseBlobs: files.looseBlobs,
    plan: join(
      { guards: [closeDraft(row, 'submitted', atMs)] },
      planAddToEakte(kase.eakte.id),
      planSameProcess(kase),
      await planRecord(ctx, { draft, kase, answers, id, by: actorId(actor) }),
      files.plan,
      planErrand({ id: ctx.newId(), vorgangId: kase.vorgang.id, kind: 'correct', submissionId: id, dueOn, atMs }),
      planFlag(kase.item, dueOn),
    ),
  }
}

type Correcting = {
  readonly draft: Draft
  readonly kase: Case
  readonly answers: Answers
  readonly by: string
}

async function planRecord(
  ctx: SubmissionsCtx,
  { draft, kase, answers, id, by }: Correcting & { readonly id: string },
): Promise<Plan> {
  const { row, form } = draft
  const participants = await readGiven(ctx, draft)
  const text = canonicalJson({
    ...canonicalAnswers(form, answers),
    ...(participants.length === 0 ? {} : { participants }),
  })
  const spot = { table: 'submissions', row: id, column: 'answers' }
  const digest = createHash('sha256').update(text).digest()
  const receivedAtMs = ctx.now()
  const body = {
    vorgang: kase.vorgang.id,
    submission: id,
    kind: 'correction',
    content: await ctx.keyring.commit(row.keyId, `submission:${id}`, digest),
  }
  return {
    statements: [
      forgetInvitations(row.id),
      insertSubmission({
        id,
        vorgangId: kase.vorgang.id,
        draftId: row.id,
        serviceSlug: row.serviceSlug,
        formDigest: form.digest,
        contentRevisionId: row.contentRevisionId,
        lang: row.lang,
        keyId: row.keyId,
        answersSealed: await ctx.keyring.seal(row.keyId, spot, text),
        receivedAtMs,
        kind: 'correction',
      }),
    ],
    journal: [
      { eakteId: kase.eakte.id, type: 'act-received', atMs: receivedAtMs, actor: by, body },
      ...(await journalOfGiven(ctx, participants, {
        eakteId: kase.eakte.id,
        vorgangId: kase.vorgang.id,
        submissionId: id,
        keyId: row.keyId,
        atMs: receivedAtMs,
      })),
    ],
    changes: [{ topic: 'vorgang', id: kase.vorgang.id }],
  }
}

/** Files that were there before stay the documents they are; new ones become documents. */
async function planFiles(
  ctx: SubmissionsCtx,
  { draft, kase, answers, by }: Correcting,
): Promise<{ readonly plan: Plan; readonly looseBlobs: readonly string[] }> {
  const [uploads, documents] = await Promise.all([
    readUploads(ctx, draft.row.keyId, draft.row.id),
    readDocuments(ctx, [kase.vorgang.id]),
  ])
  const known = new Set(documents.map(({ id }) => id))
  const added = filesOf(draft.form, answers).filter(({ file }) => !known.has(file.id))
  const plans = added.map(({ file, label, pointer }) => {
    const upload = uploads.find(({ id }) => id === file.id)
    if (upload === undefined || upload.scanState === 'rejected') {
      const type = upload === undefined ? 'forms/file-missing' : 'forms/file-virus'
      throw incomplete('a file is missing', { errors: [{ pointer, type }] })
    }
    return prepareDocument(ctx, {
      id: upload.id,
      eakteId: kase.eakte.id,
      vorgangId: kase.vorgang.id,
      kind: 'attachment',
      keyId: draft.row.keyId,
      blobId: upload.blobId,
      meta: { ...upload.meta, title: label },
      createdBy: by,
    })
  })
  const loose = uploads.filter(({ id }) => !added.some(({ file }) => file.id === id))
  return {
    plan: join(...(await Promise.all(plans)), planForgetUploads(uploads)),
    looseBlobs: loose.map(({ blobId }) => blobId),
  }
}
