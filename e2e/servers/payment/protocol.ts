/** XBezahldienste 1.0 as this stand-in speaks it: only what a payment needs. */
export type Status = 'INITIAL' | 'PAYED' | 'FAILED' | 'CANCELED'
export type Payment = {
  readonly id: string
  readonly requestId: string
  readonly cents: number
  readonly purpose: string
  readonly description: string
  readonly returnUrl: string
  readonly redirect: string
  readonly status: Status
  readonly method: string | null
  readonly openedAt: string
}
type Order = Pick<Payment, 'requestId' | 'cents' | 'purpose' | 'description' | 'returnUrl'>

/** Id of the authority that this service takes money for. */
export const OFFICE = 'stadt'

/** Reads an order as strictly as the standard asks; the code of what is wrong otherwise. */
export function readRequest(body: Buffer): Order | string {
  let order: Record<string, unknown>
  try {
    order = JSON.parse(body.toString('utf8')) as Record<string, unknown>
  } catch {
    return 'VALIDATION_ERROR'
  }
  const text = (name: string): string => (typeof order[name] === 'string' ? (order[name] as string) : '')
  const amount = order['grosAmount']
  const items = Array.isArray(order['items']) ? (order['items'] as Record<string, unknown>[]) : []
  const isWhole =
    /^[\w-]{1,36}$/.test(text('requestId')) &&
    order['currency'] === 'EUR' &&
    typeof amount === 'number' &&
    amount > 0 &&
    amount <= 999_999 &&
    /^[\w\s-]{1,27}$/.test(text('purpose')) &&
    text('description').length <= 250 &&
    URL.canParse(text('redirectUrl')) &&
    !Number.isNaN(Date.parse(text('requestTimestamp'))) &&
    items.length >= 1 &&
    items.length <= 99
  if (!isWhole || typeof amount !== 'number') {
    return 'VALIDATION_ERROR'
  }
  const sum = items.reduce(
    (cents, item) => cents + toCents(item['totalNetAmount']) + toCents(item['totalTaxAmount']),
    0,
  )
  if (sum !== toCents(amount)) {
    return 'CALCULATION_ERROR'
  }
  return {
    requestId: text('requestId'),
    cents: toCents(amount),
    purpose: text('purpose'),
    description: text('description'),
    returnUrl: text('redirectUrl'),
  }
}

export const isTransactionOf = (payment: Payment, order: Order): boolean => payment.requestId === order.requestId

/** A transaction as the standard answers it; the payer's address only while it can be paid. */
export function toMessage(payment: Payment): unknown {
  return {
    paymentInformation: {
      transactionUrl: payment.redirect,
      ...(payment.status === 'INITIAL' ? { transactionRedirectUrl: payment.redirect } : {}),
      transactionId: payment.id,
      transactionReference: `PV-${payment.id.slice(0, 8).toUpperCase()}`,
      transactionTimestamp: payment.openedAt,
      paymentMethod: payment.method,
      status: payment.status,
    },
    paymentRequest: {
      requestId: payment.requestId,
      currency: 'EUR',
      grosAmount: payment.cents / 100,
      purpose: payment.purpose,
      redirectUrl: payment.returnUrl,
    },
  }
}

const toCents = (euros: unknown): number => (typeof euros === 'number' ? Math.round(euros * 100) : Number.NaN)
