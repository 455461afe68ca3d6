import type { Finding } from './api.ts'
import type { Translate } from './words.ts'

/**
 * What a developer needs beside the place of a finding: its kind, by which the code knows it, and what its detail names in quotes or
 * by number. The detail itself is English, for logs and programs; nobody reads it here.
 */
export const technicalLines = ({ type, detail }: Finding, t: Translate): readonly string[] => {
  const quoted = [...detail.matchAll(/"([^"]{1,120})"|`([^`]{1,120})`/g)].map(([, one, other]) => `„${one ?? other}“`)
  const named = [...new Set(quoted)].join(', ')
  return [
    ...(type === '' ? [] : [t('editing.technical-kind', { kind: type })]),
    ...(named === '' ? [] : [t('editing.technical-names', { names: named })]),
  ]
}
