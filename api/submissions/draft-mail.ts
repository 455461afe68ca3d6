import type { JobResult } from '../jobs/runner-types.ts'
import { wordsOf } from '../lib/words.ts'
import { fillMail } from '../messages/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** A mail about a draft: which text of the words, to whom, and what it may name. `dayMs` is the day that it speaks of. */
export type DraftMail = {
  readonly kind: string
  readonly to: string
  readonly lang: string
  readonly reference: string | null
  readonly link: string
  readonly dayMs: number
  /** Left of the Message-ID; the same for every attempt. */
  readonly id: string
  readonly code?: string
}

/**
 * Sends a mail about something that nobody has handed in yet, and says what became of it. An answer to such a mail has no case to
 * come to, and the draft is sealed from the office: it goes to the city's own address, which people read, and the mail says so. Not to
 * the office of the service: a mail says nothing about the matter.
 */
export async function sendDraftMail(ctx: SubmissionsCtx, mail: DraftMail): Promise<JobResult> {
  const { words: tables, city } = ctx.content.live().content
  const words = wordsOf(tables, mail.lang)
  const day = new Intl.DateTimeFormat(mail.lang === 'en' ? 'en-GB' : mail.lang, {
    dateStyle: 'long',
    timeZone: 'Europe/Berlin',
  }).format(mail.dayMs)
  const key = `mail.${mail.kind}`
  const filled = fillMail(
    { subject: words(`${key}.subject`), text: words(`${key}.text`).replace('{tag}', day) },
    {
      vorgangsnummer: mail.reference ?? '',
      link: mail.link,
      behoerde: city.authority.de,
      ...(mail.code === undefined ? {} : { code: mail.code }),
    },
  )
  const hint = words('mail.draft-reply-hint', { email: city.email, phone: city.phone })
  try {
    await ctx.mailer.send({
      subject: filled.subject,
      text: `${filled.text}\n${hint}`,
      to: mail.to,
      lang: mail.lang,
      messageId: `<${mail.id}@${ctx.mailDomain}>`,
      replyTo: city.email,
    })
    return { done: true }
  } catch (error) {
    const isObject = error !== null && typeof error === 'object' && 'responseCode' in error
    const status = isObject ? Number(error.responseCode) : 0
    return status >= 500 && status < 600
      ? { dead: `mail-refused-${status}` }
      : { again: 'back-off', reason: 'mail-not-taken' }
  }
}
