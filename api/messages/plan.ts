import type { Plan } from '../../db/batch.ts'
import { planJob } from '../jobs/plan.ts'
import type { MailKind } from './mail.ts'
import { type ContactRow, insertContact } from './store.ts'

/** Records where the person of a Vorgang wants to be told; `emailSealed` null: nowhere. */
export const planContact = (contact: Omit<ContactRow, 'version'>): Plan => ({ statements: [insertContact(contact)] })

/** Orders a mail to the person of a Vorgang. `key` tells mails of the same kind apart; ordered twice it is sent once. */
export const planMail = (kind: Exclude<MailKind, 'code'>, vorgangId: string, key: string, nowMs: number): Plan =>
  planJob({ kind: 'mail', key: `${vorgangId}:${kind}:${key}`, payload: { kind, vorgangId, key }, dueAtMs: nowMs })
