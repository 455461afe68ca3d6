import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Eakte, Vorgang } from '../eakten/service.ts'
import type { IdentityCtx } from '../identity/identity.ts'
import type { DeliveryRule } from '../lib/deadlines.ts'

export type NoticeKind = 'approval' | 'refusal'
/** On what a decision without a clerk rests; kept with it and said in the notice. */
export type AutomaticBasis = {
  /** The law that allows it. */
  readonly norm: string
  /** Process and its version (digest). */
  readonly rule: string
  /** Where the facts came from, e.g. the applicant or a register, in words. */
  readonly sources: readonly string[]
}
/** Everything a notice says that is not in its template. */
export type NoticeFacts = {
  readonly kind: NoticeKind
  readonly vorgang: Vorgang
  readonly eakte: Eakte
  readonly content: Content
  /** Language of the letter, one it can be written in. */
  readonly lang: string
  /** Reasons a clerk wrote; empty for an approval without any. */
  readonly reasons: string
  readonly draftedBy: string
  /** Empty while nobody has co-signed (preview); null where no second person is asked. */
  readonly signedBy: string | null
  readonly issuedOn: string
  readonly createdAtMs: number
  /** Present where no clerk decided. */
  readonly automatic?: AutomaticBasis
  /** How it reaches the person. */
  readonly delivery: DeliveryRule
  /** Rows of the law that the decision rests on. */
  readonly law: readonly LawUsed[]
}
/** A row of a table of the law, and the day by which it was chosen. */
export type LawUsed = {
  readonly table: string
  readonly id: string
  readonly validFrom: string
  readonly source: string
  readonly judgedOn: string
}
/** Seals notices for the authority (§ 3a VwVfG, § 9a OZG): whoever reads one can check who made it and that nothing was changed. */
export type Sealer = {
  /** Whom the certificate names. */
  readonly name: string
  readonly validUntilMs: number
  /** Seals the whole document at a moment; the document as it was stays its beginning. */
  readonly seal: (pdf: Uint8Array, atMs: number) => Promise<Uint8Array>
}
export type NoticesCtx = DocumentsCtx &
  ContentCtx &
  IdentityCtx & {
    /** Sets a notice as PDF: the same facts give the same bytes. */
    readonly renderNotice: (facts: NoticeFacts) => Promise<Uint8Array>
    /** Null where the operator set none: notices go out unsealed. */
    readonly sealer: Sealer | null
    /** Rows of the law that a decision of a day rests on. */
    readonly lawUsed: (kase: NoticeCase, on: string) => Promise<readonly LawUsed[]>
  }

/** The part of a case that notices need; the workflow's case fits it. */
export type NoticeCase = { readonly vorgang: Vorgang; readonly eakte: Eakte; readonly content: Content }
