import { outOf, reach } from './diagram.ts'
import { say } from './guess-steps.ts'
import { decides } from './guess-ways.ts'
import { type Guessing, gatewayOf } from './mapping.ts'
import { holds } from './table.ts'

/**
 * Warns of a step in which the person is heard or asked when it is refused already: what they say then changes nothing any
 * more. A refusal that interferes with rights needs the hearing first (§ 28 VwVfG); whether this one does, a person judges.
 */
export function tellHearing(guessing: Guessing): void {
  const { diagram, steps, table } = guessing
  const deciding = [...steps].filter(([, step]) => decides(step)).map(([id]) => id)
  const refused = reach(
    diagram,
    deciding.flatMap((id) => refusals(guessing, id)),
  )
  for (const [id, { name, as }] of steps) {
    const isHearing = as === 'request' || (as !== 'nothing' && holds(name, table.hearings))
    const isOver = refused.has(id) && !deciding.some((other) => reach(diagram, [id]).has(other))
    if (isHearing && isOver) {
      say(guessing, 'unmapped.hearing', { id, name })
    }
  }
}

/** What follows at once where a step refuses: by its gateway's way, or by the only one there is. */
function refusals({ diagram, askers, steps }: Guessing, id: string): readonly string[] {
  const gateway = gatewayOf(askers, id)
  const outcomes = steps.get(id)?.outcomes ?? {}
  return outOf(diagram, gateway ?? id)
    .filter((flow) => gateway === undefined || outcomes[flow.id]?.as === 'refuse')
    .map(({ to }) => to)
}
