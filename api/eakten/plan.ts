import { type JournalEntry, type JournalValue, type Plan, ref } from '../../db/batch.ts'
import {
  guardEakteKept,
  guardEakteOpen,
  insertEakte,
  insertVorgang,
  moveVorgang,
  numberAktenzeichen,
  reopenEakte,
  updateRetention,
  type Vorgang,
} from './store.ts'

export type NewEakte = {
  readonly eakteId: string
  readonly vorgangId: string
  readonly reference: string
  readonly serviceSlug: string
  readonly filePlan: string
  readonly filePlanPrefix: string
  readonly retentionRule: string
  readonly year: number
  readonly keyId: string
  readonly lang: string
  readonly contentRevisionId: string
  readonly state: string
  readonly atMs: number
}

/** Name under which a plan's statements use the number the writer assigns. */
export const AKTENZEICHEN = ref('aktenzeichen')

/** Opens an eAkte with its first Vorgang. The Aktenzeichen is assigned while the batch runs. */
export function planOpenEakte(input: NewEakte): Plan {
  return {
    numbers: [numberAktenzeichen(input.filePlanPrefix, input.year)],
    statements: [
      insertEakte(
        {
          id: input.eakteId,
          filePlan: input.filePlan,
          serviceSlug: input.serviceSlug,
          state: 'open',
          openedAtMs: input.atMs,
          retentionRule: input.retentionRule,
        },
        AKTENZEICHEN,
      ),
      insertVorgang({
        id: input.vorgangId,
        eakteId: input.eakteId,
        reference: input.reference,
        serviceSlug: input.serviceSlug,
        contentRevisionId: input.contentRevisionId,
        keyId: input.keyId,
        lang: input.lang,
        state: input.state,
        openedAtMs: input.atMs,
        kind: 'application',
        aboutVorgangId: null,
        aboutNoticeId: null,
      }),
    ],
    changes: [{ topic: 'vorgang', id: input.vorgangId }],
  }
}

export type NewObjection = {
  readonly vorgangId: string
  readonly reference: string
  readonly keyId: string
  readonly lang: string
  readonly contentRevisionId: string
  readonly state: string
  readonly atMs: number
  readonly against: Pick<Vorgang, 'id' | 'eakteId' | 'serviceSlug'>
  readonly noticeId: string
}

/** Opens the Vorgang of an objection in the eAkte of its notice, which is open again by it; one for each notice. */
export const planOpenObjection = ({ against, noticeId, atMs, ...rest }: NewObjection): Plan => ({
  guards: [reopenEakte(against.eakteId)],
  statements: [
    insertVorgang({
      id: rest.vorgangId,
      eakteId: against.eakteId,
      reference: rest.reference,
      serviceSlug: against.serviceSlug,
      contentRevisionId: rest.contentRevisionId,
      keyId: rest.keyId,
      lang: rest.lang,
      state: rest.state,
      openedAtMs: atMs,
      kind: 'objection',
      aboutVorgangId: against.id,
      aboutNoticeId: noticeId,
    }),
  ],
  changes: [{ topic: 'vorgang', id: rest.vorgangId }],
})

/** Opens an eAkte again, closed or not. */
export const planReopenEakte = (eakteId: string): Plan => ({ guards: [reopenEakte(eakteId)] })

/** Holds while an eAkte is kept (guard `eakte-kept`): for what may be said after it was closed. */
export const planKeptEakte = (eakteId: string): Plan => ({ guards: [guardEakteKept(eakteId)] })

export type VorgangMove = {
  readonly vorgang: Pick<Vorgang, 'id' | 'version' | 'eakteId'>
  readonly state: string
  readonly outcome?: string | null
  readonly closedAtMs?: number | null
}

/** Moves a Vorgang to another state; refused by guard `vorgang-version` when somebody was quicker. */
export function planMoveVorgang(move: VorgangMove): Plan {
  return {
    guards: [
      moveVorgang(move.vorgang, {
        state: move.state,
        outcome: move.outcome ?? null,
        closedAtMs: move.closedAtMs ?? null,
      }),
    ],
    changes: [{ topic: 'vorgang', id: move.vorgang.id }],
  }
}

/** Adds to an eAkte: holds only while it is open (guard `eakte-open`). */
export const planAddToEakte = (eakteId: string): Plan => ({ guards: [guardEakteOpen(eakteId)] })

/** Closes an eAkte and sets until when it is kept. */
export const planCloseEakte = (eakteId: string, retainUntilOn: string, atMs: number): Plan => ({
  statements: [updateRetention(eakteId, retainUntilOn, atMs)],
})

/** One journal line. `body`: codes, ids, digests, commitments; never personal data. */
export const planJournal = (
  eakteId: string,
  type: string,
  atMs: number,
  actor: string,
  body: Readonly<Record<string, JournalValue>>,
): Plan => ({ journal: [{ eakteId, type, atMs, actor, body } satisfies JournalEntry] })
