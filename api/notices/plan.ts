import type { Plan } from '../../db/batch.ts'
import { insertChoice, type NoticeChoice } from './store-deliveries.ts'

/** Keeps how the person of a Vorgang wants to get its notices, as they said when they sent it in. */
export const planNoticeChoice = (vorgangId: string, choice: NoticeChoice, atMs: number): Plan => ({
  statements: [insertChoice(vorgangId, choice, atMs)],
})
