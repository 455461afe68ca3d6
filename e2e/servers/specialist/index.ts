import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
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
import { isSigned } from './signature.ts'

/**
 * How the specialist application misbehaves. `lost-answer` takes a delivery in and hangs up before it answers,
 * `timeout` never answers, `garbage` answers bytes that are no HTTP.
 */
export type SpecialistMode = 'ok' | 'status-500' | 'reject-422' | 'timeout' | 'garbage' | 'lost-answer'

export type SpecialistCommand = {
  readonly mode?: SpecialistMode
  /** The mode holds for so many deliveries, then `ok` again; without it, until changed. */
  readonly times?: number
  /** Refuse timestamps more than five minutes off the machine's clock; off where the product's clock is a test's. */
  readonly checkAge?: boolean
  readonly reset?: boolean
}

export type Delivery = {
  readonly id: string
  readonly timestamp: string
  readonly path: string
  readonly status: number | null
  /** True where this id had been taken in before. */
  readonly isDuplicate: boolean
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export type Specialist = StandIn<SpecialistCommand> & {
  readonly secret: string
  /** Every attempt, oldest first. */
  readonly deliveries: () => readonly Delivery[]
  /** What was taken in, each id once. */
  readonly accepted: () => readonly Delivery[]
}

type State = {
  mode: SpecialistMode
  timesLeft: number
  checkAge: boolean
  deliveries: Delivery[]
  accepted: Map<string, Delivery>
}

const AGE_SECONDS_MAX = 300
const page = readFileSync(new URL('./deliveries.html', import.meta.url), 'utf8')
const fresh = (): State => ({
  mode: 'ok',
  timesLeft: Number.POSITIVE_INFINITY,
  checkAge: true,
  deliveries: [],
  accepted: new Map(),
})

/**
 * Starts a specialist application that takes signed webhooks (Standard Webhooks) on any path by POST.
 * `GET /received` lists `{ accepted, attempts }`, `GET /` shows the same as a page.
 */
export async function startSpecialist(options: Address & { readonly secret?: string } = {}): Promise<Specialist> {
  const secret = options.secret ?? `whsec_${randomBytes(24).toString('base64')}`
  const state = fresh()
  const control = async (command: SpecialistCommand): Promise<unknown> => {
    if (command.reset === true) {
      Object.assign(state, fresh())
    }
    if (command.mode !== undefined) {
      state.mode = command.mode
      state.timesLeft = command.times ?? Number.POSITIVE_INFINITY
    }
    state.checkAge = command.checkAge ?? state.checkAge
    return { mode: state.mode, attempts: state.deliveries.length, accepted: state.accepted.size }
  }
  const http = await startHttp(options, () => async (req, res) => {
    if (await answerControl(req, res, control)) {
      return
    }
    if (req.method === 'POST') {
      await takeDelivery(state, secret, req, res)
      return
    }
    if (req.url === '/received') {
      sendJson(res, 200, { accepted: [...state.accepted.values()], attempts: state.deliveries })
      return
    }
    sendHtml(res, 200, fillTemplate(page, { htmlDeliveries: state.deliveries.toReversed().map(render).join('\n') }))
  })
  return { ...http, control, secret, deliveries: () => state.deliveries, accepted: () => [...state.accepted.values()] }
}

async function takeDelivery(state: State, secret: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const mode = nextMode(state)
  const body = await readBody(req)
  const id = header(req.headers, 'webhook-id')
  const timestamp = header(req.headers, 'webhook-timestamp')
  const signed = isSigned(secret, header(req.headers, 'webhook-signature'), { id, timestamp, body })
  const status = judge(state, mode, { id, timestamp, signed })
  const isDuplicate = state.accepted.has(id)
  const delivery: Delivery = {
    id,
    timestamp,
    path: req.url ?? '/',
    status,
    isDuplicate,
    body: body.toString('utf8'),
    headers: Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)])),
  }
  state.deliveries = [...state.deliveries, delivery]
  if (!isDuplicate && (status === 200 || (mode === 'lost-answer' && signed))) {
    state.accepted.set(id, delivery)
  }
  if (status !== null) {
    sendJson(res, status, { accepted: status === 200, isDuplicate })
    return
  }
  if (mode === 'garbage') {
    req.socket.write('\u0000\u0001 this is no HTTP\r\n\r\n')
  }
  if (mode !== 'timeout') {
    req.socket.destroy()
  }
}

function nextMode(state: State): SpecialistMode {
  if (state.timesLeft <= 0) {
    state.mode = 'ok'
  }
  state.timesLeft -= 1
  return state.mode
}

/** The status to answer; null where no answer is given. */
function judge(
  state: State,
  mode: SpecialistMode,
  { id, timestamp, signed }: { id: string; timestamp: string; signed: boolean },
): number | null {
  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp))
  if (id === '' || !/^\d+$/.test(timestamp)) {
    return 400
  }
  if (!signed || (state.checkAge && ageSeconds > AGE_SECONDS_MAX)) {
    return 401
  }
  const statuses: Partial<Record<SpecialistMode, number>> = { ok: 200, 'status-500': 500, 'reject-422': 422 }
  return statuses[mode] ?? null
}

const header = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

function render(delivery: Delivery): string {
  const heading = `${delivery.status ?? '–'} · ${delivery.path} · ${delivery.id}${delivery.isDuplicate ? ' (2.)' : ''}`
  return `<article><h2>${escapeHtml(heading)}</h2><pre>${escapeHtml(delivery.body)}</pre></article>`
}
