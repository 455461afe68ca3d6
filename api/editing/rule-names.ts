/** A name in a rule: where it stands, and the question or list that it means. */
type Token = {
  readonly start: number
  readonly end: number
  readonly path: string
  readonly prefix: string
  readonly holder: string
}
/** Repeating groups around a rule, outermost first; in notices the name of an item of a list. */
export type Around = {
  readonly loops: readonly string[]
  readonly alias?: { readonly name: string; readonly list: string }
}
type Renamed = { readonly from: string; readonly to: string; readonly around: Around }

const ITEM_NAMES = ['eintrag', 'eintragOben', 'eintragGanzOben'] as const
/** Text in quotes, or a dotted name. */
const PART = /"(?:[^"\\]|\\.)*"|[\p{L}_][\p{L}\p{N}_]*(?:\s*\.\s*[\p{L}_][\p{L}\p{N}_]*)*|\[|\]/gu
const LOCAL = /([\p{L}_][\p{L}\p{N}_]*)\s+in\s+([\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*)/gu

/**
 * Names in a rule as paths of the form, whether anybody knows them or not: `eintrag.x` inside of `loops`, `b.x` after
 * `some b in boote`, `x` in `boote[x > 3]`. Text in quotes names nothing. Pure; a guess where a rule is broken.
 */
export function tokensIn(rule: string, { loops, alias }: Around): readonly Token[] {
  const locals = new Map(alias === undefined ? [] : [[alias.name, alias.list]])
  const bare = rule.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => ' '.repeat(quoted.length))
  const holders = new Map(ITEM_NAMES.flatMap((name, up) => (loops.at(-1 - up) === undefined ? [] : [[name as string, loops.at(-1 - up) ?? '']]))) // biome-ignore format: one thought
  const holderOf = (name: string): string | undefined => locals.get(name) ?? holders.get(name)
  for (const [, name = '', list = ''] of bare.matchAll(LOCAL)) {
    const [first = '', ...rest] = list.split('.')
    locals.set(name, [holderOf(first) ?? first, ...rest].join('.'))
  }
  const found: Token[] = []
  const within: string[] = []
  for (const match of rule.matchAll(PART)) {
    const [text] = match
    if (text === '[') {
      within.push(found.at(-1)?.path ?? '')
    } else if (text === ']') {
      within.pop()
    } else if (!text.startsWith('"')) {
      found.push(tokenOf(text, match.index, { holderOf, list: within.at(-1) }))
    }
  }
  return found
}

type Scope = { readonly holderOf: (name: string) => string | undefined; readonly list: string | undefined }

function tokenOf(text: string, start: number, { holderOf, list }: Scope): Token {
  const [first = '', ...rest] = text.split(/\s*\.\s*/)
  const holder = holderOf(first)
  const at = { start, end: start + text.length }
  if (holder !== undefined) {
    return { ...at, path: [holder, ...rest].join('.'), prefix: first, holder }
  }
  // In a filter of a list names are those of its items, as far as they are no names of the form.
  const whole = [first, ...rest].join('.')
  return list === undefined || list === '' || whole.startsWith(`${list}.`)
    ? { ...at, path: whole, prefix: '', holder: '' }
    : { ...at, path: `${list}.${whole}`, prefix: '', holder: list }
}

/** A rule with another question in place of one: written as the old one was, where it stands in the same list. Pure. */
export function renamedIn(rule: string, { from, to, around }: Renamed): string {
  return tokensIn(rule, around)
    .filter(({ path }) => path === from || path.startsWith(`${from}.`))
    .toReversed()
    .reduce((text, { start, end, path, prefix, holder }) => {
      const other = `${to}${path.slice(from.length)}`
      const inside = holder !== '' && other.startsWith(`${holder}.`) ? other.slice(holder.length + 1) : undefined
      const name = inside === undefined ? other : prefix === '' ? inside : `${prefix}.${inside}`
      return `${text.slice(0, start)}${name}${text.slice(end)}`
    }, rule)
}
