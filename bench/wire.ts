import { connect, type Socket } from 'node:net'

/** One kept-alive HTTP/1.1 connection of a load generator: it costs a tenth of what `fetch` costs, so the server is measured. */
export type Wire = {
  /** Sends bytes that are one whole request; answers the status of its answer, whose body is read and dropped. */
  readonly send: (request: Uint8Array | string) => Promise<number>
  readonly close: () => void
}

/** Opens a connection to a port of this machine. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const state: State = { buffer: Buffer.alloc(0), waiting: null }
  socket.on('data', (chunk: Buffer) => {
    state.buffer = state.buffer.length === 0 ? chunk : Buffer.concat([state.buffer, chunk])
    takeAnswer(state)
  })
  const fail = (): void => state.waiting?.reject(new Error('the connection ended before its answer'))
  socket.on('error', fail)
  socket.on('close', fail)
  return {
    send: (request) => sendOn(socket, state, request),
    close: () => socket.destroy(),
  }
}

type State = {
  buffer: Buffer
  waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null
}

function sendOn(socket: Socket, state: State, request: Uint8Array | string): Promise<number> {
  return new Promise((resolve, reject) => {
    state.waiting = { resolve, reject }
    socket.write(request)
  })
}

function takeAnswer(state: State): void {
  const headEnd = state.buffer.indexOf('\r\n\r\n')
  if (headEnd < 0) {
    return
  }
  const head = state.buffer.toString('latin1', 0, headEnd)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const bodyStart = headEnd + 4
  const end = /\r\ntransfer-encoding: *chunked/i.test(head)
    ? endOfChunks(state.buffer, bodyStart)
    : bodyStart + Number(length ?? 0)
  if (end < 0 || state.buffer.length < end) {
    return
  }
  state.buffer = state.buffer.subarray(end)
  state.waiting?.resolve(status)
  state.waiting = null
}

function endOfChunks(buffer: Buffer, start: number): number {
  const end = buffer.indexOf('0\r\n\r\n', Math.max(start, 0))
  return end < 0 ? -1 : end + 5
}
