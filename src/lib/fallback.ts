/*
 * A page in another language shows some texts in German, because nobody has translated them yet. Screen readers have to be told
 * (WCAG 2.2, 3.1.2). Such texts carry two signs of the private use area from where they come (`words`, `markGerman`) to where the
 * page is whole: `resolveMarks` makes elements of them, so that no component has to know.
 */
const OPEN = '\uE0F0'
const CLOSE = '\uE0F1'
const NOTE = '\uE0F2'

/** A text that is German on a page of another language. */
export const german = (text: string): string => (text === '' ? text : `${OPEN}${text}${CLOSE}`)

/** The same for a text that is always German, on a page whose language is not known before. */
export const germanOn = (lang: string | undefined, text: string): string =>
  (lang ?? 'de') === 'de' ? text : german(text)

/** Language of a text of a page: what is put into a German sentence, a day for example, is German too. */
export const langOf = (text: string, lang: string | undefined): string =>
  text.startsWith(OPEN) ? 'de' : (lang ?? 'de')

/** Kinds of answers whose words are ours and not the person's. */
const OUR_ANSWERS = new Set(['select', 'several', 'country', 'bool', 'declaration'])
/** Signs at which a text is put together of others: `Hund 1: Name und Rasse`. */
const JOINTS = /(: | › |\n)/
/** Shorter German texts are not looked for within others: they may be words of the other language. */
const WITHIN_MIN = 8

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
    return markedText(value, texts)
  }
  if (Array.isArray(value)) {
    return value.map((entry: unknown) => marked(entry, texts))
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const isRow = 'isEmpty' in value && 'pointer' in value
  const isOurs = isRow && (value.isEmpty === true || ('kind' in value && OUR_ANSWERS.has(String(value.kind))))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      typeof entry === 'string' && NO_TEXT.has(key) && !(isOurs && key === 'value') ? entry : marked(entry, texts),
    ]),
  )
}

/** A German text is marked as a whole; of one that is put together, or quotes a German one, the German part. */
function markedText(value: string, texts: ReadonlySet<string>): string {
  if (texts.has(value)) {
    return german(value)
  }
  return value.split(JOINTS).map((part) => (texts.has(part) ? german(part) : quoting(part, texts))).join('') // biome-ignore format: one thought
}

function quoting(text: string, texts: ReadonlySet<string>): string {
  const within = [...texts].filter((one) => one.length >= WITHIN_MIN && one.length < text.length && text.includes(one))
  const longest = within.toSorted((a, b) => b.length - a.length)[0]
  if (longest === undefined) {
    return text
  }
  const [before = '', ...rest] = text.split(longest)
  const after = rest.join(longest)
  const isWord = !/[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]/u.test(after)
  return isWord ? `${quoting(before, texts)}${german(longest)}${quoting(after, texts)}` : text
}

/**
 * A sentence that stands on a page only where `<main>` says something in German beside it. Layouts put it there; the page is
 * whole before anybody knows.
 */
export const ifGerman = (sentence: string): string => `${NOTE}${sentence}${NOTE}`

const TOKEN = /<!--[\s\S]*?-->|<\/?([a-zA-Z][^\s/>]*)(?:"[^"]*"|'[^']*'|[^'">])*>|[^<]+|</g
/** Elements whose content is text alone: a mark inside could not become an element. */
const TEXT_ONLY = new Set(['title', 'option', 'textarea', 'script', 'style'])
/** Of those, the ones that may have a language of their own: German where what they say begins in German. */
const SPEAKING = new Set(['title', 'option'])
/** Elements that say something by an attribute alone. */
const BY_ATTRIBUTE = new Set(['meta', 'img'])

/**
 * Turns marked texts of a whole page into elements with `lang="de"`; where only text may stand the element around gets it. Within
 * attributes of other elements no language can be told: there the marks go.
 */
export function resolveMarks(html: string): string {
  const page = withNote(html)
  if (!page.includes(OPEN)) {
    return page
  }
  let within = ''
  return page.replace(TOKEN, (token: string, tag: string | undefined, at: number) => {
    if (tag !== undefined) {
      const name = tag.toLowerCase()
      within = TEXT_ONLY.has(name) ? (token.startsWith('</') ? '' : name) : within
      const isGerman = BY_ATTRIBUTE.has(name)
        ? token.includes(OPEN)
        : !token.startsWith('</') && SPEAKING.has(name) && page.startsWith(OPEN, at + token.length)
      return isGerman ? plain(token).replace(tag, `${tag} lang="de"`) : plain(token)
    }
    return within !== '' || token.startsWith('<!--')
      ? plain(token)
      : token.replaceAll(OPEN, '<span lang="de">').replaceAll(CLOSE, '</span>')
  })
}

const WITH_NOTE = new RegExp(`<p[^>]*>[^<]*${NOTE}([^<${NOTE}]*)${NOTE}[^<]*</p>`)

/** Leaves the sentence for a page that is partly German where it is one, else takes it away with its paragraph. */
function withNote(html: string): string {
  const found = WITH_NOTE.exec(html)
  if (found === null) {
    return html
  }
  const without = html.replace(found[0], '')
  const main = /<main[\s>][\s\S]*<\/main>/.exec(without)?.[0] ?? without
  return main.includes(OPEN) ? html.replaceAll(NOTE, '') : without
}

const plain = (text: string): string => text.replaceAll(OPEN, '').replaceAll(CLOSE, '')
