export type ByteCache = {
  readonly get: (key: string) => Uint8Array | undefined
  readonly set: (key: string, bytes: Uint8Array) => void
  readonly sizeBytes: () => number
}

/** Keeps what was used last in memory, at most `bytesMax` bytes; a value larger than a quarter of that is not kept. */
export function createByteCache(bytesMax: number): ByteCache {
  const values = new Map<string, Uint8Array>()
  let size = 0
  const drop = (key: string): void => {
    size -= values.get(key)?.byteLength ?? 0
    values.delete(key)
  }
  return {
    get: (key) => {
      const bytes = values.get(key)
      if (bytes !== undefined) {
        values.delete(key)
        values.set(key, bytes)
      }
      return bytes
    },
    set: (key, bytes) => {
      drop(key)
      if (bytes.byteLength * 4 > bytesMax) {
        return
      }
      values.set(key, bytes)
      size += bytes.byteLength
      for (const oldest of values.keys()) {
        if (size <= bytesMax) {
          return
        }
        drop(oldest)
      }
    },
    sizeBytes: () => size,
  }
}
