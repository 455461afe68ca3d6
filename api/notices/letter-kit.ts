import * as v from 'valibot'
import { readContentFile } from '../lib/content-file.ts'
import type { Finding } from '../lib/finding.ts'
import { checkPlaceholders } from './placeholders.ts'
import { NOTICE_NAMES } from './template.ts'

const Line = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2000))
const Lang = v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/))
const WORDS = [
  'page', 'of', 'aktenzeichen', 'reference', 'date', 'received', 'office', 'phone', 'email', 'decision', 'reasons',
  'information', 'onBehalf', 'signed', 'drafted', 'notSigned', 'draft', 'sample', 'demo', 'receiptTitle', 'receiptLead',
  'question', 'answer', 'attachments', 'time', 'dataFile',
  'paymentTitle', 'paymentLead', 'paymentReference', 'providerReference', 'paidAt', 'paidBy', 'item', 'amount', 'total',
  'automaticTitle', 'automatic',
  'paperTitle', 'paperLead', 'paperCode', 'paperCodeAlt', 'paperCodeText', 'paperPlace', 'paperSignature',
  'formLead', 'formOptional', 'formRequired', 'formRequiredIf', 'formOnlyIf', 'formOneOf', 'formDepends', 'formRepeat', 'formFile', 'formDate',
  'exportTitle', 'exportLead',
] as const // biome-ignore format: one list
/** Words that letters of earlier revisions do not have: what they say is left out there. */
const LATER_WORDS = ['delivery-dispatch', 'delivery-provision', 'delivery-retrieval', 'delivery-handover'] as const
type WordKey = (typeof WORDS)[number]
const LaterLine = v.optional(Line, '')
const Words = v.strictObject({
  version: v.literal(1),
  lang: Lang,
  ...(Object.fromEntries(WORDS.map((name) => [name, Line])) as Record<WordKey, typeof Line>),
  ...(Object.fromEntries(LATER_WORDS.map((name) => [name, LaterLine])) as Record<
    (typeof LATER_WORDS)[number],
    typeof LaterLine
  >),
})
const Remedy = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,59}$/)),
  /** Id of a deadline in content/deadlines.yaml. */
  deadline: v.string(),
  validFrom: v.pipe(v.string(), v.isoDate()),
  validTo: v.optional(v.pipe(v.string(), v.isoDate())),
  source: Line,
  title: Line,
  text: v.pipe(v.array(Line), v.minLength(1), v.maxLength(10)),
})
const Remedies = v.strictObject({ version: v.literal(1), lang: Lang, remedies: v.array(Remedy) })

export type LetterWords = v.InferOutput<typeof Words>
export type RemedyText = v.InferOutput<typeof Remedy>
/** What all letters of one language share: Typst files, words, remedies. */
export type LetterKit = {
  readonly lang: string
  readonly files: Readonly<Record<string, string>>
  readonly words: LetterWords
  readonly remedies: readonly RemedyText[]
}

const TYPST = [
  'letters/letter.typ',
  'letters/notice.typ',
  'letters/receipt.typ',
  'letters/paper.typ',
  'letters/form.typ',
]

/**
 * Reads what letters share from content/letters. A remedy that does not name the authority and its seat is refused:
 * without them the period to object would be a year (§ 58 Abs. 2 VwGO).
 * @param file bytes of a content file by its path (`letters/letter.typ`); undefined where there is none.
 */
export function readLetterKit(
  file: (path: string) => Uint8Array | undefined,
  lang: string,
  deadlines: readonly string[],
): { readonly ok: true; readonly kit: LetterKit } | { readonly ok: false; readonly findings: readonly Finding[] } {
  const text = (path: string): string => new TextDecoder().decode(file(path) ?? new Uint8Array())
  const [wordsFile, remediesFile] = [`letters/letter.${lang}.yaml`, `letters/remedies.${lang}.yaml`]
  const missing = [...TYPST, wordsFile, remediesFile].filter((path) => file(path) === undefined)
  if (missing.length > 0) {
    const finding = (path: string): Finding => ({
      file: path,
      line: 1,
      type: 'notices/no-file',
      detail: 'There is no such file.',
    })
    return { ok: false, findings: missing.map(finding) }
  }
  const words = readContentFile(text(wordsFile), wordsFile, Words)
  const remedies = readContentFile(text(remediesFile), remediesFile, Remedies)
  if (!(words.ok && remedies.ok)) {
    return { ok: false, findings: [words, remedies].flatMap((read) => (read.ok ? [] : read.findings)) }
  }
  const findings = remedies.value.remedies.flatMap((remedy, index) =>
    checkRemedy(remedy, { file: remediesFile, line: remedies.lineOf(['remedies', index]) }, deadlines),
  )
  const files = Object.fromEntries(TYPST.map((path) => [`/${path}`, text(path)]))
  const kit: LetterKit = { lang, files, words: words.value, remedies: remedies.value.remedies }
  return findings.length > 0 ? { ok: false, findings } : { ok: true, kit }
}

function checkRemedy(remedy: RemedyText, at: { file: string; line: number }, deadlines: readonly string[]): Finding[] {
  const text = remedy.text.join('\n')
  const findings = checkPlaceholders(text, { ...at, names: NOTICE_NAMES })
  for (const needed of ['{behoerde.name}', '{behoerde.anschrift}']) {
    if (!text.includes(needed)) {
      findings.push({ ...at, type: 'notices/remedy', detail: `The remedy "${remedy.id}" does not name ${needed}.` })
    }
  }
  if (!deadlines.includes(remedy.deadline)) {
    findings.push({ ...at, type: 'notices/remedy', detail: `There is no deadline "${remedy.deadline}".` })
  }
  return findings
}
