import { toJsonSchema } from '@valibot/to-json-schema'
import { Hono } from 'hono'
import type { GenericSchema } from 'valibot'
import type { Env } from './env.ts'
import { type MountedRoute, type RouteSpec, route } from './route.ts'

type Json = Readonly<Record<string, unknown>>
export type ApiInfo = { readonly title: string; readonly version: string; readonly origin: string }

/** The address of the API's description, mounted under `/api/v1`; `routes` is asked when the first caller comes. */
export function openApiRoutes(info: ApiInfo, routes: () => readonly MountedRoute[]) {
  const made: { text?: string } = {}
  return new Hono<Env>().get(
    '/openapi.json',
    route({
      who: ['public'],
      action: 'catalogue.read',
      resource: 'none',
      csrf: false,
      rate: 'read',
      audit: false,
      cache: 'revalidate',
    }),
    (c) => {
      made.text ??= JSON.stringify(describeApi(info, routes()))
      return c.body(made.text, 200, { 'Content-Type': 'application/json' })
    },
  )
}

/** Describes the API as OpenAPI 3.1: every mounted route with its parameters, shapes, answers, and who may call it. */
export function describeApi(info: ApiInfo, routes: readonly MountedRoute[]): Json {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const mounted of routes) {
    const path = mounted.path.replaceAll(/:(\w+)/g, '{$1}')
    const methods = paths[path] ?? {}
    methods[mounted.method.toLowerCase()] = operationOf(mounted)
    paths[path] = methods
  }
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version },
    servers: [{ url: info.origin }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      responses: {
        Problem: {
          description: 'A refusal (RFC 9457); types are listed in docs/api.md.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        citizen: { type: 'apiKey', in: 'cookie', name: '__Host-sid' },
        staff: { type: 'apiKey', in: 'cookie', name: '__Host-staff' },
      },
    },
  }
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', format: 'uri-reference', examples: ['/errors/submissions/draft-expired'] },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'English, for developers, without personal data.' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'type'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer of the place (RFC 6901).' },
          type: { type: 'string' },
          params: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
        },
      },
    },
  },
} as const

function operationOf({ method, path, spec, input }: MountedRoute): Json {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(spec.query ?? []).map((name) => ({ name, in: 'query', required: false, schema: { type: 'string' } })),
    ...(spec.headers ?? []).map((name) => ({ name, in: 'header', required: true, schema: { type: 'string' } })),
  ]
  return {
    operationId: operationId(method, path),
    tags: [path.split('/')[3] ?? 'api'],
    security: securityOf(spec),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(spec, input),
    responses: answersOf(method, spec),
  }
}

function bodyOf({ accepts }: RouteSpec, input: GenericSchema | undefined): Json {
  if (accepts === 'file') {
    const schema = { type: 'string', format: 'binary' }
    return { requestBody: { required: true, content: { 'application/octet-stream': { schema } } } }
  }
  if (accepts === 'mail') {
    return { requestBody: { required: true, content: { 'message/rfc822': { schema: { type: 'string' } } } } }
  }
  if (accepts === 'answers') {
    const schema = { type: 'object', additionalProperties: { type: 'string' } }
    const content = { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema } }
    const files = { type: 'object', additionalProperties: true }
    return { requestBody: { required: true, content: { ...content, 'multipart/form-data': { schema: files } } } }
  }
  if (input === undefined) {
    return {}
  }
  const schema = shapeOf(input)
  const content = { 'application/json': { schema }, 'application/x-www-form-urlencoded': { schema } }
  return { requestBody: { required: true, content } }
}

function answersOf(method: string, { output, gives }: RouteSpec): Json {
  const schema = output === undefined ? {} : { schema: shapeOf(output) }
  const content = gives === undefined ? { 'application/json': schema } : { [gives]: {} }
  return {
    '2XX': { description: 'Done.', content },
    ...(method === 'POST' ? { '303': { description: 'A browser that sent a form is led to a page.' } } : {}),
    default: { $ref: '#/components/responses/Problem' },
  }
}

/** What a caller sends and gets. Conversions and checks that JSON Schema cannot say are left out. */
function shapeOf(shape: GenericSchema): Json {
  const { $schema: _, ...schema } = toJsonSchema(shape, { errorMode: 'ignore', typeMode: 'input' })
  return schema
}

function securityOf({ who }: RouteSpec): readonly Json[] {
  if (who.includes('public')) {
    return []
  }
  const isStaff = who.some((role) => role !== 'citizen')
  return [...(who.includes('citizen') ? [{ citizen: [] }] : []), ...(isStaff ? [{ staff: [] }] : [])]
}

/** `POST /api/v1/postboxes/items/:item/take` is `postPostboxesItemsItemTake`. */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() +
  path
    .replace('/api/v1', '')
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
