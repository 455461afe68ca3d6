import type { ChangeLine, Figure, LawLine, LawVersion } from './api.ts'
import { writtenMoney } from './format.ts'
import { hasWord, type Translate, type WordKey } from './words.ts'

/** What a row of the law is called: by its own name, by the words for it, else by its id. */
export function lawName({ id, name }: Pick<LawLine, 'id' | 'name'>, t: Translate): string {
  const key = `law.name.${id}`
  return name ?? (hasWord(key) ? t(key) : id)
}

export const changeName = ({ rowId, name }: Pick<ChangeLine, 'rowId' | 'name'>, t: Translate): string =>
  lawName({ id: rowId, name }, t)

/** What a version says, e.g. "4 Tage". */
export function versionText({ fields }: Pick<LawVersion, 'fields'>, t: Translate): string {
  const value = (name: string): string => fields.find((field) => field.name === name)?.value ?? ''
  if (fields.some(({ name }) => name === 'count')) {
    return t(`law.period.${value('unit')}` as WordKey, { count: Number(value('count')) })
  }
  const parts = fields.map((field) =>
    field.name === 'amount'
      ? `${field.value} €`
      : t(`law.value.${field.name}` as WordKey, { count: Number(field.value) }),
  )
  return parts.length === 0 ? t('law.by-rule') : parts.join(', ')
}

/** A figure of a case, e.g. "55,00 €". */
export function figureText(figure: Figure, t: Translate): string {
  if (figure === null) {
    return t('law.unclear')
  }
  switch (figure.kind) {
    case 'cents':
      return writtenMoney(figure.value)
    case 'days':
      return t('law.value.days', { count: figure.value })
    case 'years':
      return t('law.value.years', { count: figure.value })
    case 'period':
      return t(`law.period.${figure.unit}` as WordKey, { count: figure.count })
  }
}
