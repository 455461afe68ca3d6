export { classifyMail, type InboundFile, type InboundMail, type MailKind, type MailReader } from './inbound-mail.ts'
export { type MailAddress, type MailReplies, readMailAddress } from './reply-address.ts'
export { splitReply } from './reply-text.ts'
