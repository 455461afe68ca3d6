import type { Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { DocumentsCtx } from '../documents/service.ts'
import type { MailReader } from './inbound-mail.ts'
import type { Mailer, MailText } from './mail.ts'
import type { MailReplies } from './reply-address.ts'

export type MessagesCtx = DocumentsCtx &
  ContentCtx & {
    readonly mailer: Mailer
    readonly mailDomain: string
    readonly mailReplies: MailReplies
    readonly readMail: MailReader
    /** Words of a mail that a service's process sends; null where it has none. */
    readonly mailText: (
      content: Content,
      serviceSlug: string,
      lang: string,
      template: string,
      kind?: 'application' | 'objection',
    ) => Promise<MailText | null>
    /** What is to be written when a mail to the person of a Vorgang did not arrive: the room that sees postboxes knows. */
    readonly prepareBounce: (vorgangId: string) => Promise<Plan>
  }
