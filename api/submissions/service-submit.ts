import { createHash } from 'node:crypto'
import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { prepareDocument, readUploads } from '../documents/service.ts'
import { AKTENZEICHEN, planOpenEakte } from '../eakten/plan.ts'
import type { Answers } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { canonicalAnswers, filesOf, validateAll, valueAt } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planCode, planGrant } from '../identity/plan.ts'
import { planJob } from '../jobs/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { newReference } from '../lib/ids.ts'
import { problemType } from '../lib/problem.ts'
import { planContact } from '../messages/plan.ts'
import { planStart } from '../workflow/plan.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, findOwnDraft, openDraft } from './draft.ts'
import { changedMeanwhile } from './service-drafts.ts'
import { closeDraft, findSubmissionOfDraft, insertSubmission } from './store.ts'

export const incomplete = problemType('submissions/incomplete', 422)
export const filePlanMissing = problemType('submissions/file-plan-missing', 500)

export type Submitted = { readonly draftId: string; readonly vorgangId: string }

/**
 * The final button. One batch holds submission, eAkte, Vorgang, documents, process with task and deadline, journal, outbox
 * and idempotency record; the answer comes after it is durable. Pressed again, in whatever number and order, it answers
 * the same. Throws 404, 410, and `submissions/incomplete` (422) naming what is missing.
 */
export async function submitDraft(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<Submitted> {
  authorize(actor, 'draft.submit', { draftId })
  const row = await findOwnDraft(ctx, actor, draftId)
  if (row.state === 'submitted') {
    return await submittedBefore(ctx, draftId)
  }
  const draft = await openDraft(ctx, actor, draftId)
  const checked = validateAll(draft.form, draft.typed, { today: draft.today })
  if (!checked.ok) {
    throw incomplete('answers are missing or wrong', { errors: checked.issues })
  }
  const prepared = await prepareSubmission(ctx, actor, draft, checked.answers)
  const result = await ctx.write({
    ...prepared.plan,
    idempotency: {
      key: `submit|${draftId}|${draft.row.version}`,
      fingerprint: draft.form.digest,
      atMs: ctx.now(),
      answer: { status: 303, location: `/antrag/${draftId}/eingang`, ids: { vorgang: prepared.vorgangId } },
    },
  })
  if (result.ok) {
    const replayed = result.replay?.ids['vorgang']
    return { draftId, vorgangId: typeof replayed === 'string' ? replayed : prepared.vorgangId }
  }
  const after = await findOwnDraft(ctx, actor, draftId)
  if (after.state === 'submitted') {
    return await submittedBefore(ctx, draftId)
  }
  throw changedMeanwhile(`draft ${draftId}`)
}

async function submittedBefore(ctx: SubmissionsCtx, draftId: string): Promise<Submitted> {
  const submission = await findSubmissionOfDraft(ctx.db, draftId)
  if (submission === undefined) {
    throw changedMeanwhile(`draft ${draftId}`)
  }
  return { draftId, vorgangId: submission.vorgangId }
}

async function prepareSubmission(
  ctx: SubmissionsCtx,
  actor: Actor,
  draft: Draft,
  answers: Answers,
): Promise<{ readonly vorgangId: string; readonly plan: Plan }> {
  const { row, content, today } = draft
  const service = content.services.get(row.serviceSlug)
  const position = content.filePlan.positions.find((one) => one.id === service?.filePlan)
  if (service === undefined || position?.prefix === undefined) {
    throw filePlanMissing(`service ${row.serviceSlug}`)
  }
  const ids = { eakteId: ctx.newId(), vorgangId: ctx.newId() }
  const atMs = ctx.now()
  const year = Number(today.slice(0, 4))
  const reference = newReference(content.city.referencePrefix, year)
  const definition = await ctx.workflow.definition(content, row.serviceSlug)
  const facts = { ...ids, content, nowMs: atMs, newId: ctx.newId, actor: actorId(actor) }
  const started = planStart({
    ...facts,
    definition,
    variables: variablesOf(answers),
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
  const plan = join(
    { guards: [closeDraft(row, 'submitted', atMs)] },
    eakte,
    await planRecord(ctx, draft, answers, { ...ids, atMs, actor: actorId(actor) }),
    await planAttachments(ctx, draft, answers, { ...ids, actor: actorId(actor) }),
    started.plan,
    await planPerson(ctx, actor, draft, answers, ids.vorgangId),
    planJob({ kind: 'file-copy', key: ids.vorgangId, payload: { vorgangId: ids.vorgangId }, dueAtMs: atMs }),
  )
  return { vorgangId: ids.vorgangId, plan }
}

type Place = { readonly eakteId: string; readonly vorgangId: string; readonly actor: string }

/** The submission itself, unchangeable, and the first lines of the eAkte's journal. */
async function planRecord(
  ctx: SubmissionsCtx,
  draft: Draft,
  answers: Answers,
  at: Place & { atMs: number },
): Promise<Plan> {
  const { row, form } = draft
  const id = ctx.newId()
  const text = canonicalJson(canonicalAnswers(form, answers))
  const spot = { table: 'submissions', row: id, column: 'answers' }
  const line = { eakteId: at.eakteId, atMs: at.atMs, actor: at.actor }
  return {
    statements: [
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
    ],
  }
}

/** Uploads that the final answers name become documents; no byte is encrypted again. */
async function planAttachments(ctx: SubmissionsCtx, draft: Draft, answers: Answers, at: Place): Promise<Plan> {
  const named = filesOf(draft.form, answers)
  if (named.length === 0) {
    return {}
  }
  const uploads = new Map((await readUploads(ctx, draft.row.keyId, draft.row.id)).map((upload) => [upload.id, upload]))
  const plans = await Promise.all(
    named.map(async ({ file, label }) => {
      const upload = uploads.get(file.id)
      if (upload === undefined) {
        throw incomplete('a file is missing', { errors: [{ pointer: '', type: 'forms/file-missing' }] })
      }
      return await prepareDocument(ctx, {
        id: file.id,
        eakteId: at.eakteId,
        vorgangId: at.vorgangId,
        kind: 'attachment',
        keyId: draft.row.keyId,
        blobId: upload.blobId,
        meta: { ...upload.meta, title: label },
        createdBy: at.actor,
      })
    }),
  )
  return join(...plans)
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
  const sessionId = actor.kind === 'citizen' ? actor.sessionId : ''
  return join(
    planContact({ vorgangId, keyId: row.keyId, lang: row.lang, emailSealed }),
    planCode(ctx, vorgangId, 'receipt').plan,
    planGrant(sessionId, { kind: 'vorgang', id: vorgangId }, ctx.now()),
  )
}

function emailOf(form: Form, answers: Answers): string | null {
  for (const field of form.fields.values()) {
    if (field.kind === 'email' && field.loop === undefined) {
      const value = valueAt(answers, `/${field.path.replaceAll('.', '/')}`)
      return typeof value === 'string' && value !== '' ? value : null
    }
  }
  return null
}

/** Answers by dotted path; the process keeps only those it declares. */
function variablesOf(answers: Answers, prefix = ''): Readonly<Record<string, unknown>> {
  const named: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(answers)) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (typeof value === 'object' && !Array.isArray(value)) {
      Object.assign(named, variablesOf(value as Answers, path))
    } else {
      named[path] = value
    }
  }
  return named
}
