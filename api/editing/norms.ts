/** A norm that somebody looks for: the law, and one of its paragraphs; only words where it is not written as a norm. */
export type Norm =
  | { readonly kind: 'norm'; readonly law: string; readonly paragraph: string | null }
  | { readonly kind: 'words'; readonly words: string }

/** Abbreviations of laws: capitals within the word (VwVfG, BbgBGG, GebOSt, AO), or a by-law in words (Hundesteuersatzung). */
const LAW =
  /\b(?:SGB [IVX]+|[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]*[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]*|[A-ZÄÖÜ][a-zäöüß]+(?:satzung|ordnung|gesetz))\b/g
/** What stands between the parts of a paragraph and is no paragraph itself. */
const PARTS =
  /\b(?:Abs(?:atz|ätze)?|S(?:atz)?|Nr|Nummer|Halbsatz|Alt|Buchst(?:abe)?)\.?\s*\d+[a-z]?(?:\s*(?:,|und|bis|–|-)\s*\d+[a-z]?(?!\s*(?:Abs|[A-ZÄÖÜ])))*/g

/** Reads what somebody typed: `§ 41 Abs. 2 VwVfG`, `41 VwVfG`, `VwVfG`, or other words. */
export function readNorm(text: string): Norm | null {
  const bare = text.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (bare === '') {
    return null
  }
  const law = [...bare.matchAll(LAW)].at(-1)?.[0]
  if (law === undefined) {
    return { kind: 'words', words: bare.toLocaleLowerCase('de') }
  }
  const paragraph = /(\d+[a-z]?)/.exec(bare.replace(law, '').replace(PARTS, ''))?.[1] ?? null
  return { kind: 'norm', law, paragraph }
}

/** Whether a text cites a norm. A law is cited with the paragraphs that stand before it, back to the law before. */
export function cites(text: string, norm: Norm): boolean {
  if (norm.kind === 'words') {
    return text.toLocaleLowerCase('de').includes(norm.words)
  }
  let from = 0
  for (const match of text.matchAll(LAW)) {
    const before = text.slice(from, match.index)
    from = match.index + match[0].length
    const behind = /^[^.;§]{0,40}?§+\s*([^;.]{0,60})/.exec(text.slice(from))?.[1] ?? ''
    if (match[0] === norm.law && (norm.paragraph === null || isAmong(norm.paragraph, [lastList(before), behind]))) {
      return true
    }
  }
  return false
}

/** The list of paragraphs that stands at the end of a text. */
const lastList = (text: string): string => {
  const at =
    text.lastIndexOf('§§') >= 0 ? Math.max(text.lastIndexOf('§§'), text.lastIndexOf('§') - 1) : text.lastIndexOf('§')
  return at < 0 ? '' : text.slice(at)
}

function isAmong(paragraph: string, lists: readonly string[]): boolean {
  return lists.some((list) => {
    const bare = list.replace(PARTS, ' ')
    const single = [...bare.matchAll(/\d+[a-z]?/g)].some(([found]) => found === paragraph)
    const number = Number.parseInt(paragraph, 10)
    return (
      single ||
      [...bare.matchAll(/(\d+)[a-z]?\s*(?:bis|–|-)\s*(\d+)/g)].some(
        ([, from, to]) => Number(from) <= number && number <= Number(to),
      )
    )
  })
}
