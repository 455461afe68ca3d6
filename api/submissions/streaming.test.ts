import { readdirSync } from 'node:fs'
import { type ClientRequest, request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type OpenPort, openPort } from '../http/listen.ts'
import { createWeb } from '../http/web.ts'
import type { Caller } from '../testing/caller.ts'
import { DRAFTS, FILE_QUESTION, fillDraft } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Well below the 100 MB that are sent; how much of it the collector leaves lying depends on the load. `npm run bench -- large-upload` measures. */
const RSS_GROWTH_MAX = 70_000_000

const HUNDRED_MB = 100_000_000
const CHUNK = Buffer.alloc(65_536, 0x20)
CHUNK.write('%PDF-1.7\n')

let town: Town
let port: OpenPort
beforeAll(async () => {
  town = await openTown()
  port = await openPort({ host: '127.0.0.1', port: 0, log: town.ctx.log })
  const web = createWeb({
    api: town.handle,
    pages: async () => new Response(''),
    release: () => null,
    assets: () => null,
    origin: town.ctx.origin,
    isHttps: false,
    demo: false,
    log: town.ctx.log,
    newId: town.ctx.newId,
    now: town.ctx.now,
  })
  port.serve(web)
})
afterAll(async () => {
  await port.stop(100)
  await town.close()
})

type Answer = { readonly status: number; readonly location: string; readonly sentBytes: number }

function open(caller: Caller, method: string, path: string, headers: Record<string, string>): ClientRequest {
  const { host } = new URL(town.ctx.origin)
  const cookie = [...caller.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const common = { host, origin: town.ctx.origin, cookie, accept: 'text/html' }
  return request({
    host: '127.0.0.1',
    port: port.port,
    method,
    path: `/api/v1${path}`,
    headers: { ...common, ...headers },
  })
}

/** Sends `bytes` bytes as fast as they are taken; answers when the server did and everything was sent or cut off. */
function push(req: ClientRequest, head: string, bytes: number, tail: string): Promise<Answer> {
  const state = { sent: 0, answer: null as { status: number; location: string } | null }
  return new Promise((resolve, reject) => {
    req.on('response', (response) => {
      state.answer = { status: response.statusCode ?? 0, location: response.headers.location ?? '' }
      response.resume()
      response.on('close', () => state.answer !== null && resolve({ ...state.answer, sentBytes: state.sent }))
    })
    req.on('error', (error) => {
      if (state.answer === null) {
        reject(error)
      }
    })
    req.write(head)
    const pump = (): void => {
      while (state.sent < bytes) {
        state.sent += CHUNK.length
        if (!req.write(CHUNK)) {
          req.once('drain', pump)
          return
        }
      }
      req.end(tail)
    }
    pump()
  })
}

const temporary = (): string[] => readdirSync(join(town.dataDir, 'blobs', 'tmp'))
const filePath = (draftId: string): string => `${DRAFTS}/${draftId}/files?question=${encodeURIComponent(FILE_QUESTION)}`
const NAMED = { 'x-file-name': 'gross.pdf', 'content-type': 'application/octet-stream' }
const FORM = { 'content-type': 'multipart/form-data; boundary=B' }
const PART = `--B\r\nContent-Disposition: form-data; name="${FILE_QUESTION}"; filename="gross.pdf"\r\n\r\n`

describe('100 MB over a real connection', () => {
  it('as a file alone: 413 before much was sent, memory does not grow, nothing is kept', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'unterlagen' })
    const announced = { ...NAMED, 'content-length': String(HUNDRED_MB) }
    const before = process.memoryUsage.rss()
    const answer = await push(open(caller, 'PUT', filePath(draftId), announced), '', HUNDRED_MB - 65_536, '')
    expect(answer.status).toBe(413)
    expect(answer.sentBytes).toBeLessThan(HUNDRED_MB / 2)
    expect(process.memoryUsage.rss() - before).toBeLessThan(RSS_GROWTH_MAX)
    expect(temporary()).toEqual([])
  })

  it('in a form without JavaScript: read to its end at constant memory, then led to the page that says why', async () => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'unterlagen' })
    const path = `${DRAFTS}/${draftId}/steps/unterlagen`
    await push(open(caller, 'POST', path, FORM), PART, 21_000_000, '\r\n--B--\r\n')
    const before = process.memoryUsage.rss()
    const answer = await push(open(caller, 'POST', path, FORM), PART, HUNDRED_MB, '\r\n--B--\r\n')
    expect([answer.status, answer.location]).toEqual([303, `/antrag/${draftId}/unterlagen#fehler`])
    expect(process.memoryUsage.rss() - before).toBeLessThan(RSS_GROWTH_MAX)
    expect(temporary()).toEqual([])
    expect(await Array.fromAsync(town.ctx.blobs.list())).toEqual([])
  })
})

describe('a caller who goes away in the middle', () => {
  it.each([
    ['a file alone', 'PUT', filePath, NAMED, ''],
    ['a form', 'POST', (draftId: string) => `${DRAFTS}/${draftId}/steps/unterlagen`, FORM, PART],
  ] as const)('leaves nothing of %s', async (_what, method, pathOf, headers, head) => {
    const caller = town.newCaller()
    const draftId = await fillDraft(caller, { until: 'unterlagen' })
    const req = open(caller, method, pathOf(draftId), headers)
    req.on('error', () => undefined)
    req.write(head)
    for (let chunks = 0; chunks < 20; chunks += 1) {
      req.write(CHUNK)
    }
    await vi.waitFor(() => expect(temporary().length).toBe(1), { timeout: 5_000 })
    req.destroy()
    await vi.waitFor(() => expect(temporary()).toEqual([]), { timeout: 5_000 })
    expect(await Array.fromAsync(town.ctx.blobs.list())).toEqual([])
  })
})
