/** Named characters that editors of catalogues write; XML knows only five of them itself. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '', ensp: ' ', emsp: ' ', thinsp: ' ',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', euro: '€', sect: '§', para: '¶',
  ndash: '–', mdash: '—', hellip: '…', bull: '•', middot: '·', deg: '°', copy: '©', reg: '®', trade: '™', times: '×',
  laquo: '«', raquo: '»', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„',
  eacute: 'é', egrave: 'è', ecirc: 'ê', agrave: 'à', aacute: 'á', acirc: 'â', ccedil: 'ç', ntilde: 'ñ',
  frac12: '½', frac14: '¼', frac34: '¾', sup2: '²', sup3: '³', zwj: '', zwnj: '',
} // biome-ignore format: one table

/** Replaces named and numeric character references once; unknown names stay as they stand. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z][a-z0-9]{1,10}));/giu, (all, hex, decimal, name) => {
    if (typeof name === 'string') {
      return NAMED[name] ?? all
    }
    return charOf(typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal))
  })
}

/** Characters that XML 1.0 allows; others are left out. */
function charOf(code: number): string {
  const isAllowed =
    code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) || (code >= 0x1_0000 && code <= 0x10_ffff) // biome-ignore format: one range list
  return isAllowed ? String.fromCodePoint(code) : ''
}
