import { marked, type Token, type Tokens } from 'marked'
import { isSafeLink, type RichBlock, type RichSpan, type RichText } from '../lib/rich-text.ts'

export type MarkdownProblem = { readonly line: number; readonly detail: string }
export type Markdown = { readonly text: RichText; readonly problems: readonly MarkdownProblem[] }

/**
 * Turns Markdown of the city's own pages into rich text: paragraphs, headings, lists, strong, emphasis, links.
 * Headings: `#` and `##` become level 3, all others level 4. HTML, tables, pictures and code are reported, not dropped
 * silently; links other than https, http, mailto, tel and own pages too.
 * @param firstLine line of the file at which the text begins, for the findings.
 */
export function readMarkdown(source: string, firstLine = 1): Markdown {
  const problems: MarkdownProblem[] = []
  let line = firstLine
  const text: RichBlock[] = []
  for (const token of marked.lexer(source, { gfm: true })) {
    const at = line
    text.push(...blocksOf(token, (detail) => problems.push({ line: at, detail })))
    line += token.raw.split('\n').length - 1
  }
  return { text, problems }
}

type Report = (detail: string) => void
type Style = { readonly strong?: true; readonly emphasis?: true; readonly href?: string }

function blocksOf(token: Token, report: Report): readonly RichBlock[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return []
    case 'heading':
      return [{ kind: 'heading', level: token['depth'] <= 2 ? 3 : 4, spans: spansOf(token.tokens, report) }]
    case 'paragraph':
    case 'text':
      return [{ kind: 'paragraph', spans: spansOf(token['tokens'] ?? [token], report) }]
    case 'list':
      return [listOf(token as Tokens.List, report)]
    default:
      report(`"${token.type}" is not allowed in texts; use paragraphs, headings, lists, bold, italics and links`)
      return []
  }
}

const listOf = (token: Tokens.List, report: Report): RichBlock => ({
  kind: 'list',
  ordered: token.ordered,
  items: token.items.map((item) => item.tokens.flatMap((part) => blocksOf(part, report))),
})

function spansOf(tokens: readonly Token[] | undefined, report: Report, style: Style = {}): readonly RichSpan[] {
  const spans = (tokens ?? []).flatMap((token): readonly RichSpan[] => {
    switch (token.type) {
      case 'text':
      case 'escape':
        return 'tokens' in token && token.tokens !== undefined
          ? spansOf(token.tokens, report, style)
          : [{ text: oneLine(token['text']), ...style }]
      case 'strong':
        return spansOf(token['tokens'], report, { ...style, strong: true })
      case 'em':
        return spansOf(token['tokens'], report, { ...style, emphasis: true })
      case 'br':
        return [{ text: ' ', ...style }]
      case 'link':
        return spansOf(token['tokens'], report, { ...style, ...linkOf(token['href'], report) })
      default:
        report(`"${token.type}" is not allowed in texts; use bold, italics and links`)
        return []
    }
  })
  return spans.filter((span) => span.text !== '')
}

function linkOf(href: string, report: Report): Style {
  if (isSafeLink(href)) {
    return { href }
  }
  report(`link "${href}" is not allowed; use https, http, mailto, tel or an absolute path`)
  return {}
}

const NAMED: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

const oneLine = (text: string): string =>
  text.replaceAll('\n', ' ').replace(/&(amp|lt|gt|quot|#39);/g, (name) => NAMED[name] ?? name)
