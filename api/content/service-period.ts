import { type Period, ruleInForce } from '../lib/deadlines.ts'
import type { Content } from './snapshot.ts'

/** Deadline of content/deadlines.yaml that holds for every decision whose service sets no processing time of its own. */
export const GENERAL_DEADLINE = 'decision'

/** How long a deadline is for a service on a day: by its processing time where that stands for it; undefined for no rule. */
export function servicePeriod(
  content: Pick<Content, 'services' | 'deadlines'>,
  { slug, deadline, on }: { readonly slug: string; readonly deadline: string; readonly on: string },
): Period | undefined {
  const processing = deadline === GENERAL_DEADLINE ? content.services.get(slug)?.processing : undefined
  return processing === undefined
    ? ruleInForce(content.deadlines.deadlines, deadline, on)
    : { ...processing, begin: 'event', rollsForward: true }
}
