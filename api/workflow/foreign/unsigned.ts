import type { Built } from './build.ts'
import { reach } from './diagram.ts'
import { signs as hasSign, type Unsigned } from './finish-signatures.ts'
import { decides } from './guess-ways.ts'
import type { Guessing, MappedStep } from './mapping.ts'
import { signs } from './sign-first.ts'

const isSigning = ({ outcomes }: MappedStep): boolean => Object.values(outcomes ?? {}).some(({ as }) => as === 'sign')

/** Steps in which a second person signs, as the process draws it: by what was guessed, or by their names behind a decision. */
export function drawnSigners(guessing: Guessing): ReadonlySet<string> {
  const { diagram, steps } = guessing
  const deciding = [...steps].filter(([, step]) => decides(step)).map(([id]) => id)
  const behind = reach(diagram, deciding)
  const drawn = [...steps].filter(([id, step]) => {
    const node = diagram.nodes.get(id)
    return isSigning(step) || (node !== undefined && signs(guessing, node) && !decides(step) && behind.has(id))
  })
  return new Set(drawn.map(([id]) => id))
}

/**
 * Steps in which somebody signs as drawn or as chosen, and nobody does in the finished process: those that do not count (`lost`,
 * by their ids here), and those that are no signature any more. Each with the names of the steps that issue the notice before.
 */
export function unsignedSteps(
  { steps }: Guessing,
  { sketch, origins }: Built,
  { drawn, lost }: { readonly drawn: ReadonlySet<string>; readonly lost: Unsigned },
): ReadonlyMap<string, readonly string[]> {
  const own = new Map([...origins].map(([id, foreign]) => [foreign, id] as const))
  const nameOf = (id: string): string => steps.get(origins.get(id) ?? '')?.name ?? sketch.nodes.get(id)?.name ?? id
  const open = [...steps].flatMap(([id, step]): readonly (readonly [string, readonly string[]])[] => {
    const node = sketch.nodes.get(own.get(id) ?? '')
    const early = lost.get(node?.id ?? '')
    const isDrawn = (drawn.has(id) || isSigning(step)) && !decides(step)
    const isGiven = early === null || (node !== undefined && hasSign(node) && node.attributes['notBy'] !== undefined)
    return isDrawn && !isGiven ? [[id, (early ?? []).map(nameOf)]] : []
  })
  return new Map(open)
}
