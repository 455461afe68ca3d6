import type { Plan } from '../../db/batch.ts'
import { planJob } from '../jobs/plan.ts'
import { type ContactRow, insertContact } from './store.ts'

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
