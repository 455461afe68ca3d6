import { createHmac, randomBytes } from 'node:crypto'
import { type Address, answerControl, readBody, type StandIn, sendHtml, startHttp } from '../stand-in.ts'
import { PEOPLE, type Person, VEHICLES } from './records.ts'

/** How the registers misbehave; `wrong-person` answers with somebody else's record, `unsigned` signs with another secret. */
export type RegisterMode =
  | 'ok'
  | 'down'
  | 'timeout'
  | 'refuse'
  | 'wrong-person'
  | 'unsigned'
  | 'garbage'
  | 'other-question'
export type RegisterCommand = { readonly mode?: RegisterMode; readonly times?: number; readonly reset?: boolean }

/** A question as a register saw it. */
export type Asked = {
  readonly register: string
  readonly purpose: string
  readonly legalBasis: string
  readonly consentAtMs: number
}
export type Registers = StandIn<RegisterCommand> & {
  readonly secret: string
  /** Every question that was signed, oldest first. */
  readonly asked: () => readonly Asked[]
}

type Question = Asked & {
  readonly id: string
  readonly person: Person
  readonly query: Readonly<Record<string, string>>
}
type State = { mode: RegisterMode; timesLeft: number; asked: Asked[] }
const fresh = (): State => ({ mode: 'ok', timesLeft: Number.POSITIVE_INFINITY, asked: [] })

/** Starts the population register (`/melderegister`) and the vehicle register (`/fahrzeugregister`). */
export async function startRegisters(options: Address = {}): Promise<Registers> {
  const secret = randomBytes(24).toString('base64')
  const state = fresh()
  const control = async (command: RegisterCommand): Promise<unknown> => {
    if (command.reset === true) {
      Object.assign(state, fresh())
    }
    if (command.mode !== undefined) {
      state.mode = command.mode
      state.timesLeft = command.times ?? Number.POSITIVE_INFINITY
    }
    return { mode: state.mode, asked: state.asked.length }
  }
  const http = await startHttp(options, () => async (req, res) => {
    if (await answerControl(req, res, control)) {
      return
    }
    if (req.method !== 'POST') {
      sendHtml(res, 200, overview(state))
      return
    }
    const text = (await readBody(req)).toString('utf8')
    const mode = nextMode(state)
    if (mode === 'timeout') {
      return
    }
    if (mode === 'down' || req.headers['x-signature'] !== sign(secret, text)) {
      res.writeHead(mode === 'down' ? 503 : 401).end()
      return
    }
    const register = (req.url ?? '').slice(1)
    const question = JSON.parse(text) as Question
    const { purpose, legalBasis, consentAtMs } = question
    state.asked.push({ register, purpose, legalBasis, consentAtMs })
    const answer = mode === 'garbage' ? '{' : JSON.stringify(answerTo(register, question, mode))
    const signature = sign(mode === 'unsigned' ? 'another' : secret, answer)
    res.writeHead(200, { 'content-type': 'application/json', 'x-signature': signature }).end(answer)
  })
  return { ...http, control, secret, asked: () => state.asked }
}

function answerTo(register: string, question: Question, mode: RegisterMode): unknown {
  const id = mode === 'other-question' ? 'another' : question.id
  if (mode === 'refuse') {
    return { kind: 'refused', id }
  }
  const found =
    register === 'fahrzeugregister'
      ? VEHICLES.find(
          (one) => plain(one.plate) === plain(question.query['kennzeichen'] ?? '') && isOf(one.person, question.person),
        )
      : PEOPLE.find((one) => isOf(one.person, question.person))
  if (mode === 'wrong-person') {
    const [stranger] = PEOPLE.filter((one) => !isOf(one.person, question.person))
    return { kind: 'found', id, person: stranger?.person, values: stranger?.values }
  }
  return found === undefined
    ? { kind: 'not-found', id }
    : { kind: 'found', id, person: found.person, values: found.values }
}

const plain = (plate: string): string => plate.toUpperCase().replace(/[^A-ZÄÖÜ0-9]/g, '')
const isOf = (one: Person, other: Person): boolean =>
  one.familyName === other.familyName && one.birthDate === other.birthDate
const sign = (secret: string, text: string): string =>
  createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest('base64')

function nextMode(state: State): RegisterMode {
  if (state.timesLeft <= 0) {
    state.mode = 'ok'
  }
  state.timesLeft -= 1
  return state.mode
}

const overview = (state: State): string =>
  `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Probe-Register</title></head><body><main><h1>Probe-Register</h1><p>Anfragen bisher: ${state.asked.length}</p></main></body></html>`
