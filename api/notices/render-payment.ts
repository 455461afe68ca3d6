import type { Json, Typesetter } from '../documents/typeset.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { LetterKit } from './letter-kit.ts'
import { formatDay, formatMoney } from './placeholders.ts'
import { addressLine, fillWord, frameData, type Sender } from './render.ts'

/** What the receipt of a payment shows. Amounts in cents. */
export type PaymentReceiptInput = {
  readonly kit: LetterKit
  readonly sender: Sender
  readonly serviceTitle: string
  readonly aktenzeichen: string
  readonly reference: string
  readonly paymentReference: string
  readonly providerReference: string | null
  /** Way of payment in words; empty where it is not known. */
  readonly methodName: string
  readonly paidAtMs: number
  readonly totalCents: number
  readonly items: readonly { readonly label: string; readonly count: number; readonly totalCents: number }[]
  readonly isDemo: boolean
}

/** Sets the receipt of a payment as tagged PDF (PDF/UA-1): what for, how much, when, under which Kassenzeichen. */
export async function renderPaymentReceipt(typesetter: Typesetter, input: PaymentReceiptInput): Promise<Uint8Array> {
  const { kit, paidAtMs } = input
  const { words, lang } = kit
  const title = fillWord(words.paymentTitle, { leistung: input.serviceTitle })
  const time = new Intl.DateTimeFormat(lang, { timeStyle: 'short', timeZone: 'Europe/Berlin' }).format(paidAtMs)
  const money = (cents: number): string => formatMoney(cents, lang)
  const frame = frameData(input, title)
  const data: Json = {
    ...frame,
    words: { ...(frame['words'] as Record<string, string>), question: words.item, answer: words.amount },
    recipient: [],
    sender: addressLine(input.sender),
    facts: [
      { label: words.paymentReference, value: input.paymentReference },
      { label: words.reference, value: input.reference },
      { label: words.aktenzeichen, value: input.aktenzeichen },
      {
        label: words.paidAt,
        value: fillWord(words.time, { datum: formatDay(dayInBerlin(paidAtMs), lang), uhrzeit: time }),
      },
      ...(input.methodName === '' ? [] : [{ label: words.paidBy, value: input.methodName }]),
      ...(input.providerReference === null ? [] : [{ label: words.providerReference, value: input.providerReference }]),
      { label: words.office, value: input.sender.office },
    ],
    banner: input.isDemo ? words.demo : '',
    footer: `${words.paymentReference} ${input.paymentReference}, ${words.reference} ${input.reference}`,
    lead: words.paymentLead,
    sections: [
      {
        title: words.amount,
        rows: [
          ...input.items.map((item) => ({
            label: item.count === 1 ? item.label : `${new Intl.NumberFormat(lang).format(item.count)} × ${item.label}`,
            value: money(item.totalCents),
          })),
          { label: words.total, value: money(input.totalCents) },
        ],
      },
    ],
    attachments: [],
  }
  const source = { template: '/letters/receipt.typ', files: kit.files }
  return typesetter.typeset(source, data, { standard: 'ua-1', createdAtMs: paidAtMs })
}
