import type { Finding } from '../lib/finding.ts'
import { type Definition, isNoticeable, type Node } from './model.ts'
import type { ProcessTexts } from './texts.ts'

/**
 * Finds states of which nobody tells the person: where it is their turn, or where it has ended, some way leads in without a
 * mail (`notify`) since the process last waited. What follows at once on sending is told by the receipt.
 */
export function unannounced(definition: Definition, texts: ProcessTexts, file: string): readonly Finding[] {
  return [...definition.nodes.values()]
    .filter((node) => isNoticeable(node) && concernsPerson(node, texts) && isSilentlyReached(definition, node))
    .map((node) => ({
      file,
      line: node.line,
      type: 'workflow/no-mail',
      detail: `"${node.id}" is reached without a mail to the person.`,
      suggestion: `a service task with effect "notify" before "${node.id}"`,
    }))
}

const concernsPerson = (node: Node, texts: ProcessTexts): boolean =>
  node.kind === 'end' || texts.states[node.id]?.turn === 'citizen'

/** Walks back over everything that does not wait; true where a waiting node is met before a mail. */
function isSilentlyReached(definition: Definition, node: Node): boolean {
  const seen = new Set<string>([node.id])
  const queue = before(definition, node)
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    if (seen.has(one.id) || isMail(one)) {
      continue
    }
    seen.add(one.id)
    if (isWaiting(one)) {
      return true
    }
    queue.push(...before(definition, one))
  }
  return false
}

const isMail = (node: Node): boolean => node.kind === 'service' && node.effect === 'notify'
/** A silent step that a program does takes moments: whoever has just sent something still looks at the receipt. */
const isWaiting = (node: Node): boolean =>
  node.kind === 'user' || node.kind === 'catch' || (node.kind === 'service' && node.waits && !node.isSilent)

/** The nodes from which a node is entered: along its flows, into a sub-process, from what a boundary event hangs on. */
function before(definition: Definition, node: Node): Node[] {
  if (node.kind === 'boundary') {
    return nodes(definition, [node.on])
  }
  if (node.kind === 'start') {
    const outer = [...definition.nodes.values()].filter((one) => one.kind === 'subprocess' && one.start === node.id)
    return outer.flatMap((one) => before(definition, one))
  }
  const sources = nodes(
    definition,
    node.incoming.flatMap((flow) => definition.flows.get(flow)?.from ?? []),
  )
  // A sub-process is left where what lies in it has ended.
  return sources.flatMap((one) =>
    one.kind === 'subprocess'
      ? [...definition.nodes.values()].filter((inner) => inner.kind === 'end' && inner.scope === one.id)
      : [one],
  )
}

const nodes = (definition: Definition, ids: readonly string[]): Node[] =>
  ids.flatMap((id) => definition.nodes.get(id) ?? [])
