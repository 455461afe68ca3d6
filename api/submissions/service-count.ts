import { createHash } from 'node:crypto'
import { readApplications } from '../eakten/service.ts'
import type { Ctx } from '../lib/ctx.ts'
import { readRunning } from '../postboxes/service.ts'
import { countOnOtherProcess } from '../workflow/service.ts'
import { countDraftsOf } from './store.ts'

/** Counts drafts of a service that people have begun and not sent: each ends on the version it began with. */
export const countOpenDrafts = (ctx: Pick<Ctx, 'db' | 'now'>, slug: string): Promise<number> =>
  countDraftsOf(ctx.db, slug, ctx.now())

/** Counts applications for a service that are not done and keep to another process than this one: each ends on its own. */
export async function countCasesBefore(
  { db }: Pick<Ctx, 'db'>,
  service: { readonly slug: string; readonly process: string; readonly postboxes: readonly string[] },
): Promise<number> {
  const running = await readRunning(db, service.slug, service.postboxes)
  const digest = createHash('sha256').update(service.process).digest('hex')
  return await countOnOtherProcess(db, await readApplications(db, running), digest)
}
