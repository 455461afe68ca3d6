import { describe, expect, it } from 'vitest'
import { describeFault } from './fault.ts'
import { createLog } from './log.ts'

const logged = (fields: Parameters<ReturnType<typeof createLog>>[1]): Record<string, unknown> => {
  const lines: string[] = []
  createLog(
    (line) => lines.push(line),
    () => 0,
  )('something', fields)
  return JSON.parse(lines[0] ?? '{}')
}

describe('the log', () => {
  it('writes codes, ids, counts and our own addresses', () => {
    const fields = { code: 'SQLITE_IOERR_FSYNC', requestId: '01a2-7f', count: 3, origin: 'http://localhost:8080' }
    expect(logged({ ...fields, reason: 'TypeError service-drafts.ts:57' })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      event: 'something',
      ...fields,
      reason: 'TypeError service-drafts.ts:57',
    })
  })

  it('drops fields that are not on the list', () => {
    expect(logged({ name: 'Mara', email: 'x', answers: 'x', url: '/x', body: 'x' })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      event: 'something',
    })
  })

  it.each([
    'Zähringer Straße 4',
    'mara.lehmann@beispiel.example',
    `insert into x values ('Mara')`,
    'a\nb',
    'x'.repeat(201),
    '<b>',
    '"Mara"',
  ])('withholds a text that is no code: %j', (reason) => {
    expect(logged({ reason })['reason']).toBe('(withheld)')
  })
})

describe('a fault', () => {
  it('is told by name, code and place, never by its message', () => {
    const cause = Object.assign(new Error('UNIQUE failed for Mara'), { code: 'SQLITE_CONSTRAINT' })
    const error = new Error('Failed query: insert into x values (?)\nparams: Mara\n    at Mara (secret.ts:1)', {
      cause,
    })
    expect(describeFault(error)).toMatch(/^Error SQLITE_CONSTRAINT log\.test\.ts:\d+$/)
  })

  it('is told where it is no error at all', () => {
    expect(describeFault('Mara')).toBe('string')
    expect(describeFault(null)).toBe('object')
    expect(describeFault({ code: 'Mara Lehmann' })).toBe('object')
  })
})
