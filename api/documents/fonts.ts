import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'

const require = createRequire(import.meta.url)
const FILES = ['NotoSans-Regular.woff', 'NotoSans-Bold.woff'] as const

/**
 * Reads the two cuts that letters are set in, as OpenType files. Noto Sans comes with the design system's package,
 * has every letter and combining mark of DIN 91379, and is the same on every machine (system fonts are not).
 */
export function loadLetterFonts(): readonly Buffer[] {
  return FILES.map((name) => unpackWoff(readFileSync(require.resolve(`@kern-ux/native/dist/fonts/noto-sans/${name}`))))
}

/**
 * Unpacks a WOFF 1.0 font into the OpenType file it was made from (tables and their checksums are kept as they are).
 * @see https://www.w3.org/TR/WOFF/
 */
export function unpackWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') {
    throw new TypeError('not a WOFF 1.0 font')
  }
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, index) => readTable(woff, 44 + index * 20))
  const head = Buffer.alloc(12 + count * 16)
  const power = Math.floor(Math.log2(count))
  woff.copy(head, 0, 4, 8)
  head.writeUInt16BE(count, 4)
  head.writeUInt16BE(2 ** power * 16, 6)
  head.writeUInt16BE(power, 8)
  head.writeUInt16BE(count * 16 - 2 ** power * 16, 10)
  const parts: Buffer[] = [head]
  let offset = head.length
  for (const [index, table] of tables.entries()) {
    const entry = 12 + index * 16
    table.tag.copy(head, entry)
    head.writeUInt32BE(table.checksum, entry + 4)
    head.writeUInt32BE(offset, entry + 8)
    head.writeUInt32BE(table.bytes.length, entry + 12)
    const padding = Buffer.alloc((4 - (table.bytes.length % 4)) % 4)
    parts.push(table.bytes, padding)
    offset += table.bytes.length + padding.length
  }
  return Buffer.concat(parts)
}

/**
 * Says which code points an OpenType font can show, from its character map.
 * Reads formats 4 and 12, which every Unicode font has; TypeError where there is neither.
 */
export function coverageOf(font: Buffer): (codePoint: number) => boolean {
  const cmap = findTable(font, 'cmap')
  const starts = Array.from({ length: cmap.readUInt16BE(2) }, (_, index) => cmap.readUInt32BE(8 + index * 8))
  const full = starts.find((start) => cmap.readUInt16BE(start) === 12)
  const basic = starts.find((start) => cmap.readUInt16BE(start) === 4)
  const start = full ?? basic
  if (start === undefined) {
    throw new TypeError('font has no Unicode character map')
  }
  const ranges = full === undefined ? basicRanges(cmap, start) : fullRanges(cmap, start)
  return (codePoint) => ranges.some(([first, last]) => first <= codePoint && codePoint <= last)
}

type Range = readonly [first: number, last: number]

function readTable(woff: Buffer, at: number): { tag: Buffer; bytes: Buffer; checksum: number } {
  const [offset, packedSize, size] = [woff.readUInt32BE(at + 4), woff.readUInt32BE(at + 8), woff.readUInt32BE(at + 12)]
  const packed = woff.subarray(offset, offset + packedSize)
  const bytes = packedSize < size ? inflateSync(packed, { maxOutputLength: size }) : packed
  return { tag: woff.subarray(at, at + 4), bytes, checksum: woff.readUInt32BE(at + 16) }
}

function findTable(font: Buffer, tag: string): Buffer {
  const count = font.readUInt16BE(4)
  for (let entry = 12; entry < 12 + count * 16; entry += 16) {
    if (font.toString('latin1', entry, entry + 4) === tag) {
      const offset = font.readUInt32BE(entry + 8)
      return font.subarray(offset, offset + font.readUInt32BE(entry + 12))
    }
  }
  throw new TypeError(`font has no table ${tag}`)
}

function fullRanges(cmap: Buffer, start: number): Range[] {
  return Array.from({ length: cmap.readUInt32BE(start + 12) }, (_, index) => {
    const at = start + 16 + index * 12
    return [cmap.readUInt32BE(at), cmap.readUInt32BE(at + 4)] as const
  })
}

function basicRanges(cmap: Buffer, start: number): Range[] {
  const segments = cmap.readUInt16BE(start + 6) / 2
  const ranges = Array.from({ length: segments }, (_, index) => {
    const last = cmap.readUInt16BE(start + 14 + index * 2)
    return [cmap.readUInt16BE(start + 16 + segments * 2 + index * 2), last] as const
  })
  return ranges.filter(([first]) => first !== 0xffff)
}
