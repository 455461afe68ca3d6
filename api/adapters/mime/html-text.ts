import { decodeEntities } from '../../lib/html-entities.ts'

const LINE_ENDS = new Set([
  'br',
  'div',
  'p',
  'li',
  'tr',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'table',
  'ul',
  'ol',
  'hr',
  'pre',
])
const PARAGRAPHS = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'table'])
const DROPPED = new Set(['script', 'style', 'head', 'title', 'template', 'svg', 'object', 'iframe', 'noscript'])
/** Every branch ends at the next `<` or `>` or takes all that is left, so that no text is looked at twice. */
const TOKEN = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9:-]*)([^<>]*)>|<[!?][^>]*(?:>|$)|([^<]+|<)/giu
const QUOTE_DEPTH_MAX = 20

/** Text of a mail's HTML as a person reads it: paragraphs by lines, what is quoted with `>` before it, links by their words. */
export function textOfHtml(html: string): string {
  const state = { lines: [] as string[], line: '', depth: 0, dropping: '' }
  const end = (): void => {
    const line = state.line.replace(/[ \t\u00a0]+/g, ' ').trim()
    state.lines.push(`${'> '.repeat(Math.min(state.depth, QUOTE_DEPTH_MAX))}${line}`.trimEnd())
    state.line = ''
  }
  for (const [, slash = '', name = '', , text] of html.matchAll(TOKEN)) {
    const tag = name.toLowerCase()
    if (state.dropping !== '') {
      state.dropping = tag === state.dropping && slash === '/' ? '' : state.dropping
    } else if (text !== undefined) {
      state.line += decodeEntities(text.replace(/\s+/g, ' '))
    } else if (DROPPED.has(tag) && slash === '') {
      state.dropping = tag
    } else if (tag === 'blockquote') {
      end()
      dropEmpty(state.lines)
      state.lines.push('')
      state.depth = Math.max(0, state.depth + (slash === '' ? 1 : -1))
    } else if (LINE_ENDS.has(tag) && (state.line.trim() !== '' || (tag === 'br' && slash === ''))) {
      end()
      if (PARAGRAPHS.has(tag)) {
        end()
      }
    }
  }
  end()
  dropEmpty(state.lines)
  return state.lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** Takes away lines at the end on which nothing stands but marks of quotation. */
function dropEmpty(lines: string[]): void {
  while (lines.length > 0 && /^[> ]*$/.test(lines.at(-1) ?? '')) {
    lines.pop()
  }
}
