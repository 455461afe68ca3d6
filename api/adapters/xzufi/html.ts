import { decodeEntities } from '../../lib/html-entities.ts'
import { isSafeLink, type RichBlock, type RichSpan, type RichText } from '../../lib/rich-text.ts'
import { newTables, TABLE } from './html-table.ts'

const HEADINGS = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'])
const BLOCKS = new Set([
  ...HEADINGS,
  'p',
  'div',
  'section',
  'article',
  'blockquote',
  'dl',
  'caption',
  'dt',
  'dd',
  'pre',
  'hr',
])
const DROPPED = new Set([
  'script',
  'style',
  'iframe',
  'object',
  'template',
  'svg',
  'math',
  'noscript',
  'head',
  'title',
  'textarea',
  'select',
])
const TOKEN = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9:-]*)([^<>]*)>|<[!?][^>]*(?:>|$)|([^<]+|<)/giu
const HREF = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/iu
const DEPTH_MAX = 12

/**
 * Cleans foreign HTML to rich text. Kept: paragraphs, lists, headings (the highest becomes level 3, all below level 4),
 * tables with their header cells, bold, italics, and links to https, http, mailto and tel. Everything else loses its tags, scripts and their like also
 * their text. The result is data that a page renders node by node, so nothing of the markup can get through.
 */
export function cleanHtml(html: string): RichText {
  const builder = newBuilder(highestHeading(html))
  let dropping: string | null = null
  for (const [token, slash, name, attributes, text] of html.matchAll(TOKEN)) {
    const tag = name?.toLowerCase()
    if (dropping !== null) {
      dropping = tag === dropping && slash === '/' ? null : dropping
    } else if (text !== undefined) {
      builder.text(decodeEntities(text))
    } else if (tag !== undefined && slash === '' && DROPPED.has(tag)) {
      dropping = token.endsWith('/>') ? null : tag
    } else if (tag !== undefined && slash === '') {
      builder.open(tag, attributes ?? '')
    } else if (tag !== undefined) {
      builder.close(tag)
    }
  }
  return builder.finish()
}

type List = { readonly ordered: boolean; readonly items: RichBlock[][] }
type Builder = {
  readonly text: (text: string) => void
  readonly open: (tag: string, attributes: string) => void
  readonly close: (tag: string) => void
  readonly finish: () => RichText
}

function newBuilder(highest: number): Builder {
  const root: RichBlock[] = []
  const lists: List[] = []
  const style = { strong: 0, emphasis: 0, links: [] as (string | undefined)[] }
  let heading: 3 | 4 | null = null
  let spans: RichSpan[] = []
  /** Lists that a table stands in, while it is read. */
  let table: { readonly around: List[] } | null = null
  const target = (): RichBlock[] =>
    lists.at(-1)?.items.at(-1) ?? tables.cell() ?? table?.around.at(-1)?.items.at(-1) ?? root
  const flush = (): void => {
    const trimmed = trimSpans(spans)
    spans = []
    if (trimmed.length > 0) {
      target().push(
        heading === null ? { kind: 'paragraph', spans: trimmed } : { kind: 'heading', level: heading, spans: trimmed },
      )
    }
  }
  const endList = (): void => {
    flush()
    const list = lists.pop()
    const items = list?.items.filter((item) => item.length > 0) ?? []
    if (list !== undefined && items.length > 0) {
      target().push({ kind: 'list', ordered: list.ordered, items })
    }
  }
  const tables = newTables({
    flush: () => {
      while (table !== null && lists.length > 0) {
        endList()
      }
      flush()
      heading = null
    },
    begin: () => {
      table = { around: lists.splice(0) }
    },
    end: (blocks) => {
      lists.push(...(table?.around ?? []))
      table = null
      target().push(...blocks)
    },
  })
  const open = (tag: string, attributes: string): void => {
    if (TABLE.has(tag)) {
      tables.open(tag, attributes)
    } else if (tag === 'ul' || tag === 'ol') {
      flush()
      if (lists.length < DEPTH_MAX) {
        lists.push({ ordered: tag === 'ol', items: [] })
      }
    } else if (tag === 'li') {
      flush()
      lists.at(-1)?.items.push([])
    } else if (BLOCKS.has(tag)) {
      flush()
      heading = HEADINGS.has(tag) ? (Number(tag[1]) === highest ? 3 : 4) : null
    } else if (tag === 'br') {
      spans.push({ text: ' ' })
    } else if (tag === 'a') {
      style.links.push(hrefOf(attributes))
    } else {
      toggle(style, tag, 1)
    }
  }
  const close = (tag: string): void => {
    if (TABLE.has(tag)) {
      tables.close(tag)
    } else if (tag === 'ul' || tag === 'ol') {
      endList()
    } else if (tag === 'li' || BLOCKS.has(tag)) {
      flush()
      heading = null
    } else if (tag === 'a') {
      style.links.pop()
    } else {
      toggle(style, tag, -1)
    }
  }
  const text = (value: string): void => {
    spans.push(spanOf(value.replace(/[\s\u00a0]+/gu, ' '), style))
  }
  const finish = (): RichText => {
    tables.finish()
    while (lists.length > 0) {
      endList()
    }
    flush()
    return root
  }
  return { text, open, close, finish }
}

type Style = { strong: number; emphasis: number; readonly links: (string | undefined)[] }

function toggle(style: Style, tag: string, step: 1 | -1): void {
  if (tag === 'strong' || tag === 'b') {
    style.strong = Math.max(0, style.strong + step)
  }
  if (tag === 'em' || tag === 'i') {
    style.emphasis = Math.max(0, style.emphasis + step)
  }
}

function spanOf(text: string, style: Style): RichSpan {
  const href = style.links.at(-1)
  return {
    text,
    ...(style.strong > 0 ? { strong: true } : {}),
    ...(style.emphasis > 0 ? { emphasis: true } : {}),
    ...(href === undefined ? {} : { href }),
  }
}

/** Leaves out blanks at both ends and where two pieces meet, joins pieces of the same style. */
function trimSpans(spans: readonly RichSpan[]): readonly RichSpan[] {
  // Pieces are gathered and joined once: asking a growing text for its end would copy it each time.
  const runs: { readonly style: RichSpan; readonly parts: string[] }[] = []
  let endsBlank = true
  for (const span of spans) {
    const text: string = endsBlank ? span.text.replace(/^ +/, '') : span.text
    if (text === '') {
      continue
    }
    endsBlank = text.endsWith(' ')
    const last = runs.at(-1)
    if (last !== undefined && isSameStyle(last.style, span)) {
      last.parts.push(text)
    } else {
      runs.push({ style: span, parts: [text] })
    }
  }
  const joined = runs.map(({ style, parts }) => ({ ...style, text: parts.join('') }))
  const last = joined.pop()
  const end = last === undefined ? [] : [{ ...last, text: last.text.replace(/ $/, '') }]
  return [...joined, ...end].filter((span) => span.text !== '')
}

const isSameStyle = (a: RichSpan, b: RichSpan): boolean =>
  a.strong === b.strong && a.emphasis === b.emphasis && a.href === b.href

function hrefOf(attributes: string): string | undefined {
  const match = HREF.exec(attributes)
  const href = decodeEntities(match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim()
  return isSafeLink(href) && !href.startsWith('/') ? href : undefined
}

function highestHeading(html: string): number {
  const levels = [...html.matchAll(/<h([1-6])[\s>]/giu)].map(([, level]) => Number(level))
  return levels.length === 0 ? 1 : levels.reduce((least, level) => Math.min(least, level), 6)
}
