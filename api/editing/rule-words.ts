import type { Form } from '../forms/model.ts'
import { conditionInWords } from '../forms/service.ts'
import type { Words } from '../forms/view.ts'
import type { Word } from '../forms/vocabulary.ts'
import { rowWords } from './row-words.ts'
import type { Row } from './sheet-rows.ts'
import type { Sheet } from './sheets.ts'

/** What rules are worded by: a form that fits together, its German file, and the words of forms in the editors' language. */
export type Wording = { readonly form: Form; readonly source: string; readonly words: Words }

/**
 * A sheet whose rules say in words what they mean, with what is written behind it: as the one choice of the row, so that
 * lists and comparisons show it like any other choice. A rule that says more than questions and answers stays as written.
 */
export function withRuleWords(sheet: Sheet, wording: Wording | null): Sheet {
  return wording === null ? sheet : { ...sheet, rows: sheet.rows.map((row) => worded(row, sheet, wording)) }
}

function worded(row: Row, sheet: Sheet, wording: Wording): Row {
  const { form, source, words } = wording
  if (row.kind === 'rule' || row.kind === 'obligation') {
    const text = ruleSaid(row.value, rowWords(row, { sheet, form, source }), words)
    return text === row.value ? row : { ...row, options: [...row.options, { value: row.value, text }] }
  }
  return row
}

/** One rule in words with what is written behind it. */
export function ruleSaid(rule: string, known: readonly Word[], words: Words): string {
  const said = conditionInWords(rule, known, { words, lang: 'de' })
  return said === undefined ? rule : words('forms.condition.written', { conditions: said, rule })
}
