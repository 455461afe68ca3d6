/** A mail from outside as far as we read it. Nothing in it is proved: least of all who wrote it. */
export type InboundMail = {
  /** Address that the mail itself names as its author's; empty where it names none. */
  readonly from: string
  readonly subject: string
  /** Plain text; of a mail that has only HTML what a person would read. */
  readonly text: string
  /** First header of a name in lower case, unfolded. */
  readonly header: (name: string) => string | undefined
  readonly files: readonly InboundFile[]
  /** A report of a mail server (RFC 3464, 8098, 5965): that a mail did not arrive, or any other; null: no report. */
  readonly report: 'failed' | 'other' | null
}
export type InboundFile = {
  readonly name: string
  readonly bytes: Uint8Array
  /** A picture within the text, as logos are. */
  readonly isInline: boolean
}
/** Reads the bytes of a message; null where they are none, or one that is built to be read by nobody. */
export type MailReader = (bytes: Uint8Array) => Promise<InboundMail | null>

export type MailKind =
  | { readonly kind: 'bounce' }
  /** Of a program: nothing for the case, and nobody to answer. */
  | { readonly kind: 'automatic' }
  | { readonly kind: 'reply'; readonly mayAnswer: boolean }

type CameTo = {
  readonly address: 'reply' | 'return'
  /** False for the empty sender `<>`, which mail servers and autoresponders use. */
  readonly hasSender: boolean
  /** Domain of the Message-ID of our own mails. */
  readonly ownDomain: string
}

/**
 * Decides what a mail is. Mails of programs that answer are kept from the case, and whoever might be a program gets no answer,
 * so that two of them cannot keep each other busy. Pure.
 * @see RFC 3834, 2 and 5 (automatic responses), RFC 3464 (delivery status)
 */
export function classifyMail(mail: InboundMail, { address, hasSender, ownDomain }: CameTo): MailKind {
  if (mail.report !== null) {
    return { kind: mail.report === 'failed' ? 'bounce' : 'automatic' }
  }
  const submitted = keywordOf(mail.header('auto-submitted'))
  if (address === 'return' && !hasSender && submitted === '') {
    return { kind: 'bounce' }
  }
  const isAnswering = submitted === 'auto-replied' || ANSWERING.some((name) => mail.header(name) !== undefined)
  if (!hasSender || isAnswering || isOwn(mail, ownDomain)) {
    return { kind: 'automatic' }
  }
  const isQuiet =
    !['', 'no'].includes(submitted) ||
    QUIET.some((name) => mail.header(name) !== undefined) ||
    ['bulk', 'list', 'junk'].includes(keywordOf(mail.header('precedence')))
  return { kind: 'reply', mayAnswer: !isQuiet }
}

/** Headers that only autoresponders set. */
const ANSWERING = ['x-autoreply', 'x-autorespond']
/** Headers of lists and of programs that want no answer. */
const QUIET = ['list-id', 'list-post', 'list-unsubscribe', 'x-auto-response-suppress']

const keywordOf = (value: string | undefined): string => (value ?? '').split(/[;(\s]/, 1)[0]?.toLowerCase() ?? ''

/** One of our own mails that came back, e.g. by a mailbox that passes everything on to where answers go. */
const isOwn = (mail: InboundMail, ownDomain: string): boolean =>
  (mail.header('message-id') ?? '').trim().toLowerCase().endsWith(`@${ownDomain.toLowerCase()}>`) &&
  keywordOf(mail.header('auto-submitted')) === 'auto-generated'
