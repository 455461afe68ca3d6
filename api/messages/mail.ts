/** Sends one mail; resolves when the server took it over. Throws when it did not, with `code` where known. */
export type Mailer = {
  readonly send: (mail: Mail) => Promise<void>
  readonly close: () => void
}
export type Mail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** The same for every attempt, so that a mail accepted twice can be recognised. */
  readonly messageId: string
  readonly lang: string
}

export const MAIL_KINDS = ['receipt', 'request', 'notice', 'reminder', 'code'] as const
export type MailKind = (typeof MAIL_KINDS)[number]

export type MailWords = (key: string, params: Readonly<Record<string, string>>) => string

/** Words a mail in the recipient's language: reference and link, nothing else of the case. */
export function composeMail(
  kind: Exclude<MailKind, 'code'>,
  facts: { readonly reference: string; readonly link: string; readonly city: string; readonly phone: string },
  words: MailWords,
): { readonly subject: string; readonly text: string } {
  return {
    subject: words(`mail.${kind}.subject`, { reference: facts.reference }),
    text: words(`mail.${kind}.text`, facts),
  }
}
