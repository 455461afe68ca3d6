import type { Context } from 'hono'
import type { Env } from '../http/env.ts'
import { bodyTooLarge, readBytes, unreadableBody } from '../http/validate.ts'
import type { DroppedFile } from './drop.ts'

const BODY_BYTES_MAX = 16_000_000
const FILES_MAX = 10

/**
 * Reads dropped files and the fields beside them from a multipart form of at most 16 MB: service folders are small, so they
 * are held in memory. Throws `http/body-too-large` (413) and `http/unreadable-body` (400).
 */
export async function readDropped(
  c: Context<Env>,
): Promise<{ readonly files: readonly DroppedFile[]; readonly field: (name: string) => string }> {
  if (Number(c.req.header('content-length') ?? 0) > BODY_BYTES_MAX) {
    throw bodyTooLarge(`more than ${BODY_BYTES_MAX} bytes`)
  }
  const bytes = await readBytes(c.req.raw, BODY_BYTES_MAX)
  const whole = new Response(bytes, { headers: { 'content-type': c.req.header('content-type') ?? '' } })
  const form = await whole.formData().catch((cause: unknown) => {
    throw unreadableBody('no multipart form', { cause })
  })
  const files: DroppedFile[] = []
  for (const value of form.getAll('files')) {
    if (typeof value !== 'string' && value.size > 0) {
      files.push({ name: value.name.slice(0, 200), bytes: new Uint8Array(await value.arrayBuffer()) })
    }
  }
  if (files.length > FILES_MAX) {
    throw bodyTooLarge(`more than ${FILES_MAX} files`)
  }
  const field = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value.slice(0, 1_000) : ''
  }
  return { files, field }
}
