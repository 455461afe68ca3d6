/** Sends one mail; resolves when the server took it over. Throws when it did not, with `responseCode` where known. */
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
  /** Language of the text; several, divided by a comma, where it is in several. */
  readonly lang: string
  /** Where an answer goes; absent where none can be taken. */
  readonly replyTo?: string
  /** Where mail servers report that it did not arrive; absent: to the address that mails come from. */
  readonly returnPath?: string
}
/** `lang`: the language it is in, where that is known to be another than the one it was wanted in. */
export type MailText = { readonly subject: string; readonly text: string; readonly lang?: string }

/** What a mail may say of a case: reference, link, and who writes. Nothing about the matter or the person. */
export type MailFacts = {
  readonly vorgangsnummer: string
  readonly link: string
  readonly behoerde: string
  readonly code?: string
}

/** Fills the names of a mail's text; a name that a mail may not carry stays empty. */
export function fillMail(text: MailText, facts: MailFacts): MailText {
  const fill = (line: string): string =>
    line.replace(/\{(\w+)\}/g, (_whole, name: string) =>
      Object.hasOwn(facts, name) ? String(facts[name as keyof MailFacts]) : '',
    )
  return { subject: fill(text.subject), text: fill(text.text) }
}
