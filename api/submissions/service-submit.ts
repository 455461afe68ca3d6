import { createHash } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, prepareDocument, readUploads } from '../documents/service.ts'
import { AKTENZEICHEN, planOpenEakte } from '../eakten/plan.ts'
import type { Answers } from '../forms/answers.ts'
import { canonicalAnswers, filesOf, findPage, judge, validateAll } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planActorGrant, planCode } from '../identity/plan.ts'
import { planJob } from '../jobs/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { newReference } from '../lib/ids.ts'
import { problemType } from '../lib/problem.ts'
import { planContact } from '../messages/plan.ts'
import { planNoticeChoice } from '../notices/plan.ts'
import { preparePayment, readFee } from '../payments/service.ts'
import { planAttachLookups } from '../registers/plan.ts'
import { readDraftLookups } from '../registers/service.ts'
import { planStart } from '../workflow/plan.ts'
import type { Effect } from '../workflow/state.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, findOwnDraft, openDraftRow } from './draft.ts'
import { journalOfGiven, readGiven } from './given.ts'
import { planIdentity } from './identity-record.ts'
import { hasSigned, personsOf, readInvitations } from './invitations.ts'
import { emailOf } from './person.ts'
import { processValues } from './process-values.ts'
import { filePlanMissing, incomplete } from './refusals.ts'
import { prepareCorrection } from './service-corrections.ts'
import { samePerson } from './service-invitation.ts'
import { neededLevel, requireLevel } from './service-level.ts'
import { findPendingLookup } from './service-lookups.ts'
import { planOutstanding } from './service-outstanding.ts'
import { findMissingSignature } from './service-participants.ts'
import { closeDraft, findSubmissionOfDraft, insertSubmission } from './store.ts'
import { forgetInvitations } from './store-invitations.ts'
import { planTranslation } from './translation.ts'

export const paperOnly = problemType('submissions/paper-only', 409)

const TRIES_MAX = 5

/** What the person saw and said when they pressed the final button. */
export type Pressed = {
  readonly version?: number | undefined
  /** How they want to get notices; nothing where they did not say. */
  readonly notice?: 'online' | 'post' | undefined
}
export type Submitted = {
  readonly draftId: string
  readonly vorgangId: string
  /** It corrects an application that was sent before. */
  readonly isCorrection: boolean
}

/**
 * The final button. One batch holds submission, eAkte, Vorgang, documents, process with task and deadline, journal, outbox
 * and idempotency record; the answer comes after it is durable. Pressed again, in whatever number and order, it answers
 * the same. `version` is that of the review the person saw: what another window changed since is not sent unseen.
 * Throws 404, 410, `submissions/changed-meanwhile` (409), and `submissions/incomplete` (422) naming what is missing.
 */
export async function submitDraft(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  { version, notice }: Pressed = {},
): Promise<Submitted> {
  authorize(actor, 'draft.submit', { draftId })
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const row = await findOwnDraft(ctx, actor, draftId)
    if (row.state === 'submitted') {
      return await submittedBefore(ctx, draftId)
    }
    const draft = await openDraftRow(ctx, actor, row)
    if (draft.content.services.get(row.serviceSlug)?.online === 'assistant') {
      throw paperOnly(`draft ${draftId}`)
    }
    if (version !== undefined && version !== draft.row.version) {
      throw changedMeanwhile(`draft ${draftId}`)
    }
    requireLevel(actor, neededLevel(draft, null))
    const vorgangId = await trySubmit(ctx, actor, draft, notice)
    if (vorgangId !== null) {
      return { draftId, vorgangId, isCorrection: row.correctsId !== null }
    }
  }
  throw changedMeanwhile(`draft ${draftId}`)
}

/** Null where another window was quicker, or the reference is one that exists already: decide again. */
async function trySubmit(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft,
  notice: Pressed['notice'],
): Promise<string | null> {
  const { row, form } = draft
  const checked = validateAll(form, draft.typed, { today: draft.today })
  const [unsettled] = Object.keys(draft.notes.mine ?? {})
  if (unsettled !== undefined && findPage(form, draft.typed, unsettled, { today: draft.today }) !== undefined) {
    throw incomplete('two versions of a page', {
      errors: [{ pointer: '', type: 'forms/conflict', params: { step: unsettled } }],
    })
  }
  if (!checked.ok) {
    throw incomplete('answers are missing or wrong', { errors: checked.issues })
  }
  const pending = await findPendingLookup(ctx, draft)
  if (pending !== undefined) {
    const pointer = `/${pending.choice.replaceAll('.', '/')}`
    throw incomplete('a register was not asked', { errors: [{ pointer, type: 'submissions/lookup-pending' }] })
  }
  await refuseUnsigned(ctx, actor, draft)
  const { correctsId } = row
  const prepared =
    correctsId === null
      ? await prepareSubmission(ctx, actor, draft, checked.answers)
      : await prepareCorrection(ctx, actor, { ...draft, correctsId }, checked.answers)
  const chosen =
    correctsId === null && notice !== undefined ? planNoticeChoice(prepared.vorgangId, notice, ctx.now()) : {}
  const result = await ctx.write({
    ...join(prepared.plan, chosen),
    idempotency: {
      key: `submit|${row.id}|${row.version}`,
      fingerprint: form.digest,
      atMs: ctx.now(),
      answer: { status: 303, location: `/antrag/${row.id}/eingang`, ids: { vorgang: prepared.vorgangId } },
    },
  })
  if (!result.ok) {
    return null
  }
  if (result.replay === undefined) {
    await discardBlobs(ctx, prepared.looseBlobs)
    return prepared.vorgangId
  }
  const { vorgang } = result.replay.ids
  return typeof vorgang === 'string' ? vorgang : null
}

