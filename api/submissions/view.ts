import type { ErrorView, ReceiptView, SummarySection } from '../forms/view.ts'

/*
 * Plain data for the pages after the final button. No HTML; texts are in the language of the submission.
 * GET /api/v1/submissions/drafts/:draft/receipt      ReceiptPage
 * GET /api/v1/submissions/status/:vorgang            StatusView
 */

/** What the person holds in hand: shown right after the commit, reachable by bookmark while the draft's cookie lives. */
export type ReceiptPage = ReceiptView & {
  readonly reference: string
  readonly receivedAtMs: number
  /** One-time code for the status page; shown here only, never mailed. Absent once it was used or replaced. */
  readonly statusCode?: string
  readonly pdfPath: string
  /** Said only where a mail was really sent; never the address itself. */
  readonly isMailed: boolean
}

export type TimelineEntry = { readonly atMs: number; readonly title: string; readonly text?: string }
/** A question of the office; open until answered or withdrawn. */
export type RequestView = {
  readonly id: string
  readonly title: string
  /** As the clerk wrote it; plain text, lines are kept. */
  readonly text: string
  readonly askedAtMs: number
  readonly dueOn?: string
  /** Present once answered. */
  readonly answeredAtMs?: number
  readonly wantsFile: boolean
  /** Of the last try; links go to `antwort-<id>` or `datei-<id>`. */
  readonly errors: readonly ErrorView[]
  /** As typed in a refused try. */
  readonly typed?: string
}
export type StatusDocument = {
  readonly id: string
  readonly title: string
  readonly atMs: number
  readonly path: string
  readonly sizeText: string
  /** A notice is what the person waits for; it is shown first. */
  readonly isNotice: boolean
}
export type StatusView = {
  readonly vorgang: string
  readonly reference: string
  readonly service: { readonly slug: string; readonly title: string }
  /** Past steps, oldest first. */
  readonly past: readonly TimelineEntry[]
  /** What happens now; absent when everything is done. */
  readonly now?: { readonly title: string; readonly text?: string; readonly who?: string; readonly untilOn?: string }
  /** What follows, in words without dates. */
  readonly ahead: readonly string[]
  readonly requests: readonly RequestView[]
  readonly documents: readonly StatusDocument[]
  readonly answers: readonly SummarySection[]
}
/** GET /api/v1/submissions/status/sign-in: why the last try was refused, if it was. */
export type StatusSignInView = { readonly errors: readonly ErrorView[]; readonly reference: string }
