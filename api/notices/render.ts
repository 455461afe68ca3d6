import { canonicalJson } from '../../db/canonical.ts'
import type { Attachment, Json, Typesetter } from '../documents/typeset.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { ruleInForce } from '../lib/deadlines.ts'
import { evaluate, type Names } from '../lib/feel.ts'
import { problemType } from '../lib/problem.ts'
import type { AutomaticBasis, NoticeKind } from './ctx.ts'
import type { LetterKit } from './letter-kit.ts'
import { fillPlaceholders, formatDay, placeholdersIn, type Values } from './placeholders.ts'
import { feeName, type NoticeBlock, type NoticeTemplate } from './template.ts'

/** A name and a place at least. */
const RECIPIENT_LINES_MIN = 2

/** Values that a notice needs and does not have; `errors` name them, never what they hold. */
export const noticeValueMissing = problemType('notices/value-missing', 422)
const remedyMissing = problemType('notices/remedy-missing', 500)

/** Who writes, as the letterhead shows it. */
export type Sender = {
  readonly name: string
  /** Name in Lower Sorbian. */
  readonly nameDsb: string
  readonly street: string
  readonly postalCode: string
  readonly town: string
  readonly phone: string
  readonly email: string
  /** The office that decides. */
  readonly office: string
}
export type AnsweredSection = {
  readonly title: string
  readonly rows: readonly { readonly path: string; readonly label: string; readonly value: string }[]
}
/** Facts of one notice beside its template. */
export type NoticeInput = {
  readonly kind: NoticeKind
  readonly template: NoticeTemplate
  readonly kit: LetterKit
  readonly sender: Sender
  readonly serviceTitle: string
  readonly aktenzeichen: string
  readonly reference: string
  readonly receivedOn: string
  readonly issuedOn: string
  readonly createdAtMs: number
  /** Answers by the names of the form's rules: dates as ISO text, money in cents. */
  readonly answers: Values
  /** The same in words, section by section; only what was answered. `path` names the question. */
  readonly summary: readonly AnsweredSection[]
  /** Amounts in force at the legally relevant day, cents by fee id. */
  readonly feesCents: Readonly<Record<string, number>>
  /** What the clerk wrote; empty for an approval without. */
  readonly reasons: string
  readonly draftedBy: string
  /** Empty while nobody co-signed: the letter then says that it is a draft. Null where no second person is asked. */
  readonly signedBy: string | null
  /** It shows what a notice will be, and is none. */
  readonly isSample?: boolean
  /** Present where no clerk decided: the letter says so, and on what. */
  readonly automatic?: AutomaticBasis
  /** What the case costs in all, in cents. */
  readonly totalCents: number
  readonly isDemo: boolean
}

/**
 * Sets a notice as tagged PDF/A-3a: what is decided, reasons, remedy, authority and persons, reference on every page, and what
 * it was made of attached as JSON. The preview is the same document; the same input gives the same bytes.
 * @throws Problem notices/value-missing where a placeholder has no value.
 * @see § 37 Abs. 3 and 6, § 39 VwVfG
 */
export async function renderNotice(typesetter: Typesetter, input: NoticeInput): Promise<Uint8Array> {
  const source = { template: '/letters/notice.typ', files: input.kit.files }
  const attachments = [dataFile(input, `${input.reference}-bescheid`, canonicalJson(attachedData(input)))]
  return typesetter.typeset(source, noticeData(input), {
    standard: 'a-3a',
    createdAtMs: input.createdAtMs,
    attachments,
  })
}

/** What a program reads of a notice. Dates are ISO text, money is in cents. */
function attachedData(input: NoticeInput): Json {
  return {
    v: 1,
    kind: input.kind,
    aktenzeichen: input.aktenzeichen,
    reference: input.reference,
    service: input.serviceTitle,
    office: input.sender.office,
    receivedOn: input.receivedOn,
    issuedOn: input.issuedOn,
    totalCents: input.totalCents,
    reasons: input.reasons,
    answers: input.answers as Json,
    ...(input.automatic === undefined
      ? {}
      : { automatic: { ...input.automatic, sources: [...input.automatic.sources] } }),
  }
}