/** Whoever has to agree too has, to exactly these answers, and none of them is the one who sends them in. */
async function refuseUnsigned(ctx: SubmissionsCtx, actor: Actor, draft: Draft): Promise<void> {
  const missing = await findMissingSignature(ctx, draft)
  if (missing !== undefined) {
    const params = { role: missing.role, given: missing.givenCount, count: missing.count }
    throw incomplete('a signature is missing', {
      errors: [{ pointer: '', type: 'submissions/signature-missing', params }],
    })
  }
  if (draft.form.signers.length > 0) {
    const persons = await personsOf(ctx, actor, draft.row.id)
    if (hasSigned(await readInvitations(ctx, draft.row.id), persons, null)) {
      throw samePerson(`draft ${draft.row.id}`)
    }
  }
}

async function submittedBefore(ctx: SubmissionsCtx, draftId: string): Promise<Submitted> {
  const submission = await findSubmissionOfDraft(ctx.db, draftId)
  if (submission === undefined) {
    throw changedMeanwhile(`draft ${draftId}`)
  }
  return { draftId, vorgangId: submission.vorgangId, isCorrection: submission.kind === 'correction' }
}

/** Plans everything that a submission is, from answers that are valid; files are those of the draft. */
export async function prepareSubmission(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft,
  answers: Answers,
): Promise<Prepared> {
  const { row, content, today } = draft
  const service = content.services.get(row.serviceSlug)
  const position = content.filePlan.positions.find((one) => one.id === service?.filePlan)
  if (service === undefined || position?.prefix === undefined) {
    throw filePlanMissing(`service ${row.serviceSlug}`)
  }
  const ids = { eakteId: ctx.newId(), vorgangId: ctx.newId() }
  const submissionId = ctx.newId()
  const atMs = ctx.now()
  const year = Number(today.slice(0, 4))
  const reference = newReference(content.city.referencePrefix, year)
  const definition = await ctx.workflow.definition(content, row.serviceSlug)
  const { tasks } = await ctx.workflow.texts(content, row.serviceSlug, 'de')
  const facts = { ...ids, content, nowMs: atMs, newId: ctx.newId, actor: actorId(actor) }
  const started = planStart({
    ...facts,
    definition,
    tasks,
    variables: await processValues(ctx, draft, answers),
    reference,
    aktenzeichen: AKTENZEICHEN,
    serviceSlug: row.serviceSlug,
  })
  if (!started.ok) {
    throw new Error(`the process does not start: ${started.refusal} at ${started.at}`)
  }
  const eakte = planOpenEakte({
    ...ids,
    reference,
    serviceSlug: row.serviceSlug,
    filePlan: position.id,
    filePlanPrefix: position.prefix,
    retentionRule: service.retention,
    year,
    keyId: row.keyId,
    lang: row.lang,
    contentRevisionId: row.contentRevisionId,
    state: started.state.shown ?? 'received',
    atMs,
  })
  const due = await planDue(ctx, draft, answers, started.effects, { ...ids, actor: actorId(actor) })
  const files = await planAttachments(ctx, draft, answers, { ...ids, actor: actorId(actor) })
  const plan = join(
    { guards: [closeDraft(row, 'submitted', atMs)] },
    eakte,
    await planRecord(ctx, draft, answers, { ...ids, submissionId, atMs, actor: actorId(actor) }),
    await planIdentity(ctx, actor, draft, { ...ids, submissionId, atMs }),
    files.plan,
    started.plan,
    due,
    planAttachLookups(
      (await readDraftLookups(ctx, row.id)).map((lookup) => lookup.row),
      { ...ids, draftId: row.id, atMs },
    ),
    await planPerson(ctx, actor, draft, answers, ids.vorgangId),
    await planOutstanding(ctx, draft, answers, ids),
    await planTranslation(ctx, {
      ...ids,
      content,
      reference,
      lang: row.lang,
      keyId: row.keyId,
      aktenzeichen: AKTENZEICHEN,
      serviceSlug: row.serviceSlug,
      receivedAtMs: atMs,
    }),
    planJob({ kind: 'file-copy', key: ids.vorgangId, payload: { vorgangId: ids.vorgangId }, dueAtMs: atMs }),
  )
  return { ...ids, plan, looseBlobs: files.looseBlobs }
}

export type Prepared = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly plan: Plan
  /** Bytes of files that are no part of it, to be discarded after the write. */
  readonly looseBlobs: readonly string[]
}

