import * as v from 'valibot'
import type { Statement } from '../../db/batch.ts'
import type { Typed } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { filesOf, summary, TypedAnswers, validateAll } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraft, sealDraft } from './draft.ts'
import { hashOfCode, opticalDrawing, opticalText, paperCode } from './paper-code.ts'
import { incomplete } from './refusals.ts'
import { serviceNotOnline } from './service-drafts.ts'
import { findPaper, findPaperOfDraft, forgetPapers, insertPaper, type PaperRow, updateDraft } from './store.ts'

export const notForPaper = problemType('submissions/not-for-paper', 409)
export const paperUnknown = problemType('submissions/paper-unknown', 422)
export const notPrinted = problemType('submissions/not-printed', 409)

/** What was printed may be handed in this long: post and a signature need their time. The draft lives as long. */
export const PAPER_LIFE_MS = 90 * 86_400_000

const Stored = v.object({ v: v.literal(1), typed: TypedAnswers })

/** Key of all codes on paper. */
export const paperKey = (ctx: SubmissionsCtx): Uint8Array => ctx.keyring.purpose('paper-codes')
const spotOf = (codeHash: string) => ({ table: 'paper_codes', row: codeHash, column: 'answers' })

/**
 * Makes a draft ready for paper: its answers as they are now are kept under a code, and it lives as long as the paper says.
 * Done again without a change in between it is the same print. Throws `submissions/not-for-paper` where the service is
 * applied for online, `submissions/incomplete` where something is missing, 409 where another window was quicker.
 */
export async function printPaper(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<void> {
  authorize(actor, 'draft.write', { draftId })
  const draft = await openDraft(ctx, actor, draftId)
  const { row, typed } = draft
  if (draft.content.services.get(row.serviceSlug)?.online !== 'assistant') {
    throw notForPaper(`service ${row.serviceSlug}`)
  }
  const checked = validateAll(draft.form, typed, { today: draft.today })
  if (!checked.ok) {
    throw incomplete('answers are missing or wrong', { errors: checked.issues })
  }
  const current = hashOfCode(paperKey(ctx), paperCode(paperKey(ctx), { draftId, version: row.version }))
  if ((await findPaper(ctx.db, current)) !== undefined) {
    return
  }
  const createdAtMs = ctx.now()
  const expiresAtMs = createdAtMs + PAPER_LIFE_MS
  const draftVersion = row.version + 1
  const codeHash = hashOfCode(paperKey(ctx), paperCode(paperKey(ctx), { draftId, version: draftVersion }))
  const printed = await ctx.keyring.sealJson(row.keyId, spotOf(codeHash), { v: 1, typed })
  const answersSealed = await sealDraft(ctx, row, draft)
  const result = await ctx.write({
    guards: [updateDraft(row, { answersSealed, lang: row.lang, atMs: createdAtMs, expiresAtMs })],
    statements: [insertPaper({ codeHash, draftId, answersSealed: printed, draftVersion, createdAtMs, expiresAtMs })],
  })
  if (!result.ok) {
    throw changedMeanwhile(`draft ${draftId}`)
  }
}

export type PaperPage = {
  readonly service: { readonly slug: string; readonly title: string }
  readonly code: string
  readonly untilOn: string
  /** The answers were changed after this print. */
  readonly isOlder: boolean
}

/** Data of the page that says what to do with the print. Throws `submissions/not-printed` before the first one. */
export async function readPaper(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<PaperPage> {
  const { draft, paper, code } = await printed(ctx, actor, draftId)
  return {
    service: { slug: draft.row.serviceSlug, title: draft.form.title },
    code,
    untilOn: dayInBerlin(paper.expiresAtMs),
    isOlder: paper.draftVersion !== draft.row.version,
  }
}

/** The print itself as PDF/UA. Its optical code is sealed anew each time and always says the same. */
export async function readPaperPdf(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<Uint8Array> {
  const { draft, paper, code } = await printed(ctx, actor, draftId)
  const { row, form, content } = draft
  const typed = await openPrinted(ctx, draft.row.keyId, paper)
  const today = dayInBerlin(paper.createdAtMs)
  const checked = validateAll(form, typed, { today })
  const answers = checked.ok ? checked.answers : {}
  const text = opticalText(paperKey(ctx), ctx.town, { ...printOf(paper), formDigest: form.digest })
  return await ctx.renderPaper({
    content,
    lang: row.lang,
    serviceSlug: row.serviceSlug,
    serviceTitle: form.title,
    sections: summary(form, answers, { words: ctx.formWords(content, row.lang), today }),
    code: { text: code, svg: opticalDrawing(text), untilOn: dayInBerlin(paper.expiresAtMs) },
    files: filesOf(form, answers).map(({ file }) => ({ name: file.name, sizeBytes: file.sizeBytes })),
    declaration: form.review.legalEffect,
    createdAtMs: paper.createdAtMs,
  })
}

/** The empty form of a service as PDF. Throws 404 where there is none of ours. */
export async function readEmptyForm(ctx: SubmissionsCtx, actor: Actor, slug: string): Promise<Uint8Array> {
  authorize(actor, 'catalogue.read')
  const { content } = ctx.content.live()
  const online = content.services.get(slug)?.online
  if (online !== 'own' && online !== 'assistant') {
    throw serviceNotOnline(`service ${slug}`)
  }
  return await ctx.renderEmptyForm(content, slug)
}

/** Answers as they stand on the paper. */
export async function openPrinted(ctx: SubmissionsCtx, keyId: string, paper: PaperRow): Promise<Typed> {
  const sealed = paper.answersSealed ?? Buffer.alloc(0)
  return v.parse(Stored, await ctx.keyring.openJson(keyId, spotOf(paper.codeHash), sealed)).typed
}

const printOf = (paper: PaperRow) => ({ draftId: paper.draftId, version: paper.draftVersion ?? 0 })

async function printed(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
): Promise<{ readonly draft: Draft & { readonly form: Form }; readonly paper: PaperRow; readonly code: string }> {
  const draft = await openDraft(ctx, actor, draftId)
  const paper = await findPaperOfDraft(ctx.db, draftId)
  if (paper === undefined || paper.answersSealed === null) {
    throw notPrinted(`draft ${draftId}`)
  }
  return { draft, paper, code: paperCode(paperKey(ctx), printOf(paper)) }
}

/** Forgets prints whose time is over; for the hourly sweep. */
export const forgottenPapers = (nowMs: number): readonly Statement[] => [forgetPapers(nowMs)]
