/** What a log line may hold: codes, ids, counts, milliseconds. Never form values, names, addresses, tokens. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>
export type Log = (event: string, fields?: LogFields) => void

const ALLOWED = new Set(
  (
    'requestId route method status ms actor kind id count bytes attempt queue phase version sqlite port origin error code ' +
    'service job release pages changed keyId reason file line seq size dir mode pid signal town connector epoch'
  ).split(' '),
)
/** Signs of codes, ids, paths and addresses of our own. Sentences of people have others, mail addresses too. */
const HARMLESS = /^[\w .,:;/()[\]=+*-]{0,200}$/

/**
 * Writes JSON lines to `write`. A field that is not on the list of harmless names is dropped; a text that cannot be a code,
 * an id or a path is written as `(withheld)`.
 */
export function createLog(write: (line: string) => void, now: () => number): Log {
  return (event, fields = {}) => {
    const safe = Object.entries(fields)
      .filter(([name]) => ALLOWED.has(name))
      .map(([name, value]) => [name, typeof value === 'string' && !HARMLESS.test(value) ? '(withheld)' : value])
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), event, ...Object.fromEntries(safe) })}\n`)
  }
}
