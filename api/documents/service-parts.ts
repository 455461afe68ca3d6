import { type OpenFile, openFile, storeFile } from './blobs.ts'
import type { DocumentsCtx } from './service.ts'
import { discardBlobs } from './service-sweep.ts'
import { deleteParts, forgetParts, insertPart, listParts, type PartRow } from './store.ts'

/** A file on its way in pieces is forgotten after a day; its bytes go with the daily sweep. */
const PARTS_LIFE_MS = 24 * 3_600_000
/** More than any sender needs, and little enough to be sent again. */
const PART_BYTES_MAX = 8 * 1024 * 1024

/** Whose file it is: the upload's id is the sender's choice, so it counts only together with the draft. */
export type PartPlace = { readonly uploadId: string; readonly draftId: string; readonly keyId: string }

/** How many bytes of a file have arrived without a gap. */
export async function receivedBytes(ctx: Pick<DocumentsCtx, 'db'>, place: Omit<PartPlace, 'keyId'>): Promise<number> {
  return endOf(await listParts(ctx.db, place.uploadId, place.draftId))
}

/** Stores the next piece of a file, sealed; answers how many bytes are there now. The same piece sent again changes nothing. */
export async function storePart(
  ctx: DocumentsCtx,
  place: PartPlace,
  piece: { readonly startByte: number; readonly source: AsyncIterable<Uint8Array> },
): Promise<number> {
  const { uploadId, draftId, keyId } = place
  const stored = await storeFile(ctx.blobs, await ctx.keyring.dataKey(keyId), piece.source, PART_BYTES_MAX)
  const { startByte } = piece
  const endByte = startByte + stored.sizeBytes
  const row = { uploadId, draftId, startByte, endByte, blobId: stored.blobId, createdAtMs: ctx.now() }
  await ctx.write({ statements: [insertPart(row)] })
  const parts = await listParts(ctx.db, uploadId, draftId)
  if (!parts.some((part) => part.blobId === stored.blobId)) {
    await discardBlobs(ctx, [stored.blobId])
  }
  return endOf(parts)
}

/** The bytes of all pieces, one after the other. */
export async function* readParts(ctx: DocumentsCtx, place: PartPlace): AsyncGenerator<Uint8Array> {
  const key = await ctx.keyring.dataKey(place.keyId)
  for (const part of await listParts(ctx.db, place.uploadId, place.draftId)) {
    const file: OpenFile = await openFile(ctx.blobs, key, part.blobId)
    yield* file.bytes()
  }
}

/** Forgets the pieces of a file, with their bytes: it is whole now, or is not taken. */
export async function dropParts(ctx: DocumentsCtx, place: PartPlace): Promise<void> {
  const parts = await listParts(ctx.db, place.uploadId, place.draftId)
  await ctx.write({ statements: [deleteParts(place.uploadId, place.draftId)] })
  await discardBlobs(
    ctx,
    parts.map((part) => part.blobId),
  )
}

/** Forgets pieces of files that never became whole. For the hourly sweep. */
export async function sweepParts(ctx: Pick<DocumentsCtx, 'write' | 'now'>): Promise<void> {
  await ctx.write({ statements: [forgetParts(ctx.now() - PARTS_LIFE_MS)] })
}

function endOf(parts: readonly PartRow[]): number {
  let end = 0
  for (const part of parts) {
    end = part.startByte === end ? part.endByte : end
  }
  return end
}
