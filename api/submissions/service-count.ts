import type { Ctx } from '../lib/ctx.ts'
import { countDraftsOf } from './store.ts'

/** Counts drafts of a service that people have begun and not sent: each ends on the version it began with. */
export const countOpenDrafts = (ctx: Pick<Ctx, 'db' | 'now'>, slug: string): Promise<number> =>
  countDraftsOf(ctx.db, slug, ctx.now())
