import type { Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import type { Vorgang } from '../eakten/service.ts'
import { planMoveItem } from '../postboxes/plan.ts'
import type { Item } from '../postboxes/service.ts'
import type { ActPayload } from './act-form.ts'
import type { Act } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { insertSubmission, type SubmissionKind } from './store.ts'

/** Last part of the address of each act's page. */
export const ACT_PAGES: Readonly<Record<Act, string>> = {
  answer: 'antwort',
  correct: 'berichtigen',
  document: 'unterlage',
  object: 'widerspruch',
  call: 'anruf',
  help: 'hilfe',
  contact: 'kontakt',
  'contact-code': 'kontakt-code',
  'contact-off': 'kontakt-abmelden',
  inspection: 'akteneinsicht',
  withdraw: 'zuruecknehmen',
}

/** Where the form of an act is. */
export const actPage = (vorgangId: string, act: Act, about: string): string =>
  `/status/${vorgangId}/${ACT_PAGES[act]}${about === '' ? '' : `?zu=${encodeURIComponent(about)}`}`

/** Where a person finds that an act was received. */
export const donePage = (vorgangId: string, act: Act): string => `/status/${vorgangId}?erledigt=${ACT_PAGES[act]}`

export type NewActSubmission = {
  readonly id: string
  readonly vorgang: Pick<Vorgang, 'id' | 'eakteId' | 'keyId' | 'serviceSlug' | 'contentRevisionId' | 'lang'>
  readonly kind: SubmissionKind
  readonly payload: ActPayload
  readonly by: string
  /** What makes a second one the same; else its own id. */
  readonly sameAs?: string
}

/** Plans a submission that is no application: sealed, unchangeable, with its line in the journal. */
export async function prepareActSubmission(ctx: SubmissionsCtx, input: NewActSubmission): Promise<Plan> {
  const { id, vorgang, kind, payload, by } = input
  const text = canonicalJson(payload)
  const receivedAtMs = ctx.now()
  const content = await ctx.keyring.commit(vorgang.keyId, `submission:${id}`, text)
  return {
    statements: [
      insertSubmission({
        id,
        vorgangId: vorgang.id,
        draftId: input.sameAs ?? id,
        serviceSlug: vorgang.serviceSlug,
        formDigest: `act/${payload.format}`,
        contentRevisionId: vorgang.contentRevisionId,
        lang: vorgang.lang,
        keyId: vorgang.keyId,
        answersSealed: await ctx.keyring.seal(
          vorgang.keyId,
          { table: 'submissions', row: id, column: 'answers' },
          text,
        ),
        receivedAtMs,
        kind,
      }),
    ],
    journal: [
      {
        eakteId: vorgang.eakteId,
        type: 'act-received',
        atMs: receivedAtMs,
        actor: by,
        body: { vorgang: vorgang.id, submission: id, kind, content },
      },
    ],
  }
}

/** Puts a Vorgang before its clerks: flagged as new, and among the open ones where it waited or was done. */
export function planFlag(item: Item, dueOn: string): Plan {
  const next = flagged(item, dueOn)
  const isSame = item.isNew === next.isNew && item.state === next.state
  return isSame ? {} : planMoveItem(item, next)
}

const flagged = (item: Item, dueOn: string) => ({
  state: 'open' as const,
  isNew: 1,
  dueOn: item.state === 'done' ? dueOn : item.dueOn,
})
