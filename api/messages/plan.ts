import type { Plan } from '../../db/batch.ts'
import { planJob } from '../jobs/plan.ts'
import { type ContactRow, insertContact } from './store.ts'
import { insertErrand } from './store-letters.ts'

/** Records where the person of a Vorgang wants to be told; `emailSealed` null: nowhere. */
export const planContact = (contact: Omit<ContactRow, 'version'>): Plan => ({ statements: [insertContact(contact)] })

/** Orders a mail to the person of a Vorgang. `key` tells mails of the same template apart; ordered twice it is sent once. */
export const planMail = (template: string, vorgangId: string, key: string, nowMs: number): Plan =>
  planJob({
    kind: 'mail',
    key: `${vorgangId}:${template}:${key}`,
    payload: { template, vorgangId, key },
    dueAtMs: nowMs,
  })

/** Orders the mail that brings a one-time code; the job holds the code's id only. */
export const planCodeMail = (vorgangId: string, codeId: string, nowMs: number): Plan =>
  planJob({ kind: 'mail-code', key: codeId, payload: { vorgangId, codeId }, dueAtMs: nowMs })

export type NewErrand = {
  readonly id: string
  readonly vorgangId: string
  /** What is to be seen or done, e.g. `call`; worded by `errand.<kind>`. */
  readonly kind: string
  readonly submissionId: string | null
  readonly dueOn: string
  readonly atMs: number
}

/** Gives the clerks of a Vorgang something to see or do beside its process. Where it lies is the caller's matter. */
export const planErrand = ({ atMs, ...errand }: NewErrand): Plan => ({
  statements: [insertErrand({ ...errand, createdAtMs: atMs })],
})
