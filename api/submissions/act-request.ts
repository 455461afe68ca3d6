import type { Context } from 'hono'
import { discardBlobs } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { isBrowser } from '../http/respond.ts'
import { readFields } from '../http/validate.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem } from '../lib/problem.ts'
import type { ActIssue } from './act-form.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readMultipart } from './multipart.ts'
import { type StoredFile, storeActFile } from './service-act-files.ts'
import { isMultipart } from './step-request.ts'

/** Refusals of a file that the form shows at its place. */
const isShown = (type: string): boolean => /^documents\/file-[a-z-]{1,20}$|^submissions\/too-many-files$/.test(type)

export type ActRequest = {
  readonly entries: Readonly<Record<string, unknown>>
  readonly files: readonly StoredFile[]
  readonly refusals: readonly ActIssue[]
  /** A person with a browser sent it: what is wrong is shown on its page. */
  readonly isForm: boolean
}

/**
 * Reads what was sent after sending: fields, and with multipart its files, stored as they stream in. A file that is refused
 * does not fail the form: it is shown there. Throws 404 to whom the Vorgang is foreign, before a byte is read.
 */
export async function readActRequest(
  ctx: SubmissionsCtx,
  actor: Actor,
  vorgangId: string,
  c: Context<Env>,
): Promise<ActRequest> {
  authorize(actor, 'act.perform', { vorgangId })
  const isForm = isBrowser(c.req.raw)
  if (!isMultipart(c)) {
    return { entries: await readFields(c), files: [], refusals: [], isForm }
  }
  const files: StoredFile[] = []
  const refusals: ActIssue[] = []
  try {
    const fields = await readMultipart(c.req.raw, async ({ fileName, source }) => {
      try {
        files.push(await storeActFile(ctx, actor, { vorgangId, count: files.length, fileName, source }))
      } catch (error) {
        if (!(error instanceof Problem) || !isShown(error.type)) {
          throw error
        }
        refusals.push({ name: 'file', type: error.type })
      }
    })
    return { entries: Object.fromEntries(fields), files, refusals, isForm }
  } catch (error) {
    await discardBlobs(
      ctx,
      files.map(({ upload }) => upload.blobId),
    )
    throw error
  }
}
