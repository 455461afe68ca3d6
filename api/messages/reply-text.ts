/** What a person wrote, and what their program put below or above it of the mail they answered. Together they are all lines. */
export type SplitReply = { readonly own: string; readonly quoted: string }

/** Longer lines are no marks of a quotation; so every pattern looks at little. */
const LINE_MAX = 500
const HEADER_LINES = 6

/**
 * Parts an answer from the mail it quotes. When in doubt nothing is cut: quotations with answers between them stay whole, and
 * where nothing else would be left. Pure, in linear time.
 */
export function splitReply(text: string): SplitReply {
  const lines = text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
  const whole = { own: textOf(lines), quoted: '' }
  const from = lines.findIndex((_line, at) => isMark(lines, at))
  const marked = lines.flatMap((line, at) => (line.startsWith('>') ? [at] : []))
  const [first] = marked
  const last = marked.at(-1)
  const start = from === -1 || (first !== undefined && first < from) ? first : from
  if (start === undefined) {
    return whole
  }
  const isPlain = first === undefined || last === undefined
  const end = isPlain ? lines.length : last + 1
  if (!isPlain && lines.slice(first, end).some((line) => line !== '' && !line.startsWith('>'))) {
    return whole
  }
  const own = [lines.slice(0, start), lines.slice(end)].map(textOf).filter((part) => part !== '')
  return own.length === 0 ? whole : { own: own.join('\n\n'), quoted: textOf(lines.slice(start, end)) }
}

const textOf = (lines: readonly string[]): string => lines.join('\n').trim()

const SEPARATOR =
  /^[-_*\s]*-{2,} ?(?:original message|ursprüngliche nachricht|originalnachricht|forwarded message|weitergeleitete nachricht) ?-{2,}/i
const BEGINS = /^(?:am|on|um) /i
const ENDS = /(?:schrieb|wrote|napisał|napisała)\b.{0,200}:$/i
const FROM = /^\*?(?:von|from):\*? /i
const SENT = /^\*?(?:gesendet|sent|datum|date):\*? /i

/** A line with which a program begins the mail that is answered. */
function isMark(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? ''
  if (line === '' || line.length > LINE_MAX) {
    return false
  }
  return SEPARATOR.test(line) || isAttribution(lines, at) || isHeaderBlock(lines, at)
}

/** "Am 24.11.2026 um 10:00 schrieb Stadt <…>:", also broken into three lines. */
function isAttribution(lines: readonly string[], at: number): boolean {
  if (!BEGINS.test(lines[at] ?? '')) {
    return false
  }
  return [1, 2, 3].some((count) => {
    const joined = lines.slice(at, at + count).join(' ')
    return joined.length <= LINE_MAX && ENDS.test(joined)
  })
}

/** "Von: … Gesendet: … An: …" of Outlook. */
const isHeaderBlock = (lines: readonly string[], at: number): boolean =>
  FROM.test(lines[at] ?? '') &&
  lines.slice(at + 1, at + HEADER_LINES).some((line) => line.length <= LINE_MAX && SENT.test(line))
