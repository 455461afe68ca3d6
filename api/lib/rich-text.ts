import * as v from 'valibot'

/** Text of the catalogue, cleaned to a small set: pages render it node by node, never as raw HTML. */
export type RichText = readonly RichBlock[]
export type RichBlock =
  | { readonly kind: 'paragraph'; readonly spans: readonly RichSpan[] }
  | { readonly kind: 'heading'; readonly level: 3 | 4; readonly spans: readonly RichSpan[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly RichText[] }
export type RichSpan = {
  readonly text: string
  readonly strong?: true
  readonly emphasis?: true
  readonly href?: string
}

const TEXT_LENGTH_MAX = 50_000
const NODES_MAX = 5000

const Span = v.strictObject({
  text: v.pipe(v.string(), v.maxLength(TEXT_LENGTH_MAX)),
  strong: v.exactOptional(v.literal(true)),
  emphasis: v.exactOptional(v.literal(true)),
  href: v.exactOptional(v.pipe(v.string(), v.check(isSafeLink, 'not an https, http, mailto or tel address'))),
})
const Spans = v.pipe(v.array(Span), v.maxLength(NODES_MAX))
const Block: v.GenericSchema<RichBlock> = v.variant('kind', [
  v.strictObject({ kind: v.literal('paragraph'), spans: Spans }),
  v.strictObject({ kind: v.literal('heading'), level: v.picklist([3, 4]), spans: Spans }),
  v.strictObject({
    kind: v.literal('list'),
    ordered: v.boolean(),
    items: v.pipe(v.array(v.array(v.lazy(() => Block))), v.maxLength(NODES_MAX)),
  }),
])

/** Checks rich text where it comes from a file; links only to https, http, mailto, tel or a page of our own. */
export const RichTextSchema: v.GenericSchema<RichText> = v.pipe(v.array(Block), v.maxLength(NODES_MAX))

/** True for `https:`, `http:`, `mailto:` and `tel:` addresses and for absolute paths of our own pages. */
export function isSafeLink(href: string): boolean {
  if (href.length > 2000 || /[\s\\\p{Cc}]/u.test(href)) {
    return false
  }
  if (/^\/(?!\/)/.test(href)) {
    return true
  }
  if (/^(mailto|tel):\S+$/i.test(href)) {
    return true
  }
  return /^https?:\/\//i.test(href) && URL.canParse(href)
}

/** The words of a rich text, blocks parted by a blank: for search, teasers and length. */
export function plainText(text: RichText): string {
  return text
    .map((block) =>
      block.kind === 'list' ? block.items.map(plainText).join(' ') : block.spans.map((span) => span.text).join(''),
    )
    .join(' ')
}
