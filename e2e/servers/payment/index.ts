import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Address,
  answerControl,
  escapeHtml,
  fillTemplate,
  readBody,
  type StandIn,
  sendHtml,
  sendJson,
  startHttp,
} from '../stand-in.ts'
import { isTransactionOf, OFFICE, type Payment, readRequest, type Status, toMessage } from './protocol.ts'

/**
 * How the payment service misbehaves: `down` answers 503, `timeout` never, `garbage` something that is no JSON;
 * `lost-answer` opens a transaction and hangs up; `slow` still says INITIAL when it was paid; `wrong-amount` says that
 * another amount was paid; `forgotten` knows no transaction; `evil-page` sends payers to a page that is none.
 */
export type PaymentMode =
  | 'ok'
  | 'down'
  | 'timeout'
  | 'garbage'
  | 'lost-answer'
  | 'slow'
  | 'wrong-amount'
  | 'forgotten'
  | 'evil-page'

export type PaymentCommand = {
  readonly mode?: PaymentMode
  /** The mode holds for so many requests, then `ok` again; without it, until changed. */
  readonly times?: number
  /** Moves a transaction whatever it was before, as a bank does that is late. */
  readonly settle?: { readonly transactionId: string; readonly status: Status }
  /** Address called with `?transaction=` when something changed; null: nobody is called. */
  readonly notify?: string | null
  /** Tokens given out before are worth nothing any more. */
  readonly dropTokens?: boolean
  readonly reset?: boolean
}

export type PaymentServer = StandIn<PaymentCommand> & {
  readonly clientId: string
  readonly clientSecret: string
  /** Every transaction, oldest first. */
  readonly transactions: () => readonly Payment[]
  /** Sum of what payers have paid, in cents. */
  readonly takenCents: () => number
  /** How often a status was asked for. */
  readonly asked: () => number
}

type State = {
  mode: PaymentMode
  timesLeft: number
  notify: string | null
  asked: number
  transactions: Map<string, Payment>
  tokens: Set<string>
}
const fresh = (): State => ({
  mode: 'ok',
  timesLeft: Number.POSITIVE_INFINITY,
  notify: null,
  asked: 0,
  transactions: new Map(),
  tokens: new Set(),
})
const page = readFileSync(new URL('./page.html', import.meta.url), 'utf8')
const CLIENT = 'stadttor'

/** Starts a payment service that speaks XBezahldienste 1.0 with OAuth 2.0, and shows payers a page. */
export async function startPayment(options: Address & { readonly secret?: string } = {}): Promise<PaymentServer> {
  const clientSecret = options.secret ?? randomBytes(24).toString('base64url')
  const state = fresh()
  const control = async (command: PaymentCommand): Promise<unknown> => {
    if (command.reset === true) {
      Object.assign(state, fresh())
    }
    if (command.mode !== undefined) {
      state.mode = command.mode
      state.timesLeft = command.times ?? Number.POSITIVE_INFINITY
    }
    if (command.notify !== undefined) {
      state.notify = command.notify
    }
    if (command.dropTokens === true) {
      state.tokens.clear()
    }
    if (command.settle !== undefined) {
      await settle(state, command.settle.transactionId, command.settle.status)
    }
    return { mode: state.mode, transactions: [...state.transactions.keys()] }
  }
  const http = await startHttp(options, (url) => async (req, res) => {
    if (await answerControl(req, res, control)) {
      return
    }
    const path = (req.url ?? '/').split('?')[0] ?? '/'
    if (path.startsWith('/seite/')) {
      await answerPage(state, path.slice('/seite/'.length), req, res)
    } else if (path === '/oauth/token') {
      await giveToken(state, clientSecret, req, res)
    } else if (path.startsWith('/paymenttransaction/')) {
      await answerApi(state, url, path, req, res)
    } else {
      sendHtml(res, 200, overview(state))
    }
  })
  const paid = (): Payment[] => [...state.transactions.values()].filter((one) => one.status === 'PAYED')
  return {
    ...http,
    control,
    clientId: CLIENT,
    clientSecret,
    transactions: () => [...state.transactions.values()],
    takenCents: () => paid().reduce((sum, one) => sum + one.cents, 0),
    asked: () => state.asked,
  }
}

