import { createHmac } from 'node:crypto'
import type { Connector } from '../../connectors/connector.ts'

const ANSWER_BYTES_MAX = 64 * 1024

export type WebhookOptions = {
  readonly url: string
  readonly secret: Uint8Array
  readonly timeoutMs: number
  readonly isProduction: boolean
}

/**
 * Signed webhook after Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` (HMAC-SHA256 over id, time, body).
 * Follows no redirect, waits `timeoutMs`, reads little of the answer. Production insists on https.
 */
export function createWebhookConnector(options: WebhookOptions): Connector {
  const target = new URL(options.url)
  if (options.isProduction && target.protocol !== 'https:') {
    throw new Error('a connector needs an https address in production')
  }
  return {
    deliver: async (message) => {
      const timestamp = String(Math.floor(message.atMs / 1000))
      const signature = createHmac('sha256', options.secret)
        .update(`${message.id}.${timestamp}.${message.body}`)
        .digest('base64')
      try {
        const response = await fetch(target, {
          method: 'POST',
          redirect: 'error',
          signal: AbortSignal.timeout(options.timeoutMs),
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'webhook-id': message.id,
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${signature}`,
          },
          body: message.body,
        })
        await drain(response)
        return judge(response.status)
      } catch (error) {
        return { kind: 'failed', status: error instanceof Error ? error.name : 'Error' }
      }
    },
  }
}

function judge(status: number) {
  if (status >= 200 && status < 300) {
    return { kind: 'accepted' } as const
  }
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 425 && status !== 429
  return isFinal
    ? ({ kind: 'refused', status: String(status) } as const)
    : ({ kind: 'failed', status: String(status) } as const)
}

async function drain(response: Response): Promise<void> {
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > ANSWER_BYTES_MAX) {
      await response.body?.cancel().catch(() => undefined)
      return
    }
  }
}
