import * as v from 'valibot'

/** Text of the catalogue, cleaned to a small set: pages render it node by node, never as raw HTML. */
export type RichText = readonly RichBlock[]
export type RichBlock =
  | { readonly kind: 'paragraph'; readonly spans: readonly RichSpan[] }
  | { readonly kind: 'heading'; readonly level: 3 | 4; readonly spans: readonly RichSpan[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly RichText[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly RichCell[])[] }
/** A cell of a table; `header`: it names its column, or in the first place of a later row its row. */
export type RichCell = {
  readonly text: RichText
  readonly header?: true
  readonly columns?: number
  readonly rows?: number
}
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
  if (block['kind'] === 'table') {
    const { rows } = block
    return (
      Array.isArray(rows) && rows.every((row) => Array.isArray(row) && row.every((cell) => isCell(cell, count, depth)))
    )
  }
  const isHeading = block['kind'] === 'heading' && (block['level'] === 3 || block['level'] === 4)
  const spans = block['spans']
  return (
    (isHeading || block['kind'] === 'paragraph') && Array.isArray(spans) && spans.every((span) => isSpan(span, count))
  )
}

export const SPAN_MAX = 20

function isCell(value: unknown, count: Count, depth: number): boolean {
  count.nodes += 1
  if (typeof value !== 'object' || value === null || count.nodes > NODES_MAX) {
    return false
  }
  const { text, header, columns, rows, ...rest } = value as Record<string, unknown>
  const isWide = (many: unknown): boolean => many === undefined || (Number.isInteger(many) && Number(many) > 1 && Number(many) <= SPAN_MAX) // biome-ignore format: one thought
  const isPlain = (header === undefined || header === true) && Object.keys(rest).length === 0
  return isPlain && isWide(columns) && isWide(rows) && isRichText(text, count, depth + 1)
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
  return text.map(plainBlock).join(' ')
}

function plainBlock(block: RichBlock): string {
  switch (block.kind) {
    case 'list':
      return block.items.map(plainText).join(' ')
    case 'table':
      return block.rows.map((row) => row.map((cell) => plainText(cell.text)).join(' ')).join(' ')
    default:
      return block.spans.map((span) => span.text).join('')
  }
}
