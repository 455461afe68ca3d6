import * as v from 'valibot'
import type { NoticeCase, NoticesCtx } from './ctx.ts'
import { HearingKept } from './hearing.ts'
import type { DecisionRow } from './store.ts'

const Law = v.object({
  table: v.string(),
  id: v.string(),
  validFrom: v.string(),
  source: v.string(),
  /** Day by which the row was chosen. */
  judgedOn: v.string(),
})
const Basis = v.object({ norm: v.string(), rule: v.string(), sources: v.array(v.string()) })
const Content = v.object({
  v: v.literal(1),
  outcome: v.picklist(['approved', 'refused']),
  reasons: v.string(),
  automatic: v.optional(Basis),
  /** Of a refusal: how the person was heard, or why not; absent in decisions of earlier versions. */
  hearing: v.optional(HearingKept),
  /** Rows of the law that it rests on; absent in decisions of earlier versions. */
  law: v.optional(v.array(Law)),
})
/** What a decision says and what it rests on, sealed and bound by its hash. */
export type DecisionContent = v.InferOutput<typeof Content>

/** Where a sealed column of a decision belongs. */
export const spotOf = (id: string, column: string) => ({ table: 'decisions', row: id, column })

/** Opens what a decision says. */
export async function openContent(
  ctx: Pick<NoticesCtx, 'keyring'>,
  { id, keyId, contentSealed }: Pick<DecisionRow, 'id' | 'keyId' | 'contentSealed'>,
): Promise<DecisionContent> {
  return v.parse(Content, await ctx.keyring.openJson(keyId, spotOf(id, 'content'), contentSealed))
}

type Line = { readonly type: string; readonly atMs: number; readonly actor: string }

/** A line of the journal about a decision or a notice of a case. */
export const noticeLine = (kase: NoticeCase, { type, atMs, actor }: Line, body: Readonly<Record<string, string>>) => ({
  eakteId: kase.eakte.id,
  type,
  atMs,
  actor,
  body: { vorgang: kase.vorgang.id, ...body },
})
