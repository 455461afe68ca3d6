import * as v from 'valibot'
import { summary } from '../forms/service.ts'
import type { SummarySection } from '../forms/view.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { Case } from '../workflow/service.ts'
import { ActPayload } from './act-form.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type ChangedAnswer, differenceOf } from './difference.ts'
import { openAnswers } from './service-copy.ts'
import { listSubmissions, type SubmissionKind, type SubmissionRow } from './store.ts'

/** Something the person sent after the application, as their clerk reads it. */
export type SentView = {
  readonly id: string
  readonly kind: SubmissionKind
  readonly act: string
  readonly receivedAtMs: number
  /** By the names of the form's questions; their words stand under `act.<act>.<name>`. */
  readonly texts: Readonly<Record<string, string>>
  readonly choices: readonly string[]
  readonly documents: readonly string[]
  readonly refused: readonly { readonly name: string; readonly reason: string }[]
  /** Of a correction: what is another one now, against what held before. */
  readonly changed: readonly ChangedAnswer[]
}

const NOTHING = { act: '', texts: {}, choices: [], documents: [], refused: [], changed: [] } as const

/** Reads everything that was sent in after the application, oldest first. The caller has checked who asks. */
export async function readSent(ctx: SubmissionsCtx, kase: Case): Promise<readonly SentView[]> {
  const rows = await listSubmissions(ctx.db, kase.vorgang.id)
  const sent: SentView[] = []
  let before: readonly SummarySection[] = []
  for (const row of rows) {
    const at = { id: row.id, kind: row.kind, receivedAtMs: row.receivedAtMs }
    if (row.kind === 'application' || row.kind === 'correction') {
      const now = await summaryOf(ctx, kase, row)
      if (row.kind === 'correction') {
        sent.push({ ...at, ...NOTHING, act: 'correct', changed: differenceOf(before, now) })
      }
      before = now
      continue
    }
    sent.push({ ...at, ...NOTHING, ...(await openPayload(ctx, row)) })
  }
  return sent
}

/** Both in the form's own version and judged on the day the Vorgang was opened, so that only answers can differ. */
async function summaryOf(ctx: SubmissionsCtx, { vorgang, content }: Case, row: SubmissionRow) {
  const form = ctx.form(content, vorgang.serviceSlug, vorgang.lang)
  const today = dayInBerlin(vorgang.openedAtMs)
  return summary(form, await openAnswers(ctx, row), { words: ctx.formWords(content, 'de'), today })
}

async function openPayload(ctx: SubmissionsCtx, row: SubmissionRow) {
  const spot = { table: 'submissions', row: row.id, column: 'answers' }
  const {
    act,
    texts,
    choices,
    documents,
    refused = [],
  } = v.parse(ActPayload, await ctx.keyring.openJson(row.keyId, spot, row.answersSealed))
  return { act, texts, choices, documents, refused }
}
