import type { Projection } from '../../db/projection.ts'

/** Tables of `search.db`: the applicant's name of each Vorgang, and how far the changes were read. */
export const SEARCH_SCHEMA = `
CREATE TABLE IF NOT EXISTS case_names (vorgang_id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
INSERT OR IGNORE INTO progress (id, seq) VALUES (1, 0);
`
const IDS_MAX = 200

export function readProgress(projection: Projection): number {
  return Number(projection.all('SELECT seq FROM progress WHERE id = 1')[0]?.['seq'] ?? 0)
}

/** Writes names and progress together. */
export function saveNames(projection: Projection, names: ReadonlyMap<string, string | null>, seq: number): void {
  projection.transaction(() => {
    for (const [vorgangId, name] of names) {
      if (name === null) {
        projection.run('DELETE FROM case_names WHERE vorgang_id = ?', vorgangId)
      } else {
        projection.run('INSERT OR REPLACE INTO case_names (vorgang_id, name) VALUES (?, ?)', vorgangId, name)
      }
    }
    projection.run('UPDATE progress SET seq = ? WHERE id = 1', seq)
  })
}

/** Finds the applicants' names of at most 200 Vorgänge. */
export function findNames(projection: Projection, vorgangIds: readonly string[]): ReadonlyMap<string, string> {
  const ids = vorgangIds.slice(0, IDS_MAX)
  if (ids.length === 0) {
    return new Map()
  }
  const rows = projection.all(
    `SELECT vorgang_id AS id, name FROM case_names WHERE vorgang_id IN (${ids.map(() => '?').join(',')})`,
    ...ids,
  )
  return new Map(rows.map((row) => [String(row['id']), String(row['name'])]))
}
