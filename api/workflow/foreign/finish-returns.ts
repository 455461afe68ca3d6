import { undecidedSteps } from '../decided.ts'
import { parseDefinition } from '../definition.ts'
import type { Built } from './build.ts'
import { demote } from './finish-signatures.ts'
import type { Guessing } from './mapping.ts'
import { writeBpmn } from './write-bpmn.ts'

/** Said of a step in which somebody signs. */
const SIGNED: ReadonlySet<string> = new Set(['assumed.cosign', 'assumed.return-added', 'assumed.return-moved'])

/**
 * Gives back only where something can be given back: where a case can come to a step without a decision that waits for a second
 * person, its buttons only go on, and it is said why. Looks at every way of the built process. Changes the sketch.
 */
export async function dropReturns(guessing: Guessing, { sketch, origins, outcomes }: Built): Promise<void> {
  const parsed = await parseDefinition(writeBpmn(sketch, guessing.around), 'process.bpmn')
  for (const id of parsed.ok ? undecidedSteps(parsed.definition) : []) {
    const node = sketch.nodes.get(id)
    if (node === undefined) {
      continue
    }
    const step = origins.get(id)
    const way = outcomes.get(id)?.get('return')?.label ?? guessing.table.outcomes.return.label
    demote(sketch, node)
    const { notes } = guessing.diagram
    const others = notes.filter((note) => step === undefined || note.step !== step || !SIGNED.has(note.key))
    notes.splice(0, notes.length, ...others)
    guessing.diagram.notes.push({
      key: 'unmapped.return',
      values: { name: node.name, way },
      ...(step === undefined ? {} : { step }),
    })
  }
}
