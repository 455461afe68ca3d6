import type { Content, ContentChecker } from '../content/snapshot.ts'
import { compileRule } from '../lib/feel.ts'
import type { Finding } from '../lib/finding.ts'
import { REGIME_NAMES } from './delivery.ts'
import { type LetterKit, readLetterKit } from './letter-kit.ts'
import { readNoticeTemplate, type TemplateSurroundings } from './template.ts'

const WORDS = /^letters\/letter\.([a-z]{2,3})\.yaml$/
const TEMPLATE = /^services\/([a-z0-9-]+)\/notice\.[a-z-]+\.([a-z]{2,3})\.yaml$/

/**
 * Checks what letters share, in German and each language that has words for letters or a notice, and every notice's template against the
 * form of its service.
 * @param formNames names of a form's rules, and those that may be missing; null where the form is broken, which its own
 * check reports.
 */
export function checkNotices(
  formNames: (content: Content, slug: string, lang: string) => Pick<TemplateSurroundings, 'form' | 'unanswered'> | null,
): ContentChecker {
  return (content) => {
    const templates = content.paths.flatMap((path) => {
      const [, slug, lang] = TEMPLATE.exec(path) ?? []
      return slug === undefined || lang === undefined ? [] : [{ path, slug, lang }]
    })
    const deadlines = content.deadlines.deadlines.map((rule) => rule.id)
    const kits = new Map<string, LetterKit>()
    const findings: Finding[] = []
    const spoken = content.paths.flatMap((path) => WORDS.exec(path)?.[1] ?? [])
    for (const lang of new Set(['de', ...spoken, ...templates.map((template) => template.lang)])) {
      const read = readLetterKit(content.file, lang, deadlines)
      if (read.ok) {
        kits.set(lang, read.kit)
      } else {
        findings.push(...read.findings)
      }
    }
    for (const { path, slug, lang } of templates) {
      const [form, kit] = [formNames(content, slug, lang), kits.get(lang)]
      const source = new TextDecoder().decode(content.file(path) ?? new Uint8Array())
      if (form !== null && kit !== undefined) {
        const fees = content.fees.fees.map((fee) => fee.id)
        const read = readNoticeTemplate(source, path, {
          ...form,
          fees,
          remedies: kit.remedies.map((remedy) => remedy.id),
        })
        findings.push(...(read.ok ? [] : read.findings))
      }
    }
    return [...findings, ...checkRegimes(content)]
  }
}

/** Ways of a notice: conditions that can be read, deliveries that exist, and one row that holds where no other does. */
function checkRegimes({ deadlines: { regimes, deliveries } }: Content): readonly Finding[] {
  const file = 'deadlines.yaml'
  const known = deliveries.map(({ id }) => id)
  const finding = (type: string, detail: string): Finding => ({ file, line: 1, type, detail })
  const rest = regimes.some(({ when, validTo }) => when === undefined && validTo === undefined)
  return [
    ...regimes.flatMap(({ when }) => {
      const read = when === undefined ? null : compileRule(when, { file, line: 1, names: REGIME_NAMES })
      return read === null || read.ok ? [] : read.findings
    }),
    ...regimes
      .filter(({ delivery }) => !known.includes(delivery))
      .map(({ delivery }) => finding('notices/unknown-delivery', `There is no delivery "${delivery}".`)),
    ...(regimes.length === 0 || rest
      ? []
      : [finding('notices/no-regime', 'No row of the regimes holds without a condition and without an end.')]),
  ]
}
