import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { readVorgang, type Vorgang } from '../eakten/service.ts'
import { codeText } from '../identity/plan.ts'
import type { Job, JobResult } from '../jobs/runner-types.ts'
import { wordsOf } from '../lib/words.ts'
import type { MessagesCtx } from './ctx.ts'
import { fillMail, type MailText } from './mail.ts'
import { mailAddressesOf } from './reply-address.ts'
import { type Contact, readEmail } from './service.ts'
import { findContactChange } from './store-letters.ts'

const MailPayload = v.object({ template: v.string(), vorgangId: v.string(), key: v.string() })

/** Handler of job `mail`: reference and link to the person's address. Nobody to write to is no failure. */
export async function runMail(ctx: MessagesCtx, job: Job): Promise<JobResult> {
  const { template, vorgangId, key } = v.parse(MailPayload, job.payload)
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    return { dead: 'no-such-vorgang' }
  }
  const content = await ctx.content.at(vorgang.contentRevisionId)
  const text = await ctx.mailText(content, vorgang.serviceSlug, vorgang.lang, template, vorgang.kind)
  if (text === null) {
    return { dead: 'no-words' }
  }
  const contact = await readEmail(ctx, vorgang.id)
  return await sendMail(ctx, job, { vorgang, contact, mail: { text, kind: template, id: `${template}.${key}` } })
}

const CodePayload = v.object({ vorgangId: v.string(), codeId: v.string() })

/** Handler of job `mail-code`: a one-time code for the status page, on its own, without the reference. */
export async function runCodeMail(ctx: MessagesCtx, job: Job): Promise<JobResult> {
  const { vorgangId, codeId } = v.parse(CodePayload, job.payload)
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    return { dead: 'no-such-vorgang' }
  }
  const words = wordsOf(ctx.content.live().content.words, vorgang.lang)
  const text = { subject: words('mail.code.subject'), text: words('mail.code.text') }
  const mail = { text, kind: 'code', id: `code.${codeId}`, code: codeText(ctx, codeId) }
  return await sendMail(ctx, job, { vorgang, contact: await readEmail(ctx, vorgang.id), mail })
}

const ContactPayload = v.object({ vorgangId: v.string(), changeId: v.string() })

/** Handler of job `mail-contact`: the code that proves a new address, to that address. */
export async function runContactMail(ctx: MessagesCtx, job: Job): Promise<JobResult> {
  const { vorgangId, changeId } = v.parse(ContactPayload, job.payload)
  const [vorgang, change] = await Promise.all([readVorgang(ctx, vorgangId), findContactChange(ctx.db, changeId)])
  if (vorgang === undefined || change === undefined) {
    return { dead: 'no-such-change' }
  }
  if (change.state !== 'open') {
    return { done: true }
  }
  const spot = { table: 'contact_changes', row: change.id, column: 'email' }
  const email = (await ctx.keyring.open(change.keyId, spot, change.emailSealed)).toString('utf8')
  const words = wordsOf(ctx.content.live().content.words, vorgang.lang)
  const text = { subject: words('mail.contact.subject'), text: words('mail.contact.text') }
  const mail = { text, kind: 'contact', id: `contact.${changeId}`, code: codeText(ctx, changeId) }
  return await sendMail(ctx, job, { vorgang, contact: { email, lang: vorgang.lang, version: 0 }, mail, address: 'new' })
}

type Outgoing = { readonly text: MailText; readonly kind: string; readonly id: string; readonly code?: string }
type Sending = {
  readonly vorgang: Vorgang
  readonly contact: Contact | null
  readonly mail: Outgoing
  /**
   * Whose address it is: the person's where nothing is said. A `new` one is not theirs yet, and cannot be answered. A `former`
   * one was theirs. Where either does not take the mail, that is no matter of the Vorgang.
   */
  readonly address?: 'new' | 'former'
}

/**
 * Sends a mail that every service sends alike to an address that was the person's until now. It may be answered; one that comes
 * back troubles nobody.
 */
export async function sendFormerMail(
  ctx: MessagesCtx,
  job: Job,
  input: { readonly vorgangId: string; readonly template: string; readonly key: string; readonly contact: Contact },
): Promise<JobResult> {
  const { vorgangId, template, key, contact } = input
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    return { dead: 'no-such-vorgang' }
  }
  const words = wordsOf(ctx.content.live().content.words, vorgang.lang)
  const text = { subject: words(`mail.${template}.subject`), text: words(`mail.${template}.text`) }
  const mail = { text, kind: template, id: `${template}.${key}` }
  return await sendMail(ctx, job, { vorgang, contact, mail, address: 'former' })
}

async function sendMail(ctx: MessagesCtx, job: Job, { vorgang, contact, mail, address }: Sending): Promise<JobResult> {
  if (contact === null) {
    return { done: true }
  }
  const journal = (type: string): Plan => ({
    journal: [
      {
        eakteId: vorgang.eakteId,
        type,
        atMs: ctx.now(),
        actor: 'system:mail',
        body: { vorgang: vorgang.id, mail: mail.kind },
      },
    ],
  })
  const lost = async (): Promise<Plan> =>
    join(journal('mail-refused'), address === undefined ? await ctx.prepareBounce(vorgang.id) : {})
  const addresses = address === 'new' ? null : mailAddressesOf(ctx, vorgang.id, contact.version)
  const filled = fillMail(mail.text, factsOf(ctx, vorgang, mail))
  const isForeign = mail.text.lang !== undefined && mail.text.lang !== contact.lang
  const text = isForeign ? `${wordsOf(ctx.content.live().content.words, contact.lang)('mail.german-only')}\n\n${filled.text}` : filled.text // biome-ignore format: one thought
  try {
    await ctx.mailer.send({
      ...filled,
      text,
      ...(addresses === null ? {} : { ...addresses, text: text + replyHint(ctx, contact.lang) }),
      to: contact.email,
      lang: isForeign ? `${contact.lang}, ${mail.text.lang}` : contact.lang,
      messageId: `<${vorgang.id}.${mail.id.replace(/[^\w.-]/g, '')}@${ctx.mailDomain}>`,
    })
  } catch (error) {
    const status =
      error !== null && typeof error === 'object' && 'responseCode' in error ? Number(error.responseCode) : 0
    if (status >= 500 && status < 600) {
      return { dead: `mail-refused-${status}`, plan: await lost() }
    }
    return { again: 'back-off', reason: 'mail-not-taken', ...(job.isLastAttempt ? { plan: await lost() } : {}) }
  }
  return { done: true, plan: journal('mail-sent') }
}

/** Said below a mail that may be answered; a mail is no safe way, and no way for an objection. */
const replyHint = (ctx: MessagesCtx, lang: string): string =>
  `\n${wordsOf(ctx.content.live().content.words, lang)('mail.reply-hint')}`

const factsOf = (ctx: MessagesCtx, vorgang: Vorgang, mail: Outgoing) => ({
  vorgangsnummer: vorgang.reference,
  link: `${ctx.origin}/status/`,
  behoerde: ctx.content.live().content.city.authority.de,
  ...(mail.code === undefined ? {} : { code: mail.code }),
})
