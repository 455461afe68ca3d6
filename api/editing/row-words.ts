import type { Form } from '../forms/model.ts'
import { chooserWords, FEE_WORDS, vocabularyOf } from '../forms/service.ts'
import type { Vocabulary, Word } from '../forms/vocabulary.ts'
import { checksIn } from './sheet-checks.ts'
import { firstQuestion, pathOf, type Row } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'
import { yamlAt } from './yaml-edit.ts'

/** Conditions of a question look at earlier pages, and at the item it stands in; other rules may look everywhere. */
export function wordsFor(sheet: Sheet, form: Form): Vocabulary | null {
  if (!sheet.rows.some(({ kind }) => kind === 'rule' || kind === 'obligation')) {
    return null
  }
  const path = /^question\.(.+)$/.exec(sheet.id)?.[1]
  const field = path === undefined ? undefined : form.fields.get(path)
  return vocabularyOf(form, field === undefined ? {} : { loops: field.loops, before: field.path })
}

/** Questions that the rule of one row may be put together from, with those of an item where it stands in a list. */
export function rowWords(
  row: Row,
  { sheet, form, source }: { sheet: Sheet; form: Form; source: string },
): readonly Word[] {
  const check = /^checks\/(\d+)\/rule$/.exec(row.name)?.[1]
  if (check !== undefined) {
    const at = form.fields.get(checksIn(source)[Number(check)]?.at ?? '')
    return chooserWords(vocabularyOf(form, { loops: at?.loops ?? [] }))
  }
  if (row.name.startsWith('steps/')) {
    const way = pathOf(row.name).slice(0, -1)
    const around = way.flatMap((_, index) => (index > 1 && index % 2 === 0 ? [yamlAt(source, [...way.slice(0, index), 'loop'])] : [])) // biome-ignore format: one thought
    const loops = around.filter((loop) => typeof loop === 'string')
    return chooserWords(vocabularyOf(form, { loops, before: firstQuestion(yamlAt(source, way)) }))
  }
  const field = form.fields.get(/^question\.(.+)$/.exec(sheet.id)?.[1] ?? '')
  if (field !== undefined) {
    const at = { loops: field.loops, before: field.path }
    const earlier = new Set(chooserWords(vocabularyOf(form, at)).map(({ name }) => name))
    const all = chooserWords(vocabularyOf(form, { ...at, isOwnPage: true }))
    return all.map((word) => (earlier.has(word.name) ? word : { ...word, isSamePage: true }))
  }
  const known = wordsFor(sheet, form) ?? { words: [], lists: [] }
  const words = [...chooserWords(known), ...(sheet.id.startsWith('notice.') ? FEE_WORDS : [])]
  if (!row.name.startsWith('new-check')) {
    return words
  }
  // Where a new check will stand is not said yet: at a question of a list it sees one item.
  const items = known.lists.flatMap(({ title, name, words: own }) =>
    own.map((word) => ({ ...word, label: `${title}: ${word.label}`, name: `eintrag.${word.name}`, itemOf: name })),
  )
  return [...words, ...new Map(items.toReversed().map((word) => [word.name, word])).values()]
}
