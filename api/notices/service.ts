import { join, type Plan } from '../../db/batch.ts'
import { lawfulContent } from '../content/service.ts'
import { openDocument, prepareDocument, storeMadeFile } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import { readVorgang, type Vorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { wordsOf } from '../lib/words.ts'
import type { NoticeCase, NoticeKind, NoticesCtx } from './ctx.ts'
import { noticeLine, openContent, spotOf } from './decision-content.ts'
import { type HearingView, hearingView } from './hearing.ts'
import { noticeLang } from './lang.ts'
import { decisionChanged, decisionMissing, noticeMissing } from './refusals.ts'
import { sealed } from './sealed.ts'
import { lawLine } from './service-decisions.ts'
import { type DeliveryView, foreseeDelivery, planFetched, prepareDelivery, readDeliveries } from './service-delivery.ts'
import {
  type DecisionRow,
  findFirstRetrieval,
  findLastRetrieval,
  findLatestDecision,
  findNotice,
  findNoticeOfDecision,
  insertNotice,
  insertRetrieval,
  listNotices,
  type NoticeRow,
} from './store.ts'

export type { NoticeCase, NoticesCtx } from './ctx.ts'

/** A decision as those who work on it see it. `hash` names exactly these words; co-signing repeats it. */
export type DecisionView = {
  readonly id: string
  readonly outcome: DecisionRow['outcome']
  readonly reasons: string
  readonly hash: string
  readonly state: DecisionRow['state']
  readonly draftedBy: string
  readonly draftedAtMs: number
  /** The second person; null while nobody signed, and where none is asked. */
  readonly signedBy: string | null
  /** What the second person said when it was returned. */
  readonly comment: string | null
  /** Whether the person was heard before they were refused something, or why not; null where nothing was refused. */
  readonly hearing: HearingView | null
}
export type NoticeView = {
  readonly id: string
  readonly documentId: string
  readonly issuedOn: string
  readonly issuedAtMs: number
  readonly firstReadAtMs: number | null
  /** How it was brought to the person; null for one that none was recorded for. */
  readonly delivery: DeliveryView | null
}

/** Makes the notice of the decision that counts: the PDF is durable first, then document, notice and journal. Repeated it is the same notice. */
export async function prepareNotice(ctx: NoticesCtx, kase: NoticeCase, kind: NoticeKind): Promise<Plan> {
  const decision = await findLatestDecision(ctx.db, kase.vorgang.id)
  if (
    decision === undefined ||
    decision.state !== 'signed' ||
    decision.signedBy === null ||
    decision.signedAtMs === null
  ) {
    throw decisionMissing(`vorgang ${kase.vorgang.id}`)
  }
  if (kind !== kindOf(decision)) {
    throw decisionChanged(`decision ${decision.id}`)
  }
  if ((await findNoticeOfDecision(ctx.db, decision.id, kase.vorgang.id)) !== undefined) {
    return {}
  }
  const issuedAtMs = decision.signedAtMs
  const law = await ctx.lawUsed(kase, dayInBerlin(issuedAtMs))
  const delivery = await foreseeDelivery(ctx, kase, dayInBerlin(ctx.now()))
  const lang = langOf(kase, decision)
  const bytes = await sealed(ctx, await renderDecision(ctx, kase, decision, issuedAtMs), issuedAtMs)
  const title = wordsOf(kase.content.words, lang)(`notice.title.${kind}`)
  const file = { bytes, fileName: `${kind}-${kase.vorgang.reference}.pdf`, mediaType: 'application/pdf', title }
  const stored = await storeMadeFile(ctx, kase.vorgang.keyId, file)
  const [documentId, noticeId] = [ctx.newId(), ctx.newId()]
  const document = await prepareDocument(ctx, {
    id: documentId,
    eakteId: kase.eakte.id,
    vorgangId: kase.vorgang.id,
    kind: 'notice',
    keyId: kase.vorgang.keyId,
    blobId: stored.blobId,
    meta: stored.meta,
    createdBy: 'system:process',
  })
  const own: Plan = {
    statements: [
      insertNotice({
        id: noticeId,
        vorgangId: kase.vorgang.id,
        decisionId: decision.id,
        documentId,
        lang,
        regime: delivery.rule.id,
        issuedAtMs,
        issuedOn: dayInBerlin(issuedAtMs),
      }),
    ],
    journal: [
      noticeLine(
        kase,
        { type: 'notice-issued', atMs: ctx.now(), actor: 'system:process' },
        { notice: noticeId, decision: decision.id, document: documentId, law: lawLine(law) },
      ),
    ],
  }
  const onItsWay = await prepareDelivery(ctx, kase, noticeId)
  return join(planAddToEakte(kase.eakte.id), stored.plan, document, own, onItsWay)
}

/** Shows the notice as it would be: the same renderer, not yet signed by the second person. */
export async function previewNotice(ctx: NoticesCtx, kase: NoticeCase): Promise<Uint8Array> {
  const decision = await findLatestDecision(ctx.db, kase.vorgang.id)
  if (decision === undefined) {
    throw decisionMissing(`vorgang ${kase.vorgang.id}`)
  }
  return await renderDecision(ctx, kase, decision, decision.signedAtMs ?? decision.draftedAtMs)
}

/** Reads the decision that counts now; null before the first. The caller has checked who asks. */
export async function readDecision(ctx: NoticesCtx, _actor: Actor, vorgangId: string): Promise<DecisionView | null> {
  const decision = await findLatestDecision(ctx.db, vorgangId)
  if (decision === undefined) {
    return null
  }
  const content = await openContent(ctx, decision)
  const comment =
    decision.commentSealed === null
      ? null
      : (await ctx.keyring.open(decision.keyId, spotOf(decision.id, 'comment'), decision.commentSealed)).toString(
          'utf8',
        )
  return {
    id: decision.id,
    outcome: decision.outcome,
    reasons: content.reasons,
    hash: decision.contentHash,
    state: decision.state,
    draftedBy: await nameOf(ctx, decision.draftedBy),
    draftedAtMs: decision.draftedAtMs,
    signedBy: decision.signedBy === null || isAlone(decision) ? null : await nameOf(ctx, decision.signedBy),
    comment,
    hearing: hearingView(content.hearing),
  }
}

/** A decision is drafted, or signed and not yet a notice: what the person says now would come too late for it. */
export async function isBeingDecided(ctx: Pick<NoticesCtx, 'db'>, vorgangId: string): Promise<boolean> {
  const decision = await findLatestDecision(ctx.db, vorgangId)
  if (decision?.state === 'signed') {
    return (await findNoticeOfDecision(ctx.db, decision.id, vorgangId)) === undefined
  }
  return decision?.state === 'drafted'
}

/** Reads the notices of a Vorgang, oldest first. The caller has checked who asks. */
export async function readNotices(
  ctx: NoticesCtx,
  kase: Pick<NoticeCase, 'vorgang' | 'content'>,
): Promise<readonly NoticeView[]> {
  const [rows, deliveries] = await Promise.all([listNotices(ctx.db, kase.vorgang.id), readDeliveries(ctx, kase)])
  return await Promise.all(
    rows.map(async ({ id, documentId, issuedOn, issuedAtMs }) => ({
      id,
      documentId,
      issuedOn,
      issuedAtMs,
      firstReadAtMs: await findFirstRetrieval(ctx.db, id),
      delivery: deliveries.get(id) ?? null,
    })),
  )
}

/**
 * Opens a notice for the citizen it was made for, and records that it was opened: the first time, and then once a day, so
 * that a program which reads a PDF in pieces does not fill the journal. Throws 404 for everybody else.
 */
export async function retrieveNotice(ctx: NoticesCtx, actor: Actor, noticeId: string) {
  const notice = await findNotice(ctx.db, noticeId)
  authorize(actor, 'notice.read', notice === undefined ? {} : { vorgangId: notice.vorgangId })
  const vorgang = notice === undefined ? undefined : await readVorgang(ctx, notice.vorgangId)
  if (notice === undefined || vorgang === undefined) {
    throw noticeMissing(`notice ${noticeId}`)
  }
  const opened = await openDocument(ctx, notice.documentId)
  const lastMs = await findLastRetrieval(ctx.db, notice.id)
  if (lastMs === null || dayInBerlin(lastMs) !== dayInBerlin(ctx.now())) {
    await recordRetrieval(ctx, actor, notice, vorgang)
  }
  return opened
}

async function recordRetrieval(ctx: NoticesCtx, actor: Actor, notice: NoticeRow, vorgang: Vorgang): Promise<void> {
  const atMs = ctx.now()
  const { deadlines } = await lawfulContent(ctx, vorgang.contentRevisionId)
  const body = { vorgang: notice.vorgangId, notice: notice.id }
  const result = await ctx.write({
    statements: [insertRetrieval(ctx.newId(), notice.id, atMs), ...(await planFetched(ctx, notice, deadlines))],
    journal: [{ eakteId: vorgang.eakteId, type: 'notice-retrieved', atMs, actor: actorId(actor), body }],
  })
  if (!result.ok) {
    throw new Error('a retrieval with a fresh id was refused')
  }
}

async function renderDecision(
  ctx: NoticesCtx,
  kase: NoticeCase,
  decision: DecisionRow,
  atMs: number,
): Promise<Uint8Array> {
  const content = await openContent(ctx, decision)
  const { rule } = await foreseeDelivery(ctx, kase, dayInBerlin(ctx.now()))
  return await ctx.renderNotice({
    kind: kindOf(decision),
    delivery: rule,
    law: content.law ?? [],
    ...kase,
    lang: langOf(kase, decision),
    reasons: content.reasons,
    draftedBy: await nameOf(ctx, decision.draftedBy),
    signedBy: isAlone(decision) ? null : await nameOf(ctx, decision.signedBy ?? ''),
    issuedOn: dayInBerlin(atMs),
    createdAtMs: atMs,
    ...(content.automatic === undefined ? {} : { automatic: content.automatic }),
  })
}

const kindOf = (decision: DecisionRow): NoticeKind => (decision.outcome === 'approved' ? 'approval' : 'refusal')

const langOf = ({ content, vorgang }: NoticeCase, decision: DecisionRow): string =>
  noticeLang(content, vorgang.serviceSlug, kindOf(decision), vorgang.lang)

const isAlone = (decision: DecisionRow): boolean => decision.signedBy === decision.draftedBy

const nameOf = async (ctx: NoticesCtx, actor: string): Promise<string> =>
  (await staffName(ctx, actor.replace(/^staff:/, ''))) ?? ''
