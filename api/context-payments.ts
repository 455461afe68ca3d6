import { readFileSync } from 'node:fs'
import type { Plan } from '../db/batch.ts'
import type { Config } from './config.ts'
import { revisionOf } from './content/service.ts'
import type { Content } from './content/snapshot.ts'
import { namesOf } from './forms/names.ts'
import { planMail } from './messages/plan.ts'
import type { PaymentsCtx } from './payments/ctx.ts'
import { compileFee, type FeeRules } from './payments/service.ts'
import type { SubmissionsCtx } from './submissions/ctx.ts'
import { readAnswers } from './submissions/service-copy.ts'
import { prepareMessage, prepareResult } from './workflow/service.ts'

type Parts = Pick<PaymentsCtx, 'feeRules' | 'answersOf' | 'planPaymentNews' | 'planPaymentMail'>

/** Wires paying to forms, fees, mails and the processes that wait for money. */
export function createPaymentParts(whole: () => SubmissionsCtx): Parts {
  const known = new WeakMap<Content, Map<string, FeeRules>>()
  return {
    feeRules: (content, slug, lang) => {
      const rules = known.get(content) ?? new Map<string, FeeRules>()
      known.set(content, rules)
      const compiled = rules.get(slug) ?? compile(whole(), content, slug, lang)
      rules.set(slug, compiled)
      return compiled
    },
    answersOf: (vorgangId) => readAnswers(whole(), vorgangId),
    planPaymentNews: async ({ vorgangId, effectKey, news, amountCents }) => {
      const ctx = whole()
      const actor = 'system:payment'
      if (news === 'received') {
        const values = { bezahlt: true, betrag: amountCents }
        return await prepareResult(ctx, { vorgangId, key: effectKey, values, actor })
      }
      const { plan, isTaken } = await prepareMessage(ctx, { vorgangId, name: 'payment-failed', values: {}, actor })
      return isTaken ? plan : null
    },
    planPaymentMail: (template, vorgangId, key): Plan => planMail(template, vorgangId, key, whole().now()),
  }
}

/** A row that was added since and asks what an older application does not say cannot judge it: its own rows do. */
function compile(ctx: SubmissionsCtx, content: Content, slug: string, lang: string): FeeRules {
  const names = namesOf(ctx.form(content, slug, lang).fields.values())
  const lawful = compileFee(content, slug, names)
  const compiled = lawful.ok ? lawful : compileFee(revisionOf(content), slug, names)
  if (!lawful.ok) {
    ctx.log('fee-of-own-revision', { service: slug, finding: lawful.findings[0]?.type ?? '' })
  }
  if (!compiled.ok) {
    throw new Error(`fee of ${slug} is broken: ${compiled.findings[0]?.type ?? ''}`)
  }
  return compiled.rules
}

/** Certificate and key of the city towards the payment provider, from two PEM files. */
export const readCertificate = (payment: NonNullable<Config['payment']>) =>
  payment.certificate === undefined
    ? {}
    : {
        certificate: {
          cert: readFileSync(payment.certificate.certFile, 'utf8'),
          key: readFileSync(payment.certificate.keyFile, 'utf8'),
        },
      }
