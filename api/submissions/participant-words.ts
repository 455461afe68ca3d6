import type { Answers } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { applicantKind } from '../forms/service.ts'
import type { SummaryRow, SummarySection } from '../forms/view.ts'
import type { Words } from '../lib/words.ts'
import type { Participation } from './invitations.ts'

const rowOf = (pointer: string, label: string, value: string): SummaryRow => ({
  pointer,
  label,
  value,
  kind: 'text',
  isEmpty: false,
  files: [],
})

/** For whom somebody applies, as the copy says it; nothing where the form does not ask. */
export function applicantSection(form: Form, answers: Answers, words: Words): readonly SummarySection[] {
  const kind = applicantKind(form, answers)
  const rows = kind === null ? [] : [rowOf('', words('applicant.for'), words(`applicant.kind.${kind}`))]
  return kind === null ? [] : [{ id: 'antragstellend', title: words('applicant.title'), rows }]
}

/** Who agreed or answered a page, when, how they were identified and to what they said yes, as the copy says it. */
export function participantSection(
  participants: readonly Participation[],
  { words, lang }: { readonly words: Words; readonly lang: string },
): readonly SummarySection[] {
  const format = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Berlin',
  })
  const rows = participants.map((one, index) => {
    const said = words(`participants.did.${one.kind}`, { name: one.name, moment: format.format(one.atMs) })
    const lines = [said, proofText(one, words), ...one.declarations.map(({ text }) => text)]
    return rowOf(`/${index}`, one.title, lines.join('\n'))
  })
  return rows.length === 0 ? [] : [{ id: 'mitwirkung', title: words('participants.section'), rows }]
}

function proofText({ account, isWrittenFormReplaced }: Participation, words: Words): string {
  if (account === null) {
    return words('participants.by-link')
  }
  const text = words('participants.by-account', {
    provider: words(`account.provider.${account.provider}`),
    level: words(`account.level.${account.trustLevel}`),
  })
  return isWrittenFormReplaced ? `${text} ${words('vorgang.written-form')}` : text
}
