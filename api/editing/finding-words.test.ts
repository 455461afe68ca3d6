import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const words = parse(readFileSync('content/words/de.yaml', 'utf8')) as { finding: Record<string, string> }
const ROOMS = ['content', 'forms', 'notices', 'payments', 'registers', 'workflow', 'editing', 'lib', 'adapters']

const sources = ROOMS.flatMap((room) =>
  readdirSync(join('api', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join('api', room, name), 'utf8')),
)
/** Kinds of findings as they stand in the code: beside their English detail, or given to `report`. */
const kinds = new Set(
  sources.flatMap((source) => [
    ...[...source.matchAll(/report\((?:[^'`]|'[^'/]*'|`[^`]*`){0,200}?'([a-z]+\/[a-z-]+)'/g)].map(
      ([, kind = '']) => kind,
    ),
    ...[...source.matchAll(/type: '([a-z]+\/[a-z-]+)'(?:,\s*|\s*\n\s*)detail/g)].map(([, kind = '']) => kind),
    ...[...source.matchAll(/finding\((?:[^'`]|'[^'/]*'){0,80}?'([a-z]+\/[a-z-]+)'/g)].map(([, kind = '']) => kind),
  ]),
)

it('says every kind of finding in German, so that no editor reads English', () => {
  expect(kinds.size).toBeGreaterThan(60)
  expect([...kinds].filter((kind) => words.finding[kind] === undefined)).toEqual([])
})
