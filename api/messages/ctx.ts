import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { Mailer, MailText } from './mail.ts'

export type MessagesCtx = DocumentsCtx &
  ContentCtx & {
    readonly mailer: Mailer
    readonly mailDomain: string
    /** Words of a mail that a service's process sends; null where it has none. */
    readonly mailText: (
      content: Content,
      serviceSlug: string,
      lang: string,
      template: string,
    ) => Promise<MailText | null>
  }
