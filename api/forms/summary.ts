import { type Answers, type Typed, typedText, valueAt } from './answers.ts'
import { dateText, incompleteDateText, moneyText, numberText, sizeText } from './formats.ts'
import type { Field, FieldKind, Form, LoopStep } from './model.ts'
import { typedFrom } from './typed-from.ts'
import type { SummaryRow, SummarySection, Words } from './view.ts'
import { type AskedField, type Page, type Trail, walk } from './walk.ts'

/** Title of one item: "Hund 2". `index` counts from 0. */
export const itemTitle = (loop: LoopStep, index: number): string =>
  loop.itemTitle.replace('{number}', String(index + 1))

/** Titles of the items a page belongs to: "Hund 2 › Impfung 1"; empty outside of repeating groups. */
export const trailTitle = (trail: Trail): string => trail.map(({ loop, index }) => itemTitle(loop, index)).join(' › ')

/** What an item is called by its own answer; empty where nothing was typed. */
export function itemName(form: Form, loop: LoopStep, at: { typed: Typed; itemPointer: string }): string {
  const field = loop.itemName === undefined ? undefined : form.fields.get(loop.itemName)
  return field === undefined ? '' : typedText(at.typed, `${at.itemPointer}${field.tail}`).trim().slice(0, 80)
}

/**
 * Builds the answers as the citizen saw them, for the clerk's page, the copy and the status page: sections, labels, values in
 * words. Uses the form version the submission was made with; shows what was asked, also if left empty ("Keine Angabe").
 * @param options.today legal day of receipt, so that rules decide as they did then.
 */
export function summary(
  form: Form,
  answers: Answers,
  options: { words: Words; today: string },
): readonly SummarySection[] {
  const typed = typedFrom(form, answers)
  const { pages } = walk(form, typed, options)
  return sectionsOf(form, { pages, typed }, (page, asked) =>
    rowOf(form, asked, { answers, words: options.words, page }),
  )
}

type Row = { readonly pointer: string }

/** Groups the rows of reached pages by section; every item of a repeating group is a section of its own, by its name. */
export function sectionsOf<T extends Row>(
  form: Form,
  { pages, typed }: { readonly pages: readonly Page[]; readonly typed: Typed },
  toRow: (page: Page, asked: AskedField) => T,
): readonly { readonly id: string; readonly title: string; readonly rows: readonly T[] }[] {
  const sections = new Map<string, { id: string; title: string; rows: T[] }>()
  for (const page of pages) {
    const id = [page.step.section, ...page.trail.map(({ loop, index }) => `${loop.id}-${index + 1}`)].join('-')
    const known = form.sections.find((section) => section.id === page.step.section)?.title ?? ''
    const title = page.trail.length === 0 ? known : namedTrail(form, page, typed)
    const section = sections.get(id) ?? { id, title, rows: [] }
    section.rows.push(...page.asked.filter(({ field }) => field.kind !== 'note').map((asked) => toRow(page, asked)))
    sections.set(id, section)
  }
  return [...sections.values()].filter((section) => section.rows.length > 0)
}

/** "Hund 2: Žofka", "Haushalt 1 › Person 2: Jan". */
function namedTrail(form: Form, { trail, itemPointer }: Page, typed: Typed): string {
  const inner = trail.at(-1)
  const name = inner === undefined ? '' : itemName(form, inner.loop, { typed, itemPointer })
  return name === '' ? trailTitle(trail) : `${trailTitle(trail)}: ${name}`
}

/** Builds one row of a summary. */
export function rowOf(form: Form, asked: AskedField, at: { answers: Answers; words: Words; page: Page }): SummaryRow {
  const { field, pointer } = asked
  const value = valueAt(at.answers, pointer)
  const files = field.kind === 'file' && Array.isArray(value) ? value : []
  return {
    pointer,
    label: field.shortLabel,
    value:
      value === undefined
        ? at.words('forms.none')
        : field.kind === 'file' && files.length === 0
          ? at.words('forms.later')
          : valueText(field, value, { words: at.words, lang: form.lang }),
    kind: field.kind,
    isEmpty: value === undefined,
    files: files.map((file: { id: string; name: string; sizeBytes: number }) => ({
      id: file.id,
      name: file.name,
      sizeText: sizeText(file.sizeBytes, form.lang),
    })),
  }
}

/** A value in words. */
export function valueText(field: Field, value: unknown, at: { words: Words; lang: string }): string {
  const labelOf = (code: unknown): string => field.options.find((option) => option.code === code)?.label ?? String(code)
  if (field.kind === 'several' && Array.isArray(value)) {
    return value.map(labelOf).join('\n')
  }
  if (Array.isArray(value)) {
    return value.map((file: { name: string }) => file.name).join('\n')
  }
  const kind: FieldKind = field.computed?.as ?? field.kind
  switch (kind) {
    case 'bool':
      return at.words(value === true ? 'forms.yes' : 'forms.no')
    case 'declaration':
      return at.words('forms.declared')
    case 'date':
      return dateText(String(value), at.lang)
    case 'incomplete-date':
      return incompleteDateText(String(value), at.lang)
    case 'time':
      return at.words('forms.clock', { time: String(value) })
    case 'date-time': {
      const [day = '', time = ''] = String(value).split('T')
      return `${dateText(day, at.lang)}, ${at.words('forms.clock', { time })}`
    }
    case 'money':
      return moneyText(Number(value), at.lang)
    case 'number':
      return `${numberText(Number(value), at.lang)}${field.unit === undefined ? '' : ` ${field.unit}`}`
    case 'select':
    case 'country':
      return labelOf(value)
    case 'tax-id':
      return String(value).replace(/^(\d\d)(\d{3})(\d{3})(\d{3})$/, '$1 $2 $3 $4')
    case 'iban':
      return String(value).replace(/(.{4})(?=.)/g, '$1 ')
    default:
      return String(value)
  }
}
