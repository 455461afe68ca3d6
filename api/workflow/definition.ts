import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Finding } from '../lib/finding.ts'
import { checkGraph } from './check.ts'
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
  return graph.length > 0 ? { ok: false, findings: inOrder(graph) } : { ok: true, definition }
}

const inOrder = (findings: readonly Finding[]): Finding[] => [...findings].sort((a, b) => a.line - b.line)
