import { type Finding, nearest } from '../lib/finding.ts'
import { reachable } from './check.ts'
import { OUTCOME_TYPES } from './extension.ts'
import type { Definition, Node } from './model.ts'

/** Outcomes by which a clerk decides, and the one by which a second person says yes to it. */
const DECIDING: readonly string[] = ['approve', 'refuse']
const SIGNING = 'sign'

const hasOutcome = (node: Node, ids: readonly string[]): boolean =>
  node.kind === 'user' && node.outcomes.some(({ id }) => ids.includes(id))
const decides = (node: Node): boolean =>
  hasOutcome(node, DECIDING) || (node.kind === 'service' && node.effect === 'decide')
const isSigning = (node: Node): boolean => hasOutcome(node, [SIGNING])
const isNotice = (node: Node): boolean => node.kind === 'service' && node.effect === 'create-document'

const idsOf = (definition: Definition, is: (node: Node) => boolean): ReadonlySet<string> =>
  new Set([...definition.nodes.values()].filter(is).map(({ id }) => id))

/** Whether what a clerk decides at a task goes to a second person before it becomes a notice (four eyes). */
export function isCosigned(definition: Definition, taskId: string): boolean {
  const reached = reachable(definition, nextOf(definition, taskId), idsOf(definition, isNotice))
  return [...reached].some((id) => id !== taskId && isSigning(definition.nodes.get(id) as Node))
}

/** A notice is made of a decision: no way may lead to one without, nor past a second person whom other ways pass. */
export function checkDecisions(definition: Definition, file: string): readonly Finding[] {
  const notices = [...definition.nodes.values()].filter(isNotice)
  const undecided = reachable(definition, [definition.start], idsOf(definition, decides))
  const findings: Finding[] = notices
    .filter(({ id }) => undecided.has(id))
    .map(({ id, line }) => ({
      file,
      line,
      type: 'workflow/no-decision',
      detail: `"${id}" can be reached before anybody decided: a task with the outcome approve or refuse, or decide, comes first.`,
    }))
  for (const task of definition.nodes.values()) {
    if (!hasOutcome(task, DECIDING) || !isCosigned(definition, task.id)) {
      continue
    }
    const unsigned = reachable(definition, nextOf(definition, task.id), idsOf(definition, isSigning))
    findings.push(
      ...notices
        .filter(({ id }) => unsigned.has(id))
        .map(({ id, line }) => ({
          file,
          line,
          type: 'workflow/unsigned',
          detail: `From "${task.id}" one way leads to "${id}" past the second person, another does not.`,
        })),
    )
  }
  return findings
}

/** An outcome that is nearly the name of one that does something is a slip: it would only go on, and nobody would notice. */
export function checkOutcomes(definition: Definition, file: string): readonly Finding[] {
  const known: readonly string[] = OUTCOME_TYPES
  return [...definition.nodes.values()].flatMap((node) =>
    (node.kind === 'user' ? node.outcomes : []).flatMap(({ id }) => {
      const meant = known.includes(id) ? undefined : nearest(id, known)
      const detail = `The outcome "${id}" of "${node.id}" does nothing of its own.`
      return meant === undefined
        ? []
        : [{ file, line: node.line, type: 'workflow/outcome-name', detail, suggestion: meant }]
    }),
  )
}

const nextOf = (definition: Definition, id: string): string[] =>
  (definition.nodes.get(id)?.outgoing ?? []).flatMap((flow) => definition.flows.get(flow)?.to ?? [])
