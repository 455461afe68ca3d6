import { join, type Plan } from '../../db/batch.ts'
import { discardBlobs } from '../documents/service.ts'
import { planKeptEakte } from '../eakten/plan.ts'
import { readVorgaenge, type Vorgang } from '../eakten/service.ts'
import { planCode, planEndAccess } from '../identity/plan.ts'
import { planJob } from '../jobs/plan.ts'
import { planMail } from '../messages/plan.ts'
import { readEmail } from '../messages/service.ts'
import { prepareContactByStaff } from '../messages/service-contact.ts'
import type { Case } from '../workflow/service.ts'
import {
  commitContent,
  type FormerContact,
  type NewCode,
  openContent,
  type RenewalContent,
  sealFormer,
} from './access-renewal.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { folded } from './invitations.ts'
import { planDiscard } from './service-account.ts'
import { confirmRenewal, listOpenCorrections, type RenewalRow } from './store-access.ts'

type Confirming = { readonly kase: Case; readonly row: RenewalRow; readonly by: string }

/**
 * Plans that access is given anew to a whole eAkte, which is one person's: its application and the objections in it. Old codes
 * and rights end, drafts of corrections go with what they copied, news go to the new address, the old ones are told once.
 * `discardFiles`: after the write.
 */
export async function planConfirm(
  ctx: SubmissionsCtx,
  { kase, row, by }: Confirming,
): Promise<{ readonly plan: Plan; readonly discardFiles: () => Promise<void> }> {
  const { eakteId } = kase.vorgang
  const atMs = ctx.now()
  const content = await openContent(ctx, row)
  const vorgaenge = await readVorgaenge(ctx, eakteId)
  const given = await Promise.all(vorgaenge.map((vorgang) => planGiven(ctx, vorgang, content, atMs)))
  const former = given.flatMap(({ former: one }) => one)
  const codes: readonly NewCode[] = given.map(({ code }) => code)
  const line = {
    access: row.id,
    requestedBy: row.requestedBy,
    identifiedBy: content.identifiedBy,
    hasEmail: content.email !== null,
    content: await commitContent(ctx, row, content),
  }
  const decided = {
    by,
    atMs,
    formerSealed: await sealFormer(ctx, row, former),
    codes: JSON.stringify(codes),
  }
  return {
    discardFiles: async () => {
      await discardBlobs(
        ctx,
        given.flatMap(({ blobs }) => blobs),
      )
    },
    plan: join(
      planKeptEakte(eakteId),
      { guards: [confirmRenewal(row.id, decided)] },
      ...given.map(({ plan }) => plan),
      {
        journal: vorgaenge.map(({ id }) => ({
          eakteId,
          type: 'access-renewed',
          atMs,
          actor: by,
          body: { vorgang: id, ...line },
        })),
      },
      ...former.map(({ vorgangId }) =>
        planJob({
          kind: 'mail-access',
          key: `${row.id}:${vorgangId}`,
          payload: { accessId: row.id, vorgangId },
          dueAtMs: atMs,
        }),
      ),
      content.email === null ? {} : planMail('access-renewed', row.vorgangId, row.id, atMs),
    ),
  }
}

type Given = {
  readonly plan: Plan
  readonly code: NewCode
  /** Where news of it went, if that was elsewhere. */
  readonly former: readonly FormerContact[]
  readonly blobs: readonly string[]
}

async function planGiven(
  ctx: SubmissionsCtx,
  { id, keyId, lang }: Vorgang,
  { email }: RenewalContent,
  atMs: number,
): Promise<Given> {
  const [before, corrections] = await Promise.all([readEmail(ctx, id), listOpenCorrections(ctx.db, id)])
  const discarded = await Promise.all(corrections.map((draft) => planDiscard(ctx, draft)))
  const code = planCode(ctx, id, 'receipt')
  const isElsewhere = before !== null && (email === null || folded(before.email) !== folded(email))
  return {
    code: { vorgangId: id, codeId: code.codeId },
    former: isElsewhere ? [{ vorgangId: id, ...before }] : [],
    blobs: discarded.flatMap(({ blobs }) => blobs),
    plan: join(
      ...discarded.map(({ plan }) => plan),
      ...corrections.map((draft) => planEndAccess({ kind: 'draft', id: draft.id }, atMs)),
      planEndAccess({ kind: 'vorgang', id }, atMs),
      code.plan,
      await prepareContactByStaff(ctx, { vorgangId: id, keyId, lang }, email),
    ),
  }
}
