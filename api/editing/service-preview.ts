import * as v from 'valibot'
import { join } from '../../db/batch.ts'
import type { Answers, Typed } from '../forms/answers.ts'
import {
  addFile,
  type Form,
  findPage,
  firstStep,
  nextStep,
  pathOfPointer,
  readStepBody,
  resumeStep,
  reviewView,
  stepView,
  TypedAnswers,
  validateAll,
  validateStep,
  validExamples,
} from '../forms/service.ts'
import type { FormPaths, ReviewView, StepView, Words } from '../forms/view.ts'
import { authorize } from '../identity/permissions.ts'
import { planJob } from '../jobs/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { changedMeanwhile } from './service-change.ts'
import { type EditingCtx, readState, tryState } from './state.ts'
import {
  deletePreview,
  findPreview,
  insertPreview,
  listExpiredPreviews,
  type PreviewRow,
  updatePreview,
} from './store.ts'

export const previewMissing = problemType('editing/preview-missing', 404)
export const previewUnfinished = problemType('editing/preview-unfinished', 409)
export const formBroken = problemType('editing/form-broken', 409)

const LIFE_MS = 24 * 60 * 60_000
const Stored = v.object({ v: v.literal(1), typed: TypedAnswers })
const spotOf = (id: string) => ({ table: 'editing_previews', row: id, column: 'answers' })

/** Where the pages of a trial are. */
const pathsOf = (slug: string, id: string): FormPaths => ({
  start: `/redaktion/formulare/${slug}`,
  step: (address, changing = false) =>
    `/redaktion/formulare/${slug}/probe/${id}/${address}${changing ? '?aendern=1' : ''}`,
  // A trial goes page by page, also where a form is a list of tasks.
  tasks: `/redaktion/formulare/${slug}/probe/${id}/pruefen`,
  review: `/redaktion/formulare/${slug}/probe/${id}/pruefen`,
})

/** The form as it would be with everything unpublished. Throws `editing/form-broken` (409) where it cannot be asked. */
async function formNow(ctx: EditingCtx, slug: string): Promise<{ form: Form; words: Words; examples: string }> {
  const state = await readState(ctx, slug)
  const tried = await tryState(ctx, state)
  if (!tried.ok) {
    throw formBroken(`service ${slug}`)
  }
  const words = ctx.formWords(tried.content, 'de')
  try {
    return { form: ctx.form(tried.content, slug, 'de'), words, examples: state.files['examples.yaml'] ?? '' }
  } catch (cause) {
    throw formBroken(`service ${slug}`, { cause })
  }
}

/**
 * Begins to try a form, empty or with the answers of one of its examples. The answers are sealed, live for a day and
 * never become a submission. Trials whose time is over are taken away on this occasion.
 */
export async function startPreview(
  ctx: EditingCtx,
  actor: Actor,
  { slug, example }: { readonly slug: string; readonly example: string },
): Promise<{ readonly page: string; readonly previewId: string }> {
  authorize(actor, 'content.edit')
  const { form, examples } = await formNow(ctx, slug)
  const today = dayInBerlin(ctx.now())
  const typed = validExamples(examples, form).find(({ name }) => name === example)?.typed ?? {}
  const id = ctx.newId()
  const keyId = ctx.newId()
  await ctx.keyring.createKey(keyId)
  const expiresAtMs = ctx.now() + LIFE_MS
  const answersSealed = await seal(ctx, { id, keyId }, typed)
  const old = await listExpiredPreviews(ctx.db, ctx.now())
  await ctx.write(
    join(
      { statements: [insertPreview({ id, slug, keyId, answersSealed, createdBy: actorId(actor), expiresAtMs })] },
      { statements: old.map((row) => deletePreview(row.id)) },
      planJob({ kind: 'destroy-key', key: keyId, payload: { keyId }, dueAtMs: expiresAtMs }),
    ),
  )
  const next = example === '' ? null : resumeStep(form, typed, { today })
  const paths = pathsOf(slug, id)
  const page =
    next === null
      ? paths.step(firstStep(form, { today }))
      : next.kind === 'review'
        ? paths.review
        : paths.step(next.address)
  return { page, previewId: id }
}

const seal = (ctx: EditingCtx, row: Pick<PreviewRow, 'id' | 'keyId'>, typed: Typed): Promise<Buffer> =>
  ctx.keyring.sealJson(row.keyId, spotOf(row.id), { v: 1, typed })

