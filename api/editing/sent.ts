import { BY_RULE, type Row } from './sheet-rows.ts'
import { periodOf, periodText } from './typed-values.ts'

/** What an editor sent, by the names of controls. A box of several choices is named `<row>~<choice>`. */
export type Values = Readonly<Record<string, string>>

/** What was sent for a row, in the words of its value; undefined where the control was not sent at all. */
export function sentText(row: Row, values: Values): string | undefined {
  if (row.kind === 'choices') {
    const chosen = row.options.filter(({ value }) => values[`${row.name}~${value}`] !== undefined)
    return values[`${row.name}~`] === undefined ? undefined : chosen.map(({ value }) => value).join('\n')
  }
  if (row.kind === 'yes-no') {
    return values[`${row.name}~`] === undefined ? undefined : values[row.name] === undefined ? '' : 'true'
  }
  // "Only if" stands beside "always" and "never"; its rule is a control of its own.
  const isByRule = row.kind === 'obligation' && values[row.name] === BY_RULE
  const text = values[isByRule ? `${row.name}~${BY_RULE}` : row.name]
  const period = row.kind === 'period' && text !== undefined ? periodOf(text) : undefined
  return period === undefined ? text?.replaceAll('\r\n', '\n').trim() : periodText(period)
}
