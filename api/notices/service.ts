import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { openDocument, prepareDocument, storeMadeFile } from '../documents/service.ts'
import { planAddToEakte } from '../eakten/plan.ts'
import { readVorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { wordsOf } from '../lib/words.ts'
import type { AutomaticBasis, NoticeCase, NoticeKind, NoticesCtx } from './ctx.ts'
import { noticeLang } from './lang.ts'
import { sealed } from './sealed.ts'
import {
  type DecisionRow,
  findFirstRetrieval,
  findLastRetrieval,
  findLatestDecision,
  findNotice,
  findNoticeOfDecision,
  insertDecision,
  insertFinalDecision,
  insertNotice,
  insertRetrieval,
  listNotices,
  type NoticeRow,
  returnDecision,
  signDecision,
} from './store.ts'

export type { NoticeCase, NoticesCtx } from './ctx.ts'

export const reasonsMissing = problemType('notices/reasons-missing', 422)
export const commentMissing = problemType('notices/comment-missing', 422)
export const decisionMissing = problemType('notices/decision-missing', 409)
export const decisionChanged = problemType('notices/decision-changed', 409)
export const noticeMissing = problemType('notices/missing', 404)

const TEXT_LENGTH_MAX = 10_000
const Prose = v.pipe(
  v.string(),
  v.transform((text) => text.normalize('NFC').trim()),
  v.maxLength(TEXT_LENGTH_MAX),
)
const Basis = v.object({ norm: v.string(), rule: v.string(), sources: v.array(v.string()) })
const Content = v.object({
  v: v.literal(1),
  outcome: v.picklist(['approved', 'refused']),
  reasons: v.string(),
  automatic: v.optional(Basis),
})
type DecisionContent = v.InferOutput<typeof Content>

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
}
export type NoticeView = {
  readonly id: string
  readonly documentId: string
  readonly issuedOn: string
  readonly issuedAtMs: number
  readonly firstReadAtMs: number | null
}

const spotOf = (id: string, column: string) => ({ table: 'decisions', row: id, column })

/**
 * Drafts a decision, or makes it where no second person is asked. A refusal needs reasons (§ 39 VwVfG). An earlier draft
 * simply is no longer the newest.
 */
export async function prepareDecision(
  ctx: NoticesCtx,
  kase: NoticeCase,
  actor: Actor,
  input: { readonly outcome: DecisionRow['outcome']; readonly reasons: unknown; readonly isCosigned: boolean },
): Promise<Plan> {
  const reasons = v.safeParse(Prose, input.reasons ?? '')
  if (!reasons.success || (input.outcome === 'refused' && reasons.output === '')) {
    throw reasonsMissing('reasons', {
      errors: [{ pointer: '/reasons', type: reasons.success ? 'missing' : 'too-long' }],
    })
  }
  const id = ctx.newId()
  const { keyId } = kase.vorgang
  const content: DecisionContent = { v: 1, outcome: input.outcome, reasons: reasons.output }
  const text = canonicalJson(content)
  const contentHash = await ctx.keyring.commit(keyId, `decision:${kase.vorgang.id}`, text)
  const atMs = ctx.now()
  const insert = input.isCosigned ? insertDecision : insertFinalDecision
  return {
    statements: [
      insert({
        id,
        vorgangId: kase.vorgang.id,
        outcome: input.outcome,
        keyId,
        contentSealed: await ctx.keyring.seal(keyId, spotOf(id, 'content'), text),
        contentHash,
        draftedBy: actorId(actor),
        draftedAtMs: atMs,
      }),
    ],
    journal: [
      line(kase, input.isCosigned ? 'decision-drafted' : 'decision-made', atMs, actorId(actor), {
        decision: id,
        outcome: input.outcome,
        content: contentHash,
      }),
    ],
  }
}

/** Who decides where no clerk does. */
const PROCESS = 'system:process'

/**
 * Decides without a clerk where a law allows it (§ 35a VwVfG): the decision keeps the law, the rule's version and where the
 * facts came from. Repeated for the same Vorgang it stays the first one.
 */
export async function prepareAutomaticDecision(
  ctx: NoticesCtx,
  kase: NoticeCase,
  input: { readonly outcome: DecisionRow['outcome']; readonly automatic: AutomaticBasis },
): Promise<Plan> {
  if ((await findLatestDecision(ctx.db, kase.vorgang.id)) !== undefined) {
    return {}
  }
  const id = ctx.newId()
  const { keyId } = kase.vorgang
  const { norm, rule, sources } = input.automatic
  const content: DecisionContent = {
    v: 1,
    outcome: input.outcome,
    reasons: '',
    automatic: { norm, rule, sources: [...sources] },
  }
  const text = canonicalJson(content)
  const contentHash = await ctx.keyring.commit(keyId, `decision:${kase.vorgang.id}`, text)
  const atMs = ctx.now()
  return {
    statements: [
      insertFinalDecision({
        id,
        vorgangId: kase.vorgang.id,
        outcome: input.outcome,
        keyId,
        contentSealed: await ctx.keyring.seal(keyId, spotOf(id, 'content'), text),
        contentHash,
        draftedBy: PROCESS,
        draftedAtMs: atMs,
      }),
    ],
    journal: [
      line(kase, 'decision-automatic', atMs, PROCESS, {
        decision: id,
        outcome: input.outcome,
        rule,
        norm,
        content: contentHash,
      }),
    ],
  }
}

