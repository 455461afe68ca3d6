import { connect } from 'node:net'

export type WireAnswer = { readonly status: number; readonly head: string; readonly body: string }

/** Sends bytes as they are and reads what comes back until the other side closes, at most `waitMs`. */
export function sendRaw(origin: string, bytes: string, waitMs = 3_000): Promise<WireAnswer> {
  const { port } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    let text = ''
    const end = (): void => {
      socket.destroy()
      const cut = text.indexOf('\r\n\r\n')
      const head = cut === -1 ? text : text.slice(0, cut)
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: text.slice(cut + 4) })
    }
    const timer = setTimeout(end, waitMs)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      end()
    })
    socket.write(bytes, 'latin1')
  })
}

/** A request line with headers, as bytes; `Connection: close` unless said otherwise. */
export function rawRequest(origin: string, line: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = { Host: new URL(origin).host, Connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}
