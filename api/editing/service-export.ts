import type { DataModel } from '../forms/data-model.ts'
import { readModel, writeQuestionTable } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { type EditingCtx, readState, tryState } from './state.ts'

export const nothingToExport = problemType('editing/nothing-to-export', 404)
export const notExportable = problemType('editing/not-exportable', 409)

/** The data schema of a service as XDatenfelder 3, ids and versions kept. Throws 404 without one, 409 where the ids are our own. */
export async function exportSchema(ctx: EditingCtx, actor: Actor, slug: string): Promise<string> {
  const model = await modelOf(ctx, actor, slug)
  const written = ctx.writeXml(model, { messageId: ctx.newId(), writtenAt: new Date(ctx.now()).toISOString() })
  if (!written.ok) {
    throw notExportable(`service ${slug}`, {
      errors: written.findings.map(({ type, detail, line }) => ({ pointer: '/form', type, params: { detail, line } })),
    })
  }
  return written.xml
}

/** The questions of a service as a table (CSV) that can be dropped in again. */
export async function exportTable(ctx: EditingCtx, actor: Actor, slug: string): Promise<string> {
  return writeQuestionTable(await modelOf(ctx, actor, slug))
}

async function modelOf(ctx: EditingCtx, actor: Actor, slug: string): Promise<DataModel> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const tried = await tryState(ctx, state)
  const read = tried.ok ? readModel(tried.content, slug, ctx.readXml) : null
  if (read?.ok !== true) {
    throw nothingToExport(`service ${slug}`)
  }
  return read.model
}
