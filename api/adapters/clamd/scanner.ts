import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import type { Scanner } from '../../documents/scanner.ts'

/** Where clamd listens: a socket of this machine, or a port on loopback. */
export type ClamdAddress = { readonly path: string } | { readonly host: string; readonly port: number }

const ANSWER_BYTES_MAX = 4_096
const PIECE_BYTES_MAX = 1024 * 1024

/**
 * Scans through clamd by its command INSTREAM: pieces with their length before them, an empty one at the end. Only exactly
 * `stream: OK` is clean; only `stream: … FOUND` is infected; everything else rejects.
 * @param timeoutMs how long clamd may be silent.
 */
export function createClamdScanner(address: ClamdAddress, timeoutMs: number): Scanner {
  return {
    scan: async (source) => {
      const socket = createConnection({ ...address })
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('clamd is silent')))
      const answer = readAnswer(socket)
      answer.catch(() => undefined)
      try {
        await once(socket, 'connect')
        await sendStream(socket, source)
        return verdictOf(await answer)
      } finally {
        socket.destroy()
      }
    },
  }
}

async function sendStream(socket: Socket, source: AsyncIterable<Uint8Array>): Promise<void> {
  await send(socket, Buffer.from('zINSTREAM\0'))
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES_MAX) {
      const piece = chunk.subarray(at, at + PIECE_BYTES_MAX)
      await send(socket, lengthOf(piece.byteLength))
      await send(socket, piece)
    }
  }
  await send(socket, lengthOf(0))
}

/** Waits while clamd takes nothing; one that hung up is noticed by who waits for its answer. */
async function send(socket: Socket, bytes: Uint8Array): Promise<void> {
  if (socket.destroyed) {
    throw new Error('clamd hung up')
  }
  if (!socket.write(bytes)) {
    await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes)
  return length
}

async function readAnswer(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    if (text.includes('\0') || text.length > ANSWER_BYTES_MAX) {
      break
    }
  }
  return text.split('\0', 1)[0]?.trim() ?? ''
}

function verdictOf(answer: string): 'clean' | 'infected' {
  if (answer === 'stream: OK') {
    return 'clean'
  }
  if (/^stream: .{1,200} FOUND$/.test(answer)) {
    return 'infected'
  }
  throw new Error('clamd gave no verdict')
}
