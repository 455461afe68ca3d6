import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { SignedXml } from 'xml-crypto'
import {
  type Address,
  answerControl,
  escapeHtml,
  fillTemplate,
  readBody,
  type StandIn,
  sendHtml,
  startHttp,
} from '../stand-in.ts'
import { type BundidMode, makeSent } from './misbehave.ts'
import { demoPeople, METHODS, type Method, type Person } from './people.ts'
import { newId, type Says } from './response.ts'

export { type BundidMode, MISDEEDS } from './misbehave.ts'

export type BundidCommand = {
  readonly mode?: BundidMode
  readonly reset?: boolean
}
export type BundidOptions = Address & { readonly people?: readonly Person[] }

export type Bundid = StandIn<BundidCommand> & {
  readonly issuer: string
  readonly entryPoint: string
  /** Entity id of whoever signs in here. */
  readonly entityId: string
  /** Public key that signs responses, PEM. */
  readonly certificate: string
  /** Private key of the town, PEM; the stand-in knows its public half. */
  readonly clientKey: string
  /** Answers a request as if a person had chosen, for tests without a browser: base64 of the response. */
  readonly answer: (request: string, choice: Choice) => string
  /** Everything that was asked for so far, oldest first. */
  readonly requests: readonly string[]
}
export type Choice = { readonly username: string; readonly method: Method; readonly mode?: BundidMode }

type Asked = { readonly id: string; readonly acsUrl: string; readonly level: number }
type State = {
  mode: BundidMode
  readonly people: readonly Person[]
  readonly key: KeyObject
  readonly clientPublic: KeyObject
  readonly entityId: string
  readonly requests: string[]
  issuer: string
}

const page = readFileSync(new URL('./login.html', import.meta.url), 'utf8')
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/**
 * Starts a BundID for trying out: SAML 2.0 by POST, requests must be signed by the town's key, responses are signed and
 * encrypted for it. `mode` makes the next responses wrong in one way.
 */
export async function startBundid(options: BundidOptions = {}): Promise<Bundid> {
  const [idp, client] = [pair(), pair()]
  const state: State = {
    mode: 'ok',
    people: options.people ?? demoPeople,
    key: idp.privateKey,
    clientPublic: client.publicKey,
    entityId: 'https://stadttor.example/bundid',
    requests: [],
    issuer: '',
  }
  const control = async (command: BundidCommand): Promise<unknown> => {
    if (command.reset === true) {
      state.mode = 'ok'
      state.requests.length = 0
    }
    state.mode = command.mode ?? state.mode
    return { mode: state.mode, requests: state.requests.length }
  }
  const http = await startHttp(options, (url) => {
    state.issuer = `${url}/saml`
    return async (req, res) => {
      if (!(await answerControl(req, res, control))) {
        await answerBrowser(state, req, res)
      }
    }
  })
  return {
    ...http,
    control,
    issuer: state.issuer,
    entryPoint: `${http.url}/saml/sso`,
    entityId: state.entityId,
    certificate: createPublicKey(idp.privateKey).export({ type: 'spki', format: 'pem' }).toString(),
    clientKey: client.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    requests: state.requests,
    answer: (request, choice) => respond(state, readRequest(state, request), choice),
  }
}

async function answerBrowser(state: State, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method !== 'POST' || !['/saml/sso', '/saml/choose'].includes(req.url ?? '')) {
    sendHtml(res, 404, 'not found')
    return
  }
  const form = new URLSearchParams((await readBody(req)).toString('utf8'))
  const request = form.get('SAMLRequest') ?? ''
  try {
    const asked = readRequest(state, request)
    const username = form.get('person')
    sendHtml(
      res,
      200,
      username === null
        ? renderChoice(state, request, asked)
        : renderAnswer(asked, respond(state, asked, { username, method: (form.get('method') ?? 'eID') as Method })),
    )
  } catch (cause) {
    sendHtml(res, 400, escapeHtml(cause instanceof Error ? cause.message : 'refused'))
  }
}

/** Reads a request and refuses what BundID would: no signature of the town, no extension. */
function readRequest(state: State, base64: string): Asked {
  const xml = Buffer.from(base64, 'base64').toString('utf8')
  const signature = /<Signature .*<\/Signature>/s.exec(xml)?.[0]
  const signed = new SignedXml({ publicCert: state.clientPublic.export({ type: 'spki', format: 'pem' }) })
  signed.loadSignature(signature ?? '')
  if (!signed.checkSignature(xml)) {
    throw new Error('the request is not signed by the town')
  }
  const found = (pattern: RegExp): string => pattern.exec(xml)?.[1] ?? ''
  if (!/<akdb:AuthnMethods>.*<akdb:RequestedAttributes>.*<akdb:DisplayInformation>/s.test(xml)) {
    throw new Error('the extension is missing or in another order')
  }
  if (found(/<saml:Issuer[^>]*>([^<]*)</) !== state.entityId) {
    throw new Error('the town is not registered')
  }
  state.requests.push(xml)
  return {
    id: found(/ ID="([^"]+)"/),
    acsUrl: found(/AssertionConsumerServiceURL="([^"]+)"/),
    level: Number(found(/STORK-QAA-Level-(\d)/)),
  }
}

function respond(state: State, asked: Asked, choice: Choice): string {
  const person = state.people.find((one) => one.username === choice.username)
  if (person === undefined) {
    throw new Error('nobody was chosen')
  }
  const nowMs = Date.now()
  const says: Says = {
    issuer: state.issuer,
    destination: asked.acsUrl,
    recipient: asked.acsUrl,
    audience: state.entityId,
    inResponseTo: asked.id,
    assertionId: newId(),
    issuedMs: nowMs,
    notBeforeMs: nowMs - 1_000,
    notOnOrAfterMs: nowMs + 120_000,
    person,
    method: choice.method,
    key: state.key,
    signs: { assertion: true, response: true },
  }
  return makeSent(choice.mode ?? state.mode, says, state.clientPublic)
}

const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`

function renderChoice(state: State, request: string, asked: Asked): string {
  const radio = (name: string, value: string, label: string, isFirst: boolean): string => {
    const id = `${name}-${escapeHtml(value)}`
    return `<div class="choice"><input type="radio" name="${name}" id="${id}" value="${escapeHtml(value)}" required${isFirst ? ' checked' : ''}><label for="${id}">${escapeHtml(label)}</label></div>`
  }
  const people = state.people.map((one, index) =>
    radio('person', one.username, `${one.givenName} ${one.surname}`, index === 0),
  )
  // As BundID does with Comparison="minimum": what proves too little is not offered.
  const methods = Object.entries(METHODS)
    .filter(([, method]) => method.stork >= asked.level)
    .map(([name, method], index) => radio('method', name, method.label, index === 0))
  return fillTemplate(page, {
    title: 'Anmelden mit der Probe-BundID',
    lead: 'Dies ist eine Probe-BundID. Alle Personen sind erfunden.',
    action: '/saml/choose',
    button: 'Anmelden',
    htmlInside: `${hidden('SAMLRequest', request)}<fieldset><legend>Wer sind Sie?</legend>${people.join('')}</fieldset><fieldset><legend>Wie melden Sie sich an?</legend>${methods.join('')}</fieldset>`,
  })
}

const renderAnswer = (asked: Asked, response: string): string =>
  fillTemplate(page, {
    title: 'Zurück zur Stadt',
    lead: 'Sie sind angemeldet. Mit dem Knopf gehen Ihre Angaben an die Stadt.',
    action: asked.acsUrl,
    button: 'Weiter',
    htmlInside: hidden('SAMLResponse', response) + hidden('RelayState', ''),
  })
