/*
 * A page in another language shows some texts in German, because nobody has translated them yet. Screen readers have to be told
 * (WCAG 2.2, 3.1.2). Such texts carry two signs of the private use area from where they come (`words`, `markGerman`) to where the
 * page is whole: `resolveMarks` makes elements of them, so that no component has to know.
 */
const OPEN = '\uE0F0'
const CLOSE = '\uE0F1'

/** A text that is German on a page of another language. */
export const german = (text: string): string => (text === '' ? text : `${OPEN}${text}${CLOSE}`)

/** Entries that hold what programs read or what a person typed, never a text of ours. */
const NO_TEXT = new Set(
  'name id value code path page address slug kind control inputType accept targetId type seen lang'.split(' '),
)

/** Marks every text of a view that is among `texts`; what a person typed and what programs read stays as it is. */
export function markGerman<T>(view: T, texts: readonly string[]): T {
  return texts.length === 0 ? view : (marked(view, new Set(texts)) as T)
}

function marked(value: unknown, texts: ReadonlySet<string>): unknown {
  if (typeof value === 'string') {
    return texts.has(value) ? german(value) : value
  }
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => marked(entry, texts))
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      typeof entry === 'string' && NO_TEXT.has(key) ? entry : marked(entry, texts),
    ]),
  )
}

const TOKEN = /<!--[\s\S]*?-->|<\/?([a-zA-Z][^\s/>]*)(?:"[^"]*"|'[^']*'|[^'">])*>|[^<]+|</g
/** Elements whose content is text alone: a mark inside could not become an element. */
const TEXT_ONLY = new Set(['title', 'option', 'textarea', 'script', 'style'])

/** Turns marked texts of a whole page into elements with `lang="de"`; in attributes and where only text may stand the marks go. */
export function resolveMarks(html: string): string {
  if (!html.includes(OPEN)) {
    return html
  }
  let within = ''
  return html.replace(TOKEN, (token: string, tag: string | undefined) => {
    if (tag !== undefined) {
      const name = tag.toLowerCase()
      within = TEXT_ONLY.has(name) ? (token.startsWith('</') ? '' : name) : within
      return plain(token)
    }
    return within !== '' || token.startsWith('<!--')
      ? plain(token)
      : token.replaceAll(OPEN, '<span lang="de">').replaceAll(CLOSE, '</span>')
  })
}

const plain = (text: string): string => text.replaceAll(OPEN, '').replaceAll(CLOSE, '')
