import { createHash } from 'node:crypto'
import type { Ctx } from '../lib/ctx.ts'
import { countDraftsOf, countOnOtherProcess } from './store.ts'

/** Counts drafts of a service that people have begun and not sent: each ends on the version it began with. */
export const countOpenDrafts = (ctx: Pick<Ctx, 'db' | 'now'>, slug: string): Promise<number> =>
  countDraftsOf(ctx.db, slug, ctx.now())

/** Counts applications for a service that are not done and keep to another process than this one: each ends on its own. */
export const countCasesBefore = (
  { db }: Pick<Ctx, 'db'>,
  service: { readonly slug: string; readonly process: string; readonly postboxes: readonly string[] },
): Promise<number> =>
  countOnOtherProcess(db, { ...service, digest: createHash('sha256').update(service.process).digest('hex') })
