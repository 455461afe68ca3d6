import { createHash } from 'node:crypto'
import { controlNames, optionName, type Typed, typedText } from './answers.ts'
import { dateText } from './formats.ts'
import { anotherName } from './items.ts'
import type { Field } from './model.ts'
import type { ConflictRow, Words } from './view.ts'
import type { AskedField, Page } from './walk.ts'

/** What a page was sent with that another window had changed meanwhile, by name of the control; kept beside the stored answers. */
export type Mine = Readonly<Record<string, string>>

/** Names of the controls of a page. Files are not among them: they are added and removed one by one. */
export function namesOnPage(page: Page): readonly string[] {
  if (page.list !== undefined) {
    return [anotherName(page.list)]
  }
  return page.asked.flatMap(({ field, pointer }) => (field.kind === 'file' ? [] : controlNames(field, pointer)))
}

/**
 * Says which answers a page was made from: the same stored answers give the same 22 letters. A page sends it back, so that
 * whoever saves it later sees what another window saved in between. The page of a repeating group covers all its items.
 */
export function pageVersion(typed: Typed, page: Page): string {
  const { list } = page
  const names =
    list === undefined
      ? namesOnPage(page)
      : Object.keys(typed)
          .filter((name) => name.startsWith(`${list}/`))
          .toSorted()
  const stored = names.map((name) => [name, typedText(typed, name)])
  return createHash('sha256').update(JSON.stringify(stored)).digest('base64url').slice(0, 22)
}

/** Whether a page says something else than what is stored. */
export const differs = (typed: Typed, mine: Mine, page: Page): boolean =>
  namesOnPage(page).some((name) => typedText(typed, name) !== (mine[name] ?? ''))

/** The texts of a page's own controls. */
export const mineOf = (typed: Typed, page: Page): Mine =>
  Object.fromEntries(namesOnPage(page).map((name) => [name, typedText(typed, name)]))

/** Both versions of what two windows said differently, in words. */
export function conflictRows(
  page: Page,
  at: { stored: Typed; mine: Mine; words: Words; lang: string },
): readonly ConflictRow[] {
  return page.asked.flatMap((asked) => {
    const stored = said(asked, at.stored, at)
    const mine = said(asked, at.mine, at)
    return stored === mine ? [] : [{ label: asked.field.shortLabel, stored, mine }]
  })
}

type Saying = { readonly words: Words; readonly lang: string }

function said({ field, pointer }: AskedField, typed: Typed, { words, lang }: Saying): string {
  if (field.kind === 'file' || field.kind === 'note' || field.kind === 'computed') {
    return ''
  }
  if (field.kind === 'several') {
    const ticked = field.options.filter(({ code }) => typedText(typed, optionName(pointer, code)) === 'true')
    return ticked.length === 0 ? words('forms.none') : ticked.map(({ label }) => label).join(', ')
  }
  const parts = controlNames(field, pointer).map((name) => typedText(typed, name).trim())
  const text = field.kind === 'date' ? dayText(parts, lang) : parts.filter((part) => part !== '').join(' ')
  return text === '' ? words('forms.none') : inWords(field, text, words)
}

function dayText(parts: readonly string[], lang: string): string {
  const [day = '', month = '', year = ''] = parts
  const isNumbers = /^\d{1,2}$/.test(day) && /^\d{1,2}$/.test(month) && /^\d{4}$/.test(year)
  return isNumbers
    ? dateText(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`, lang)
    : parts.join(' ').trim()
}

function inWords(field: Field, text: string, words: Words): string {
  if (field.kind === 'bool' || field.kind === 'declaration') {
    return words(text === 'true' ? 'forms.yes' : 'forms.no')
  }
  return field.options.find((option) => option.code === text)?.label ?? text
}
