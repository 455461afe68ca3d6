import type { Content } from '../content/snapshot.ts'

/** Language in which letters that need no template can be written: the wanted one, or German where it has no words for letters. */
export const letterLang = (content: Content, wanted: string): string =>
  content.file(`letters/letter.${wanted}.yaml`) === undefined ||
  content.file(`letters/remedies.${wanted}.yaml`) === undefined
    ? 'de'
    : wanted

/** Language in which a notice can be written: the wanted one, or German where template or words of letters lack it. */
export const noticeLang = (content: Content, slug: string, kind: string, wanted: string): string =>
  content.file(`services/${slug}/notice.${kind}.${wanted}.yaml`) === undefined ? 'de' : letterLang(content, wanted)