async function giveToken(state: State, secret: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = new URLSearchParams((await readBody(req)).toString('utf8'))
  const basic = Buffer.from((req.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8')
  if (basic !== `${CLIENT}:${encodeURIComponent(secret)}` || body.get('grant_type') !== 'client_credentials') {
    sendJson(res, 401, { error: 'invalid_client' })
    return
  }
  const token = randomBytes(24).toString('base64url')
  state.tokens.add(token)
  sendJson(res, 200, { access_token: token, token_type: 'Bearer', expires_in: 300 })
}

async function answerApi(state: State, url: string, path: string, req: IncomingMessage, res: ServerResponse) {
  const body = req.method === 'POST' ? await readBody(req) : Buffer.alloc(0)
  if (!state.tokens.has((req.headers.authorization ?? '').replace(/^Bearer /, ''))) {
    sendFailure(res, 401, 'FORBIDDEN')
    return
  }
  const mode = nextMode(state)
  if (mode === 'timeout') {
    return
  }
  if (mode === 'down' || mode === 'garbage') {
    res.writeHead(mode === 'down' ? 503 : 200, { 'content-type': 'text/plain' }).end('Wartung')
    return
  }
  const [, , originator = '', endpoint = '', id] = path.split('/')
  if (originator === '' || endpoint !== OFFICE) {
    sendFailure(res, 404, 'NO_VALID_ORIGINATOR_OR_ENDPOINT')
  } else if (req.method === 'POST') {
    openOne(state, url, mode, body, res)
  } else {
    state.asked += 1
    const found = state.transactions.get(id ?? '')
    const isKnown = found !== undefined && mode !== 'forgotten'
    isKnown ? sendJson(res, 200, shown(found, mode)) : sendFailure(res, 404, 'UNSPECIFIED')
  }
}

function openOne(state: State, url: string, mode: PaymentMode, body: Buffer, res: ServerResponse): void {
  const read = readRequest(body)
  if (typeof read === 'string') {
    sendFailure(res, 400, read)
    return
  }
  if ([...state.transactions.values()].some((one) => isTransactionOf(one, read))) {
    sendFailure(res, 409, 'PAYMENT_EXISTS')
    return
  }
  const id = randomUUID()
  const redirect = mode === 'evil-page' ? 'javascript:alert(1)' : `${url}/seite/${id}`
  const payment: Payment = {
    id,
    ...read,
    redirect,
    status: 'INITIAL',
    method: null,
    openedAt: new Date().toISOString(),
  }
  state.transactions.set(id, payment)
  if (mode === 'lost-answer') {
    res.destroy()
    return
  }
  sendJson(res, 200, toMessage(payment))
}

function shown(payment: Payment, mode: PaymentMode): unknown {
  if (mode === 'slow') {
    return toMessage({ ...payment, status: 'INITIAL' })
  }
  return toMessage(mode === 'wrong-amount' ? { ...payment, cents: 1 } : payment)
}

async function settle(state: State, id: string, status: Status): Promise<void> {
  const payment = state.transactions.get(id)
  if (payment === undefined) {
    throw new Error('no such transaction')
  }
  state.transactions.set(id, { ...payment, status, method: status === 'PAYED' ? 'CREDITCARD' : null })
  if (state.notify !== null) {
    await fetch(`${state.notify}?transaction=${id}`).catch(() => undefined)
  }
}

function nextMode(state: State): PaymentMode {
  if (state.timesLeft <= 0) {
    state.mode = 'ok'
  }
  state.timesLeft -= 1
  return state.mode
}

const sendFailure = (res: ServerResponse, status: number, functionalCode: string): void =>
  sendJson(res, status, { type: 'about:blank', title: functionalCode, status, functionalCode })

const BUTTONS: readonly (readonly [Status, string])[] = [
  ['PAYED', 'Jetzt bezahlen'],
  ['CANCELED', 'Abbrechen'],
  ['FAILED', 'Zahlung scheitern lassen'],
]

/** The payer's page: pay, cancel, or let it fail; each leads back to where the payer came from and says nothing there. */
async function answerPage(state: State, id: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const payment = state.transactions.get(id)
  if (payment === undefined) {
    sendHtml(res, 404, render('Diese Zahlung gibt es nicht', 'Gehen Sie zurück, und beginnen Sie die Zahlung neu.', ''))
    return
  }
  if (req.method === 'POST') {
    const wanted = new URLSearchParams((await readBody(req)).toString('utf8')).get('status')
    const status = BUTTONS.find(([name]) => name === wanted)?.[0]
    if (status !== undefined && payment.status === 'INITIAL') {
      await settle(state, id, status)
    }
    res.writeHead(303, { location: payment.returnUrl }).end()
    return
  }
  if (payment.status !== 'INITIAL') {
    const back = `<p><a href="${escapeHtml(payment.returnUrl)}">Zurück zur Stadt</a></p>`
    sendHtml(res, 200, render('Diese Zahlung ist beendet', 'Hier ist nichts mehr zu tun.', back))
    return
  }
  const buttons = BUTTONS.map(([status, text]) => `<button name="status" value="${status}">${text}</button>`)
  const lead = 'Dies ist ein Probe-Bezahldienst. Es fließt kein Geld.'
  sendHtml(res, 200, render('Bezahlen', lead, `${facts(payment)}<form method="post">${buttons.join('')}</form>`))
}

const facts = (payment: Payment): string =>
  `<dl><dt>Betrag</dt><dd>${euros(payment.cents)}</dd><dt>Kassenzeichen</dt><dd>${escapeHtml(payment.purpose)}</dd><dt>Wofür</dt><dd>${escapeHtml(payment.description)}</dd></dl>`

function overview(state: State): string {
  const rows = [...state.transactions.values()].toReversed().map((one) => `<h2>${one.status}</h2>${facts(one)}`)
  return render('Probe-Bezahldienst', 'Alle Zahlungen, neueste zuerst.', rows.join(''))
}

const render = (title: string, lead: string, htmlBody: string): string => fillTemplate(page, { title, lead, htmlBody })
const euros = (cents: number): string => (cents / 100).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })
