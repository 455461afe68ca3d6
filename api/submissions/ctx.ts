import type { ConnectorsCtx } from '../connectors/service.ts'
import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Form } from '../forms/model.ts'
import type { SpokenWords } from '../forms/service.ts'
import type { SummarySection } from '../forms/view.ts'
import type { IdentityCtx, Person } from '../identity/identity.ts'
import type { JournalCtx } from '../journal/service.ts'
import type { MessagesCtx } from '../messages/ctx.ts'
import type { NoticesCtx } from '../notices/ctx.ts'
import type { PaymentsCtx } from '../payments/ctx.ts'
import type { RegistersCtx } from '../registers/service.ts'
import type { WorkflowCtx } from '../workflow/ctx.ts'
import type { NotedReads } from './service-reads.ts'

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
  /** The answers as canonical JSON. */
  readonly dataJson: string
}

/** What the opinion of an office shows. */
export type OpinionFacts = Pick<CopyFacts, 'content' | 'serviceSlug' | 'reference' | 'aktenzeichen'> & {
  readonly title: string
  readonly office: string
  readonly by: string
  readonly text: string
  readonly atMs: number
}

/** What a form to be signed shows. */
export type PaperFacts = Pick<CopyFacts, 'content' | 'lang' | 'serviceSlug' | 'serviceTitle' | 'sections'> & {
  readonly code: { readonly text: string; readonly svg: string; readonly untilOn: string }
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[]
  readonly declaration: string
  readonly createdAtMs: number
}

/** Who helps with a service: its office, or the city. */
export type Contact = { readonly name: string; readonly phone: string; readonly email: string }
/** What an account's owner takes along. */
export type ExportFacts = {
  readonly content: Content
  readonly lang: string
  readonly sections: readonly {
    readonly title: string
    readonly rows: readonly { readonly label: string; readonly value: string }[]
  }[]
  readonly madeAtMs: number
}

export type SubmissionsCtx = DocumentsCtx &
  IdentityCtx &
  MessagesCtx &
  WorkflowCtx &
  NoticesCtx &
  PaymentsCtx &
  RegistersCtx &
  ConnectorsCtx &
  JournalCtx &
  ContentCtx & {
    /** Who works in the team of a postbox. */
    readonly team: (postbox: string) => Promise<readonly Person[]>
    readonly notedReads: NotedReads
    /** The form of a service in a content revision; cached by digest. */
    readonly form: (content: Content, serviceSlug: string, lang: string) => Form
    /** Words of the form engine; each call hears on its own which texts were German for want of others. */
    readonly formWords: (content: Content, lang: string) => SpokenWords
    /** Whom a person asks about a service. */
    readonly contact: (content: Content, serviceSlug: string) => Contact
    /** Sets the copy of a submission as PDF: the same facts give the same bytes. */
    readonly renderCopy: (facts: CopyFacts) => Promise<Uint8Array>
    readonly renderOpinion: (facts: OpinionFacts) => Promise<Uint8Array>
    /** Sets a filled form to be signed on paper. */
    readonly renderPaper: (facts: PaperFacts) => Promise<Uint8Array>
    /** Sets the empty form of a service; kept by form version. */
    readonly renderEmptyForm: (content: Content, serviceSlug: string) => Promise<Uint8Array>
    readonly renderExport: (facts: ExportFacts) => Promise<Uint8Array>
  }
