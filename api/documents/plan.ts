import type { Plan } from '../../db/batch.ts'
import { planJob } from '../jobs/plan.ts'
import { deleteLooseBlob, deleteUpload } from './store.ts'

/** A file of a draft: its id, and where its bytes are. */
export type UploadPlace = { readonly id: string; readonly draftId: string; readonly blobId: string }

/**
 * Forgets files of a draft. Bytes that became a document stay (put the document's plan before); of others no row is left,
 * and `discardBlobs` after the write takes them from the store.
 */
export const planForgetUploads = (uploads: readonly UploadPlace[]): Plan => ({
  statements: [
    ...uploads.map(({ id, draftId }) => deleteUpload(id, draftId)),
    ...uploads.map(({ blobId }) => deleteLooseBlob(blobId)),
  ],
})

/** Orders that bytes in quarantine are looked through. */
export const planScan = (blobId: string, nowMs: number): Plan =>
  planJob({ kind: 'scan', key: blobId, payload: { blobId }, dueAtMs: nowMs })

/** Orders that a file is made visible page by page. */
export const planPreview = (blobId: string, nowMs: number): Plan =>
  planJob({ kind: 'preview', key: blobId, payload: { blobId }, dueAtMs: nowMs })