/** Co-signs exactly the words that were shown: `hash` is that of the page. Another person than the drafter, by guard too. */
export async function prepareSignature(ctx: NoticesCtx, kase: NoticeCase, actor: Actor, hash: unknown): Promise<Plan> {
  const decision = await openDecision(ctx, kase)
  if (hash !== decision.contentHash) {
    throw decisionChanged(`decision ${decision.id}`)
  }
  const atMs = ctx.now()
  return {
    guards: [signDecision(decision, actorId(actor), atMs)],
    journal: [
      line(kase, 'decision-signed', atMs, actorId(actor), { decision: decision.id, content: decision.contentHash }),
    ],
  }
}

/** Returns a drafted decision with a comment. */
export async function prepareReturn(ctx: NoticesCtx, kase: NoticeCase, actor: Actor, comment: unknown): Promise<Plan> {
  const text = v.safeParse(v.pipe(Prose, v.minLength(1)), comment)
  if (!text.success) {
    throw commentMissing('comment', { errors: [{ pointer: '/comment', type: 'missing' }] })
  }
  const decision = await openDecision(ctx, kase)
  const sealed = await ctx.keyring.seal(decision.keyId, spotOf(decision.id, 'comment'), text.output)
  return {
    guards: [returnDecision(decision.id, sealed)],
    journal: [line(kase, 'decision-returned', ctx.now(), actorId(actor), { decision: decision.id })],
  }
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
  return join(planAddToEakte(kase.eakte.id), stored.plan, document, {
    statements: [
      insertNotice({
        id: noticeId,
        vorgangId: kase.vorgang.id,
        decisionId: decision.id,
        documentId,
        lang,
        regime: 'portal',
        issuedAtMs,
        issuedOn: dayInBerlin(issuedAtMs),
      }),
    ],
    journal: [
      line(kase, 'notice-issued', ctx.now(), 'system:process', {
        notice: noticeId,
        decision: decision.id,
        document: documentId,
      }),
    ],
  })
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
  const content = await contentOf(ctx, decision)
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
export async function readNotices(ctx: NoticesCtx, vorgangId: string): Promise<readonly NoticeView[]> {
  const rows = await listNotices(ctx.db, vorgangId)
  return await Promise.all(
    rows.map(async ({ id, documentId, issuedOn, issuedAtMs }) => ({
      id,
      documentId,
      issuedOn,
      issuedAtMs,
      firstReadAtMs: await findFirstRetrieval(ctx.db, id),
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
    await recordRetrieval(ctx, actor, notice, vorgang.eakteId)
  }
  return opened
}

async function recordRetrieval(ctx: NoticesCtx, actor: Actor, notice: NoticeRow, eakteId: string): Promise<void> {
  const atMs = ctx.now()
  const body = { vorgang: notice.vorgangId, notice: notice.id }
  const result = await ctx.write({
    statements: [insertRetrieval(ctx.newId(), notice.id, atMs)],
    journal: [{ eakteId, type: 'notice-retrieved', atMs, actor: actorId(actor), body }],
  })
  if (!result.ok) {
    throw new Error('a retrieval with a fresh id was refused')
  }
}

async function openDecision(ctx: NoticesCtx, kase: NoticeCase): Promise<DecisionRow> {
  const decision = await findLatestDecision(ctx.db, kase.vorgang.id)
  if (decision === undefined || decision.state !== 'drafted') {
    throw decisionMissing(`vorgang ${kase.vorgang.id}`)
  }
  return decision
}

async function renderDecision(
  ctx: NoticesCtx,
  kase: NoticeCase,
  decision: DecisionRow,
  atMs: number,
): Promise<Uint8Array> {
  const content = await contentOf(ctx, decision)
  return await ctx.renderNotice({
    kind: kindOf(decision),
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

async function contentOf(ctx: NoticesCtx, decision: DecisionRow): Promise<DecisionContent> {
  return v.parse(
    Content,
    await ctx.keyring.openJson(decision.keyId, spotOf(decision.id, 'content'), decision.contentSealed),
  )
}

const isAlone = (decision: DecisionRow): boolean => decision.signedBy === decision.draftedBy

const nameOf = async (ctx: NoticesCtx, actor: string): Promise<string> =>
  (await staffName(ctx, actor.replace(/^staff:/, ''))) ?? ''

function line(kase: NoticeCase, type: string, atMs: number, actor: string, body: Record<string, string>) {
  return { eakteId: kase.eakte.id, type, atMs, actor, body: { vorgang: kase.vorgang.id, ...body } }
}
