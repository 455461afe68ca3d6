import type { Context } from 'hono'
import type { Env } from '../http/env.ts'
import { readBody } from '../http/validate.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft } from './draft.ts'
import { readMultipart } from './multipart.ts'
import { type StoredUpload, storeDraftFile } from './service-drafts.ts'
import type { DraftRow } from './store.ts'

export const wrongDigest = problemType('submissions/wrong-digest', 422)
export const fileNameMissing = problemType('submissions/file-name-missing', 400)

/** Room for a file and the form's fields around it. */
const FILE_BYTES_MAX = 100 * 1024 * 1024

export type StepRequest = {
  readonly row: DraftRow
  readonly entries: readonly (readonly [string, unknown])[]
  readonly files: readonly StoredUpload[]
}

/** Reads what a page sent: fields, and with multipart its files, which are stored as they stream in. */
export async function readStepRequest(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  c: Context<Env>,
): Promise<StepRequest> {
  const { row } = await openDraft(ctx, actor, draftId)
  const type = c.req.header('content-type') ?? ''
  if (!type.toLowerCase().startsWith('multipart/form-data')) {
    return { row, entries: Object.entries((await readBody(c)) as Record<string, unknown>), files: [] }
  }
  const files: StoredUpload[] = []
  const entries = await readMultipart(c.req.raw, FILE_BYTES_MAX, async (part) => {
    const { name: pointer, fileName, source } = part
    files.push(await storeDraftFile(ctx, actor, { draftId, pointer, fileName, source }))
  })
  return { row, entries, files }
}

export type FileBody = {
  readonly fileName: string
  readonly source: AsyncIterable<Uint8Array>
  readonly sha256: string | null
}

/** Reads a file sent alone: name in `X-File-Name` (percent-encoded UTF-8), digest in `Content-Digest` (RFC 9530), bytes as body. */
export function readFileBody(request: Request): FileBody {
  const named = request.headers.get('x-file-name') ?? ''
  const digest = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(request.headers.get('content-digest') ?? '')?.[1]
  if (named === '' || request.body === null) {
    throw fileNameMissing('X-File-Name')
  }
  try {
    const sha256 = digest === undefined ? null : Buffer.from(digest, 'base64').toString('hex')
    return { fileName: decodeURIComponent(named), source: request.body, sha256 }
  } catch (cause) {
    throw fileNameMissing('X-File-Name is not percent-encoded', { cause })
  }
}

/** Stores a file sent alone and compares it with the digest the browser computed. */
export async function receiveFile(
  body: FileBody,
  store: (part: { fileName: string; source: AsyncIterable<Uint8Array> }) => Promise<StoredUpload>,
): Promise<StoredUpload> {
  const stored = await store(body)
  if (body.sha256 !== null && body.sha256 !== stored.sha256) {
    throw wrongDigest('the bytes that arrived are not those that were sent')
  }
  return stored
}
