import { createTransport } from 'nodemailer'
import type { Mailer } from '../../messages/mail.ts'

/**
 * Sends mail over SMTP. TLS is required except towards loopback (`smtp:` on localhost, for tests and demo).
 * Addresses are given as objects, never parsed from text; no file and no address can be attached.
 */
export function createSmtpMailer(url: string, from: string): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url)
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  const transport = createTransport({
    host: hostname,
    port: port === '' ? (protocol === 'smtps:' ? 465 : 587) : Number(port),
    secure: protocol === 'smtps:',
    requireTLS: protocol === 'smtp:' && !isLoopback,
    ignoreTLS: isLoopback && protocol === 'smtp:',
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: 5_000,
    greetingTimeout: 5_000,
    socketTimeout: 10_000,
  })
  return {
    send: async (mail) => {
      await transport.sendMail({
        from: named(from),
        to: named(mail.to),
        ...(mail.replyTo === undefined ? {} : { replyTo: named(mail.replyTo) }),
        ...(mail.returnPath === undefined ? {} : { envelope: envelopeOf(mail.returnPath, mail.to) }),
        subject: mail.subject,
        text: mail.text,
        messageId: mail.messageId,
        headers: {
          'Content-Language': mail.lang,
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'OOF, AutoReply',
        },
      })
    },
    close: () => transport.close(),
  }
}

const named = (address: string) => ({ name: '', address })

/** Objects here too: text would be parsed, and could become two recipients. The types know text only. */
const envelopeOf = (from: string, to: string) =>
  ({ from: named(from), to: [named(to)] }) as unknown as { readonly from: string; readonly to: string[] }
