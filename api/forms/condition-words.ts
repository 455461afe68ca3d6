import type { Rule } from '../lib/feel.ts'
import { chosenIn, type Part } from './chosen-rule.ts'
import { dateText, moneyText, numberText } from './formats.ts'
import type { Field, Form, Step } from './model.ts'
import type { Words } from './view.ts'
import { vocabularyOf, type Word } from './vocabulary.ts'

/**
 * When a question is asked, or its answer needed, in words: "nur wenn „Für wen?“ „Verein“ ist". Rules that are not put together
 * from questions give "je nach Ihren Angaben". Absent where there is no condition.
 */
export function conditionWords(form: Form, field: Field, words: Words): string | undefined {
  const asked = [field.when, ...stepRules(form.steps, field.path)].filter((rule) => rule !== undefined)
  const needed = field.requiredWhen
  const rules = asked.length > 0 ? asked : needed === undefined ? [] : [needed]
  if (rules.length === 0) {
    return undefined
  }
  const known = vocabularyOf(form, { loops: field.loops }).words
  const said = [...new Set(rules.map((rule) => conditionInWords(rule.source, known, { words, lang: form.lang })))]
  if (said.some((text) => text === undefined)) {
    return words('forms.condition.by-answers')
  }
  const conditions = said.join(` ${words('forms.condition.and')} `)
  return words(asked.length > 0 ? 'forms.condition.only' : 'forms.condition.needed', { conditions })
}

/** A rule outside of lists in words; undefined where it is not put together from questions. */
export const ruleInWords = (form: Form, rule: Rule, words: Words): string | undefined =>
  conditionInWords(rule.source, vocabularyOf(form, {}).words, { words, lang: form.lang })

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
  { name, compare, value }: Part,
  known: readonly Word[],
  { words, lang }: Speaking,
): string | undefined {
  const word = known.find((one) => one.name === name)
  const said = word === undefined ? undefined : valueWords(value, word, { words, lang })
  return word === undefined || said === undefined
    ? undefined
    : words(`forms.condition.${compare}`, { question: word.label, value: said })
}

function valueWords(value: string, { kind, values }: Word, { words, lang }: Speaking): string | undefined {
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
      return numberText(Number(value), lang)
    case 'date':
      return value === 'heute' ? words('forms.condition.today') : /^\d/.test(value) ? dateText(value, lang) : undefined
    default:
      return value
  }
}
