import type { ReadRange } from './pdf-check.ts'

/** Size in pixels as the file's head says it; nothing is decoded. */
export type ImageVerdict =
  | { readonly kind: 'whole'; readonly width: number; readonly height: number }
  | { readonly kind: 'too-many-pixels' }
  | { readonly kind: 'damaged' }

/** 50 megapixels: the largest usual photo of a phone. Whoever shows more needs gigabytes for it. */
const PIXELS_MAX = 50_000_000
const SIDE_MAX = 30_000
const PIECE_BYTES = 64 * 1024
const MARKERS_MAX = 500

/**
 * Looks whether a picture is whole and can be shown: pixels from its head, and the sign of its end. A JPEG may go on behind
 * its end, as phones append films; a PNG may not.
 */
export async function checkImage(
  mediaType: 'image/jpeg' | 'image/png',
  read: ReadRange,
  sizeBytes: number,
): Promise<ImageVerdict> {
  const found = mediaType === 'image/png' ? await checkPng(read, sizeBytes) : await checkJpeg(read, sizeBytes)
  if (found === null || found.width === 0 || found.height === 0) {
    return { kind: 'damaged' }
  }
  const { width, height } = found
  const isTooLarge = width * height > PIXELS_MAX || Math.max(width, height) > SIDE_MAX
  return isTooLarge ? { kind: 'too-many-pixels' } : { kind: 'whole', width, height }
}

type Size = { readonly width: number; readonly height: number }
const PNG_END = Buffer.from([0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82])

async function checkPng(read: ReadRange, sizeBytes: number): Promise<Size | null> {
  const head = await read(0, Math.min(33, sizeBytes))
  if (head.length < 33 || head.toString('latin1', 12, 16) !== 'IHDR') {
    return null
  }
  const size = { width: head.readUInt32BE(16), height: head.readUInt32BE(20) }
  // Beyond the bound nothing more is read: the pixels alone are the answer.
  const end = await read(Math.max(0, sizeBytes - PNG_END.length), sizeBytes)
  return size.width * size.height > PIXELS_MAX || end.equals(PNG_END) ? size : null
}

/** Markers that hold the size of the picture: start of frame of every kind, but for the tables (C4, C8, CC). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

async function checkJpeg(read: ReadRange, sizeBytes: number): Promise<Size | null> {
  let at = 2
  let size: Size | null = null
  for (let count = 0; count < MARKERS_MAX && at + 4 <= sizeBytes; count += 1) {
    const head = await read(at, Math.min(at + 9, sizeBytes))
    if (head[0] !== 0xff) {
      return null
    }
    const marker = head[1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (isFrame(marker) && head.length >= 9) {
      size = { height: head.readUInt16BE(5), width: head.readUInt16BE(7) }
      if (size.width * size.height > PIXELS_MAX) {
        return size
      }
    }
    if (marker === 0xda) {
      return size !== null && (await endsBehind(read, at, sizeBytes)) ? size : null
    }
    at += 2 + head.readUInt16BE(2)
  }
  return null
}

/** True where the sign of the end comes after the scan began: a picture that broke off has at most that of its preview. */
async function endsBehind(read: ReadRange, scanAt: number, sizeBytes: number): Promise<boolean> {
  for (let end = sizeBytes; end > scanAt; end -= PIECE_BYTES - 1) {
    const start = Math.max(scanAt, end - PIECE_BYTES)
    if ((await read(start, end)).lastIndexOf(Buffer.from([0xff, 0xd9])) >= 0) {
      return true
    }
  }
  return false
}
