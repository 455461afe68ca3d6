import type { Finding } from '../lib/finding.ts'
import { reachable } from './check.ts'
import type { OutcomeType } from './extension.ts'
import type { Definition, Node } from './model.ts'

/** What a clerk has to write with an outcome; where the step does not ask for it, nobody could ever press the button. */
const WRITTEN: Readonly<Partial<Record<OutcomeType, string>>> = {
  refuse: 'reasons',
  'request-information': 'message',
  return: 'comment',
  remedy: 'message',
  'hand-over': 'message',
  'refuse-exemption': 'reasons',
  opinion: 'opinion',
}
/** Answers to an objection, and the process that all objections go through. */
const OBJECTING: readonly string[] = ['remedy', 'hand-over']
const OBJECTION = 'processes/objection.bpmn'
const EXEMPTING: readonly string[] = ['grant-exemption', 'refuse-exemption']

/** Finds outcomes that a step offers without what they need: a text, an objection to answer, a fee to be freed from. */
export function checkNeeds(definition: Definition, file: string): readonly Finding[] {
  return [...definition.nodes.values()].flatMap((node) =>
    node.kind === 'user' ? [...unwritten(node, file), ...misplaced(definition, node, file)] : [],
  )
}

type UserNode = Node & { readonly kind: 'user' }

function unwritten({ id, line, outcomes }: UserNode, file: string): readonly Finding[] {
  const texts: Readonly<Record<string, string>> = WRITTEN
  return outcomes.flatMap((outcome) => {
    const text = Object.hasOwn(texts, outcome.id) ? texts[outcome.id] : undefined
    const detail = `The outcome "${outcome.id}" of "${id}" needs a text that the step does not ask for.`
    return text === undefined || outcome.requires.includes(text)
      ? []
      : [{ file, line, type: 'workflow/outcome-text', detail, suggestion: `requires="${text}"` }]
  })
}

function misplaced(definition: Definition, node: UserNode, file: string): readonly Finding[] {
  const { id, line, outcomes } = node
  const pays = [...reachable(definition, [id])].some((one) => {
    const other = definition.nodes.get(one)
    return other?.kind === 'service' && other.effect === 'pay'
  })
  return outcomes.flatMap((outcome) => {
    const at = `The outcome "${outcome.id}" of "${id}"`
    if (OBJECTING.includes(outcome.id) && file !== OBJECTION) {
      return [
        { file, line, type: 'workflow/no-objection', detail: `${at} answers an objection, and this process has none.` },
      ]
    }
    return EXEMPTING.includes(outcome.id) && !pays
      ? [
          {
            file,
            line,
            type: 'workflow/nothing-to-pay',
            detail: `${at} frees from a fee, and no step after it asks for one.`,
          },
        ]
      : []
  })
}
