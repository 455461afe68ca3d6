import { join, type Plan } from '../../db/batch.ts'
import { readUpload, receiveUpload } from '../documents/service.ts'
import type { Typed } from '../forms/answers.ts'
import type { Field } from '../forms/model.ts'
import {
  addFile,
  findPage,
  firstStep,
  nextStep,
  readStepBody,
  removeFile,
  resumeStep,
  typedFiles,
  validateStep,
} from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { planGrant } from '../identity/plan.ts'
import { ensureCitizenSession } from '../identity/service.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraft, sealTyped } from './draft.ts'
import { closeDraft, insertDraft, listExpiredDrafts, updateDraft } from './store.ts'

export const serviceNotOnline = problemType('submissions/service-not-online', 404)
export const stepMissing = problemType('submissions/step-missing', 404)
export const questionMissing = problemType('submissions/question-missing', 404)
export const tooManyFiles = problemType('submissions/too-many-files', 409)
export const changedMeanwhile = problemType('submissions/changed-meanwhile', 409)
export const tooManyDrafts = problemType('submissions/too-many-drafts', 429)

const DAY_MS = 86_400_000
/** A draft lives this long after it was last touched; it is no application and keeps no deadline. */
export const DRAFT_LIFE_MS = 30 * DAY_MS
const DRAFTS_PER_SESSION_MAX = 20
const TRIES_MAX = 5

/** Where a page leads: another step, or the review. */
export type NextPage = {
  readonly draftId: string
  readonly to: 'step' | 'review' | 'left'
  readonly address: string
  readonly isInvalid: boolean
}

/** Begins a draft of an online service. The data key is made first, then the draft and the session's right to it. */
export async function startDraft(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly service: string; readonly lang: string; readonly request: Request },
): Promise<{ readonly draftId: string; readonly address: string; readonly setCookie: string }> {
  authorize(actor, 'draft.start')
  const { revisionId, content } = ctx.content.live()
  const service = content.services.get(input.service)
  if (service === undefined || service.online !== 'own') {
    throw serviceNotOnline(`service ${input.service}`)
  }
  if (
    actor.kind === 'citizen' &&
    actor.grants.filter((grant) => grant.kind === 'draft').length >= DRAFTS_PER_SESSION_MAX
  ) {
    throw tooManyDrafts()
  }
  const form = ctx.form(content, input.service, input.lang)
  const draftId = ctx.newId()
  const keyId = ctx.newId()
  await ctx.keyring.createKey(keyId)
  const session = ensureCitizenSession(ctx, actor, input.request)
  const atMs = ctx.now()
  const row = {
    id: draftId,
    serviceSlug: input.service,
    formDigest: form.digest,
    contentRevisionId: revisionId,
    lang: form.lang,
    keyId,
    answersSealed: await sealTyped(ctx, { id: draftId, keyId }, {}),
    createdAtMs: atMs,
    updatedAtMs: atMs,
    expiresAtMs: atMs + DRAFT_LIFE_MS,
  }
  const granted = planGrant(session.sessionId, { kind: 'draft', id: draftId }, atMs)
  const result = await ctx.write(join(session.plan, { statements: [insertDraft(row)] }, granted))
  if (!result.ok) {
    throw changedMeanwhile('the draft could not be begun')
  }
  return { draftId, address: firstStep(form, { today: today(ctx) }), setCookie: session.setCookie }
}

export type StepInput = {
  readonly draftId: string
  readonly address: string
  readonly entries: readonly (readonly [string, unknown])[]
  readonly isChanging: boolean
  /** Files that came with the page, already stored. */
  readonly files: readonly StoredUpload[]
}
export type StoredUpload = {
  readonly sha256: string
  readonly pointer: string
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly sizeBytes: number
  readonly plan: Plan
}

/** Keeps what a page sent, valid or not, and says where to go. Throws 404 for a page that cannot be reached. */
export async function saveStep(ctx: SubmissionsCtx, actor: Actor, input: StepInput): Promise<NextPage> {
  return await changeDraft(ctx, actor, input.draftId, input.files, (draft) => {
    const options = { today: draft.today }
    const read = readStepBody(draft.form, draft.typed, input.address, { entries: input.entries, ...options })
    if (read === undefined) {
      throw stepMissing(`step ${input.address}`)
    }
    const typed = withFiles(read.typed, input.files)
    const stay: NextPage = { draftId: input.draftId, to: 'step', address: input.address, isInvalid: false }
    if (read.action.kind === 'leave') {
      return { typed, answer: { ...stay, to: 'left' } }
    }
    if (read.action.kind !== 'continue') {
      const page = findPage(draft.form, typed, input.address, options)
      const back = page === undefined ? resumeStep(draft.form, typed, options) : null
      return { typed, answer: back?.kind === 'step' ? { ...stay, address: back.address } : stay }
    }
    if (!validateStep(draft.form, input.address, typed, options).ok) {
      return { typed, answer: { ...stay, isInvalid: true } }
    }
    const next = nextStep(draft.form, typed, input.address, { ...options, isChanging: input.isChanging })
    return {
      typed,
      answer: next.kind === 'review' ? { ...stay, to: 'review', address: '' } : { ...stay, address: next.address },
    }
  })
}

