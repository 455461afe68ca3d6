import * as v from 'valibot'
import { join, type Plan } from '../../db/batch.ts'
import type { IdentityCtx } from '../identity/identity.ts'
import { planCode } from '../identity/plan.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { type ExpertRow, endExpert, findExpert, insertExpert, listExperts } from './store-experts.ts'

export type ExpertsCtx = IdentityCtx

export const expertMissing = problemType('orders/expert-missing', 404)
export const expertOver = problemType('orders/expert-over', 409)

const Asked = v.object({
  v: v.literal(1),
  name: v.string(),
  email: v.string(),
  question: v.string(),
  /** Only the office that has the Vorgang reads it, no other one that takes part. */
  isConfidential: v.boolean(),
  /** Ids of the documents that they may open. */
  documents: v.array(v.string()),
})
const Answered = v.object({ v: v.literal(1), text: v.string() })
const spotOf = (row: string, column: 'asked' | 'answer') => ({ table: 'experts', row, column })

/** Facts of the Vorgang, and who acts. */
export type ExpertAt = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly keyId: string
  readonly by: string
}
export type AskedExpert = Omit<v.InferOutput<typeof Asked>, 'v'>
export type Expert = AskedExpert &
  Pick<ExpertRow, 'id' | 'vorgangId' | 'untilOn' | 'createdBy' | 'createdAtMs' | 'endedAtMs'> & {
    /** `expired`: nobody answered until the day. */
    readonly state: ExpertRow['state'] | 'expired'
    readonly answerText: string
  }

/** Prepares that somebody outside is asked by link and code. `id` is the link's; the code is read by who hands it on. */
export async function prepareExpert(
  ctx: ExpertsCtx,
  at: ExpertAt,
  input: AskedExpert & { readonly untilOn: string },
): Promise<{ readonly id: string; readonly plan: Plan }> {
  const [id, createdAtMs] = [ctx.newId(), ctx.now()]
  const { untilOn, ...asked } = input
  const askedSealed = await ctx.keyring.sealJson(at.keyId, spotOf(id, 'asked'), { v: 1, ...asked })
  const content = await ctx.keyring.commit(at.keyId, `expert:${id}`, `${asked.email}\n${asked.question}`)
  const body = { vorgang: at.vorgangId, expert: id, until: untilOn, documents: asked.documents.length, content }
  return {
    id,
    plan: join(
      {
        statements: [
          insertExpert({
            id,
            vorgangId: at.vorgangId,
            state: 'open',
            keyId: at.keyId,
            askedSealed,
            untilOn,
            createdBy: at.by,
            createdAtMs,
          }),
        ],
        journal: [{ eakteId: at.eakteId, type: 'expert-asked', atMs: createdAtMs, actor: at.by, body }],
      },
      planCode(ctx, id, 'invitation').plan,
    ),
  }
}

/** Reads whom outside somebody asked about a Vorgang, oldest first. For the office alone; the caller has checked who asks. */
export async function readExperts(ctx: ExpertsCtx, vorgangId: string): Promise<readonly Expert[]> {
  return await Promise.all((await listExperts(ctx.db, vorgangId)).map((row) => openRow(ctx, row)))
}

/** Finds one of them; undefined where there is none. */
export async function readExpert(ctx: ExpertsCtx, id: string): Promise<Expert | undefined> {
  const row = await findExpert(ctx.db, id)
  return row === undefined ? undefined : await openRow(ctx, row)
}

async function openRow(ctx: ExpertsCtx, row: ExpertRow): Promise<Expert> {
  const { id, keyId, vorgangId, state, untilOn, createdBy, createdAtMs, endedAtMs } = row
  const asked = v.parse(Asked, await ctx.keyring.openJson(keyId, spotOf(id, 'asked'), row.askedSealed))
  const answered =
    row.answerSealed === null
      ? { text: '' }
      : v.parse(Answered, await ctx.keyring.openJson(keyId, spotOf(id, 'answer'), row.answerSealed))
  const { v: _, ...said } = asked
  const isOver = state === 'open' && untilOn < dayInBerlin(ctx.now())
  const when = { untilOn, createdAtMs, endedAtMs }
  return { ...said, ...when, id, vorgangId, createdBy, state: isOver ? 'expired' : state, answerText: answered.text }
}

/** Prepares the answer of somebody outside; refused by guard `expert-open`. */
export async function prepareExpertAnswer(
  ctx: ExpertsCtx,
  at: ExpertAt,
  expertId: string,
  text: string,
): Promise<Plan> {
  const atMs = ctx.now()
  const answerSealed = await ctx.keyring.sealJson(at.keyId, spotOf(expertId, 'answer'), { v: 1, text })
  const content = await ctx.keyring.commit(at.keyId, `expert-answer:${expertId}`, text)
  const body = { vorgang: at.vorgangId, expert: expertId, content }
  return {
    guards: [endExpert(expertId, { state: 'answered', answerSealed, atMs })],
    journal: [{ eakteId: at.eakteId, type: 'expert-answered', atMs, actor: at.by, body }],
  }
}

/** Plans that a link opens nothing any more; refused by guard `expert-open`. */
export const planRevokeExpert = (at: ExpertAt, expertId: string, atMs: number): Plan => ({
  guards: [endExpert(expertId, { state: 'revoked', answerSealed: null, atMs })],
  journal: [
    {
      eakteId: at.eakteId,
      type: 'expert-revoked',
      atMs,
      actor: at.by,
      body: { vorgang: at.vorgangId, expert: expertId },
    },
  ],
})
