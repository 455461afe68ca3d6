import type { SummaryRow } from '../forms/view.ts'
import type { Source } from '../identity/service-evidence.ts'
import { isAtLeast } from '../lib/trust-level.ts'

/** How a row tells that its value comes from the applicant's account; nothing for what was typed. */
export const sourceMark = (source: Source | undefined): Pick<SummaryRow, 'source'> =>
  source === undefined
    ? {}
    : { source: { provider: source.provider, isLocked: isAtLeast(source.trustLevel, 'substantial') } }
