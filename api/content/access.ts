import type { Content } from './snapshot.ts'

/** The content revision that is live, and older ones that drafts, submissions and processes still use. */
export type ContentAccess = {
  readonly live: () => LiveContent
  /** Throws when the revision was never made here. */
  readonly at: (revisionId: string) => Promise<Content>
}
export type LiveContent = { readonly revisionId: string; readonly content: Content }
export type ContentCtx = { readonly content: ContentAccess }
