import type { ContentCtx } from '../content/access.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Mailer } from './mail.ts'

export type MessagesCtx = DocumentsCtx & ContentCtx & { readonly mailer: Mailer; readonly mailDomain: string }
