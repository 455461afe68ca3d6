import { join, type Plan } from '../../db/batch.ts'
import { planOpenObjection } from '../eakten/plan.ts'
import { planCode, planHeldGrant } from '../identity/plan.ts'
import type { Actor } from '../lib/actor.ts'
import { newReference } from '../lib/ids.ts'
import { planContact, planMail } from '../messages/plan.ts'
import { readEmail } from '../messages/service.ts'
import { planStart } from '../workflow/plan.ts'
import type { ActGiven } from './act-attempt.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { prepareActDocuments } from './service-act-files.ts'
import { donePage, prepareActSubmission } from './service-act-submissions.ts'

/** Mark of an objection that came after its time; a person decides what follows from that (§ 60 VwGO). */
export const LATE = 'late'

/**
 * Plans an objection: a Vorgang of its own in the eAkte of the notice, in the postbox that decides on it, with a process,
 * a reference and a code of its own. The eAkte is open again by it. A late one is accepted and marked.
 */
export async function prepareObjection(ctx: SubmissionsCtx, actor: Actor, { attempt, values, files }: ActGiven) {
  const { kase, act, about, by, today, possible } = attempt
  const { revisionId, content } = ctx.content.live()
  const { serviceSlug, lang } = kase.vorgang
  const vorgangId = ctx.newId()
  const keyId = ctx.newId()
  await ctx.keyring.createKey(keyId)
  const reference = newReference(content.city.referencePrefix, Number(today.slice(0, 4)))
  const atMs = ctx.now()
  const service = content.services.get(serviceSlug)
  const started = planStart({
    vorgangId,
    eakteId: kase.eakte.id,
    content,
    nowMs: atMs,
    newId: ctx.newId,
    actor: by,
    definition: await ctx.workflow.definition(content, serviceSlug, 'objection'),
    tasks: (await ctx.workflow.texts(content, serviceSlug, 'de', 'objection')).tasks,
    variables: { postbox: service?.objectionPostbox ?? service?.postbox ?? kase.item.postbox },
    reference,
    aktenzeichen: kase.eakte.aktenzeichen,
    serviceSlug,
  })
  if (!started.ok) {
    throw new Error(`the process of an objection does not start: ${started.refusal} at ${started.at}`)
  }
  const place = { id: vorgangId, eakteId: kase.eakte.id, keyId, serviceSlug, contentRevisionId: revisionId, lang }
  const documents = await prepareActDocuments(ctx, place, { files, kind: 'later-attachment', by })
  const choices = possible.period?.isOver === true ? [LATE] : []
  const payload = { format: 1 as const, act, texts: values.texts, choices, documents: [...documents.ids] }
  const plan = join(
    planOpenObjection({
      ...place,
      vorgangId,
      reference,
      state: started.state.shown ?? 'received',
      atMs,
      against: kase.vorgang,
      noticeId: about,
    }),
    {
      journal: [
        {
          eakteId: kase.eakte.id,
          type: 'objection-opened',
          atMs,
          actor: by,
          body: { vorgang: vorgangId, notice: about },
        },
      ],
    },
    documents.plan,
    await prepareActSubmission(ctx, { id: ctx.newId(), vorgang: place, kind: 'objection', payload, by }),
    started.plan,
    await planPerson(ctx, actor, { from: kase.vorgang.id, vorgangId, keyId, lang }),
    planMail('objection-received', vorgangId, vorgangId, atMs),
  )
  return { plan, vorgangId, page: donePage(vorgangId, act) }
}

/** News go where they went before; this browser may open the new Vorgang, and a code opens it elsewhere. */
async function planPerson(
  ctx: SubmissionsCtx,
  actor: Actor,
  { from, ...to }: { readonly from: string; readonly vorgangId: string; readonly keyId: string; readonly lang: string },
): Promise<Plan> {
  const contact = await readEmail(ctx, from)
  const spot = { table: 'contacts', row: to.vorgangId, column: 'email' }
  const emailSealed = contact === null ? null : await ctx.keyring.seal(to.keyId, spot, contact.email)
  return join(
    planContact({ ...to, emailSealed }),
    planCode(ctx, to.vorgangId, 'receipt').plan,
    planHeldGrant(actor, { heldId: from, grant: { kind: 'vorgang', id: to.vorgangId }, nowMs: ctx.now() }),
  )
}
