import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenPort, openPort, type PortOptions } from './listen.ts'
import { createWeb, type WebOptions } from './web.ts'

let port: OpenPort
let logged: string[]
let api: WebOptions['api']
const html = '<p>Grüße</p>'

const start = async (limits: PortOptions['limits'] = {}) => {
  port = await openPort({ host: '127.0.0.1', port: 0, log: (event) => logged.push(event), limits })
  port.serve(
    createWeb({
      api: (request, from) => api(request, from),
      pages: async (request) =>
        new Response(`page ${new URL(request.url).pathname}`, { headers: { 'Content-Type': 'text/html' } }),
      release: (path) =>
        path === '/'
          ? {
              status: 200,
              headers: { 'Content-Type': 'text/html; charset=utf-8' },
              digest: '0'.repeat(64),
              plain: () => new TextEncoder().encode(html),
            }
          : null,
      assets: () => null,
      origin: `http://127.0.0.1:${port.port}`,
      isHttps: false,
      demo: false,
      log: (event) => logged.push(event),
      newId: () => 'request',
      now: () => performance.now(),
    }),
  )
}
const url = (path: string) => `http://127.0.0.1:${port.port}${path}`
/** Sends bytes as they are and gives everything that comes back until the connection ends. */
const raw = async (text: string, keepOpen = false): Promise<string> => {
  const socket = connect(port.port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString('utf8')
  })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  if (!keepOpen) {
    socket.end()
  }
  await once(socket, 'close')
  return answer
}
const sameSite = () => ({ origin: `http://127.0.0.1:${port.port}` })

beforeEach(() => {
  logged = []
  api = async (request) => Response.json({ bytes: (await request.arrayBuffer()).byteLength })
})
afterEach(() => port.stop(0))

describe('the port', () => {
  it('answers static pages, pages and the API, and takes a body', async () => {
    await start()
    const home = await fetch(url('/'))
    expect([home.status, await home.text(), home.headers.get('x-frame-options')]).toEqual([200, html, 'DENY'])
    expect(await (await fetch(url('/suche?q=a'))).text()).toBe('page /suche')
    const sent = await fetch(url('/api/v1/x'), { method: 'POST', headers: sameSite(), body: 'x'.repeat(300_000) })
    expect(await sent.json()).toEqual({ bytes: 300_000 })
  })

  it('HEAD has no body and the length of GET', async () => {
    await start()
    const head = await raw(`HEAD / HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\n\r\n`)
    expect(head).toContain('Content-Length: 14')
    expect(head.endsWith('\r\n\r\n')).toBe(true)
  })

  it.each([
    ['GET //x HTTP/1.1', '400'],
    ['GET http://evil.example/ HTTP/1.1', '400'],
    ['OPTIONS * HTTP/1.1', '400'],
    ['GET /a\\b HTTP/1.1', '400'],
    ['GET /a%2fb HTTP/1.1', '400'],
    ['NONSENSE', '400'],
  ])('%s: %s', async (line, status) => {
    await start()
    expect(await raw(`${line}\r\nHost: 127.0.0.1:${port.port}\r\n\r\n`)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('421 for another town, 400 without Host, 431 for too many headers', async () => {
    await start()
    expect(await raw('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n')).toMatch(/^HTTP\/1.1 421 /)
    expect(await raw('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
    const long = `X-Long: ${'a'.repeat(20_000)}\r\n`
    expect(await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\n${long}\r\n`)).toMatch(/^HTTP\/1.1 431 /)
  })

  it('does not read the body of what is refused at the door', async () => {
    await start()
    const answer = await raw(
      `POST //x HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\nContent-Length: 1000000\r\n\r\nabc`,
      true,
    )
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
  })

  it('two lengths of one body are refused', async () => {
    await start()
    const both = 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n'
    expect(await raw(`POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\n${both}\r\nabc`)).toMatch(
      /^HTTP\/1.1 400 /,
    )
  })

  it('says where the port is taken', async () => {
    await start()
    const second = openPort({ host: '127.0.0.1', port: port.port, log: () => undefined })
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('asks to come back until there is something to serve', async () => {
    port = await openPort({ host: '127.0.0.1', port: 0, log: () => undefined })
    const early = await fetch(url('/'))
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1'])
  })
})

describe('slow callers', () => {
  it('are cut off while they send headers', async () => {
    await start({ headersMs: 100, sweepMs: 20 })
    expect(await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\nX-`, true)).toMatch(/^HTTP\/1.1 408 /)
  })

  it('are cut off while they send a form, or when an upload stands still; an upload that moves may go on', async () => {
    await start({ bodyMs: 150, uploadMs: 20_000, sweepMs: 20 })
    const head = (type: string) =>
      `POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\nOrigin: http://127.0.0.1:${port.port}\r\nContent-Type: ${type}\r\nContent-Length: 8\r\n\r\n`
    expect(await raw(`${head('text/plain')}a`, true)).toBe('')
    expect(await raw(`${head('multipart/form-data')}a`, true)).toBe('')
    const socket = connect(port.port, '127.0.0.1')
    socket.write(head('multipart/form-data'))
    const answered = once(socket, 'data')
    let sent = 0
    const drip = setInterval(() => {
      sent += 1
      socket.write('a')
      if (sent === 8) {
        clearInterval(drip)
      }
    }, 50)
    expect(String(await answered)).toMatch(/^HTTP\/1.1 200 /)
    socket.destroy()
  })
})

describe('stop', () => {
  it('lets what runs come to its end, takes no more, and closes the connection', async () => {
    await start()
    const gate = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    api = async () => {
      entered.resolve()
      await gate.promise
      return Response.json({ done: true })
    }
    const running = fetch(url('/api/v1/x'))
    await entered.promise
    const stopped = port.stop()
    await expect(fetch(url('/'))).rejects.toThrow()
    gate.resolve()
    const answer = await running
    expect([await answer.json(), answer.headers.get('connection')]).toEqual([{ done: true }, 'close'])
    await stopped
  })

  it('cuts off after the time it was given', async () => {
    await start()
    const entered = Promise.withResolvers<void>()
    api = () => {
      entered.resolve()
      return new Promise(() => undefined)
    }
    const running = fetch(url('/api/v1/x'))
    running.catch(() => undefined)
    await entered.promise
    await port.stop(50)
    await expect(running).rejects.toThrow()
  })
})

it('ends the connection when an answer breaks on the way, and sends no error text', async () => {
  await start()
  api = async () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('first part')),
        pull: async () => {
          await sleep(50)
          throw new Error('secret')
        },
      }),
    )
  const answer = await raw(`GET /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port.port}\r\n\r\n`, true)
  expect(answer).toContain('200 OK')
  expect(answer).not.toContain('secret')
  expect(answer.endsWith('0\r\n\r\n')).toBe(false)
  expect(logged).toContain('answer-cut-off')
})
