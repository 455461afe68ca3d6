export { classifyMail, type InboundFile, type InboundMail } from './inbound-mail.ts'
export { type MailAddress, readMailAddress } from './reply-address.ts'
export { splitReply } from './reply-text.ts'
