import type { JournalEntry, Plan } from '../../db/batch.ts'
import { attachLookups, type LookupRow } from './store.ts'

/** The questions of a draft become part of the Vorgang, each with a line in the journal: who was asked, when, with what result. */
export function planAttachLookups(
  rows: readonly Pick<LookupRow, 'id' | 'lookup' | 'register' | 'state' | 'consentAtMs'>[],
  at: { readonly draftId: string; readonly vorgangId: string; readonly eakteId: string; readonly atMs: number },
): Plan {
  if (rows.length === 0) {
    return {}
  }
  const line = (row: (typeof rows)[number]): JournalEntry => ({
    eakteId: at.eakteId,
    type: 'register-asked',
    atMs: at.atMs,
    actor: 'citizen',
    body: {
      vorgang: at.vorgangId,
      lookup: row.id,
      name: row.lookup,
      register: row.register,
      result: row.state,
      consentAt: new Date(row.consentAtMs).toISOString(),
    },
  })
  return { statements: [attachLookups(at.draftId, at.vorgangId)], journal: rows.map(line) }
}
