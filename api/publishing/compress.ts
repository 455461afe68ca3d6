import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export type Variants = { readonly br: Uint8Array; readonly gzip: Uint8Array }

/** `hard` takes about ten times as long for a few per cent less: for what changed, not for everything. */
export type Effort = 'hard' | 'quick'

/** Compresses text beside the main thread. Same bytes and effort give the same bytes. */
export async function compressText(text: Uint8Array, effort: Effort): Promise<Variants> {
  const [br, gz] = await Promise.all([
    brotli(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: effort === 'hard' ? 11 : 5,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: text.byteLength,
      },
    }),
    zip(text, { level: effort === 'hard' ? 9 : 6 }),
  ])
  return { br, gzip: gz }
}
