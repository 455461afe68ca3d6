import { servicePeriod } from '../content/service-period.ts'
import type { Content } from '../content/snapshot.ts'
import { dateText, walkedAnswers } from '../forms/service.ts'
import type { ReceiptView } from '../forms/view.ts'
import { countDeadline } from '../lib/deadlines.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'
import { type Named, named, otherOffices } from './offices.ts'
import { emailOf } from './person.ts'

/** Somebody who is told something once an application is sent: `what` and `way` are worded by the page. */
export type Recipient =
  | ({ readonly kind: 'office' | 'other-office' | 'specialist' } & Named)
  | { readonly kind: 'applicant'; readonly email: string | null }

/** Who will be told what, by which way, when this draft is sent: known from the configuration of its service and from its process. */
export async function recipientsOf(
  ctx: Pick<SubmissionsCtx, 'workflow'>,
  { row, content, typed, form, today }: Draft,
): Promise<readonly Recipient[]> {
  const offices = await otherOffices(ctx, content, { slug: row.serviceSlug, lang: row.lang })
  const service = content.services.get(row.serviceSlug)
  const specialists = (service?.connectors ?? []).flatMap((id): readonly Recipient[] => {
    const connector = content.connectors.get(id)
    const hears = connector?.topics.includes('submission-received') ?? false
    return connector !== undefined && hears ? [{ kind: 'specialist', ...named(connector.name, row.lang) }] : []
  })
  return [
    { kind: 'office', ...named(content.postboxes.get(service?.postbox ?? '')?.name, row.lang) },
    ...offices.map((office) => ({ kind: 'other-office', ...office }) as const),
    ...specialists,
    { kind: 'applicant', email: emailOf(form, walkedAnswers(form, typed, { today })) },
  ]
}

/**
 * What happens next, each with its real day where a deadline stands behind it, counted from the day of receipt. `german` are the
 * form's texts that are German on a page of another language: their day is, too, and the filled text joins them.
 */
export function nextWithDays(
  next: ReceiptView['next'],
  at: {
    readonly content: Content
    readonly slug: string
    readonly receivedOn: string
    readonly lang: string
    readonly german: Set<string>
  },
): ReceiptView['next'] {
  const { content, slug, receivedOn: on, german } = at
  return next.map(({ when, text, deadline }) => {
    const period = deadline === undefined ? undefined : servicePeriod(content, { slug, deadline, on })
    const day = period === undefined ? undefined : countDeadline(on, period, content.deadlines.holidays).endsOn
    const lang = german.has(when) ? 'de' : at.lang
    const filled = when.replace('{day}', day === undefined ? '' : dateText(day, lang))
    if (german.has(when)) {
      german.add(filled)
    }
    return { when: filled, text }
  })
}
