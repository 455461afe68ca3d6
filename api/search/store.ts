import type { Projection } from '../../db/projection.ts'
import type { CaseCard } from './card.ts'
import { tokensOf } from './tokens.ts'

/**
 * Tables of `search.db`: the card of each Vorgang, the words it is found by, how far the changes were read, and what members of
 * staff have lately looked for. A word is kept once for each postbox through which the Vorgang is reached, with the
 * number of the postbox before it: a search reads what lies in the asker's own postboxes and nothing else. Beginnings of three
 * letters behind `b1x` and `b12x` are kept ready: every street begins with `str` somewhere.
 */
export const SEARCH_SCHEMA = `
DROP TABLE IF EXISTS case_names;
DROP TABLE IF EXISTS progress;
CREATE TABLE IF NOT EXISTS cards (no INTEGER PRIMARY KEY, vorgang_id TEXT NOT NULL UNIQUE, name TEXT, fields TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS boxes (no INTEGER PRIMARY KEY, postbox TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS read_until (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
INSERT OR IGNORE INTO read_until (id, seq) VALUES (1, 0);
CREATE TABLE IF NOT EXISTS asked (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, query TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS asked_age ON asked (at_ms);
CREATE VIRTUAL TABLE IF NOT EXISTS card_words USING fts5(words, detail=none, prefix='6 7', tokenize="unicode61 remove_diacritics 0");
INSERT INTO card_words (card_words, rank) VALUES ('secure-delete', 1);
`
const IDS_MAX = 200

export function readProgress(projection: Projection): number {
  return Number(projection.all('SELECT seq FROM read_until WHERE id = 1')[0]?.['seq'] ?? 0)
}

/** Writes cards and progress together; null takes away what is known of a Vorgang. */
export function saveCards(projection: Projection, cards: ReadonlyMap<string, CaseCard | null>, seq: number): void {
  projection.transaction(() => {
    for (const [vorgangId, card] of cards) {
      const no = numberOf(projection, vorgangId)
      if (card === null) {
        projection.run('DELETE FROM card_words WHERE rowid = ?', no ?? 0)
        projection.run('DELETE FROM cards WHERE vorgang_id = ?', vorgangId)
        continue
      }
      saveCard(projection, { vorgangId, no, card })
    }
    projection.run('UPDATE read_until SET seq = ? WHERE id = 1', seq)
  })
}

function saveCard(
  projection: Projection,
  { vorgangId, no, card }: { readonly vorgangId: string; readonly no: number | null; readonly card: CaseCard },
): void {
  const fields = JSON.stringify(card.fields)
  const boxes = card.postboxes.map((postbox) => boxOf(projection, postbox))
  const words = tokensOf(card, boxes).join(' ')
  if (no === null) {
    projection.run('INSERT INTO cards (vorgang_id, name, fields) VALUES (?, ?, ?)', vorgangId, card.name, fields)
    projection.run('INSERT INTO card_words (rowid, words) VALUES (?, ?)', numberOf(projection, vorgangId), words)
    return
  }
  // Most changes of a Vorgang change nothing by which it is found: writing words anew takes twenty times as long as reading.
  const [known] = projection.all(
    'SELECT name, fields, words FROM cards JOIN card_words ON card_words.rowid = no WHERE no = ?',
    no,
  )
  if (known?.['words'] === words && known['fields'] === fields && known['name'] === card.name) {
    return
  }
  projection.run('UPDATE cards SET name = ?, fields = ? WHERE no = ?', card.name, fields, no)
  projection.run('UPDATE card_words SET words = ? WHERE rowid = ?', words, no)
}

/** Number of a Vorgang here, rising in the order in which they became known; null where it is not. */
export function numberOf(projection: Projection, vorgangId: string): number | null {
  const [row] = projection.all('SELECT no FROM cards WHERE vorgang_id = ?', vorgangId)
  return row === undefined ? null : Number(row['no'])
}

