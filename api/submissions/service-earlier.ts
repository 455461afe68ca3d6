import type { OpenFile } from '../documents/blobs.ts'
import { openDocument, openUpload, readDocuments, readUploads } from '../documents/service.ts'
import { readVorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft } from './draft.ts'
import { type DraftFrame, pageOf } from './draft-frame.ts'
import { ownDrafts, ownVorgangIds } from './service-account.ts'
import { fileField, saveFile, storeDraftFile, type UploadView } from './service-files.ts'

/** Not among the files of this account that fit, whoever has it. */
export const earlierMissing = problemType('submissions/earlier-file-missing', 409)

/** Newest Vorgänge and drafts that are looked through, and files that are shown. */
const LOOKED_MAX = 20
const SHOWN_MAX = 50
/** States in which a file may be opened. */
const USABLE: readonly string[] = ['clean', 'unscanned']

/** A file of an earlier application or another draft of the same account. */
export type EarlierFile = {
  readonly id: string
  readonly name: string
  readonly sizeBytes: number
  readonly service: string
  readonly sentAtMs: number
}
export type EarlierPage = DraftFrame & {
  readonly service: { readonly slug: string; readonly title: string }
  readonly pointer: string
  readonly question: string
  readonly files: readonly EarlierFile[]
}

type Found = EarlierFile & {
  readonly mediaType: string
  readonly sha256: string
  readonly open: () => Promise<OpenFile>
}
type At = { readonly draftId: string; readonly pointer: string }

/**
 * Lists what a person sent before and may use again for a question: files of the types and size it takes, of their own
 * account only. Throws 401 to guests, 404 for a draft of somebody else or a question that takes no files.
 */
export async function readEarlier(ctx: SubmissionsCtx, actor: Actor, { draftId, pointer }: At): Promise<EarlierPage> {
  authorize(actor, 'account.read')
  const draft = await openDraft(ctx, actor, draftId)
  const question = fileField(draft.form, pointer).label
  const found = await listFound(ctx, actor, { draftId, pointer })
  const files = found.map(({ id, name, sizeBytes, service, sentAtMs }) => ({ id, name, sizeBytes, service, sentAtMs }))
  const service = { slug: draft.row.serviceSlug, title: draft.form.title }
  return pageOf(ctx, actor, draft).framed({ service, pointer, question, files })
}

/**
 * Takes a copy of one of these files into a draft: opened with its own key, sealed again with the draft's, looked into as
 * any other. Throws what `readEarlier` and `saveFile` throw, and `submissions/earlier-file-missing` for any other file.
 */
export async function useEarlier(
  ctx: SubmissionsCtx,
  actor: Actor,
  at: At & { readonly fileId: string },
): Promise<UploadView> {
  authorize(actor, 'account.write')
  const found = (await listFound(ctx, actor, at)).find(({ id }) => id === at.fileId)
  if (found === undefined) {
    throw earlierMissing(`file ${at.fileId}`)
  }
  const file = await found.open()
  const stored = await storeDraftFile(ctx, actor, {
    draftId: at.draftId,
    pointer: at.pointer,
    fileName: found.name,
    source: file.bytes(),
    announcedBytes: found.sizeBytes,
    sha256: found.sha256,
  })
  return await saveFile(ctx, actor, at.draftId, stored)
}

async function listFound(ctx: SubmissionsCtx, actor: Actor, { draftId, pointer }: At): Promise<readonly Found[]> {
  const { form } = await openDraft(ctx, actor, draftId)
  const { file: limits } = fileField(form, pointer)
  const all = [...(await sentFiles(ctx, actor)), ...(await draftFiles(ctx, actor, draftId))]
  const fitting = all.filter((one) => limits.mediaTypes.includes(one.mediaType) && one.sizeBytes <= limits.maxSizeBytes)
  // The same bytes are one file, however often they were sent.
  const unique = new Map(fitting.toSorted((a, b) => a.sentAtMs - b.sentAtMs).map((one) => [one.sha256, one]))
  return [...unique.values()].toSorted((a, b) => b.sentAtMs - a.sentAtMs).slice(0, SHOWN_MAX)
}

async function sentFiles(ctx: SubmissionsCtx, actor: Actor): Promise<readonly Found[]> {
  const documents = await readDocuments(ctx, ownVorgangIds(actor).slice(0, LOOKED_MAX))
  const usable = documents.filter((one) => one.kind === 'attachment' && USABLE.includes(one.scanState))
  const ids = [...new Set(usable.map(({ vorgangId }) => vorgangId))]
  const titles = new Map(await Promise.all(ids.map(async (id) => [id, await titleOf(ctx, id)] as const)))
  return usable.map(({ id, vorgangId, meta, createdAtMs }): Found => {
    const { fileName: name, mediaType, sizeBytes, sha256 } = meta
    const open = async (): Promise<OpenFile> => (await openDocument(ctx, id)).file
    return { id, name, mediaType, sizeBytes, sha256, service: titles.get(vorgangId) ?? '', sentAtMs: createdAtMs, open }
  })
}

async function titleOf(ctx: SubmissionsCtx, vorgangId: string): Promise<string> {
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    return ''
  }
  const content = await ctx.content.at(vorgang.contentRevisionId)
  return ctx.form(content, vorgang.serviceSlug, vorgang.lang).title
}

async function draftFiles(ctx: SubmissionsCtx, actor: Actor, draftId: string): Promise<readonly Found[]> {
  const others = (await ownDrafts(ctx, actor)).filter((row) => row.id !== draftId).slice(0, LOOKED_MAX)
  const lists = await Promise.all(
    others.map(async (row) => {
      const { title } = ctx.form(await ctx.content.at(row.contentRevisionId), row.serviceSlug, row.lang)
      const uploads = await readUploads(ctx, row.keyId, row.id)
      return uploads
        .filter(({ scanState }) => USABLE.includes(scanState))
        .map((upload): Found => {
          const { fileName: name, mediaType, sizeBytes, sha256 } = upload.meta
          const open = (): Promise<OpenFile> => openUpload(ctx, row.keyId, upload)
          return { id: upload.id, name, mediaType, sizeBytes, sha256, service: title, sentAtMs: row.updatedAtMs, open }
        })
    }),
  )
  return lists.flat()
}
