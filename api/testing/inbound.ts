import type { Mail } from '../messages/mail.ts'
import type { Caller } from './caller.ts'
import { apply, bodyOf, smallPdf } from './dog-tax.ts'
import { openTown, type Town } from './town.ts'

export const SECRET = 'a secret of the mail server for tests 0123'
export const SETTINGS = {
  STADTTOR_MAIL_REPLIES: 'vorgang@antwort.stadt.example',
  STADTTOR_MAIL_REPLIES_SECRET: SECRET,
} as const

export type Part = {
  readonly type: string
  readonly name?: string
  readonly body: Uint8Array | string
  readonly more?: string
}
export type Written = {
  readonly from?: string
  readonly subject?: string
  readonly text?: string
  readonly html?: string
  readonly parts?: readonly Part[]
  /** Header lines beside the usual ones. */
  readonly more?: readonly string[]
  readonly id?: string
}

let written = 0

/** Writes a message as a mail program does; without `text` and `html` it has parts only. */
export function writeMail(mail: Written = {}): Buffer {
  written += 1
  const head = [
    `From: ${mail.from ?? 'Mara Lehmann <mara.lehmann@beispiel.example>'}`,
    `Subject: ${mail.subject ?? 'Re: Ihr Antrag'}`,
    `Message-ID: <${mail.id ?? `mail-${written}`}@beispiel.example>`,
    'Date: Tue, 24 Nov 2026 10:00:00 +0100',
    'MIME-Version: 1.0',
    ...(mail.more ?? []),
  ]
  const texts: Part[] = [
    ...(mail.text === undefined ? [] : [{ type: 'text/plain; charset=utf-8', body: mail.text }]),
    ...(mail.html === undefined ? [] : [{ type: 'text/html; charset=utf-8', body: mail.html }]),
  ]
  const [only] = texts
  if (mail.parts === undefined && texts.length === 1 && only !== undefined) {
    const lines = [...head, `Content-Type: ${only.type}`, 'Content-Transfer-Encoding: base64', '']
    return Buffer.from(`${lines.join('\r\n')}\r\n${encoded(only.body)}\r\n`)
  }
  const body = [...texts, ...(mail.parts ?? [])].map(partOf).join('')
  return Buffer.from(
    `${head.join('\r\n')}\r\nContent-Type: multipart/mixed; boundary="grenze"\r\n\r\n${body}--grenze--\r\n`,
  )
}

function partOf({ type, name, body, more }: Part): string {
  const head = [
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: base64',
    ...(name === undefined ? [] : [`Content-Disposition: attachment; filename="${name}"`]),
    ...(more === undefined ? [] : [more]),
  ]
  return `--grenze\r\n${head.join('\r\n')}\r\n\r\n${encoded(body)}\r\n`
}

const encoded = (body: Uint8Array | string): string =>
  Buffer.from(body)
    .toString('base64')
    .replace(/.{1,76}/g, '$&\r\n')

/** A report of a mail server (RFC 3464) about a mail of ours. */
export const writeReport = (action: string, status = '5.1.1', type = 'delivery-status'): Buffer =>
  Buffer.from(
    [
      'From: MAILER-DAEMON@mail.beispiel.example',
      'Subject: Undelivered Mail Returned to Sender',
      'Message-ID: <report@mail.beispiel.example>',
      'Auto-Submitted: auto-replied',
      `Content-Type: multipart/report; report-type=${type}; boundary="grenze"`,
      '',
      '--grenze',
      'Content-Type: text/plain',
      '',
      'This is the mail system.',
      '--grenze',
      `Content-Type: message/${type}`,
      '',
      'Reporting-MTA: dns; mail.beispiel.example',
      '',
      'Final-Recipient: rfc822; mara.lehmann@beispiel.example',
      `Action: ${action}`,
      `Status: ${status}`,
      '--grenze',
      'Content-Type: message/rfc822',
      '',
      'From: stadt@stadt.example',
      'Subject: Ihr Antrag',
      '',
      'Text der Stadt',
      '--grenze--',
      '',
    ].join('\r\n'),
  )

export type HandOver = {
  readonly to: string
  /** Envelope sender; empty for `<>`. */
  readonly from?: string
  readonly secret?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

/** Hands a message over as the city's mail server does. */
export const handOver = (
  server: Caller,
  bytes: Uint8Array,
  { to, from = 'mara@beispiel.example', secret = SECRET, headers = {} }: HandOver,
): Promise<Response> =>
  server.send('/messages/inbound', {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: {
      'content-type': 'message/rfc822',
      'stadttor-sender': `<${from}>`,
      'stadttor-recipient': to,
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...headers,
    },
  })

/** Where the newest mail that went to somebody may be answered, and where its mail server reports. */
export function addressesIn(mails: readonly Mail[], to = 'mara.lehmann@beispiel.example') {
  const mail = mails.findLast((one) => one.to === to && one.replyTo !== undefined)
  return { replyTo: mail?.replyTo ?? '', returnPath: mail?.returnPath ?? '' }
}

/** Somebody who has applied, and where the mails about it can be answered. */
export type Applied = {
  readonly citizen: Caller
  readonly id: string
  readonly replyTo: string
  readonly returnPath: string
}
export type MailTown = {
  readonly town: Town
  readonly clerk: Caller
  /** The city's mail server. */
  readonly server: Caller
  readonly applied: () => Promise<Applied>
  /** Hands a message over that must be taken, and says as what. */
  readonly taken: (answer: Promise<Response>) => Promise<string>
  /** Subjects of the mails that went out since there were so many. */
  readonly mailsAfter: (count: number) => Promise<readonly string[]>
}

/** Opens a town whose mail server hands answers over, with a clerk of the tax office. */
export async function openMailTown(): Promise<MailTown> {
  const town = await openTown({ settings: SETTINGS })
  const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  return {
    town,
    clerk,
    server: town.newCaller(),
    applied: async () => {
      const citizen = town.newCaller()
      const { vorgangId } = await apply(citizen, smallPdf('x'))
      await town.tick()
      return { citizen, id: vorgangId, ...addressesIn(town.mails) }
    },
    taken: async (answer) => (await bodyOf<{ taken: string }>(await answer, 200)).taken,
    mailsAfter: async (count) => {
      await town.tick()
      return town.mails.slice(count).map(({ subject }) => subject)
    },
  }
}
