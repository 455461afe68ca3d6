import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import {
  type Address,
  answerControl,
  escapeHtml,
  fillTemplate,
  listen,
  type StandIn,
  sendHtml,
  sendJson,
  startHttp,
} from '../stand-in.ts'
import { type HandOver, handOverTo, REPLIES_DOMAIN } from './hand-over.ts'
import { type Mail, readMail } from './mime.ts'

export type { Mail } from './mime.ts'

/** How the mail server misbehaves: refuses for now (450) or for good (550), hangs up after DATA, is late, is not there. */
export type MailMode = 'ok' | 'reject-450' | 'reject-550' | 'drop' | 'slow' | 'down'

export type MailCommand = {
  readonly mode?: MailMode
  /** For `slow`: milliseconds before the answer to DATA. */
  readonly delayMs?: number
  /** Where mails to `REPLIES_DOMAIN` go instead of into the mailbox. */
  readonly handOver?: HandOver
  /** Forgets all mails and goes back to `ok`. */
  readonly reset?: boolean
}

export type MailServer = StandIn<MailCommand> & {
  /** For STADTTOR_SMTP_URL. */
  readonly smtpUrl: string
  /** Settings with which mails can be answered; `handOver` names the product then. */
  readonly repliesEnv: Readonly<Record<string, string>>
  readonly repliesSecret: string
  /** Oldest first. */
  readonly messages: () => readonly Mail[]
}

const BYTES_MAX = 10 << 20
const KEPT_MAX = 500
const inboxPage = readFileSync(new URL('./inbox.html', import.meta.url), 'utf8')

type State = { mode: MailMode; delayMs: number; mails: Mail[]; handOver: HandOver | null }
const REPLIES_SECRET = 'stand-in secret of the mail server 0123'

/**
 * Starts a mail server that keeps what it gets: SMTP for the product, `GET /messages` for tests, a readable page at `/`.
 * A mail dropped after DATA was taken in: the sender cannot know, and its second try is a second mail.
 */
export async function startMail(options: Address & { readonly smtpPort?: number } = {}): Promise<MailServer> {
  const state: State = { mode: 'ok', delayMs: 0, mails: [], handOver: null }
  const smtp = createSmtp(state)
  const smtpPort = await listen(smtp.server, { ...options, port: options.smtpPort ?? 0 })
  const control = async (command: MailCommand): Promise<unknown> => {
    if (command.reset === true) {
      Object.assign(state, { mode: 'ok', delayMs: 0, mails: [], handOver: null })
    }
    state.mode = command.mode ?? state.mode
    state.delayMs = command.delayMs ?? state.delayMs
    state.handOver = command.handOver ?? state.handOver
    return { mode: state.mode, count: state.mails.length }
  }
  const http = await startHttp(options, () => async (req, res) => {
    if (await answerControl(req, res, control)) {
      return
    }
    if (req.url === '/messages') {
      sendJson(res, 200, state.mails)
      return
    }
    sendHtml(res, 200, fillTemplate(inboxPage, { htmlMails: state.mails.toReversed().map(renderMail).join('\n') }))
  })
  const close = async (): Promise<void> => {
    await Promise.all([http.close(), new Promise<void>((resolve) => smtp.close(() => resolve()))])
  }
  return {
    ...http,
    close,
    control,
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    repliesEnv: {
      STADTTOR_MAIL_REPLIES: `vorgang@${REPLIES_DOMAIN}`,
      STADTTOR_MAIL_REPLIES_SECRET: REPLIES_SECRET,
    },
    repliesSecret: REPLIES_SECRET,
    messages: () => state.mails,
  }
}

function createSmtp(state: State): SMTPServer {
  const refuse = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode })
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: BYTES_MAX,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, done) => done(state.mode === 'down' ? refuse(421, 'not today') : null),
    onRcptTo: (_address, _session, done) => {
      const code = { 'reject-450': 450, 'reject-550': 550 }[state.mode as string]
      done(code === undefined ? null : refuse(code, 'mailbox unavailable'))
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const [to = ''] = session.envelope.rcptTo.map(({ address }) => address)
        if (state.handOver !== null && to.endsWith(`@${REPLIES_DOMAIN}`)) {
          const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
          void handOverTo(state.handOver, { from, to, bytes: Buffer.concat(chunks) }).then((code) =>
            done(code === 250 ? null : refuse(code, 'not taken')),
          )
          return
        }
        state.mails = [...state.mails, mailOf(Buffer.concat(chunks), session)].slice(-KEPT_MAX)
        if (state.mode === 'drop') {
          hangUp(smtp)
          return
        }
        setTimeout(() => done(null), state.mode === 'slow' ? state.delayMs : 0)
      })
    },
  })
  // A sender that hangs up is no fault of ours.
  smtp.on('error', () => undefined)
  return smtp
}

function mailOf(bytes: Buffer, session: SMTPServerSession): Mail {
  const { mailFrom, rcptTo } = session.envelope
  const from = mailFrom === false ? '' : mailFrom.address
  return readMail(bytes.toString('latin1'), { from, to: rcptTo.map((recipient) => recipient.address) })
}

function hangUp(smtp: SMTPServer): void {
  const connections = (smtp as unknown as { connections: Set<{ _socket: Socket }> }).connections
  for (const connection of connections) {
    connection._socket.destroy()
  }
}

function renderMail(mail: Mail): string {
  const text = escapeHtml(mail.text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`)
  return `<article><h2>${escapeHtml(mail.subject)}</h2><p>${escapeHtml(mail.to.join(', '))}</p><pre>${text}</pre></article>`
}
