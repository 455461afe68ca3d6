import type { Form } from '../forms/model.ts'
import { staffName } from '../identity/service.ts'
import { listJournalOf } from '../journal/service.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** A rule in words that a clerk looks at in each case, and who did last. */
export type PointView = {
  readonly id: string
  readonly name: string
  readonly text: string
  /** `by` is a member of staff's name; null where nobody looked, or took it back. */
  readonly checked: { readonly by: string; readonly atMs: number } | null
}

/** Types of the journal lines that say that a clerk looked at a rule in words, and that this was taken back. */
export const CHECKED = 'point-checked'
export const UNCHECKED = 'point-unchecked'

/** Rules in words of a form with who looked at each in this Vorgang, and when. The journal is where that is kept. */
export async function readPoints(
  ctx: SubmissionsCtx,
  { id, eakteId }: Pick<Case['vorgang'], 'id' | 'eakteId'>,
  points: Form['clerkPoints'],
): Promise<readonly PointView[]> {
  const last = points.length === 0 ? new Map<string, Checked | null>() : await lastChecks(ctx, id, eakteId)
  return await Promise.all(
    points.map(async ({ id: point, name, text }) => {
      const found = last.get(point) ?? null
      const checked =
        found === null
          ? null
          : { by: (await staffName(ctx, found.actor.replace(/^staff:/, ''))) ?? '', atMs: found.atMs }
      return { id: point, name, text, checked }
    }),
  )
}

type Checked = { readonly actor: string; readonly atMs: number }

/** Of a Vorgang, by point: who looked at it last; null where that was taken back. */
export async function lastChecks(
  ctx: SubmissionsCtx,
  vorgangId: string,
  eakteId: string,
): Promise<ReadonlyMap<string, Checked | null>> {
  const lines = await listJournalOf(ctx, eakteId, [CHECKED, UNCHECKED])
  return new Map(
    lines
      .filter(({ body }) => body['vorgang'] === vorgangId)
      .map(
        ({ type, body, actor, atMs }) => [String(body['point']), type === CHECKED ? { actor, atMs } : null] as const,
      ),
  )
}
