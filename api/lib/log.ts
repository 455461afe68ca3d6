/** What a log line may hold: codes, ids, counts, milliseconds. Never form values, names, addresses, tokens. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>
export type Log = (event: string, fields?: LogFields) => void

const ALLOWED = new Set(
  ('requestId route method status ms actor kind id count bytes attempt queue phase version sqlite port origin error code ' +
    'service job release pages changed keyId reason file line seq size dir mode pid signal town connector epoch').split(' '),
)

/** Writes JSON lines to `write`; a field that is not on the list of harmless names is dropped, not written. */
export function createLog(write: (line: string) => void, now: () => number): Log {
  return (event, fields = {}) => {
    const safe = Object.fromEntries(Object.entries(fields).filter(([name]) => ALLOWED.has(name)))
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), event, ...safe })}\n`)
  }
}
