import { INTERNAL, readDocuments } from '../documents/service.ts'
import { can } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { currentInvitationCode } from '../identity/service-codes.ts'
import { type Actor, actorId, actsFor } from '../lib/actor.ts'
import { readOrders } from '../orders/service.ts'
import { readExperts } from '../orders/service-experts.ts'
import { mayGo } from '../postboxes/service-move.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { expertLink } from './expert-link.ts'
import { documentViews } from './service-case-documents.ts'
import type { OrdersPart, OrderView } from './vorgang-view.ts'

/** Reads what clerks asked of each other about a Vorgang, and to whom this one can give an order. The caller has checked who asks. */
export async function readOrdersPart(ctx: SubmissionsCtx, actor: Actor, kase: Case): Promise<OrdersPart> {
  const [orders, files] = await Promise.all([readOrders(ctx, kase.vorgang.id), readDocuments(ctx, [kase.vorgang.id])])
  const isLead = can(actor, 'order.give', { postboxes: [kase.item.postbox] })
  const nameOf = (postbox: string): string => kase.content.postboxes.get(postbox)?.name.de ?? postbox
  const views = orders.map(async (order): Promise<OrderView> => {
    const item = kase.items.find(({ id }) => id === order.id)
    const [to, by, ended] = await Promise.all([
      order.userId === null ? null : staffName(ctx, order.userId),
      staffName(ctx, order.createdBy.replace('staff:', '')),
      order.endedBy === null ? null : staffName(ctx, order.endedBy.replace('staff:', '')),
    ])
    const isOpen = order.state === 'open' && item?.state === 'open'
    const postbox = item?.postbox ?? order.postbox
    return {
      id: order.id,
      kind: order.kind,
      // What was open when the Vorgang ended, ended with it.
      state: order.state === 'open' && !isOpen ? 'over' : order.state,
      postbox: nameOf(postbox),
      to,
      dueOn: order.dueOn,
      by: by ?? '',
      createdAtMs: order.createdAtMs,
      question: order.question,
      note: order.note,
      answer: order.answer,
      answerText: order.answerText,
      endedBy: ended,
      endedAtMs: order.endedAtMs,
      documents: await documentViews(
        ctx,
        files.filter(({ meta }) => meta.orderId === order.id),
      ),
      mayAnswer: isOpen && mayAnswer(actor, { ...order, postbox }, item.assignee),
      mayWithdraw: isLead && (isOpen || order.state === 'waiting'),
    }
  })
  const isTaxSecret = ctx.content.live().content.postboxes.get(kase.item.postbox)?.isTaxSecret === true
  const mayAskOutside = isLead && !isTaxSecret && kase.item.state !== 'done'
  return {
    orders: await Promise.all(views),
    recipients: isLead ? await recipientsOf(ctx, kase, nameOf) : [],
    experts: await expertsOf(ctx, kase, { isLead, files }),
    mayAskOutside,
    showable: mayAskOutside
      ? files
          .filter(({ kind }) => kind !== INTERNAL)
          .map(({ id, meta }) => ({ id, title: meta.title ?? meta.fileName }))
      : [],
  }
}

type Files = Awaited<ReturnType<typeof readDocuments>>

/** Whom outside somebody asked; what is confidential only the leading office reads. */
async function expertsOf(
  ctx: SubmissionsCtx,
  { vorgang }: Case,
  { isLead, files }: { readonly isLead: boolean; readonly files: Files },
): Promise<OrdersPart['experts']> {
  const experts = (await readExperts(ctx, vorgang.id)).filter(({ isConfidential }) => isLead || !isConfidential)
  return await Promise.all(
    experts.map(async ({ vorgangId: _, createdBy, documents, ...expert }) => ({
      ...expert,
      by: (await staffName(ctx, createdBy.replace('staff:', ''))) ?? '',
      link: expertLink(ctx, expert.id),
      code: isLead && expert.state === 'open' ? await currentInvitationCode(ctx, expert.id) : null,
      shown: files.filter(({ id }) => documents.includes(id)).map(({ meta }) => meta.title ?? meta.fileName),
      documents: await documentViews(
        ctx,
        files.filter(({ meta }) => meta.orderId === expert.id),
      ),
    })),
  )
}

/** As the use case judges: in the team, not taken by somebody else, and a signature by whom it may be given. */
function mayAnswer(
  actor: Actor,
  order: { readonly kind: string; readonly postbox: string; readonly createdBy: string },
  assignee: string | null,
): boolean {
  const facts = { postboxes: [order.postbox], preparedBy: order.createdBy.replace('staff:', '') }
  if (order.kind === 'co-sign') {
    return can(actor, 'vorgang.co-sign', facts) && (assignee === null || actorId(actor) === `staff:${assignee}`)
  }
  return can(actor, 'order.answer', facts) && (assignee === null || actsFor(actor, assignee))
}

/** Teams to which orders about this Vorgang may go, the own one first, with their people by name. */
async function recipientsOf(
  ctx: SubmissionsCtx,
  { item, state }: Case,
  nameOf: (postbox: string) => string,
): Promise<OrdersPart['recipients']> {
  const all = [...ctx.content.live().content.postboxes.keys()]
  const others = state.status === 'ended' ? [] : all.filter((id) => id !== item.postbox && mayGo(ctx, item, id))
  return await Promise.all(
    [item.postbox, ...others].map(async (postbox) => ({
      postbox,
      name: nameOf(postbox),
      people: (await ctx.team(postbox))
        .map(({ userId, name }) => ({ id: userId, name }))
        .sort((a, b) => a.name.localeCompare(b.name, 'de')),
    })),
  )
}
