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
const NODES_MAX = 20_000
const DEPTH_MAX = 20

/**
 * Checks rich text where it comes from a file; links only to https, http, mailto, tel or a page of our own.
 * Written by hand instead of as nested shapes: a catalogue of 6,000 services has half a million nodes.
 */
export const RichTextSchema = v.custom<RichText>((value) => isRichText(value, { nodes: 0 }, 0), 'not a rich text')

type Count = { nodes: number }

function isRichText(value: unknown, count: Count, depth: number): boolean {
  return Array.isArray(value) && depth <= DEPTH_MAX && value.every((block) => isBlock(block, count, depth))
}

function isBlock(value: unknown, count: Count, depth: number): boolean {
  count.nodes += 1
  if (typeof value !== 'object' || value === null || count.nodes > NODES_MAX) {
    return false
  }
  const block = value as Record<string, unknown>
  if (block['kind'] === 'list') {
    const { ordered, items } = block
    return (
      typeof ordered === 'boolean' && Array.isArray(items) && items.every((item) => isRichText(item, count, depth + 1))
    )
  }
  const isHeading = block['kind'] === 'heading' && (block['level'] === 3 || block['level'] === 4)
  const spans = block['spans']
  return (
    (isHeading || block['kind'] === 'paragraph') && Array.isArray(spans) && spans.every((span) => isSpan(span, count))
  )
}

function isSpan(value: unknown, count: Count): boolean {
  count.nodes += 1
  if (typeof value !== 'object' || value === null || count.nodes > NODES_MAX) {
    return false
  }
  const { text, strong, emphasis, href, ...rest } = value as Record<string, unknown>
  const isText = typeof text === 'string' && text.length <= TEXT_LENGTH_MAX
  const isStyle = (flag: unknown): boolean => flag === undefined || flag === true
  const isLink = href === undefined || (typeof href === 'string' && isSafeLink(href))
  return isText && isStyle(strong) && isStyle(emphasis) && isLink && Object.keys(rest).length === 0
}

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
