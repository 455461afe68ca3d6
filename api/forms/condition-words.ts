import type { Rule } from '../lib/feel.ts'
import { chosenIn, type Part } from './chosen-rule.ts'
import { dateText, moneyText, numberText } from './formats.ts'
import type { Field, Form, Step } from './model.ts'
import { pathOfName } from './names.ts'
import type { Words } from './view.ts'
import { chooserWords, vocabularyOf, type Word } from './vocabulary.ts'

/**
 * When a question is asked, or its answer needed, in words: "nur wenn „Für wen?“ „Verein“ ist". Rules that are not put together
 * from questions give "je nach Ihren Angaben". Absent where there is no condition.
 */
export function conditionWords(form: Form, field: Field, words: Words): string | undefined {
  const { asked, needed } = conditionsOf(form, field, words)
  const conditions = asked === undefined ? needed : asked
  if (conditions === undefined) {
    return undefined
  }
  return conditions === null
    ? words('forms.condition.by-answers')
    : words(asked === undefined ? 'forms.condition.needed' : 'forms.condition.only', { conditions })
}

/** Whether a question is not always asked, or its answer needed by a rule. */
export const isConditional = (form: Form, field: Field): boolean =>
  [field.when, field.requiredWhen, ...stepRules(form.steps, field.path)].some((rule) => rule !== undefined)

/**
 * When a question is asked, with the conditions of its pages and lists, and when its answer is needed: the words behind "wenn".
 * Null where a rule is not put together from questions, absent where there is no condition.
 * @param named how questions are called where it is read.
 */
export function conditionsOf(
  form: Form,
  field: Field,
  words: Words,
  named: (question: Field) => string = ({ shortLabel }) => shortLabel,
): Conditions {
  const known = chooserWords(vocabularyOf(form, { loops: field.loops })).map((word) => {
    const question = form.fields.get(pathOfName(word.name, field.loops))
    return question === undefined ? word : { ...word, label: named(question) }
  })
  const said = (rules: readonly (Rule | undefined)[]): string | null | undefined => {
    const texts = rules.flatMap((rule) =>
      rule === undefined ? [] : [conditionInWords(rule.source, known, { words, lang: form.lang })],
    )
    return texts.length === 0
      ? undefined
      : texts.some((text) => text === undefined)
        ? null
        : [...new Set(texts)].join(` ${words('forms.condition.and')} `)
  }
  return {
    asked: said([field.when, ...stepRules(form.steps, field.path)]),
    needed: said([field.requiredWhen]),
  }
}
type Conditions = { readonly asked: string | null | undefined; readonly needed: string | null | undefined }

/** A rule outside of lists in words; undefined where it is not put together from questions. */
export const ruleInWords = (form: Form, rule: Rule, words: Words): string | undefined =>
  conditionInWords(rule.source, chooserWords(vocabularyOf(form, {})), { words, lang: form.lang })

/** Conditions of the pages and lists a question stands on. */
function stepRules(steps: readonly Step[], path: string): readonly (Rule | undefined)[] {
  return steps.flatMap((step) => {
    const inner = step.kind === 'loop' ? stepRules(step.steps, path) : step.fields.includes(path) ? [step.when] : []
    return step.kind === 'loop' && inner.length > 0 ? [step.when, ...inner] : inner
  })
}

type Speaking = { readonly words: Words; readonly lang: string }

/** A rule as it is written, in words, by the names it may use; undefined where it is not put together from questions. */
export function conditionInWords(source: string, known: readonly Word[], speaking: Speaking): string | undefined {
  const chosen = chosenIn(source, known)
  const parts = chosen?.parts.map((part) => partWords(part, known, speaking)) ?? [undefined]
  return parts.some((part) => part === undefined)
    ? undefined
    : parts.join(` ${speaking.words(`forms.condition.${chosen?.join ?? 'and'}`)} `)
}

function partWords(
  { name, compare, value, other }: Part,
  known: readonly Word[],
  { words, lang }: Speaking,
): string | undefined {
  const word = known.find((one) => one.name === name)
  const beside = known.find((one) => one.name === other)
  if (word === undefined || (beside === undefined && other !== undefined)) {
    return undefined
  }
  const question = named(word, words)
  const far = farWords(value, beside, words)
  if (far !== undefined) {
    return words(`forms.condition.far-${compare}`, { question, ...far })
  }
  if (beside !== undefined) {
    return words(`forms.condition.${SAME_AS[compare] ?? compare}`, {
      question,
      value: words(DAY_ORDER.has(compare) ? 'forms.condition.other-day' : 'forms.condition.other-answer', {
        question: named(beside, words),
      }),
    })
  }
  const said = valueWords(value, word, { words, lang })
  const key = word.about === undefined ? compare : (OF_TOTALS[compare] ?? compare)
  return said === undefined ? undefined : words(`forms.condition.${key}`, { question, value: said })
}

/** A day that is counted from today or from another answer: how far it is, and from what. */
function farWords(value: string, beside: Word | undefined, words: Words): Said | undefined {
  const [, today, sign, count, unit] = /^(heute)?([+-])(\d+)([DMY])$/.exec(value) ?? []
  if (sign === undefined || (today === undefined) === (beside === undefined)) {
    return undefined
  }
  const way = sign === '+' ? 'plus' : 'minus'
  const span = words(`forms.condition.span-${unit}-${count === '1' ? 'one' : 'many'}`, { count: count ?? '' })
  const from =
    beside === undefined
      ? words(`forms.condition.today-${way}`)
      : words(`forms.condition.answer-${way}`, { question: named(beside, words) })
  return { span, from }
}
type Said = { readonly span: string; readonly from: string }

const named = ({ about, label, list = '' }: Word, words: Words): string =>
  about === undefined ? label : words(`forms.total.${about}`, { label, list })

/** German says "vor der Antwort", and "als die Antwort". */
const DAY_ORDER: ReadonlySet<string> = new Set(['before', 'after', 'not-before', 'not-after'])

/** Two answers are the same, nobody gives one as the other. */
const SAME_AS: Readonly<Partial<Record<Part['compare'], string>>> = { is: 'same', 'is-not': 'not-same' }

/** Nobody answers with a number over all items: it is. */
const OF_TOTALS: Readonly<Partial<Record<Part['compare'], string>>> = { is: 'total-is', 'is-not': 'total-is-not' }

function valueWords(value: string, { kind, values, unit, about }: Word, { words, lang }: Speaking): string | undefined {
  if (value === '') {
    return ''
  }
  switch (kind) {
    case 'choice':
    case 'several':
      return values.find(({ code }) => code === value)?.label
    case 'bool':
      return words(value === 'true' ? 'forms.yes' : 'forms.no')
    case 'money':
      return moneyText(Number(value), lang)
    case 'number':
      return `${numberText(Number(value), lang)}${unit === undefined || about === 'count' ? '' : ` ${unit}`}`
    case 'date':
      return value === 'heute' ? words('forms.condition.today') : /^\d/.test(value) ? dateText(value, lang) : undefined
    default:
      return value
  }
}
