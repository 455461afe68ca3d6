import type { Plan, Ref } from '../../db/batch.ts'
import type { Content } from '../content/snapshot.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, countDeadline, ruleInForce } from '../lib/deadlines.ts'
import { wordsOf } from '../lib/words.ts'
import { type OrdersCtx, prepareOrders } from '../orders/service.ts'

/** Days for a translation where the city names no deadline for it. */
const USUAL_DAYS = 5

type Written = {
  readonly content: Content
  /** Language in which the person wrote. */
  readonly lang: string
  readonly vorgangId: string
  readonly eakteId: string
  readonly keyId: string
  readonly reference: string
  readonly aktenzeichen: string | Ref
  readonly serviceSlug: string
  readonly receivedAtMs: number
}

/**
 * Asks those who translate for the city for what came in a language that people may write in besides German, in the batch of the
 * application: the Vorgang goes its way meanwhile, its deadlines run from receipt, and the original stays what counts (§ 4 VwVfGBbg).
 * Nothing for German and for languages that nobody translates. Tax data may go there: it serves the procedure (§ 30 Abs. 4 Nr. 1 AO).
 */
export async function planTranslation(ctx: OrdersCtx, written: Written): Promise<Plan> {
  const { content, lang } = written
  const way = content.city.translations.find((one) => one.lang === lang)
  if (way === undefined) {
    return {}
  }
  const words = wordsOf(content.words, 'de')
  return await prepareOrders(
    ctx,
    { ...written, by: 'system:process' },
    {
      kind: 'translation',
      recipients: [{ postbox: way.postbox, userId: null }],
      isSerial: false,
      dueOn: dueOn(content, way.deadline, dayInBerlin(written.receivedAtMs)),
      question: words('order.please-translate', { language: words(`language.${lang}`) }),
      note: words('order.translation-law'),
    },
  )
}

function dueOn(content: Content, deadline: string | undefined, today: string): string {
  const { deadlines, holidays } = content.deadlines
  const rule = deadline === undefined ? undefined : ruleInForce(deadlines, deadline, today)
  return rule === undefined ? addDays(today, USUAL_DAYS) : countDeadline(today, rule, holidays).endsOn
}
