/** What the parent asks of a press: one order, with the bytes of one or several files. */
export type PressOrder =
  | { readonly op: 'opens' }
  | { readonly op: 'pages'; readonly pagesMax: number; readonly widthPixels: number }
  | { readonly op: 'codes'; readonly mediaType: string; readonly pagesMax: number }
  | {
      readonly op: 'merge'
      readonly title: string
      readonly lang: string
      readonly createdAtMs: number
      readonly labels: readonly string[]
    }

/** What comes back, piece by piece. */
export type PressPiece =
  | { readonly kind: 'facts'; readonly pageCount: number; readonly flags: readonly string[] }
  | {
      readonly kind: 'page'
      readonly number: number
      readonly width: number
      readonly height: number
      readonly text: string
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'codes'; readonly texts: readonly string[] }
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly reason: 'unreadable' | 'password' }

/** One frame of the pipe: length of the JSON, length of the bytes, both of 4 bytes; then JSON and bytes. */
export function frame(head: unknown, bytes: Uint8Array = new Uint8Array()): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(json.length, 0)
  lengths.writeUInt32BE(bytes.byteLength, 4)
  return Buffer.concat([lengths, json, bytes])
}

export type Frame = { readonly head: unknown; readonly bytes: Buffer }

/** Reads frames from a pipe; throws where it ends within one or one is longer than `bytesMax`. */
export async function* readFrames(source: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Frame> {
  let waiting: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    waiting.push(Buffer.from(chunk))
    size += chunk.byteLength
    if (size < 8) {
      continue
    }
    let all = Buffer.concat(waiting)
    for (let need = needOf(all); all.length >= need; need = needOf(all)) {
      const json = all.readUInt32BE(0)
      yield { head: JSON.parse(all.toString('utf8', 8, 8 + json)), bytes: all.subarray(8 + json, need) }
      all = all.subarray(need)
    }
    if (needOf(all) > bytesMax && all.length >= 8) {
      throw new Error('a frame is too long')
    }
    waiting = [all]
    size = all.length
  }
  if (size > 0) {
    throw new Error('the pipe ended within a frame')
  }
}

const needOf = (bytes: Buffer): number => (bytes.length < 8 ? 8 : 8 + bytes.readUInt32BE(0) + bytes.readUInt32BE(4))
