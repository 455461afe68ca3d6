import * as v from 'valibot'
import type { MessagesCtx } from './ctx.ts'

/** Why the office asks: what was said is not whole, not right or not up to date, or somebody is heard before a decision (§ 28 VwVfG). */
export const REQUEST_WHY = ['incomplete', 'incorrect', 'outdated', 'hearing'] as const
export type RequestWhy = (typeof REQUEST_WHY)[number]

const Said = v.object({ label: v.string(), before: v.string() })
const Item = v.object({ pointer: v.string(), de: Said, own: Said })
const Details = v.object({ v: v.literal(1), why: v.nullable(v.picklist(REQUEST_WHY)), items: v.array(Item) })
const AnswerItems = v.object({ v: v.literal(1), items: v.array(v.string()) })

/** An answer of the application that is asked about, as it stood: its question and value in German and in the person's language. */
export type RequestItem = v.InferOutput<typeof Item>
export type RequestDetails = Omit<v.InferOutput<typeof Details>, 'v'>

const NONE: RequestDetails = { why: null, items: [] }
const spotOf = (table: string, row: string, column: string) => ({ table, row, column })

/** Seals what a request is about; null where nothing of it was said. */
export async function sealDetails(
  ctx: MessagesCtx,
  keyId: string,
  id: string,
  details: { readonly why: RequestWhy | null; readonly items: readonly RequestItem[] },
): Promise<Uint8Array | null> {
  return details.why === null && details.items.length === 0
    ? null
    : await ctx.keyring.sealJson(keyId, spotOf('information_requests', id, 'details'), { v: 1, ...details })
}

/** Opens what a request is about. */
export async function openDetails(
  ctx: MessagesCtx,
  row: { readonly id: string; readonly keyId: string; readonly detailsSealed: Uint8Array | null },
): Promise<RequestDetails> {
  if (row.detailsSealed === null) {
    return NONE
  }
  const spot = spotOf('information_requests', row.id, 'details')
  const { why, items } = v.parse(Details, await ctx.keyring.openJson(row.keyId, spot, row.detailsSealed))
  return { why, items }
}

/** Seals the answers to the items of a request, in their order, empty where nothing new was said; null where none was. */
export async function sealItems(
  ctx: MessagesCtx,
  keyId: string,
  id: string,
  items: readonly string[],
): Promise<Uint8Array | null> {
  return items.every((item) => item === '')
    ? null
    : await ctx.keyring.sealJson(keyId, spotOf('information_answers', id, 'items'), { v: 1, items })
}

/** Opens the answers to the items of a request. */
export async function openItems(
  ctx: MessagesCtx,
  row: { readonly id: string; readonly keyId: string; readonly itemsSealed: Uint8Array | null },
): Promise<readonly string[]> {
  if (row.itemsSealed === null) {
    return []
  }
  const spot = spotOf('information_answers', row.id, 'items')
  return v.parse(AnswerItems, await ctx.keyring.openJson(row.keyId, spot, row.itemsSealed)).items
}
