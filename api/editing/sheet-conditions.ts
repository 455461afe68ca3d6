import { type Building, type Row, row } from './sheet-rows.ts'
import { yamlAt } from './yaml-edit.ts'

/** Documents that prove an answer, and when. */
export const evidenceRows = (source: string, question: string): readonly Row[] =>
  listAt(source, ['fields', question, 'evidence']).flatMap((entry, index) => {
    const group = String((entry as { name?: unknown } | null)?.name ?? '')
    const at = `fields/${question}/evidence/${index}`
    return [
      row(source, `${at}/when`, 'rule', { group, label: 'evidence-when' }),
      row(source, `${at}/condition`, 'line', { group, label: 'evidence-condition' }),
    ]
  })

/** Entries of a list; none where it is none. */
export function listAt(source: string, path: readonly string[]): readonly unknown[] {
  const list = yamlAt(source, path)
  return Array.isArray(list) ? list : []
}

/** Who has to agree too, and when. */
export const signerRows = ({ source }: Building): readonly Row[] =>
  listAt(source, ['signers']).flatMap((entry, index) => {
    const group = String((entry as { title?: unknown } | null)?.title ?? '')
    const at = `signers/${index}`
    return [
      row(source, `${at}/title`, 'line', { group }),
      row(source, `${at}/text`, 'text', { group, label: 'field-text' }),
      row(source, `${at}/when`, 'rule', { group }),
    ]
  })

/** What the law asks of whoever applies. */
export const eligibilityRows = ({ source }: Building): readonly Row[] =>
  listAt(source, ['eligibility', 'conditions']).flatMap((entry, index) => {
    const group = String((entry as { unmet?: unknown } | null)?.unmet ?? '').slice(0, 80)
    const at = `eligibility/conditions/${index}`
    return [
      row(source, `${at}/rule`, 'rule', { group, label: 'eligibility-rule' }),
      row(source, `${at}/unmet`, 'text', { group }),
      row(source, `${at}/unclear`, 'text', { group }),
    ]
  })
