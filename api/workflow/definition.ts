import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Finding } from '../lib/finding.ts'
import { checkGraph } from './check.ts'
import { explore } from './explore.ts'
import type { Definition } from './model.ts'
import { readProcess } from './read-bpmn.ts'

/** Largest process file in characters. */
export const PROCESS_LENGTH_MAX = 500_000

export type ParsedProcess =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly findings: readonly Finding[] }

const kept = new LRUCache<string, Promise<ParsedProcess>>({ max: 200 })

/**
 * Reads and checks a BPMN 2.0 file: our named subset, refused whole with file, line, reason and suggestion.
 * DOCTYPE is refused, so no entity is ever expanded. The same file is read once; the 200 asked for last are kept.
 */
export function parseDefinition(xml: string, file: string): Promise<ParsedProcess> {
  const key = `${file}\n${createHash('sha256').update(xml).digest('hex')}`
  const known = kept.get(key) ?? parse(xml, file)
  kept.set(key, known)
  return known
}

async function parse(xml: string, file: string): Promise<ParsedProcess> {
  const refuse = (type: string, detail: string): ParsedProcess => ({
    ok: false,
    findings: [{ file, line: 1, type, detail }],
  })
  if (xml.length > PROCESS_LENGTH_MAX) {
    return refuse('workflow/too-long', `A process has at most ${PROCESS_LENGTH_MAX} characters.`)
  }
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(xml)) {
    return refuse('workflow/doctype', 'A process may not contain a DOCTYPE or entities.')
  }
  const digest = createHash('sha256').update(xml).digest('hex')
  const { definition, findings } = await readProcess({ xml, file, digest })
  if (definition === null || findings.length > 0) {
    return { ok: false, findings: inOrder(findings) }
  }
  const graph = checkGraph(definition, file)
  if (graph.length > 0) {
    return { ok: false, findings: inOrder(graph) }
  }
  const stuck = checkWays(definition, file)
  return stuck.length > 0 ? { ok: false, findings: inOrder(stuck) } : { ok: true, definition }
}

/** What is looked at of a process when it is loaded: more than ours have, by far. */
const STATES_MAX = 2_000

/** Finds where a case could come to and never go on, e.g. a join that waits for a way which was not taken. */
function checkWays(definition: Definition, file: string): readonly Finding[] {
  return explore(definition, { nowMs: 0, statesMax: STATES_MAX }).stuck.map(({ at, way }) => {
    const places = at.map((id) => `"${id}"`).join(' and ')
    const how = way.map((one) => `${one.at}: ${one.what}`).join(', ')
    return {
      file,
      line: definition.nodes.get(at[0] ?? '')?.line ?? 1,
      type: 'workflow/stuck',
      detail: `A case could wait at ${places} for ever. The way there: ${how || 'from the start'}.`,
    }
  })
}

const inOrder = (findings: readonly Finding[]): Finding[] => [...findings].sort((a, b) => a.line - b.line)
