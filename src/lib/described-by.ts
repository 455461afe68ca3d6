import type { FieldView } from './api.ts'

/** Names the hint and the error of a field for `aria-describedby`; undefined where it has neither. */
export const describedBy = (field: Pick<FieldView, 'id' | 'hint' | 'error' | 'notice'>): string | undefined => {
  const ids = [
    field.hint && `${field.id}-hint`,
    field.notice && `${field.id}-notice`,
    field.error && `${field.id}-error`,
  ].filter(Boolean)
  return ids.length === 0 ? undefined : ids.join(' ')
}
