import { createHash } from 'node:crypto'

/** RFC 8785-style JSON for journal entries: sorted keys, no white space; values are strings, integers, booleans, null, objects, arrays. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** Hash of a journal entry: SHA-256 over 0x00 and the canonical JSON, so that it also is its RFC 6962 leaf hash. */
export const entryHash = (canonical: string): string =>
  createHash('sha256').update(Uint8Array.of(0)).update(canonical).digest('hex')
