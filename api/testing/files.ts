import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import encode, { init } from '@jsquash/jpeg/encode.js'

/** A grey picture that every program shows; `claims` is the size its head says instead of the true one. */
export function smallPng(side = 8, claims = side, grey: (x: number, y: number) => number = () => 0xc0): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(claims, 0)
  head.writeUInt32BE(claims, 4)
  head.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((side + 1) * side)
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      rows[y * (side + 1) + 1 + x] = grey(x, y)
    }
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', head),
    pngChunk('tEXt', Buffer.from('GPS\x0051.7563 N 14.3329 E', 'latin1')),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

/** A true JPEG of 24 × 8 grey pixels. */
const GREY_JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/wAALCAAIABgBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AJAP/9k=',
  'base64',
)

export type JpegOptions = {
  /** Size its head says instead of the true one. */
  readonly claims?: number
  /** EXIF orientation (1–8); with it comes a place: GPS. */
  readonly orientation?: number
}

/** A small photo. */
export function smallJpeg({ claims, orientation }: JpegOptions = {}): Buffer {
  const bytes = Buffer.from(GREY_JPEG)
  if (claims !== undefined) {
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
    bytes.writeUInt16BE(claims, frame + 5)
    bytes.writeUInt16BE(claims, frame + 7)
  }
  return orientation === undefined
    ? bytes
    : Buffer.concat([bytes.subarray(0, 2), exifSegment(orientation), bytes.subarray(2)])
}

/** A photo as a camera makes it, with noise: its left half is dark. */
export async function largeJpeg(width: number, height: number, { orientation }: JpegOptions = {}): Promise<Buffer> {
  const wasm = readFileSync(fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm')))
  await (init as unknown as (module: WebAssembly.Module) => Promise<void>)(await WebAssembly.compile(wasm))
  const data = new Uint8ClampedArray(width * height * 4)
  for (let index = 0; index < width * height; index += 1) {
    const noise = (Math.imul(index, 2_654_435_761) >>> 24) % 48
    const grey = (index % width < width / 2 ? 30 : 180) + noise
    data.set([grey, grey, grey, 255], index * 4)
  }
  const coded = await encode({ width, height, data, colorSpace: 'srgb' }, { quality: 90, progressive: false })
  const bytes = Buffer.from(coded)
  return orientation === undefined
    ? bytes
    : Buffer.concat([bytes.subarray(0, 2), exifSegment(orientation), bytes.subarray(2)])
}

/** Reads the brightness of points of a PNG that a press made (8 bits, rows without filter). */
export function greyOf(png: Uint8Array): (x: number, y: number) => number {
  const bytes = Buffer.from(png)
  const width = bytes.readUInt32BE(16)
  const channels = bytes[25] === 0 ? 1 : 3
  const at = bytes.indexOf('IDAT')
  const rows = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)))
  return (x, y) => rows[y * (width * channels + 1) + 1 + x * channels] ?? 0
}

/** EXIF with two entries: how the camera was held, and a pointer to a place. */
function exifSegment(orientation: number): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 24 + 4 + 40)
  tiff.write('II', 0, 'latin1')
  tiff.writeUInt16LE(42, 2)
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(2, 8)
  tiff.writeUInt16LE(0x0112, 10)
  tiff.writeUInt16LE(3, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(orientation, 18)
  tiff.writeUInt16LE(0x8825, 22)
  tiff.writeUInt16LE(4, 24)
  tiff.writeUInt32LE(1, 26)
  tiff.writeUInt32LE(38, 30)
  tiff.write('GPS-51.7563-14.3329', 40, 'latin1')
  const data = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
  const head = Buffer.alloc(4)
  head.set([0xff, 0xe1])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

/** An archive with one empty file of that name. */
export function smallZip(name = 'a.txt', comment = ''): Buffer {
  const label = Buffer.from(name)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(label.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(label.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length + label.length, 12)
  end.writeUInt32LE(local.length + label.length, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([local, label, central, label, end, Buffer.from(comment)])
}
