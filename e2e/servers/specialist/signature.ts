import { createHmac, timingSafeEqual } from 'node:crypto'

/** Key bytes of a webhook secret: base64 after `whsec_`, else the text itself (Standard Webhooks, "Signature scheme"). */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8')

/** `v1,<base64>` over `id.timestamp.body`. */
export function signWebhook(secret: string, message: { id: string; timestamp: string; body: Buffer }): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${message.id}.${message.timestamp}.`).update(message.body)
  return `v1,${mac.digest('base64')}`
}

/** True where one of the signatures (separated by blanks, so that secrets can be rotated) is the right one. */
export function isSigned(
  secret: string,
  signatures: string,
  message: { id: string; timestamp: string; body: Buffer },
): boolean {
  const expected = Buffer.from(signWebhook(secret, message))
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
