import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Typesetter } from '../documents/typeset.ts'
import type { Form } from '../forms/model.ts'
import type { IdentityCtx } from '../identity/identity.ts'
import type { MessagesCtx } from '../messages/ctx.ts'
import type { WorkflowCtx } from '../workflow/ctx.ts'

export type SubmissionsCtx = DocumentsCtx &
  IdentityCtx &
  MessagesCtx &
  WorkflowCtx &
  ContentCtx & {
    /** The form of a service in a content revision; cached by digest. */
    readonly form: (content: Content, serviceSlug: string, lang: string) => Form
    readonly typesetter: Typesetter
  }
