import { readEakte, readVorgang } from '../eakten/service.ts'
import type { Answers } from '../forms/answers.ts'
import type { Field, FieldKind, Form } from '../forms/model.ts'
import { answersTo, valueAt, valueText } from '../forms/service.ts'
import { postboxesOf, readItems } from '../postboxes/service.ts'
import type { CardField, CaseCard } from '../search/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readAnswers } from './service-copy.ts'

/** What nobody looks for a Vorgang by, and what is not to lie about in words: bank and tax numbers. */
const LEFT_OUT: readonly FieldKind[] = ['file', 'note', 'declaration', 'iban', 'tax-id']
/** Whether the answer to a question stands on the card. */
export const isOnCard = ({ kind }: Pick<Field, 'kind'>): boolean => !LEFT_OUT.includes(kind)
/** Of these the value is kept beside its words, to be compared. */
const PLAIN: readonly FieldKind[] = ['date', 'number', 'money', 'bool', 'select', 'country']
const TEXT_MAX = 300

/**
 * What a Vorgang is found by: its numbers, who applied, what was answered (in the words of the back office, what is long cut
 * after 300 letters), and the postboxes through which it is reached. Null where there is nothing to show: not there, or
 * destroyed. The caller has checked who asks.
 */
export async function describeCase(ctx: SubmissionsCtx, vorgangId: string): Promise<CaseCard | null> {
  const vorgang = await readVorgang(ctx, vorgangId)
  // Who objects is who applied.
  const about = vorgang?.aboutVorgangId ? await readVorgang(ctx, vorgang.aboutVorgangId) : vorgang
  const answers = about === undefined ? null : await readAnswers(ctx, about.id)
  if (vorgang === undefined || about === undefined || answers === null) {
    return null
  }
  const [eakte, items, content] = await Promise.all([
    readEakte(ctx, vorgang.eakteId),
    readItems(ctx, vorgangId),
    ctx.content.at(about.contentRevisionId),
  ])
  const form = ctx.form(content, about.serviceSlug, 'de')
  const words = ctx.formWords(content, 'de')
  const fieldOf = (field: Field): readonly CardField[] => {
    const given = answersTo(field, answers)
    const texts = given.map((value) => valueText(field, value, { words, lang: 'de' }))
    const text = texts.join(', ').slice(0, TEXT_MAX)
    const isPlain = given.length === 1 && PLAIN.includes(field.computed?.as ?? field.kind)
    return text === '' ? [] : [{ path: field.path, text, ...(isPlain ? { value: String(given[0]) } : {}) }]
  }
  return {
    reference: vorgang.reference,
    aktenzeichen: eakte?.aktenzeichen ?? '',
    postboxes: [...new Set(postboxesOf(items))],
    name: nameIn(form, answers),
    fields: [...form.fields.values()].filter(isOnCard).flatMap(fieldOf),
  }
}

/** A company or association first, with who acts for it; else the person; null where neither is asked. */
function nameIn(form: Form, answers: Answers): string | null {
  const said = (...tokens: readonly string[]): string =>
    tokens
      .flatMap((token) => {
        const field = [...form.fields.values()].find((one) => one.autocomplete === token && one.loop === undefined)
        const value = field === undefined ? undefined : valueAt(answers, `/${field.path.replaceAll('.', '/')}`)
        return typeof value === 'string' && value !== '' ? [value] : []
      })
      .join(' ')
  const [organisation, person] = [said('organization'), said('given-name', 'family-name')]
  const both = organisation !== '' && person !== '' ? `${organisation} (${person})` : organisation || person
  return both === '' ? null : both
}
