import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import decode, { init as initDecode } from '@jsquash/jpeg/decode.js'
import encode, { init as initEncode } from '@jsquash/jpeg/encode.js'

/** Longest side of a photo on a page of A4: 210 points an inch, on which small print can be read. */
const SIDE_MAX = 2_500
/** The baseline coder is half as slow as the progressive one, and makes 6 percent more. */
const CODING = { quality: 80, progressive: false }
/** Above this a press would need more memory than it may have: 50 megapixels took 750 MB, 12 took 320. */
const PIXELS_MAX = 25_000_000

type Pixels = Parameters<typeof encode>[0]

/**
 * A photo of a phone as a page needs it: at most 2,500 pixels long, colour profile and the way it was held kept. What is
 * no larger, has more than 25 megapixels, is no JPEG, cannot be decoded here (CMYK) or would not become smaller is given back as it
 * is. Only a press should call it: it decodes what people sent. One at a time: what is decoded has 4 bytes a pixel.
 */
export async function shrunkPhoto(photo: Uint8Array): Promise<Uint8Array> {
  const beside = segmentsBeside(photo)
  const isFit = beside === null || Math.max(beside.width, beside.height) <= SIDE_MAX
  if (isFit || beside.width * beside.height > PIXELS_MAX) {
    return photo
  }
  const small = await recoded(photo).catch(() => null)
  const made = small === null ? photo : withSegments(small, beside.kept)
  return made.length < photo.length ? made : photo
}

async function recoded(photo: Uint8Array): Promise<Buffer> {
  await prepare()
  const whole = await decode(exactBuffer(photo))
  const small = averaged(whole, SIDE_MAX / Math.max(whole.width, whole.height))
  return Buffer.from(await encode(small, CODING))
}

/** Puts segments behind the first one, which has to be JFIF's own. */
function withSegments(jpeg: Buffer, kept: readonly Uint8Array[]): Buffer {
  const first = jpeg.readUInt16BE(2) === 0xffe0 ? 4 + jpeg.readUInt16BE(4) : 2
  return Buffer.concat([jpeg.subarray(0, first), ...kept, jpeg.subarray(first)])
}

let isReady = false

/** The package would fetch its codecs; it also expects a browser's class for pixels. */
async function prepare(): Promise<void> {
  if (isReady) {
    return
  }
  const compiled = (name: string) =>
    WebAssembly.compile(readFileSync(fileURLToPath(import.meta.resolve(`@jsquash/jpeg/codec/${name}.wasm`))))
  const start = (init: typeof initDecode, module: WebAssembly.Module) =>
    (init as unknown as (module: WebAssembly.Module) => Promise<void>)(module)
  Object.assign(globalThis, { ImageData: globalThis.ImageData ?? PlainPixels })
  await start(initDecode, await compiled('dec/mozjpeg_dec'))
  await start(initEncode, await compiled('enc/mozjpeg_enc'))
  isReady = true
}

function PlainPixels(this: object, data: Uint8ClampedArray, width: number, height: number): void {
  Object.assign(this, { data, width, height, colorSpace: 'srgb' })
}

const exactBuffer = (bytes: Uint8Array): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer

/** Makes each pixel of what it covers in the larger picture, on average. */
function averaged({ width, height, data }: Pixels, scale: number): Pixels {
  const [toWidth, toHeight] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const small = new Uint8ClampedArray(toWidth * toHeight * 4)
  const lefts = edges(width, toWidth)
  const tops = edges(height, toHeight)
  for (let y = 0; y < toHeight; y += 1) {
    const [top, bottom] = [tops[y] ?? 0, tops[y + 1] ?? height]
    for (let x = 0; x < toWidth; x += 1) {
      const [left, right] = [lefts[x] ?? 0, lefts[x + 1] ?? width]
      let [red, green, blue] = [0, 0, 0]
      for (let row = top; row < bottom; row += 1) {
        for (let at = (row * width + left) * 4; at < (row * width + right) * 4; at += 4) {
          red += data[at] ?? 0
          green += data[at + 1] ?? 0
          blue += data[at + 2] ?? 0
        }
      }
      const count = (bottom - top) * (right - left)
      small.set([red / count, green / count, blue / count, 255], (y * toWidth + x) * 4)
    }
  }
  return { width: toWidth, height: toHeight, data: small, colorSpace: 'srgb' }
}

const edges = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to + 1 }, (_, index) => Math.round((index * from) / to))

type Beside = { readonly width: number; readonly height: number; readonly kept: readonly Uint8Array[] }

/** Size of a JPEG and the segments that say how it was held and what its colours mean; null where it is none. */
function segmentsBeside(photo: Uint8Array): Beside | null {
  const bytes = Buffer.from(photo.buffer, photo.byteOffset, photo.byteLength)
  const kept: Uint8Array[] = []
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) {
    return null
  }
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7), kept }
    }
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (marker === 0xe1 || marker === 0xe2) {
      kept.push(bytes.subarray(at, end))
    }
    at = end
  }
  return null
}
