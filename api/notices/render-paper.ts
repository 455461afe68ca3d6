import type { Json, Typesetter } from '../documents/typeset.ts'
import type { PaperCondition, PaperSection } from '../forms/view.ts'
import { formatDay } from './placeholders.ts'
import { addressLine, fillWord, frameData, type ReceiptInput, sizeText } from './render.ts'

/** What a form to be signed shows beside its answers. */
export type PaperInput = Pick<ReceiptInput, 'kit' | 'sender' | 'serviceTitle' | 'sections' | 'isDemo'> & {
  readonly code: { readonly text: string; readonly svg: string; readonly untilOn: string }
  readonly attachments: readonly { readonly name: string; readonly sizeBytes: number }[]
  /** What signing means. */
  readonly declaration: string
  readonly createdAtMs: number
}

/** Sets a filled form to be signed on paper (PDF/UA-1): answers, the code in signs and as a picture, a line to sign on. */
export async function renderPaper(typesetter: Typesetter, input: PaperInput): Promise<Uint8Array> {
  const { kit, sender, code } = input
  const { words, lang } = kit
  const title = fillWord(words.paperTitle, { leistung: input.serviceTitle })
  const data: Json = {
    ...frameData(input, title),
    recipient: addressOf(input),
    sender: addressLine(sender),
    facts: officeFacts(input),
    banner: input.isDemo ? words.demo : '',
    footer: `${words.paperCode} ${code.text}`,
    lead: words.paperLead,
    code: {
      svg: code.svg,
      text: code.text,
      label: words.paperCode,
      alt: fillWord(words.paperCodeAlt, { code: code.text }),
      hint: fillWord(words.paperCodeText, { datum: formatDay(code.untilOn, lang) }),
    },
    sections: input.sections.filter((section) => section.rows.length > 0),
    attachments: input.attachments.map((it) => ({ name: it.name, size: sizeText(it.sizeBytes, lang) })),
    declaration: input.declaration,
    place: words.paperPlace,
    signature: words.paperSignature,
  }
  const source = { template: '/letters/paper.typ', files: kit.files }
  return await typesetter.typeset(source, data, { standard: 'ua-1', createdAtMs: input.createdAtMs })
}

/** What the empty form of a service shows. */
export type EmptyFormInput = Pick<ReceiptInput, 'kit' | 'sender' | 'serviceTitle' | 'isDemo'> & {
  readonly sections: readonly PaperSection[]
  readonly createdAtMs: number
}

/** Sets the empty form of a service (PDF/UA-1): the questions of the form with room to write. The same form gives the same bytes. */
export async function renderEmptyForm(typesetter: Typesetter, input: EmptyFormInput): Promise<Uint8Array> {
  const { words } = input.kit
  const sections = input.sections.map(({ title, repeatMax, items }) => ({
    title,
    hint: repeatMax === undefined ? '' : fillWord(words.formRepeat, { anzahl: String(repeatMax) }),
    items: items.map((item) => ({
      kind: item.kind,
      label: item.label,
      hint: [item.hint ?? '', hintOf(item.kind, words)].filter(Boolean).join(' '),
      text: item.kind === 'file' ? words.formFile : (item.text ?? ''),
      optional:
        item.requiredBy === undefined
          ? item.isOptional
            ? words.formOptional
            : ''
          : conditionText(item.requiredBy, { said: words.formRequiredIf, unsaid: words.formRequired }),
      condition:
        item.dependsOn === undefined
          ? ''
          : conditionText(item.dependsOn, { said: words.formOnlyIf, unsaid: words.formDepends }),
      options: [...item.options],
    })),
  }))
  const data: Json = {
    ...frameData(input, fillWord(words.paperTitle, { leistung: input.serviceTitle })),
    recipient: addressOf(input),
    sender: addressLine(input.sender),
    facts: officeFacts(input),
    banner: input.isDemo ? words.demo : '',
    footer: input.serviceTitle,
    lead: words.formLead,
    sections,
    place: words.paperPlace,
    signature: words.paperSignature,
  }
  const source = { template: '/letters/form.typ', files: input.kit.files }
  return await typesetter.typeset(source, data, { standard: 'ua-1', createdAtMs: input.createdAtMs })
}

type Words = ReceiptInput['kit']['words']

/** Question and answer in words, else the question alone. */
const conditionText = (of: PaperCondition, { said, unsaid }: { said: string; unsaid: string }): string =>
  'condition' in of ? fillWord(said, { bedingung: of.condition }) : fillWord(unsaid, { frage: of.question })

const hintOf = (kind: string, words: Words): string =>
  kind === 'date' ? words.formDate : kind === 'options' ? words.formOneOf : ''

/** Where the paper goes. */
const addressOf = ({ sender }: Pick<ReceiptInput, 'sender'>): string[] => [
  sender.name,
  sender.office,
  sender.street,
  `${sender.postalCode} ${sender.town}`,
]

const officeFacts = ({ kit, sender }: Pick<ReceiptInput, 'kit' | 'sender'>): Json[] => [
  { label: kit.words.office, value: sender.office },
  { label: kit.words.phone, value: sender.phone },
  { label: kit.words.email, value: sender.email },
]
