import { join, type Plan } from '../../db/batch.ts'
import type { Content } from '../content/snapshot.ts'
import type { Answers } from '../forms/answers.ts'
import { outstandingOf } from '../forms/service.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, countDeadline, ruleInForce } from '../lib/deadlines.ts'
import { wordsOf } from '../lib/words.ts'
import { planMail } from '../messages/plan.ts'
import { prepareRequest } from '../messages/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'

/** Rule of content/deadlines.yaml for answers to what the city asks for, and its mail among the words of a process. */
const ANSWER_RULE = 'answer-to-request'
const REQUEST_MAIL = 'request'
const USUAL_DAYS = 14

export type Asking = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly keyId: string
  readonly content: Content
  readonly serviceSlug: string
  readonly lang: string
  /** What is asked for, in words; sealed. */
  readonly text: string
  /** Tells requests of one Vorgang apart, so that each is mailed once. */
  readonly mailKey: string
}

/** Asks the person of a Vorgang for something without a clerk's doing, with the usual time to answer, and tells them by mail. */
export async function prepareAsking(ctx: SubmissionsCtx, asking: Asking): Promise<Plan> {
  const today = dayInBerlin(ctx.now())
  const { plan } = await prepareRequest(ctx, {
    vorgangId: asking.vorgangId,
    eakteId: asking.eakteId,
    keyId: asking.keyId,
    text: asking.text,
    dueOn: answerDay(asking.content, today),
    today,
    by: 'system:process',
  })
  const words = await ctx.mailText(asking.content, asking.serviceSlug, asking.lang, REQUEST_MAIL)
  return words === null ? plan : join(plan, planMail(REQUEST_MAIL, asking.vorgangId, asking.mailKey, ctx.now()))
}

/** Last day of the usual time to answer. */
function answerDay(content: Content, today: string): string {
  const { deadlines, holidays } = content.deadlines
  const rule = ruleInForce(deadlines, ANSWER_RULE, today)
  return rule === undefined ? addDays(today, USUAL_DAYS) : countDeadline(today, rule, holidays).endsOn
}

/**
 * Asks for what somebody said they hand in later, in the same batch as the application: one request with the day until
 * which, answered on the status page. Nothing where nothing is outstanding.
 */
export async function planOutstanding(
  ctx: SubmissionsCtx,
  { row, form, content }: Draft,
  answers: Answers,
  at: { readonly vorgangId: string; readonly eakteId: string },
): Promise<Plan> {
  const outstanding = outstandingOf(form, answers)
  if (outstanding.length === 0) {
    return {}
  }
  const list = outstanding.map(({ label }) => `- ${label}`).join('\n')
  return await prepareAsking(ctx, {
    ...at,
    keyId: row.keyId,
    content,
    serviceSlug: row.serviceSlug,
    lang: row.lang,
    text: wordsOf(content.words, row.lang)('request.later', { list }),
    mailKey: 'outstanding',
  })
}
