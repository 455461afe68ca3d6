import { createHash } from 'node:crypto'
import type { Finding } from '../lib/finding.ts'
import { checkGraph } from './check.ts'
import type { Definition } from './model.ts'
import { readProcess } from './read-bpmn.ts'

/** Largest process file in characters. */
export const PROCESS_LENGTH_MAX = 500_000

export type ParsedProcess =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Reads and checks a BPMN 2.0 file: our named subset, refused whole with file, line, reason and suggestion.
 * DOCTYPE is refused, so no entity is ever expanded.
 */
export async function parseDefinition(xml: string, file: string): Promise<ParsedProcess> {
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
  return graph.length > 0 ? { ok: false, findings: inOrder(graph) } : { ok: true, definition }
}

/** Keeps parsed processes by the digest of their file; the oldest is dropped beyond `sizeMax`. */
export function createDefinitionCache(sizeMax: number): (xml: string, file: string) => Promise<ParsedProcess> {
  const known = new Map<string, Promise<ParsedProcess>>()
  return (xml, file) => {
    const key = createHash('sha256').update(xml).digest('hex')
    const cached = known.get(key)
    if (cached !== undefined) {
      return cached
    }
    if (known.size >= sizeMax) {
      known.delete([...known.keys()][0] ?? '')
    }
    const parsed = parseDefinition(xml, file)
    known.set(key, parsed)
    return parsed
  }
}

const inOrder = (findings: readonly Finding[]): Finding[] => [...findings].sort((a, b) => a.line - b.line)
