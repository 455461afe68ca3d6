/** Abbreviations whose point ends no sentence, small letters. */
const SHORT =
  /(?:^|[\s(])(?:\p{L}|\d{1,2}|nr|abs|art|str|dr|prof|bzw|ca|ggf|evtl|inkl|usw|etc|tel|gem|lfd|max|min|st|vgl|ff)\.$/iu

/** The sentences of a text, each with the space behind it: together they are the text. Names in braces are words. Pure. */
export function sentencesOf(text: string): readonly string[] {
  const sentences: string[] = []
  let start = 0
  const masked = text.replace(/\{[^{}\n]*\}/g, (name) => 'X'.repeat(name.length))
  for (const { index, 0: gap } of masked.matchAll(/(?<=[.!?]["“”»)]*)[ \t]+(?=["„«(]?[\p{Lu}§])|\n\s*/gu)) {
    const end = index + gap.length
    if (gap.includes('\n') || !SHORT.test(masked.slice(start, index))) {
      sentences.push(text.slice(start, end))
      start = end
    }
  }
  return [...sentences, text.slice(start)].filter((sentence) => sentence !== '')
}

/** A text without the sentences that hold a name in braces. */
export const withoutSentences = (text: string, name: string): string =>
  sentencesOf(text)
    .filter((sentence) => !sentence.includes(`{${name}}`))
    .join('')
    .trim()

/** A text without a name in braces, and without the space and signs that it leaves behind. */
export const withoutName = (text: string, name: string): string =>
  text
    .replaceAll(`{${name}}`, '')
    .replace(/\(\s*\)/g, '')
    .replace(/[ \t]{2,}/g, ' ')
    .replace(/[ \t]+([,.;:!?)])/g, '$1')
    .replace(/([,;:])(?=[,;:])/g, '')
    .trim()
