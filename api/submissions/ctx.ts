import type { ConnectorsCtx } from '../connectors/service.ts'
import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Form } from '../forms/model.ts'
import type { SummarySection, Words } from '../forms/view.ts'
import type { IdentityCtx } from '../identity/identity.ts'
import type { JournalCtx } from '../journal/service.ts'
import type { MessagesCtx } from '../messages/ctx.ts'
import type { NoticesCtx } from '../notices/ctx.ts'
import type { PaymentsCtx } from '../payments/ctx.ts'
import type { WorkflowCtx } from '../workflow/ctx.ts'

/** What the copy of a submission shows. */
export type CopyFacts = {
  readonly content: Content
  readonly lang: string
  readonly serviceSlug: string
  readonly serviceTitle: string
  readonly reference: string
  readonly aktenzeichen: string
  readonly receivedAtMs: number
  readonly sections: readonly SummarySection[]
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[]
}

export type SubmissionsCtx = DocumentsCtx &
  IdentityCtx &
  MessagesCtx &
  WorkflowCtx &
  NoticesCtx &
  PaymentsCtx &
  ConnectorsCtx &
  JournalCtx &
  ContentCtx & {
    /** The form of a service in a content revision; cached by digest. */
    readonly form: (content: Content, serviceSlug: string, lang: string) => Form
    readonly formWords: (content: Content, lang: string) => Words
    /** Sets the copy of a submission as PDF: the same facts give the same bytes. */
    readonly renderCopy: (facts: CopyFacts) => Promise<Uint8Array>
  }
