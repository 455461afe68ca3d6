import type { Rule } from '../lib/feel.ts'
import { conditionsOf } from './condition-words.ts'
import type { Field, Form, QuestionStep, Step } from './model.ts'
import { pathOfName } from './names.ts'
import type { PaperCondition, PaperItem, PaperSection, Words } from './view.ts'

const KINDS: Readonly<Partial<Record<Field['kind'], PaperItem['kind']>>> = {
  'long-text': 'lines',
  date: 'date',
  'incomplete-date': 'date',
  several: 'options',
  bool: 'options',
  select: 'options',
  declaration: 'tick',
  file: 'file',
  note: 'note',
}

/**
 * Builds the empty form for paper from the same model as the pages: sections and questions in their order, choices to tick.
 * A question behind a condition stands there, too, and says on which answer it depends; a repeating group stands once.
 */
export function paperView(form: Form, words: Words): readonly PaperSection[] {
  return form.sections.flatMap((section): readonly PaperSection[] => {
    const own = form.steps.filter((step) => step.section === section.id)
    return sectionsOf(form, own, { title: section.title, words, loops: [] })
  })
}

type Within = Printing & { readonly title: string; readonly repeatMax?: number }

/** The questions of some steps as one section, and each repeating group among them as one of its own behind it. */
function sectionsOf(form: Form, steps: readonly Step[], within: Within): readonly PaperSection[] {
  const { title, repeatMax, ...printing } = within
  const items = steps.flatMap((step) => (step.kind === 'questions' ? itemsOf(form, step, printing) : []))
  const inner = steps.flatMap((step): readonly PaperSection[] =>
    step.kind === 'questions'
      ? []
      : sectionsOf(form, step.steps, {
          title: step.itemTitle.replace('{number}', '').trim(),
          repeatMax: form.groups.get(step.group)?.loop?.max ?? 1,
          words: printing.words,
          when: step.when ?? printing.when,
          loops: [...printing.loops, step.group],
        }),
  )
  return [...(items.length > 0 ? [{ title, ...(repeatMax === undefined ? {} : { repeatMax }), items }] : []), ...inner]
}

/** Longer lists would fill pages: there a line is left to write on. */
const OPTIONS_MAX = 15

type Printing = {
  readonly words: Words
  readonly when?: Rule | undefined
  /** Repeating groups around, outermost first. */
  readonly loops: readonly string[]
}

function itemsOf(form: Form, step: QuestionStep, printing: Printing): readonly PaperItem[] {
  return step.fields.flatMap((path): readonly PaperItem[] => {
    const field = form.fields.get(path)
    if (field === undefined) {
      return []
    }
    const { words, loops } = printing
    const rule = field.when ?? step.when ?? printing.when
    const { requiredWhen } = field
    const { asked, needed } = conditionsOf(form, field, words, ({ label }) => label)
    const dependsOn = dependenceOf(form, rule, { loops, said: asked })
    const requiredBy = dependenceOf(form, requiredWhen, { loops, said: needed })
    return [
      {
        kind: field.options.length > OPTIONS_MAX ? 'line' : (KINDS[field.kind] ?? 'line'),
        label: field.kind === 'note' ? '' : field.label,
        ...(field.hint === undefined ? {} : { hint: field.hint }),
        ...(field.text === undefined ? {} : { text: field.text }),
        isOptional: field.isOptional && field.requiredWhen === undefined && field.kind !== 'note',
        options:
          field.kind === 'bool' ? [words('forms.yes'), words('forms.no')] : field.options.map((option) => option.label),
        ...(dependsOn === undefined ? {} : { dependsOn }),
        ...(requiredBy === undefined ? {} : { requiredBy }),
      },
    ]
  })
}

/** On which answers it depends, in words; where they cannot be said, the question that a condition looks at first. */
function dependenceOf(
  form: Form,
  rule: Rule | undefined,
  { loops, said }: { readonly loops: readonly string[]; readonly said: string | null | undefined },
): PaperCondition | undefined {
  if (typeof said === 'string') {
    return { condition: said }
  }
  const [first] = (rule?.uses ?? []).flatMap((name) => form.fields.get(pathOfName(name, loops)) ?? [])
  return first === undefined ? undefined : { question: first.shortLabel }
}