function dataFile({ kit }: Pick<NoticeInput, 'kit'>, name: string, json: string): Attachment {
  return {
    name: `${name}.json`,
    bytes: Buffer.from(json),
    mediaType: 'application/json',
    description: kit.words.dataFile,
    relationship: 'data',
  }
}

/** What the copy of a submission shows. Values are texts as the person saw them, lines kept. */
export type ReceiptInput = {
  readonly kit: LetterKit
  readonly sender: Sender
  readonly serviceTitle: string
  readonly reference: string
  readonly receivedAtMs: number
  readonly sections: readonly {
    readonly title: string
    readonly rows: readonly { readonly label: string; readonly value: string }[]
  }[]
  readonly attachments: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[]
  /** The answers as JSON, attached for whoever works on with them. */
  readonly dataJson: string
  readonly isDemo: boolean
}

/** Sets the copy of a submission as tagged PDF/A-3a: every answer, each file with its digest, and the answers as JSON attached. */
export async function renderReceipt(typesetter: Typesetter, input: ReceiptInput): Promise<Uint8Array> {
  const { kit, receivedAtMs } = input
  const { words, lang } = kit
  const title = fillWord(words.receiptTitle, { leistung: input.serviceTitle })
  const time = new Intl.DateTimeFormat(lang, { timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(receivedAtMs)
  const received = fillWord(words.time, { datum: formatDay(dayInBerlin(receivedAtMs), lang), uhrzeit: time })
  const data: Json = {
    ...frameData(input, title),
    recipient: [],
    sender: addressLine(input.sender),
    facts: [
      { label: words.reference, value: input.reference },
      { label: words.received, value: received },
      { label: words.office, value: input.sender.office },
    ],
    banner: input.isDemo ? words.demo : '',
    footer: `${words.reference} ${input.reference}`,
    lead: words.receiptLead,
    sections: input.sections.filter((section) => section.rows.length > 0),
    attachments: input.attachments.map((it) => ({
      name: it.name,
      size: sizeText(it.sizeBytes, lang),
      sha256: it.sha256,
    })),
  }
  const source = { template: '/letters/receipt.typ', files: kit.files }
  const attachments = [dataFile(input, input.reference, input.dataJson)]
  return typesetter.typeset(source, data, { standard: 'a-3a', createdAtMs: receivedAtMs, attachments })
}

export type ExportInput = Pick<ReceiptInput, 'kit' | 'sender' | 'sections' | 'isDemo'> & { readonly madeAtMs: number }

/** Sets everything kept of an account as tagged PDF (PDF/UA-1), for its owner (Art. 15 and 20 GDPR). */
export function renderExport(typesetter: Typesetter, input: ExportInput): Promise<Uint8Array> {
  const { kit, madeAtMs } = input
  const { words, lang } = kit
  const data: Json = {
    ...frameData(input, words.exportTitle),
    recipient: [],
    sender: addressLine(input.sender),
    facts: [{ label: words.date, value: formatDay(dayInBerlin(madeAtMs), lang) }],
    banner: input.isDemo ? words.demo : '',
    footer: words.exportTitle,
    lead: words.exportLead,
    sections: input.sections.filter((section) => section.rows.length > 0),
    attachments: [],
  }
  const source = { template: '/letters/receipt.typ', files: kit.files }
  return typesetter.typeset(source, data, { standard: 'ua-1', createdAtMs: madeAtMs })
}

function noticeData(input: NoticeInput): Json {
  const { template, kit, sender } = input
  const { words, lang } = kit
  const filling: Filling = { names: template.names, lang, values: valuesOf(input), input, missing: [] }
  const section = (title: string, blocks: readonly NoticeBlock[]): Json[] => {
    const shown = blocks.flatMap((block) => showBlock(filling, block))
    return shown.length === 0 ? [] : [{ title, blocks: shown }]
  }
  const remedy = ruleInForce(kit.remedies, template.remedy, input.issuedOn)
  if (remedy === undefined) {
    throw remedyMissing(`remedy ${template.remedy} on ${input.issuedOn}`)
  }
  const data: Json = {
    ...frameData(input, fill(filling, template.title)),
    sender: addressLine(sender),
    recipient: recipientOf(filling, template),
    facts: [
      { label: words.aktenzeichen, value: input.aktenzeichen },
      { label: words.reference, value: input.reference },
      { label: words.date, value: formatDay(input.issuedOn, lang) },
      { label: words.office, value: sender.office },
      { label: words.phone, value: sender.phone },
      { label: words.email, value: sender.email },
    ],
    banner: [stateOf(input), input.isDemo ? words.demo : ''].filter(Boolean).join(' '),
    footer: `${words.aktenzeichen} ${input.aktenzeichen}, ${words.reference} ${input.reference}`,
    salutation: fill(filling, template.salutation),
    sections: [
      ...section(words.decision, template.operative),
      ...section(words.reasons, template.reasons),
      ...withAutomatic(input, section(words.information, template.information)),
      ...section(remedy.title, remedy.text.map((text) => ({ kind: 'paragraph', text, when: null }))), // biome-ignore format: one thought
    ],
    closing: fill(filling, template.closing),
    onBehalf: words.onBehalf,
    signers:
      input.automatic !== undefined
        ? []
        : [
            ...(input.signedBy === null ? [] : [{ name: input.signedBy || words.notSigned, role: words.signed }]),
            { name: input.draftedBy, role: words.drafted },
          ],
  }
  if (filling.missing.length > 0) {
    const errors = [...new Set(filling.missing)].map((name) => ({
      pointer: `/${name.replaceAll('.', '/')}`,
      type: 'missing',
    }))
    throw noticeValueMissing(`${errors.length} values of ${template.file}`, { errors })
  }
  return data
}

/** What keeps a letter from being a notice: it is a sample, or waits for the second person. */
function stateOf({ isSample, signedBy, automatic, kit }: NoticeInput): string {
  return isSample === true ? kit.words.sample : signedBy === '' && automatic === undefined ? kit.words.draft : ''
}

/** Says that no clerk decided, by which law and rule and on whose word, where that is so. */
function withAutomatic({ automatic, kit }: NoticeInput, sections: Json[]): Json[] {
  if (automatic === undefined) {
    return sections
  }
  const text = fillWord(kit.words.automatic, {
    norm: automatic.norm,
    regel: automatic.rule,
    quellen: automatic.sources.join('; '),
  })
  const blocks: Json[] = [{ kind: 'paragraph', text }]
  return [...sections, { title: kit.words.automaticTitle, blocks }]
}

/** What the frame of every letter shows. */
export function frameData(input: Pick<ReceiptInput, 'kit' | 'sender'>, title: string): { [name: string]: Json } {
  const { words, lang } = input.kit
  const { page, of, question, answer, attachments } = words
  const authority = { name: input.sender.name, nameDsb: input.sender.nameDsb }
  return { title, lang, authority, words: { page, of, question, answer, attachments } }
}

type Filling = {
  readonly names: Names
  readonly lang: string
  readonly values: Values
  readonly input: Pick<NoticeInput, 'summary' | 'kit'>
  readonly missing: string[]
}

/** What nobody had to answer may be missing in an address: a line with nothing else is left out, as a company's for a person. */
function recipientOf(filling: Filling, { recipient, unanswered }: NoticeTemplate): string[] {
  const lines = recipient.map((line) => ({ line, ...fillPlaceholders(line, filling.values, filling) }))
  const known = lines.filter(
    ({ line, missing }) => missing.length === 0 || missing.length < placeholdersIn(line).length,
  )
  const isShort = known.length < RECIPIENT_LINES_MIN
  const missing = lines.flatMap((line) => line.missing).filter((name) => isShort || !unanswered.has(name))
  filling.missing.push(...missing)
  return known.map(({ text }) => text.replace(/\s+/g, ' ').trim())
}

function fill(filling: Filling, text: string): string {
  const { text: filled, missing } = fillPlaceholders(text, filling.values, filling)
  filling.missing.push(...missing)
  return filled
}

function showBlock(filling: Filling, block: NoticeBlock): Json[] {
  if (block.when !== null) {
    const result = evaluate(block.when, filling.values)
    if (!result.ok) {
      filling.missing.push(...block.when.uses)
    }
    if (!result.ok || result.value !== true) {
      return []
    }
  }
  if (block.kind === 'paragraph') {
    return [{ kind: 'paragraph', text: fill(filling, block.text) }]
  }
  if (block.kind === 'answers') {
    return showAnswers(filling, block.paths)
  }
  if (block.kind === 'list') {
    return [{ kind: 'list', items: block.items.map((item) => fill(filling, item)) }]
  }
  const type = filling.names[block.each]
  const inner: Names = type?.kind === 'list' && type.of.kind === 'context' ? type.of.names : {}
  const names: Names = { ...filling.names, [block.as]: { kind: 'context', names: inner } }
  const rows = itemsOf(filling.values, block.each).map((item) =>
    block.columns.map((column) => {
      const cell = fillPlaceholders(column.text, { ...filling.values, [block.as]: item }, { names, lang: filling.lang })
      return cell.missing.length > 0 ? '–' : cell.text
    }),
  )
  return [{ kind: 'table', columns: block.columns.map(({ title, end }) => ({ title, end })), rows }]
}

/** A table of the answers to some questions; one for each item of a repeating group, by its name. */
function showAnswers({ input }: Filling, paths: readonly string[]): Json[] {
  const { question, answer } = input.kit.words
  const isMeant = (path: string): boolean => paths.some((one) => path === one || path.startsWith(`${one}.`))
  const sections = input.summary
    .map(({ title, rows }) => ({ title, rows: rows.filter(({ path }) => isMeant(path)) }))
    .filter(({ rows }) => rows.length > 0)
  const columns = [question, answer].map((title) => ({ title, end: false }))
  return sections.flatMap(({ title, rows }): Json[] => [
    ...(sections.length > 1 && title !== '' ? [{ kind: 'paragraph', text: title }] : []),
    { kind: 'table', columns, rows: rows.map(({ label, value }) => [label, value]) },
  ])
}

/** All values by name: answers, facts of the case, fees, and what the template computes. */
function valuesOf(input: NoticeInput): Values {
  const { sender } = input
  const fees = Object.entries(input.feesCents).map(([id, cents]) => [feeName(id), cents] as const)
  const values: Record<string, unknown> = {
    ...input.answers,
    aktenzeichen: input.aktenzeichen,
    vorgangsnummer: input.reference,
    eingang: { datum: input.receivedOn },
    bescheid: { datum: input.issuedOn },
    behoerde: { name: sender.name, anschrift: addressOf(sender), telefon: sender.phone, email: sender.email },
    leistung: { titel: input.serviceTitle },
    entscheidung: { gruende: input.reasons, hatGruende: input.reasons !== '' },
    gebuehr: Object.fromEntries(fees),
    kosten: { summe: input.totalCents, sind: input.totalCents > 0 },
  }
  const totals: Record<string, number> = {}
  for (const it of input.template.computed) {
    const items = itemsOf(values, it.each).map((item, index) => {
      const result = evaluate(it.rule, { ...values, [it.as]: item, nummer: index + 1 })
      return { ...item, [it.name]: result.ok ? result.value : null }
    })
    values[it.each] = items
    const parts = items.map((item) => (item as Values)[it.name])
    if (it.total !== null && parts.every((part) => typeof part === 'number')) {
      totals[it.total] = parts.reduce((sum, part) => sum + part, 0)
    }
  }
  return { ...values, summe: totals }
}

function itemsOf(values: Values, name: string): Values[] {
  const list = Object.hasOwn(values, name) ? values[name] : []
  return Array.isArray(list) ? list.filter((item): item is Values => typeof item === 'object' && item !== null) : []
}

const addressOf = (sender: Sender): string => `${sender.street}, ${sender.postalCode} ${sender.town}`
/** Who writes, on one line. */
export const addressLine = (sender: Sender): string => `${sender.name}, ${addressOf(sender)}`

/** Puts values into a word of the letters. */
export function fillWord(text: string, params: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole)
}

/** A file's size in words. */
export function sizeText(bytes: number, lang: string): string {
  const isSmall = bytes < 1_000_000
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: isSmall ? 0 : 1 })
  return isSmall
    ? `${number.format(Math.max(1, Math.round(bytes / 1000)))} kB`
    : `${number.format(bytes / 1_000_000)} MB`
}
