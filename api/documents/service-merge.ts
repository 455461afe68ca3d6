import { openFile } from './blobs.ts'
import { checkImage } from './image-check.ts'
import type { PressFault } from './press.ts'
import type { DocumentsCtx, Upload } from './service.ts'
import { rangesOf } from './service-previews.ts'
import { stripPicture } from './strip.ts'

/** Why photos did not become one file: which one cannot be read, by its place, or all of them are too much together. */
export type MergeFault = { readonly kind: 'unreadable'; readonly at: number } | { readonly kind: 'too-much' }
export type PhotoSheet = {
  readonly title: string
  readonly lang: string
  /** The text that stands for each photo, in order. */
  readonly labels: readonly string[]
}

/** Bytes of photos that are in memory for one order. */
const PHOTO_BYTES_MAX = 100_000_000

/**
 * Puts photos of a draft on the pages of one PDF/A, in order, out of process; what the camera wrote beside the pictures
 * (place, time, device) stays out. Throws `documents/press-busy`. The caller has checked who asks, and
 * that none of them is in quarantine.
 */
export async function mergePhotos(
  ctx: DocumentsCtx & { readonly press: NonNullable<DocumentsCtx['press']> },
  keyId: string,
  photos: readonly Upload[],
  sheet: PhotoSheet,
): Promise<Uint8Array | MergeFault> {
  if (photos.reduce((sum, { meta }) => sum + meta.sizeBytes, 0) > PHOTO_BYTES_MAX) {
    return { kind: 'too-much' }
  }
  const pictures: Uint8Array[] = []
  for (const [at, photo] of photos.entries()) {
    const picture = await bareBytes(ctx, keyId, photo)
    if (picture === null) {
      return { kind: 'unreadable', at }
    }
    pictures.push(picture)
  }
  const order = { ...sheet, createdAtMs: ctx.now() }
  const made = await ctx.press.merge(pictures, order)
  return typeof made === 'string' ? await faultOf(ctx.press, pictures, { ...order, made }) : made
}

/** Asks for each picture alone which one it was. */
async function faultOf(
  press: NonNullable<DocumentsCtx['press']>,
  pictures: readonly Uint8Array[],
  { made, labels, ...order }: PhotoSheet & { readonly createdAtMs: number; readonly made: PressFault },
): Promise<MergeFault> {
  if (made === 'too-much') {
    return { kind: 'too-much' }
  }
  for (const [at, picture] of pictures.entries()) {
    if (typeof (await press.merge([picture], { ...order, labels: labels.slice(at, at + 1) })) === 'string') {
      return { kind: 'unreadable', at }
    }
  }
  return { kind: 'too-much' }
}

/** A photo without what is written beside the picture; null where it is none. */
async function bareBytes(ctx: DocumentsCtx, keyId: string, photo: Upload): Promise<Uint8Array | null> {
  const { mediaType } = photo.meta
  if (mediaType !== 'image/jpeg' && mediaType !== 'image/png') {
    return null
  }
  const file = await openFile(ctx.blobs, await ctx.keyring.dataKey(keyId), photo.blobId)
  const read = rangesOf(file)
  if ((await checkImage(mediaType, read, file.sizeBytes)).kind !== 'whole') {
    return null
  }
  return Buffer.concat(await Array.fromAsync(stripPicture(mediaType, read, file.sizeBytes)))
}
