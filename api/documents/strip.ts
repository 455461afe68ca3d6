import type { ReadRange } from './pdf-check.ts'

/*
 * Pictures without what a camera writes beside them: place, time, device, preview pictures. Only whole segments are left out;
 * no pixel is decoded or changed, so this may be done in process. How a photo was held stays, else it would lie on its side.
 */
const EXIF = Buffer.from('Exif\0\0', 'latin1')
const ORIENTATION = 0x0112
const PNG_KEPT = ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD', 'pHYs']

/** Yields a picture without its metadata. Throws where it is not what its type says. */
export function stripPicture(
  mediaType: 'image/jpeg' | 'image/png',
  read: ReadRange,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  return mediaType === 'image/png' ? stripPng(read, sizeBytes) : stripJpeg(read, sizeBytes)
}

/** Segments of which a decoder needs nothing: APP1 (EXIF, XMP), APP2 but for colour profiles, APP3 to APP13, APP15, comments. */
function isNeeded(marker: number, data: Buffer): boolean {
  if (marker === 0xe2) {
    return data.subarray(0, 11).toString('latin1') === 'ICC_PROFILE'
  }
  return marker === 0xe0 || marker === 0xee || !((marker >= 0xe1 && marker <= 0xef) || marker === 0xfe)
}

async function* stripJpeg(read: ReadRange, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let at = 2
  yield Buffer.from([0xff, 0xd8])
  while (at + 4 <= sizeBytes) {
    const head = await read(at, at + 4)
    const marker = head[1] ?? 0
    if (head[0] !== 0xff) {
      throw new Error('not a JPEG')
    }
    if (marker === 0xff) {
      at += 1
      continue
    }
    const end = at + 2 + head.readUInt16BE(2)
    if (marker === 0xda) {
      yield* scans(read, at, sizeBytes)
      return
    }
    const segment = await read(at, Math.min(end, sizeBytes))
    if (isNeeded(marker, segment.subarray(4))) {
      yield segment
    } else if (marker === 0xe1) {
      yield orientationOnly(segment.subarray(4))
    }
    at = end
  }
  throw new Error('a JPEG without a picture')
}

const PIECE_BYTES = 64 * 1024

/** From the first scan to the end of the picture; what phones append behind it (films, further pictures) stays out. */
async function* scans(read: ReadRange, from: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let isAfterSign = false
  for (let at = from; at < sizeBytes; at += PIECE_BYTES) {
    const piece = await read(at, Math.min(at + PIECE_BYTES, sizeBytes))
    for (let index = 0; index < piece.length; index += 1) {
      if (isAfterSign && piece[index] === 0xd9) {
        yield piece.subarray(0, index + 1)
        return
      }
      isAfterSign = piece[index] === 0xff
    }
    yield piece
  }
}

/** An EXIF segment that says how the camera was held, and nothing else; empty where it says nothing. */
function orientationOnly(data: Buffer): Buffer {
  const turned = data.subarray(0, 6).equals(EXIF) ? orientationOf(data.subarray(6)) : 1
  if (turned <= 1 || turned > 8) {
    return Buffer.alloc(0)
  }
  const tiff = Buffer.alloc(26)
  tiff.write('MM\0*', 0, 'latin1')
  tiff.writeUInt32BE(8, 4)
  tiff.writeUInt16BE(1, 8)
  tiff.writeUInt16BE(ORIENTATION, 10)
  tiff.writeUInt16BE(3, 12)
  tiff.writeUInt32BE(1, 14)
  tiff.writeUInt16BE(turned, 18)
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(2 + EXIF.length + tiff.length, 2)
  return Buffer.concat([head, EXIF, tiff])
}

function orientationOf(tiff: Buffer): number {
  const isLittle = tiff.subarray(0, 2).toString('latin1') === 'II'
  const short = (at: number): number =>
    at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at)
  const long = (at: number): number =>
    at + 4 > tiff.length ? 0 : isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at)
  const directory = long(4)
  const count = Math.min(short(directory), 200)
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * 12
    if (short(entry) === ORIENTATION) {
      return short(entry + 8)
    }
  }
  return 1
}

async function* stripPng(read: ReadRange, sizeBytes: number): AsyncGenerator<Uint8Array> {
  yield await read(0, 8)
  for (let at = 8; at + 12 <= sizeBytes; ) {
    const head = await read(at, at + 8)
    const end = at + 12 + head.readUInt32BE(0)
    const type = head.toString('latin1', 4, 8)
    if (end > sizeBytes) {
      throw new Error('not a PNG')
    }
    if (PNG_KEPT.includes(type)) {
      for (let from = at; from < end; from += PIECE_BYTES) {
        yield await read(from, Math.min(from + PIECE_BYTES, end))
      }
    }
    if (type === 'IEND') {
      return
    }
    at = end
  }
  throw new Error('a PNG without an end')
}
