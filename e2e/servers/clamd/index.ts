import { createServer, type Socket } from 'node:net'
import { type Address, listen, type StandIn } from '../stand-in.ts'

/** How the scanner misbehaves: is silent, hangs up in the middle, refuses what is large, answers something else, is not there. */
export type ClamdMode = 'ok' | 'silent' | 'drop' | 'too-large' | 'nonsense' | 'down'
export type ClamdCommand = { readonly mode?: ClamdMode; readonly reset?: boolean }
export type Clamd = StandIn<ClamdCommand> & {
  /** For STADTTOR_CLAMD. */
  readonly address: string
  /** Bytes of every stream that was scanned, oldest first. */
  readonly scanned: () => readonly number[]
}

/** The test file of the industry, put together here so that no scanner stumbles over this source. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

const BYTES_MAX = 100 << 20
type State = { mode: ClamdMode; scanned: number[] }

/** Starts a program that speaks clamd's INSTREAM and finds the industry's test file, wherever in the stream it is. */
export async function startClamd(options: Address = {}): Promise<Clamd> {
  const state: State = { mode: 'ok', scanned: [] }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    if (state.mode === 'down') {
      socket.destroy()
      return
    }
    serve(socket, state)
  })
  const port = await listen(server, options)
  return {
    url: `tcp://127.0.0.1:${port}`,
    address: `tcp://127.0.0.1:${port}`,
    scanned: () => state.scanned,
    control: async (command) => {
      if (command.reset === true) {
        Object.assign(state, { mode: 'ok', scanned: [] })
      }
      state.mode = command.mode ?? state.mode
      return { mode: state.mode, count: state.scanned.length }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) {
          socket.destroy()
        }
      }),
  }
}

function serve(socket: Socket, state: State): void {
  let waiting = Buffer.alloc(0)
  let isStreaming = false
  let found = false
  let bytes = 0
  let tail = ''
  const take = (piece: Buffer): void => {
    bytes += piece.length
    const text = tail + piece.toString('latin1')
    found ||= text.includes(EICAR)
    tail = text.slice(-EICAR.length)
  }
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk])
    if (!isStreaming) {
      const end = waiting.indexOf(0)
      if (end < 0) {
        return
      }
      if (waiting.toString('latin1', 0, end) !== 'zINSTREAM') {
        socket.end('UNKNOWN COMMAND\0')
        return
      }
      isStreaming = true
      waiting = waiting.subarray(end + 1)
    }
    while (waiting.length >= 4) {
      const length = waiting.readUInt32BE(0)
      if (length === 0) {
        state.scanned.push(bytes)
        answer(socket, state, found)
        return
      }
      if (bytes + length > BYTES_MAX || state.mode === 'too-large') {
        socket.end('INSTREAM size limit exceeded. ERROR\0')
        return
      }
      if (state.mode === 'drop') {
        socket.destroy()
        return
      }
      if (waiting.length < 4 + length) {
        return
      }
      take(waiting.subarray(4, 4 + length))
      waiting = waiting.subarray(4 + length)
    }
  })
}

function answer(socket: Socket, state: State, found: boolean): void {
  if (state.mode === 'silent') {
    return
  }
  if (state.mode === 'nonsense') {
    socket.end('stream: OK, I think\0')
    return
  }
  socket.end(found ? 'stream: Win.Test.EICAR_HDB-1 FOUND\0' : 'stream: OK\0')
}
