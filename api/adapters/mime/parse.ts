import PostalMime, { type Attachment, type Email } from 'postal-mime'
import type { InboundFile, InboundMail } from '../../messages/inbound-mail.ts'
import { textOfHtml } from './html-text.ts'

/** A mail without its function, as it can go from one thread to another. */
export type PlainMail = Omit<InboundMail, 'header'> & { readonly headers: readonly (readonly [string, string])[] }

/** A mail of a person is far below each of these. Nothing within a part is ever unpacked. */
const LIMITS = { maxNestingDepth: 20, maxHeadersSize: 256 * 1024, forceRfc822Attachments: true } as const
const PARTS_MAX = 100
const REPORT_BYTES_MAX = 64 * 1024
const SUBJECT_LENGTH_MAX = 300
const ADDRESS_LENGTH_MAX = 254
/** Parts that belong to a signature or an encryption of the mail, not to what it says. */
const OF_SIGNATURE = [
  'application/pgp-signature',
  'application/pgp-keys',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
]
const REPORTS = ['message/delivery-status', 'message/global-delivery-status']
const ENDINGS: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  'image/jpeg': '.jpg',
  'image/png': '.png',
}

/** Parses a message; null where it names no author, as bytes that are no mail, or where a bound is passed. */
export async function parseMail(bytes: Uint8Array): Promise<PlainMail | null> {
  const email = await PostalMime.parse(bytes, LIMITS).catch(() => null)
  const hasAuthor = email?.headers.some(({ key, value }) => key === 'from' && value.trim() !== '')
  return email === null || hasAuthor !== true || email.attachments.length > PARTS_MAX ? null : toMail(email)
}

function toMail(email: Email): PlainMail {
  // Of headers that stand there twice the first counts.
  const headers = new Map(email.headers.toReversed().map(({ key, value }) => [key, value]))
  const isReport = /^\s*multipart\/report\b/i.test(headers.get('content-type') ?? '')
  return {
    from: oneLine(email.from?.address ?? email.from?.group?.[0]?.address ?? '').slice(0, ADDRESS_LENGTH_MAX),
    subject: oneLine(email.subject ?? '').slice(0, SUBJECT_LENGTH_MAX),
    text: readable(email.text ?? textOfHtml(email.html ?? '')),
    headers: [...headers],
    report: isReport ? reportOf(email.attachments) : null,
    files: email.attachments.filter(({ mimeType }) => !OF_SIGNATURE.includes(mimeType)).map(toFile),
  }
}

/** `failed` where a mail server gives up; one that still tries, or tells of something else, does not count. */
function reportOf(parts: readonly Attachment[]): InboundMail['report'] {
  const texts = parts
    .filter(({ mimeType }) => REPORTS.includes(mimeType))
    .map((part) => Buffer.from(bytesOf(part).subarray(0, REPORT_BYTES_MAX)).toString('latin1'))
  return texts.some((text) => /^action:[ \t]*failed\b/im.test(text)) ? 'failed' : 'other'
}

const toFile = (part: Attachment, index: number): InboundFile => ({
  name: part.filename ?? `file-${index + 1}${ENDINGS[part.mimeType] ?? ''}`,
  bytes: bytesOf(part),
  isInline: part.related === true,
})

function bytesOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
}

/** Signs that steer a screen or turn the direction of writing are no text. */
const readable = (text: string): string =>
  text.normalize('NFC').replace(/(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')

const oneLine = (text: string): string => readable(text).replace(/\s+/g, ' ').trim()
