import { createHmac, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import type { RegisterAnswer, RegisterSource } from '../../registers/register.ts'

const ANSWER_BYTES_MAX = 64 * 1024

export type SignedRegisterOptions = {
  readonly url: string
  readonly secret: Uint8Array
  readonly timeoutMs: number
  readonly isProduction: boolean
}

const Text = v.pipe(v.string(), v.maxLength(200))
const Answer = v.variant('kind', [
  v.object({
    kind: v.literal('found'),
    id: Text,
    person: v.object({ givenNames: Text, familyName: Text, birthDate: v.pipe(v.string(), v.isoDate()) }),
    values: v.record(v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]{0,39}$/)), Text),
  }),
  v.object({ kind: v.literal('not-found'), id: Text }),
  v.object({ kind: v.literal('refused'), id: Text }),
])

/**
 * Asks a register by a small signed protocol, until the city joins the national one: JSON over HTTPS, question and answer
 * each with an HMAC-SHA256 in `x-signature`; the answer names the question it belongs to. What is not signed is no answer.
 */
export function createSignedRegister(options: SignedRegisterOptions): RegisterSource {
  const target = new URL(options.url)
  if (options.isProduction && target.protocol !== 'https:') {
    throw new Error('a register needs an https address in production')
  }
  const sign = (text: string): string => createHmac('sha256', options.secret).update(text).digest('base64')
  return {
    ask: async (question) => {
      const body = JSON.stringify({ format: 1, ...question })
      try {
        const response = await fetch(target, {
          method: 'POST',
          redirect: 'error',
          signal: AbortSignal.timeout(options.timeoutMs),
          headers: { 'content-type': 'application/json; charset=utf-8', 'x-signature': sign(body) },
          body,
        })
        const text = await readText(response)
        const signature = response.headers.get('x-signature') ?? ''
        return response.status === 200 && isEqual(signature, sign(text))
          ? readAnswer(text, question.id)
          : { kind: 'unreachable' }
      } catch {
        return { kind: 'unreachable' }
      }
    },
  }
}

function readAnswer(text: string, id: string): RegisterAnswer {
  const read = v.safeParse(Answer, JSON.parse(text))
  if (!read.success || read.output.id !== id) {
    return { kind: 'unreachable' }
  }
  const { id: _, ...answer } = read.output
  return answer
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > ANSWER_BYTES_MAX) {
      throw new Error('the answer is too long')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