function boxOf(projection: Projection, postbox: string): number {
  projection.run('INSERT OR IGNORE INTO boxes (postbox) VALUES (?)', postbox)
  return findBoxes(projection, [postbox])[0] ?? 0
}

/** Numbers of postboxes in which anything ever lay; at most 200. */
export function findBoxes(projection: Projection, postboxes: readonly string[]): readonly number[] {
  const some = postboxes.slice(0, IDS_MAX)
  return projection
    .all(`SELECT no FROM boxes WHERE postbox IN (${marks(some)})`, ...some)
    .map((row) => Number(row['no']))
}

/** Finds the applicants' names of at most 200 Vorgänge. */
export function findNames(projection: Projection, vorgangIds: readonly string[]): ReadonlyMap<string, string> {
  const ids = vorgangIds.slice(0, IDS_MAX)
  const rows = projection.all(
    `SELECT vorgang_id AS id, name FROM cards WHERE name IS NOT NULL AND vorgang_id IN (${marks(ids)})`,
    ...ids,
  )
  return new Map(rows.map((row) => [String(row['id']), String(row['name'])]))
}

/** Finds what was answered in at most 200 Vorgänge. */
export function findFields(
  projection: Projection,
  vorgangIds: readonly string[],
): ReadonlyMap<string, CaseCard['fields']> {
  const ids = vorgangIds.slice(0, IDS_MAX)
  const sql = `SELECT vorgang_id AS id, fields FROM cards WHERE vorgang_id IN (${marks(ids)})`
  const rows = projection.all(sql, ...ids)
  return new Map(rows.map((row) => [String(row['id']), JSON.parse(String(row['fields'])) as CaseCard['fields']]))
}

/** Ids of Vorgänge whose words match, the newest first; no more than `size`. */
export function findMatching(projection: Projection, match: string, size: number): readonly string[] {
  const sql =
    'SELECT vorgang_id AS id FROM cards WHERE no IN (SELECT rowid FROM card_words WHERE card_words MATCH ? ORDER BY rowid DESC LIMIT ?)'
  return projection.all(sql, match, size).map((row) => String(row['id']))
}

export type CardRow = Pick<CaseCard, 'name' | 'fields'> & { readonly vorgangId: string; readonly no: number }

/** Finds cards whose words match, the newest first, from before a number; no more than `size`. */
export function findCards(
  projection: Projection,
  match: string,
  { before, size }: { readonly before: number | null; readonly size: number },
): readonly CardRow[] {
  const rows = projection.all(
    'SELECT no, vorgang_id, name, fields FROM cards WHERE no IN (SELECT rowid FROM card_words WHERE card_words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?) ORDER BY no DESC',
    match,
    before ?? Number.MAX_SAFE_INTEGER,
    size,
  )
  return rows.map((row) => ({
    no: Number(row['no']),
    vorgangId: String(row['vorgang_id']),
    name: row['name'] === null ? null : String(row['name']),
    fields: JSON.parse(String(row['fields'])) as CaseCard['fields'],
  }))
}

export type Asked = { readonly id: string; readonly userId: string; readonly query: string; readonly atMs: number }

export function saveAsked(projection: Projection, { id, userId, query, atMs }: Asked): void {
  projection.run('INSERT INTO asked (id, user_id, query, at_ms) VALUES (?, ?, ?, ?)', id, userId, query, atMs)
}

/** What one person asked, if it is not older. */
export function findAsked(
  projection: Projection,
  { id, userId, sinceMs }: { readonly id: string; readonly userId: string; readonly sinceMs: number },
): string | null {
  const sql = 'SELECT query FROM asked WHERE id = ? AND user_id = ? AND at_ms >= ?'
  const [row] = projection.all(sql, id, userId, sinceMs)
  return row === undefined ? null : String(row['query'])
}

export function forgetAsked(projection: Projection, beforeMs: number): void {
  projection.run('DELETE FROM asked WHERE at_ms < ?', beforeMs)
}

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(',')
