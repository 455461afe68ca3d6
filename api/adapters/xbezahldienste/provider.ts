import * as v from 'valibot'
import type { AskAnswer, CreateAnswer, PaymentProvider } from '../../payments/provider.ts'
import { Failure, orderMessage, Transaction, toldBy } from './messages.ts'
import { type ClientCertificate, createWire, type Wire, type WireAnswer } from './wire.ts'

export type XBezahldiensteOptions = {
  /** Base address of the payment service, with a slash at its end. */
  readonly url: string
  /** The online service and the authority, as the payment service knows them. */
  readonly originatorId: string
  readonly endpointId: string
  /** OAuth 2.0 client credentials; absent where the certificate alone is enough. */
  readonly oauth?: { readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string }
  readonly certificate?: ClientCertificate
  readonly timeoutMs: number
  /** Payment pages may be on http on this machine: tests and demo only. */
  readonly allowLoopbackHttp: boolean
  readonly now: () => number
}

/** A token is renewed a little before it ends. */
const TOKEN_MARGIN_MS = 30_000
const Token = v.object({
  access_token: v.pipe(v.string(), v.minLength(1), v.maxLength(8_192)),
  expires_in: v.optional(v.pipe(v.number(), v.minValue(0)), 60),
})

/**
 * Speaks XBezahldienste 1.0: `POST` opens a transaction, `GET` asks what became of it; the payer's return carries nothing.
 * Nobody's data go over but what is owed. An answer of another shape, for another request or with another amount when it
 * is opened is no answer.
 */
export function createXBezahldienste(options: XBezahldiensteOptions): PaymentProvider {
  const wire = createWire({
    timeoutMs: options.timeoutMs,
    ...(options.certificate === undefined ? {} : { certificate: options.certificate }),
  })
  const base = new URL(
    `paymenttransaction/${encodeURIComponent(options.originatorId)}/${encodeURIComponent(options.endpointId)}`,
    options.url,
  )
  const authorized = authorizer(options, wire)
  const call = async (method: 'GET' | 'POST', url: URL, body?: string): Promise<WireAnswer | string> => {
    try {
      return await authorized({
        method,
        url,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      })
    } catch (error) {
      return error instanceof Error ? error.name : 'Error'
    }
  }
  return {
    id: 'xbezahldienste',
    create: async (order) => readCreated(await call('POST', base, JSON.stringify(orderMessage(order))), order, options),
    ask: async (transactionId) => readAsked(await call('GET', new URL(`${base}/${transactionId}`)), transactionId),
  }
}

function readCreated(
  answer: WireAnswer | string,
  order: { readonly requestId: string; readonly amountCents: number },
  options: XBezahldiensteOptions,
): CreateAnswer {
  if (typeof answer === 'string') {
    return { kind: 'unreachable', code: answer }
  }
  if (answer.status >= 400 && answer.status < 500) {
    const failure = v.safeParse(Failure, answer.body)
    return {
      kind: 'refused',
      code: (failure.success ? failure.output.functionalCode : undefined) ?? String(answer.status),
    }
  }
  const read = v.safeParse(Transaction, answer.body)
  if (answer.status >= 300 || !read.success) {
    return { kind: 'unreachable', code: `status-${answer.status}` }
  }
  const { paymentInformation, paymentRequest } = read.output
  const redirectUrl = paymentInformation.transactionRedirectUrl ?? ''
  if (
    paymentRequest.requestId !== order.requestId ||
    paymentRequest.grosAmount !== order.amountCents ||
    !isPaymentPage(redirectUrl, options.allowLoopbackHttp)
  ) {
    return { kind: 'unreachable', code: 'wrong-answer' }
  }
  return {
    kind: 'created',
    transactionId: paymentInformation.transactionId,
    redirectUrl,
    reference: paymentInformation.transactionReference,
  }
}

function readAsked(answer: WireAnswer | string, transactionId: string): AskAnswer {
  if (typeof answer === 'string') {
    return { kind: 'unreachable', code: answer }
  }
  if (answer.status === 404) {
    return { kind: 'unknown' }
  }
  const read = v.safeParse(Transaction, answer.body)
  if (answer.status >= 300 || !read.success || read.output.paymentInformation.transactionId !== transactionId) {
    return { kind: 'unreachable', code: `status-${answer.status}` }
  }
  return toldBy(read.output)
}

/** People are only ever sent to a web page over TLS. */
function isPaymentPage(address: string, allowLoopbackHttp: boolean): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  return url?.protocol === 'https:' || (allowLoopbackHttp && url?.protocol === 'http:' && url.hostname === 'localhost')
}

/** Adds the bearer token: fetched once, renewed before it ends and after a 401. */
function authorizer(options: XBezahldiensteOptions, wire: Wire): Wire {
  const { oauth } = options
  if (oauth === undefined) {
    return wire
  }
  let token: { value: string; untilMs: number } | null = null
  const fresh = async (): Promise<string> => {
    if (token === null || token.untilMs <= options.now()) {
      const basic = Buffer.from(`${encodeURIComponent(oauth.clientId)}:${encodeURIComponent(oauth.clientSecret)}`)
      const answer = await wire({
        method: 'POST',
        url: new URL(oauth.tokenUrl),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${basic.toString('base64')}`,
        },
        body: 'grant_type=client_credentials',
      })
      const read = v.safeParse(Token, answer.body)
      if (answer.status !== 200 || !read.success) {
        throw new Error('no token')
      }
      token = {
        value: read.output.access_token,
        untilMs: options.now() + Math.max(0, read.output.expires_in * 1000 - TOKEN_MARGIN_MS),
      }
    }
    return token.value
  }
  const send: Wire = async (input) =>
    await wire({ ...input, headers: { ...input.headers, authorization: `Bearer ${await fresh()}` } })
  return async (input) => {
    const answer = await send(input)
    if (answer.status !== 401) {
      return answer
    }
    token = null
    return await send(input)
  }
}
