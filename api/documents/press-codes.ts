import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

type Picture = { readonly width: number; readonly height: number; readonly data: Uint8Array }

/** The package would fetch it from a server of others. */
const WASM = fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))
let isReady = false

/** Texts of the QR codes on a picture, given as a file (JPEG, PNG) or as pixels (RGBA). */
export async function readCodes(picture: Uint8Array | Picture): Promise<readonly string[]> {
  if (!isReady) {
    const bytes = readFileSync(WASM)
    const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    prepareZXingModule({ overrides: { wasmBinary } })
    isReady = true
  }
  const options = { formats: ['QRCode' as const], tryHarder: true, maxNumberOfSymbols: 4 }
  const found = await readBarcodes(
    picture instanceof Uint8Array
      ? picture
      : ({
          width: picture.width,
          height: picture.height,
          data: new Uint8ClampedArray(picture.data),
          colorSpace: 'srgb',
        } as ImageData),
    options,
  )
  return found.filter((code) => code.isValid).map((code) => code.text)
}
