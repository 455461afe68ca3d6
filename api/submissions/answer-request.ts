import type { Context } from 'hono'
import * as v from 'valibot'
import { discardBlobs } from '../documents/service.ts'
import type { Env } from '../http/env.ts'
import { parameter, readFields } from '../http/validate.ts'
import type { Actor } from '../lib/actor.ts'
import { Problem } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readMultipart } from './multipart.ts'
import { type AnswerInput, type StoredFile, storeAnswerFile } from './service-answers.ts'
import { ownVorgang } from './service-status.ts'
import { isMultipart } from './step-request.ts'

const Text = v.optional(v.pipe(v.string(), v.maxLength(20_000)), '')

/**
 * Reads an answer to a request for information: `text`, and with multipart its files, stored as they stream in. A refused
 * file is told when all of the form was read, because browsers do not look at an answer before. Throws what
 * `storeAnswerFile` throws; nothing is kept then.
 */
export async function readAnswerRequest(
  ctx: SubmissionsCtx,
  actor: Actor,
  at: { readonly vorgangId: string; readonly requestId: string },
  c: Context<Env>,
): Promise<Pick<AnswerInput, 'text' | 'files'>> {
  await ownVorgang(ctx, actor, at.vorgangId)
  if (!isMultipart(c)) {
    return { text: parameter(Text, (await readFields(c))['text'], 'text'), files: [] }
  }
  const files: StoredFile[] = []
  const refusals: Problem[] = []
  try {
    const fields = await readMultipart(c.req.raw, async ({ fileName, source }) => {
      try {
        files.push(await storeAnswerFile(ctx, actor, { ...at, fileName, source }))
      } catch (error) {
        if (!(error instanceof Problem)) {
          throw error
        }
        refusals.push(error)
      }
    })
    const [refusal] = refusals
    if (refusal !== undefined) {
      throw refusal
    }
    return { text: parameter(Text, fields.find(([name]) => name === 'text')?.[1], 'text'), files }
  } catch (error) {
    await discardBlobs(
      ctx,
      files.map(({ upload }) => upload.blobId),
    )
    throw error
  }
}
