import type { Plan } from '../../db/batch.ts'
import { type Errand, readErrands } from '../messages/service-letters.ts'
import { planMoveItem } from '../postboxes/plan.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** Kind of the errand that asks a second person to confirm access given anew; its id is that of the request. */
export const ACCESS_ERRAND = 'access'

/** The last errand takes the flag with it; a Vorgang without a task goes back to where it waited. */
export async function planUnflag(
  ctx: Pick<SubmissionsCtx, 'db'>,
  { vorgang, item, state }: Case,
  errand: Pick<Errand, 'id'>,
): Promise<Plan> {
  const rest = (await readErrands(ctx, vorgang.id)).filter(({ id, state: is }) => is === 'open' && id !== errand.id)
  if (rest.length > 0) {
    return {}
  }
  const idle = state.status === 'ended' ? ('done' as const) : ('waiting' as const)
  const next = { isNew: 0, state: item.taskId === null ? idle : item.state }
  return next.state === item.state && item.isNew === 0 ? {} : planMoveItem(item, next)
}