async function openPreview(ctx: EditingCtx, actor: Actor, slug: string, id: string) {
  authorize(actor, 'content.edit')
  const row = await findPreview(ctx.db, id)
  if (row === undefined || row.slug !== slug || row.expiresAtMs <= ctx.now()) {
    throw previewMissing(`preview ${id}`)
  }
  const { typed } = v.parse(Stored, await ctx.keyring.openJson(row.keyId, spotOf(id), row.answersSealed))
  const { form, words } = await formNow(ctx, slug)
  return { row, typed, form, words, today: dayInBerlin(ctx.now()) }
}

/** One page of a form that is being tried. Throws `editing/preview-missing` (404) for one that cannot be reached. */
export async function readPreviewStep(
  ctx: EditingCtx,
  actor: Actor,
  at: { readonly slug: string; readonly id: string; readonly address: string; readonly isChanging: boolean },
): Promise<StepView> {
  const { typed, form, words, today } = await openPreview(ctx, actor, at.slug, at.id)
  const paths = pathsOf(at.slug, at.id)
  const view = stepView(form, typed, at.address, { today, words, paths, isChanging: at.isChanging })
  if (view === undefined) {
    throw previewMissing(`step ${at.address}`)
  }
  return view
}

/** The page on which everything is checked, as a person would see it; there is no button that sends. */
export async function readPreviewReview(ctx: EditingCtx, actor: Actor, slug: string, id: string): Promise<ReviewView> {
  const { typed, form, words, today } = await openPreview(ctx, actor, slug, id)
  return reviewView(form, typed, { today, words, paths: pathsOf(slug, id) })
}

/** Answers of a trial that is filled in to the end. Throws `editing/preview-unfinished` (409). */
export async function previewAnswers(ctx: EditingCtx, actor: Actor, slug: string, id: string): Promise<Answers> {
  const { typed, form, today } = await openPreview(ctx, actor, slug, id)
  const checked = validateAll(form, typed, { today })
  if (!checked.ok) {
    throw previewUnfinished(`preview ${id}`)
  }
  return checked.answers
}

/**
 * Keeps what a page of a trial sent and says where to go. Files are not kept: their names stand for them, as a form
 * without file encoding sends them.
 */
export async function savePreviewStep(
  ctx: EditingCtx,
  actor: Actor,
  sent: {
    readonly slug: string
    readonly id: string
    readonly address: string
    readonly isChanging: boolean
    readonly entries: readonly (readonly [string, unknown])[]
  },
): Promise<{ readonly page: string }> {
  const { slug, id, address, isChanging } = sent
  const { row, typed, form, today } = await openPreview(ctx, actor, slug, id)
  const read = readStepBody(form, typed, address, { entries: sent.entries, today })
  if (read === undefined) {
    throw previewMissing(`step ${address}`)
  }
  const next = withFileNames(form, read.typed, sent.entries)
  const result = await ctx.write({ guards: [updatePreview(row, await seal(ctx, row, next))] })
  if (!result.ok) {
    throw changedMeanwhile(`preview ${id}`)
  }
  return { page: pageAfter(form, next, { slug, id, address, isChanging, kind: read.action.kind, today }) }
}

type After = { slug: string; id: string; address: string; isChanging: boolean; kind: string; today: string }

function pageAfter(form: Form, typed: Typed, { slug, id, address, isChanging, kind, today }: After): string {
  const paths = pathsOf(slug, id)
  if (kind === 'leave') {
    return paths.start
  }
  if (kind !== 'continue') {
    return findPage(form, typed, address, { today }) === undefined ? paths.start : paths.step(address, isChanging)
  }
  if (!validateStep(form, address, typed, { today }).ok) {
    return `${paths.step(address, isChanging)}#fehler`
  }
  const next = nextStep(form, typed, address, { today, isChanging })
  return next.kind === 'review' ? paths.review : paths.step(next.address, isChanging)
}

/** A file question sent without its bytes holds the file's name: a stand-in of that name takes its place. */
function withFileNames(form: Form, typed: Typed, entries: readonly (readonly [string, unknown])[]): Typed {
  return entries.reduce<Typed>((now, [pointer, value]) => {
    const field = form.fields.get(pathOfPointer(pointer))
    if (field?.kind !== 'file' || typeof value !== 'string' || value === '') {
      return now
    }
    const mediaType = field.file?.mediaTypes[0] ?? 'application/pdf'
    const id = `probe-${pointer.length}-${value.length}`
    return addFile(now, pointer, { id, name: value.slice(0, 200), mediaType, sizeBytes: 1_000 })
  }, typed)
}
