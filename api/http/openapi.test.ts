import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from '../app.ts'
import { openTown, type Town } from '../testing/town.ts'
import { listRoutes, type MountedRoute } from './route.ts'

const ROOT = resolve(import.meta.dirname, '../..')
type Declared = { readonly type: string; readonly status: number }

let town: Town
let routes: readonly MountedRoute[]
beforeAll(async () => {
  town = await openTown()
  routes = listRoutes(createApi(town.ctx).app)
})
afterAll(() => town.close())

/** Every kind of refusal that a module declares, read from the source: also those no test happens to import. */
function declaredProblems(): readonly Declared[] {
  const files = readdirSync(join(ROOT, 'api'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  return sources.flatMap((file) =>
    [
      ...readFileSync(join(ROOT, 'api', file), 'utf8').matchAll(/= problemType\(\s*'([^']+)',\s*(\d{3})\s*,?\s*\)/g),
    ].map(([, type = '', status]) => ({ type, status: Number(status) })),
  )
}

describe('GET /api/v1/openapi.json', () => {
  it('200 is a valid description in OpenAPI 3.1, for everybody', async () => {
    const description = await town.newCaller().read<Record<string, unknown>>('/openapi.json')
    expect(await new Validator().validate(structuredClone(description))).toEqual({ valid: true })
    expect(description['openapi']).toBe('3.1.0')
  })

  it('names every mounted route once, with who may call it and what it refuses', async () => {
    type Operation = {
      operationId: string
      security: unknown[]
      responses: Record<string, unknown>
      requestBody?: unknown
    }
    const { paths } = await town.newCaller().read<{ paths: Record<string, Record<string, Operation>> }>('/openapi.json')
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const mounted = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect(described.sort()).toEqual(mounted.sort())
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const { responses } of operations) {
      expect(responses['default']).toEqual({ $ref: '#/components/responses/Problem' })
    }
    expect(paths['/api/v1/submissions/status/sign-in']?.['post']).toMatchObject({
      security: [],
      requestBody: {
        content: { 'application/json': { schema: { required: ['reference', 'code'], additionalProperties: false } } },
      },
    })
    expect(paths['/api/v1/postboxes/items/{item}/take']?.['post']?.security).toEqual([{ staff: [] }])
  })
})

describe('kinds of refusal', () => {
  const problems = declaredProblems()

  it('are declared once each, named after their module, with a status of a refusal', () => {
    const names = problems.map(({ type }) => type)
    expect(names.length).toBeGreaterThan(60)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    for (const { type, status } of problems) {
      expect(type).toMatch(/^[a-z]+\/[a-z][a-z-]*$/)
      expect([400, 401, 403, 404, 405, 409, 410, 413, 415, 421, 422, 429, 500, 503]).toContain(status)
    }
  })

  it('each have a text for people', () => {
    const words = town.ctx.content.live().content.words.get('de') ?? {}
    const wanted = problems.map(({ type }) => `problem.${type}`)
    expect(wanted.filter((key) => words[key] === undefined)).toEqual([])
    const known = new Set(wanted)
    const spare = Object.keys(words).filter((key) => key.startsWith('problem.') && !known.has(key))
    expect(spare).toEqual([])
  })
})

/** Written anew by `vitest run api/http/openapi -u`. */
it('docs/api.md lists every route and every kind of refusal', async () => {
  await expect(pageOf(routes, declaredProblems())).toMatchFileSnapshot(join(ROOT, 'docs/api.md'))
})

function pageOf(mounted: readonly MountedRoute[], problems: readonly Declared[]): string {
  const rows = mounted.map(
    ({ method, path, spec }) =>
      `| \`${method} ${path}\` | ${spec.who.join(', ')} | \`${spec.action}\` | ${spec.rate} |`,
  )
  const kinds = [...problems]
    .sort((a, b) => (a.type < b.type ? -1 : 1))
    .map(({ type, status }) => `| \`${type}\` | ${status} |`)
  return `# The API

Generated from the route table and the modules' declarations by \`api/http/openapi.test.ts\`; do not edit. The shapes of
bodies and answers are in \`GET /api/v1/openapi.json\`.

Programs send JSON and get JSON; refusals are \`application/problem+json\` (RFC 9457) with \`type\` \`/errors/<kind>\`. A
browser's form is answered with 303. Every write needs \`Origin\` or \`Sec-Fetch-Site\` of our own origin.

## Routes

| Route | Who | Action | Rate |
|---|---|---|---|
${rows.join('\n')}

## Kinds of refusal

The text for people stands in \`content/words\` under \`problem.<kind>\`.

| Kind | Status |
|---|---|
${kinds.join('\n')}
`
}