type Place = { readonly eakteId: string; readonly vorgangId: string; readonly actor: string }

/**
 * What is to be paid before anything else happens is owed from the same moment on, so that nobody waits for a job. An
 * exemption that the process already knows of is left to the job.
 */
async function planDue(
  ctx: SubmissionsCtx,
  { row, content, today }: Draft,
  answers: Answers,
  effects: readonly Effect[],
  at: Place,
): Promise<Plan> {
  const step = effects.find((effect) => effect.type === 'pay' && effect.params['exempt'] !== true)
  const fee = readFee(ctx, { ...row, content }, answers, { receivedOn: today })
  if (step === undefined || fee.isFree) {
    return {}
  }
  return await preparePayment(ctx, { ...at, keyId: row.keyId, content, effectKey: step.key, fee })
}

/** The submission itself, unchangeable, and the first lines of the eAkte's journal. */
async function planRecord(
  ctx: SubmissionsCtx,
  draft: Draft,
  answers: Answers,
  at: Place & { readonly submissionId: string; readonly atMs: number },
): Promise<Plan> {
  const { row, form } = draft
  const id = at.submissionId
  const { outcome, unmet, unclear } = judge(form, draft.typed, { today: draft.today })
  const eligibility = { outcome, unmet: unmet.map((one) => one.id), unclear: unclear.map((one) => one.id) }
  const participants = await readGiven(ctx, draft)
  const text = canonicalJson({
    ...canonicalAnswers(form, answers),
    ...(participants.length === 0 ? {} : { participants }),
    ...(form.eligibility.conditions.length === 0 ? {} : { eligibility }),
  })
  const spot = { table: 'submissions', row: id, column: 'answers' }
  const line = { eakteId: at.eakteId, atMs: at.atMs, actor: at.actor }
  return {
    statements: [
      forgetInvitations(row.id),
      insertSubmission({
        id,
        vorgangId: at.vorgangId,
        draftId: row.id,
        serviceSlug: row.serviceSlug,
        formDigest: form.digest,
        contentRevisionId: row.contentRevisionId,
        lang: row.lang,
        keyId: row.keyId,
        answersSealed: await ctx.keyring.seal(row.keyId, spot, text),
        receivedAtMs: at.atMs,
        kind: 'application',
      }),
    ],
    journal: [
      { ...line, type: 'eakte-opened', body: { aktenzeichen: AKTENZEICHEN, service: row.serviceSlug } },
      {
        ...line,
        type: 'submission-received',
        body: {
          vorgang: at.vorgangId,
          submission: id,
          form: form.digest,
          content: await ctx.keyring.commit(row.keyId, `submission:${id}`, createHash('sha256').update(text).digest()),
        },
      },
      ...(await journalOfGiven(ctx, participants, { ...at, keyId: row.keyId })),
    ],
  }
}

/**
 * Uploads that the final answers name become documents; no byte is encrypted again. Those of branches that were left are
 * not part of the application and go. Throws `submissions/incomplete` where a named file is missing or was rejected.
 */
async function planAttachments(
  ctx: SubmissionsCtx,
  draft: Draft,
  answers: Answers,
  at: Place,
): Promise<{ readonly plan: Plan; readonly looseBlobs: readonly string[] }> {
  const uploads = await readUploads(ctx, draft.row.keyId, draft.row.id)
  const named = filesOf(draft.form, answers).map(({ file, label, pointer }) => {
    const upload = uploads.find((one) => one.id === file.id)
    if (upload === undefined || upload.scanState === 'rejected') {
      const type = upload === undefined ? 'forms/file-missing' : 'forms/file-virus'
      throw incomplete('a file is missing', { errors: [{ pointer, type }] })
    }
    return { upload, label }
  })
  const documents = named.map(({ upload, label }) =>
    prepareDocument(ctx, {
      id: upload.id,
      eakteId: at.eakteId,
      vorgangId: at.vorgangId,
      kind: 'attachment',
      keyId: draft.row.keyId,
      blobId: upload.blobId,
      meta: { ...upload.meta, title: label },
      createdBy: at.actor,
    }),
  )
  const loose = uploads.filter((upload) => !named.some((one) => one.upload === upload))
  return {
    plan: join(...(await Promise.all(documents)), planForgetUploads(uploads)),
    looseBlobs: loose.map((upload) => upload.blobId),
  }
}

/** Where the person wants to be told, the code for the status page, and this browser's right to see the Vorgang. */
async function planPerson(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft,
  answers: Answers,
  vorgangId: string,
): Promise<Plan> {
  const { row, form } = draft
  const email = emailOf(form, answers)
  const spot = { table: 'contacts', row: vorgangId, column: 'email' }
  const emailSealed = email === null ? null : await ctx.keyring.seal(row.keyId, spot, email)
  return join(
    planContact({ vorgangId, keyId: row.keyId, lang: row.lang, emailSealed }),
    planCode(ctx, vorgangId, 'receipt').plan,
    actor.kind === 'citizen'
      ? planActorGrant(actor, actor.sessionId, { kind: 'vorgang', id: vorgangId }, ctx.now())
      : {},
  )
}
