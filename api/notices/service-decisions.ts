import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import { canonicalJson } from '../../db/canonical.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import type { AutomaticBasis, LawUsed, NoticeCase, NoticesCtx } from './ctx.ts'
import { type DecisionContent, noticeLine, spotOf } from './decision-content.ts'
import { type Hearing, heardOf, hearingCode } from './hearing.ts'
import { decisionChanged, decisionMissing } from './refusals.ts'
import {
  type DecisionRow,
  findLatestDecision,
  insertDecision,
  insertFinalDecision,
  returnDecision,
  signDecision,
} from './store.ts'

export const reasonsMissing = problemType('notices/reasons-missing', 422)
export const commentMissing = problemType('notices/comment-missing', 422)

const TEXT_LENGTH_MAX = 10_000
const Prose = v.pipe(
  v.string(),
  v.transform((text) => text.normalize('NFC').trim()),
  v.maxLength(TEXT_LENGTH_MAX),
)

/**
 * Drafts a decision, or makes it where no second person is asked. A refusal needs reasons (§ 39 VwVfG), and that the
 * person was heard or why not (§ 28 VwVfG). An earlier draft
 * simply is no longer the newest. It keeps the rows of the law that it rests on.
 */
export async function prepareDecision(
  ctx: NoticesCtx,
  kase: NoticeCase,
  actor: Actor,
  input: {
    readonly outcome: DecisionRow['outcome']
    readonly reasons: unknown
    readonly isCosigned: boolean
    readonly hearing?: Hearing
  },
): Promise<Plan> {
  const reasons = v.safeParse(Prose, input.reasons ?? '')
  if (!reasons.success || (input.outcome === 'refused' && reasons.output === '')) {
    throw reasonsMissing('reasons', {
      errors: [{ pointer: '/reasons', type: reasons.success ? 'missing' : 'too-long' }],
    })
  }
  const hearing = input.outcome === 'refused' ? { hearing: heardOf(input.hearing) } : {}
  const said = { outcome: input.outcome, reasons: reasons.output, ...hearing }
  return await planDecision(ctx, kase, said, {
    by: actorId(actor),
    insert: input.isCosigned ? insertDecision : insertFinalDecision,
    type: input.isCosigned ? 'decision-drafted' : 'decision-made',
    ...('hearing' in said ? { more: { hearing: hearingCode(said.hearing) } } : {}),
  })
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
  const { norm, rule, sources } = input.automatic
  const said = { outcome: input.outcome, reasons: '', automatic: { norm, rule, sources: [...sources] } }
  return await planDecision(ctx, kase, said, {
    by: PROCESS,
    insert: insertFinalDecision,
    type: 'decision-automatic',
    more: { rule, norm },
  })
}

type Writing = {
  readonly by: string
  readonly insert: typeof insertDecision
  readonly type: string
  readonly more?: Readonly<Record<string, string>>
}

async function planDecision(
  ctx: NoticesCtx,
  kase: NoticeCase,
  said: Omit<DecisionContent, 'v' | 'law'>,
  { by, insert, type, more = {} }: Writing,
): Promise<Plan> {
  const id = ctx.newId()
  const { keyId } = kase.vorgang
  const atMs = ctx.now()
  const law = await ctx.lawUsed(kase, dayInBerlin(atMs))
  const content: DecisionContent = { v: 1, ...said, law: [...law] }
  const text = canonicalJson(content)
  const contentHash = await ctx.keyring.commit(keyId, `decision:${kase.vorgang.id}`, text)
  const body = { decision: id, outcome: said.outcome, ...more, content: contentHash, law: lawLine(law) }
  return {
    statements: [
      insert({
        id,
        vorgangId: kase.vorgang.id,
        outcome: said.outcome,
        keyId,
        contentSealed: await ctx.keyring.seal(keyId, spotOf(id, 'content'), text),
        contentHash,
        draftedBy: by,
        draftedAtMs: atMs,
      }),
    ],
    journal: [noticeLine(kase, { type, atMs, actor: by }, body)],
  }
}

/** Rows as the journal names them: `fees hundesteuer-erster@2026-01-01`. */
export const lawLine = (law: readonly LawUsed[]): string =>
  law.map(({ table, id, validFrom }) => `${table} ${id}@${validFrom}`).join('; ')

/** Co-signs exactly the words that were shown: `hash` is that of the page. Another person than the drafter, by guard too. */
export async function prepareSignature(ctx: NoticesCtx, kase: NoticeCase, actor: Actor, hash: unknown): Promise<Plan> {
  const decision = await openDecision(ctx, kase)
  if (hash !== decision.contentHash) {
    throw decisionChanged(`decision ${decision.id}`)
  }
  const atMs = ctx.now()
  const body = { decision: decision.id, content: decision.contentHash }
  return {
    guards: [signDecision(decision, actorId(actor), atMs)],
    journal: [noticeLine(kase, { type: 'decision-signed', atMs, actor: actorId(actor) }, body)],
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
  const line = { type: 'decision-returned', atMs: ctx.now(), actor: actorId(actor) }
  return {
    guards: [returnDecision(decision.id, sealed)],
    journal: [noticeLine(kase, line, { decision: decision.id })],
  }
}

async function openDecision(ctx: NoticesCtx, kase: NoticeCase): Promise<DecisionRow> {
  const decision = await findLatestDecision(ctx.db, kase.vorgang.id)
  if (decision === undefined || decision.state !== 'drafted') {
    throw decisionMissing(`vorgang ${kase.vorgang.id}`)
  }
  return decision
}
