import type { Json, Typesetter } from '../documents/typeset.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { LetterKit } from './letter-kit.ts'
import { formatDay } from './placeholders.ts'
import { addressLine, frameData, type Sender } from './render.ts'

/** What an opinion of another office shows. */
export type OpinionInput = {
  readonly kit: LetterKit
  readonly sender: Sender
  readonly title: string
  readonly aktenzeichen: string
  readonly reference: string
  /** Name of the office that gives it, and of who wrote it. */
  readonly office: string
  readonly by: string
  readonly text: string
  readonly atMs: number
  readonly isDemo: boolean
}

/** Sets an opinion of another office as tagged PDF (PDF/UA-1), for the eAkte. */
export async function renderOpinion(typesetter: Typesetter, input: OpinionInput): Promise<Uint8Array> {
  const { kit, title, atMs } = input
  const { words, lang } = kit
  const data: Json = {
    ...frameData(input, title),
    recipient: [],
    sender: addressLine(input.sender),
    facts: [
      { label: words.reference, value: input.reference },
      { label: words.aktenzeichen, value: input.aktenzeichen },
      { label: words.date, value: formatDay(dayInBerlin(atMs), lang) },
      { label: words.drafted, value: `${input.by}, ${input.office}` },
    ],
    banner: input.isDemo ? words.demo : '',
    footer: `${words.reference} ${input.reference}`,
    lead: input.text,
    sections: [],
    attachments: [],
  }
  const source = { template: '/letters/receipt.typ', files: kit.files }
  return await typesetter.typeset(source, data, { standard: 'ua-1', createdAtMs: atMs })
}
