import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decryptSegments, encryptSegments, HEADER_BYTES, plainSize, SEGMENT_BYTES } from './segments.ts'

const KEY = randomBytes(32)
const SEALED_SEGMENT = SEGMENT_BYTES + 16

async function seal(plain: Uint8Array, pieces = 3): Promise<Buffer> {
  async function* parts(): AsyncGenerator<Uint8Array> {
    const size = Math.max(1, Math.ceil(plain.length / pieces))
    for (let at = 0; at < plain.length; at += size) {
      yield plain.subarray(at, at + size)
    }
  }
  return Buffer.concat(await Array.fromAsync(encryptSegments(KEY, parts())))
}

async function open(sealed: Buffer, start = 0, end = plainSize(sealed.length), key: Uint8Array = KEY): Promise<Buffer> {
  const read = async (from: number, to: number): Promise<Uint8Array> => sealed.subarray(from, to)
  return Buffer.concat(await Array.fromAsync(decryptSegments(key, sealed.length, read, start, end)))
}

describe('encrypted files', () => {
  it.each([0, 1, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 3 * SEGMENT_BYTES, 3 * SEGMENT_BYTES + 7])(
    'of %i bytes come back as they were, with their size',
    async (size) => {
      const plain = randomBytes(size)
      const sealed = await seal(plain)
      expect(plainSize(sealed.length)).toBe(size)
      expect((await open(sealed)).equals(plain)).toBe(true)
    },
  )

  it('are never the same twice', async () => {
    const plain = Buffer.from('the same')
    expect((await seal(plain)).equals(await seal(plain))).toBe(false)
  })

  it('give any range, however they came in pieces', async () => {
    const size = 2 * SEGMENT_BYTES + 1_000
    const plain = randomBytes(size)
    const range = fc.tuple(fc.nat(size), fc.nat(size), fc.integer({ min: 1, max: 40 }))
    await fc.assert(
      fc.asyncProperty(range, async ([a, b, pieces]) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        expect((await open(await seal(plain, pieces), start, end)).equals(plain.subarray(start, end))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('refuse every change of a byte', async () => {
    const sealed = await seal(randomBytes(SEGMENT_BYTES + 100))
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(sealed)
        changed[at] = (changed[at] ?? 0) ^ change
        await expect(open(changed)).rejects.toThrow()
      }),
      { numRuns: 60 },
    )
  })

  it('refuse a cut end, segments in another order, another key, and something behind the end', async () => {
    const sealed = await seal(randomBytes(3 * SEGMENT_BYTES))
    const at = (index: number): Buffer =>
      sealed.subarray(HEADER_BYTES + index * SEALED_SEGMENT, HEADER_BYTES + (index + 1) * SEALED_SEGMENT)
    const header = sealed.subarray(0, HEADER_BYTES)
    await expect(open(Buffer.concat([header, at(0), at(1)]))).rejects.toThrow()
    await expect(open(Buffer.concat([header, at(1), at(0), at(2)]))).rejects.toThrow()
    await expect(open(Buffer.concat([sealed, at(2)]))).rejects.toThrow()
    await expect(open(sealed, 0, 10, randomBytes(32))).rejects.toThrow()
  })
})
