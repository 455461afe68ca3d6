import type { DataField } from '../forms/data-model.ts'
import { helpOf } from './file-hint.ts'
import { labelOf } from './generate-names.ts'
import type { Guess, Guesses, Skeleton } from './templates.ts'

export type FieldTexts = { [key: string]: string | boolean }
type Guessing = { readonly skeleton: Skeleton; readonly guesses: Guesses }

/** First texts of a question, by its element and by what its name says. */
export function textsOf({ skeleton, guesses }: Guessing, field: DataField, guess: Guess | undefined): FieldTexts {
  if (field.art === 'label') {
    return noteTexts(field, { skeleton, guesses })
  }
  const label = labelOf(field)
  const fill = (text: string): string => text.replaceAll('[[label]]', label.replace(/[.:]$/, ''))
  const base: FieldTexts = { element: field.id, label, ...(field.name === label ? {} : { short: field.name }) }
  const hint = helpOf(field, guesses).slice(0, 2000)
  const help = hint === '' ? {} : { hint }
  if (field.art !== 'select' && field.type === 'bool') {
    return { ...base, ...yesNo(field, { skeleton, guesses }, fill), ...help }
  }
  const isWord = field.art !== 'select'
  const asked = skeleton.asked[field.art === 'select' ? 'select' : (ASKED[field.type] ?? 'text')]
  const unit = isWord && ['num', 'num_int'].includes(field.type) ? unitOf(guesses, field) : undefined
  return {
    ...base,
    ...(isWord && guess?.kind !== undefined ? { kind: guess.kind } : isLong(field) ? { kind: 'long-text' } : {}),
    ...help,
    subject: guess?.subject ?? fill(asked.subject),
    object: guess?.object ?? guess?.subject ?? fill(asked.object),
    ...(unit === undefined ? {} : { unit }),
    ...(isWord && guess?.autocomplete !== undefined ? { autocomplete: guess.autocomplete } : {}),
    ...(field.type === 'date' && guess?.past === true ? { past: true } : {}),
  }
}

/** More than a line of text: there is room to write it. */
const isLong = ({ art, type, precision }: DataField): boolean =>
  art === 'input' && (type === 'text' || type === 'text_latin') && (precision?.maxLength ?? 0) > LINE_LENGTH

const LINE_LENGTH = 255

/**
 * A note is the sentence that the element holds: its content, else what it is called on the page, else its description. What it is
 * called is its title, where that is more than "Hinweis" and not the sentence itself; else the sentence stands alone.
 */
function noteTexts(field: DataField, { skeleton, guesses }: Guessing): FieldTexts {
  const isBare = (text: string): boolean => guesses.bareTitles.includes(text.toLowerCase().replace(/[\s\d.:]+$/, ''))
  const called = [field.inputLabel, field.name]
    .map((text) => text.trim())
    .filter((text) => text !== '' && !isBare(text))
  const said = [field.content ?? '', isSentence(field.inputLabel) ? field.inputLabel : '', field.description ?? '']
  const text = said.map((one) => one.trim()).find((one) => one !== '') ?? called[0] ?? skeleton.note
  const title = called.find((one) => one !== text && !isSentence(one)) ?? text
  return { element: field.id, label: title.slice(0, 500), text: text.slice(0, 2000) }
}

/** More than a name: it ends as sentences do, or is as long as one. */
const isSentence = (text: string): boolean => /[.!?]$/.test(text.trim()) || text.trim().split(/\s+/).length > 8

const ASKED: Readonly<Record<string, keyof Skeleton['asked']>> = {
  file: 'file',
  date: 'date',
  datetime: 'date',
  time: 'time',
  num: 'number',
  num_int: 'number',
  num_currency: 'money',
}

/** A sentence somebody declares is ticked; anything else is answered by yes or no. */
function yesNo(field: DataField, { skeleton, guesses }: Guessing, fill: (text: string) => string): FieldTexts {
  const label = labelOf(field)
  const subject = fill(skeleton.asked.text.subject)
  if (guesses.declares.some((begin) => label.toLowerCase().startsWith(begin))) {
    return { kind: 'declaration', label: field.name, text: label, subject, object: fill(skeleton.declaration) }
  }
  return { subject, object: fill(label.endsWith('?') ? skeleton.boolQuestion : skeleton.bool) }
}

/** The unit that label or name end with: "Abstand in Metern", "Gewicht (kg)". */
function unitOf({ units }: Guesses, field: DataField): string | undefined {
  const ends = [labelOf(field), field.name].map((text) => text.toLowerCase().replace(/[\s.:?]+$/, ''))
  return units.find((one) => one.ends.some((end) => ends.some((text) => text.endsWith(` ${end}`))))?.unit
}

/** By name, and only where the data type can be what the name says. */
export function guessOf({ guesses }: Pick<Guessing, 'guesses'>, field: DataField): Guess | undefined {
  const name = field.name.toLowerCase()
  return guesses.fields.find((guess) => {
    const isNamed = guess.whole ? name === guess.name : name.includes(guess.name)
    const isText = field.type === 'text' || field.type === 'text_latin'
    return (
      isNamed &&
      field.art !== 'label' &&
      (isText ? guess.past === undefined : guess.kind === undefined && guess.part === undefined)
    )
  })
}
