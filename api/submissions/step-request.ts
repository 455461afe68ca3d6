import type { Context } from 'hono'
import { discardBlobs } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { readFields } from '../http/validate.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem, problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft } from './draft.ts'
import { brokenForm, readMultipart } from './multipart.ts'
import { type FileRefusal, type NewFile, questionMissing, type StoredUpload, storeDraftFile } from './service-files.ts'
import type { DraftRow } from './store.ts'

export const fileNameMissing = problemType('submissions/file-name-missing', 400)
export const digestUnreadable = problemType('submissions/digest-unreadable', 400)

/** Refusals that a page shows at its question, and what the form calls them. */
const SHOWN: ReadonlyMap<string, string> = new Map([
  ['documents/file-too-large', 'forms/file-size'],
  ['documents/file-empty', 'forms/file-empty'],
  ['documents/file-type', 'forms/file-type'],
  ['documents/file-ending', 'forms/file-ending'],
  ['documents/file-heic', 'forms/file-heic'],
  ['documents/file-office', 'forms/file-office'],
  ['documents/file-archive', 'forms/file-archive'],
  ['documents/file-damaged', 'forms/file-damaged'],
  ['documents/file-password', 'forms/file-password'],
  ['documents/file-pixels', 'forms/file-pixels'],
  ['submissions/too-many-files', 'forms/file-count'],
])

export type StepRequest = {
  readonly row: DraftRow
  readonly entries: readonly (readonly [string, unknown])[]
  readonly files: readonly StoredUpload[]
  readonly refused: readonly FileRefusal[]
}

/** True for a form that may carry files. */
export const isMultipart = (c: Context<Env>): boolean =>
  (c.req.header('content-type') ?? '').toLowerCase().startsWith('multipart/form-data')

/**
 * Reads what a page sent: fields, and with multipart its files, which are stored as they stream in. A file that is refused
 * does not fail the page: it is shown there. An empty file without a name is what browsers send where none was chosen.
 */
export async function readStepRequest(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  c: Context<Env>,
  isAsked: (pointer: string) => boolean = () => true,
): Promise<StepRequest> {
  const { row } = await openDraft(ctx, actor, draftId)
  if (!isMultipart(c)) {
    return { row, entries: Object.entries(await readFields(c)), files: [], refused: [] }
  }
  // By place in the form: a later, smaller one is stored first.
  const places: (StoredUpload | undefined)[] = []
  const stored = (): readonly StoredUpload[] => places.filter((file) => file !== undefined)
  const refused: FileRefusal[] = []
  try {
    const entries = await readMultipart(c.req.raw, async ({ name: pointer, fileName, source }) => {
      const place = places.push(undefined) - 1
      try {
        if (!isAsked(pointer)) {
          throw questionMissing('a file for another page')
        }
        const alone = { announcedBytes: null, sha256: null }
        places[place] = await storeDraftFile(ctx, actor, { draftId, pointer, fileName, source, ...alone })
      } catch (error) {
        const type = error instanceof Problem ? SHOWN.get(error.type) : undefined
        if (type === undefined) {
          throw error
        }
        refused.push({ pointer, type })
      }
    })
    return { row, entries, files: stored(), refused }
  } catch (error) {
    await discardBlobs(
      ctx,
      stored().map((file) => file.blobId),
    )
    throw error
  }
}

/**
 * Reads a file sent alone: name in `X-File-Name` (percent-encoded UTF-8), digest in `Content-Digest` (RFC 9530, sha-256),
 * bytes as body. Throws `submissions/file-name-missing`, `digest-unreadable`; the source throws `broken-form`.
 */
export function readFileBody(request: Request): Omit<NewFile, 'draftId' | 'pointer'> {
  const named = request.headers.get('x-file-name') ?? ''
  if (named === '' || request.body === null) {
    throw fileNameMissing('X-File-Name')
  }
  const length = request.headers.get('content-length')
  const announcedBytes = length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null
  return { fileName: decoded(named), source: whole(request.body), sha256: digestOf(request), announcedBytes }
}

/** A body that breaks off is the sender's fault or the network's, not ours. */
async function* whole(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw brokenForm('broken off', { cause })
  }
}

function decoded(named: string): string {
  try {
    return decodeURIComponent(named)
  } catch (cause) {
    throw fileNameMissing('X-File-Name is not percent-encoded', { cause })
  }
}

function digestOf(request: Request): string | null {
  const header = request.headers.get('content-digest')
  if (header === null) {
    return null
  }
  const base64 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header)?.[1]
  if (base64 === undefined) {
    throw digestUnreadable('Content-Digest has no sha-256')
  }
  return Buffer.from(base64, 'base64').toString('hex')
}
