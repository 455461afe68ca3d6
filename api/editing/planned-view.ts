import type { EditingCtx } from './state.ts'
import { findPlanned } from './store-law.ts'

/** When the unpublished state of a service is published by itself. */
export type PlannedView = {
  readonly onDay: string
  readonly plannedAtMs: number
  /** The state was changed since, or somebody else published the service meanwhile: on its day it is not published. */
  readonly obstacle: 'outdated' | 'moved' | null
  /** Why it was not published when its day came; null while it waits. */
  readonly failure: string | null
}

/** What is planned for a service; null for nothing. */
export async function readPlanned(
  ctx: EditingCtx,
  { slug, version, isMoved }: { slug: string; version: number; isMoved: boolean },
): Promise<PlannedView | null> {
  const row = await findPlanned(ctx.db, slug)
  return row === undefined
    ? null
    : {
        onDay: row.onDay,
        plannedAtMs: row.plannedAtMs,
        obstacle: row.workspaceVersion !== version ? 'outdated' : isMoved ? 'moved' : null,
        failure: row.failure,
      }
}
