import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export type Variants = { readonly br: Uint8Array; readonly gzip: Uint8Array }

/** `hard` takes seventy times as long for 8 per cent less: for what changed, not for everything. */
export type Effort = 'hard' | 'quick'

/** Longer texts are never compressed hard: it takes seconds. */
const HARD_BYTES_MAX = 128 * 1024

/** Compresses text beside the main thread. Same bytes and effort give the same bytes. */
export async function compressText(text: Uint8Array, effort: Effort): Promise<Variants> {
  const isHard = effort === 'hard' && text.byteLength <= HARD_BYTES_MAX
  const [br, gz] = await Promise.all([
    brotli(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: isHard ? constants.BROTLI_MAX_QUALITY : 5,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: text.byteLength,
        [constants.BROTLI_PARAM_LGWIN]: windowBits(text.byteLength),
      },
    }),
    zip(text, { level: 9 }),
  ])
  return { br, gzip: gz }
}

/** A window as large as the text and no larger: making the usual one of 4 MB takes longer than filling it. */
const windowBits = (bytes: number): number =>
  Math.min(
    constants.BROTLI_MAX_WINDOW_BITS,
    Math.max(constants.BROTLI_MIN_WINDOW_BITS, Math.ceil(Math.log2(Math.max(bytes, 2))) + 1),
  )