/** Keeps a file that was sent alone (with progress shown); the page is sent later. */
export async function saveFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  file: StoredUpload,
): Promise<StoredUpload> {
  await changeDraft(ctx, actor, draftId, [file], (draft) => ({ typed: withFiles(draft.typed, [file]), answer: null }))
  return file
}

/** Takes a file out of a draft; its bytes are swept later. */
export async function dropFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  pointer: string,
  fileId: string,
): Promise<void> {
  await changeDraft(ctx, actor, draftId, [], (draft) => ({
    typed: removeFile(draft.typed, pointer, fileId),
    answer: null,
  }))
}

/**
 * Stores the bytes of a file for a question of a page. Type, size and number are those the form allows.
 * Throws `submissions/question-missing`, `too-many-files` and the refusals of `documents/`.
 */
export async function storeDraftFile(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: {
    readonly draftId: string
    readonly pointer: string
    readonly fileName: string
    readonly source: AsyncIterable<Uint8Array>
  },
): Promise<StoredUpload> {
  authorize(actor, 'upload.write', { draftId: input.draftId })
  const draft = await openDraft(ctx, actor, input.draftId)
  const field = fileField(draft, input.pointer)
  const { upload, plan } = await receiveUpload(ctx, {
    draftId: draft.row.id,
    keyId: draft.row.keyId,
    field: input.pointer,
    fileName: input.fileName,
    source: input.source,
    bytesMax: field.file?.maxSizeBytes ?? 0,
    mediaTypes: field.file?.mediaTypes ?? [],
  })
  const { fileName: name, mediaType, sizeBytes, sha256 } = upload.meta
  return { pointer: input.pointer, id: upload.id, name, mediaType, sizeBytes, sha256, plan }
}

/** Opens a file of a draft for its owner. */
export async function readDraftFile(ctx: SubmissionsCtx, actor: Actor, draftId: string, fileId: string) {
  authorize(actor, 'upload.read', { draftId })
  const draft = await openDraft(ctx, actor, draftId)
  const upload = await readUpload(ctx, draft.row.keyId, fileId)
  if (upload === null || upload.draftId !== draftId) {
    throw questionMissing(`file ${fileId}`)
  }
  return { upload, keyId: draft.row.keyId }
}

function fileField(draft: Draft, pointer: string): Field {
  const path = pointer
    .split('/')
    .filter((part) => part !== '' && !/^\d+$/.test(part))
    .join('.')
  const field = draft.form.fields.get(path)
  if (field === undefined || field.kind !== 'file' || field.file === undefined) {
    throw questionMissing(`question ${path}`)
  }
  if (typedFiles(draft.typed, pointer).length >= field.file.maxFiles) {
    throw tooManyFiles(`question ${path}`, {
      errors: [{ pointer, type: 'forms/too-many-files', params: { max: field.file.maxFiles } }],
    })
  }
  return field
}

const withFiles = (typed: Typed, files: readonly StoredUpload[]): Typed =>
  files.reduce<Typed>(
    (now, { pointer, id, name, mediaType, sizeBytes }) => addFile(now, pointer, { id, name, mediaType, sizeBytes }),
    typed,
  )

/** Reads, decides and writes a draft; decides again when another window was quicker, at most five times. */
async function changeDraft<T>(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  files: readonly StoredUpload[],
  decide: (draft: Draft) => { readonly typed: Typed; readonly answer: T },
): Promise<T> {
  authorize(actor, 'draft.write', { draftId })
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const draft = await openDraft(ctx, actor, draftId)
    const { typed, answer } = decide(draft)
    const atMs = ctx.now()
    const sealed = await sealTyped(ctx, draft.row, typed)
    const result = await ctx.write(
      join({ guards: [updateDraft(draft.row, sealed, atMs, atMs + DRAFT_LIFE_MS)] }, ...files.map((file) => file.plan)),
    )
    if (result.ok) {
      return answer
    }
  }
  throw changedMeanwhile(`draft ${draftId}`)
}

const today = (ctx: SubmissionsCtx): string => dayInBerlin(ctx.now())

const EXPIRED_AT_ONCE = 200

/** Ends drafts whose time is over: answers are emptied and their keys destroyed. Returns how many. */
export async function expireDrafts(ctx: SubmissionsCtx): Promise<number> {
  const rows = await listExpiredDrafts(ctx.db, ctx.now(), EXPIRED_AT_ONCE)
  for (const row of rows) {
    const result = await ctx.write({ guards: [closeDraft(row, 'expired', ctx.now())] })
    if (result.ok) {
      await ctx.keyring.destroy([row.keyId])
    }
  }
  return rows.length
}
