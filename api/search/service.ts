import { listChanges } from '../../db/changes.ts'
import type { Projection } from '../../db/projection.ts'
import type { Ctx } from '../lib/ctx.ts'
import type { Turns } from '../lib/turns.ts'
import { findNames, readProgress, SEARCH_SCHEMA, saveNames } from './store.ts'

export { SEARCH_SCHEMA }
export type SearchCtx = Ctx & {
  readonly projection: Projection
  /** Visitors go first: names are read one at a time between what they ask. */
  readonly turns: Turns
  /** Name under which clerks know a Vorgang; null where nothing may be shown (destroyed, not there). */
  readonly describeCase: (vorgangId: string) => Promise<string | null>
}

const BATCH = 200

/** Brings `search.db` up to the newest change; returns how many changes it took. May be called again at any time. */
export async function projectChanges(ctx: SearchCtx): Promise<number> {
  let taken = 0
  for (;;) {
    const rows = await listChanges(ctx.db, 'vorgang', readProgress(ctx.projection), BATCH)
    const last = rows.at(-1)
    if (last === undefined) {
      return taken
    }
    const names = new Map<string, string | null>()
    for (const id of new Set(rows.map((row) => row.entityId))) {
      await ctx.turns.take()
      names.set(id, await ctx.describeCase(id).catch(() => null))
    }
    saveNames(ctx.projection, names, last.seq)
    taken += rows.length
  }
}

/** Names of applicants by Vorgang; one that is not projected yet is missing. */
export const caseNames = async (ctx: SearchCtx, vorgangIds: readonly string[]): Promise<ReadonlyMap<string, string>> =>
  findNames(ctx.projection, vorgangIds)
