import { openFile } from './blobs.ts'
import type { DocumentsCtx, Upload } from './service.ts'

/**
 * Texts of the optical codes on an upload, read out of process; none where it cannot be read or nothing may be started.
 * Looks into files in quarantine, too: the process that opens them can do nothing.
 */
export async function readCodesOf(ctx: DocumentsCtx, keyId: string, upload: Upload): Promise<readonly string[]> {
  if (ctx.press === null) {
    return []
  }
  const found = await ctx.press.codes(await wholeFile(ctx, keyId, upload.blobId), upload.meta.mediaType)
  return typeof found === 'string' ? [] : found
}

/** A stored file in memory, to be handed to a press; only for files that have the size of an upload. */
export async function wholeFile(ctx: DocumentsCtx, keyId: string, blobId: string): Promise<Uint8Array> {
  const file = await openFile(ctx.blobs, await ctx.keyring.dataKey(keyId), blobId)
  return Buffer.concat(await Array.fromAsync(file.bytes()))
}
