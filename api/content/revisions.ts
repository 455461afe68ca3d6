import * as v from 'valibot'
import { type Batch, join, type Plan } from '../../db/batch.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import type { ContentAccess, LiveContent } from './access.ts'
import { type ContentFile, type ContentFiles, contentFile, isContentPath } from './files.ts'
import { loadCheckedContent, loadContent } from './load.ts'
import { type Manifest, manifestBytes, manifestDigest, manifestOf } from './manifest.ts'
import { forEach, type ObjectStore } from './object-store.ts'
import { contentRefused } from './refusal.ts'
import type { Content, ContentChecker } from './snapshot.ts'
import {
  findPointer,
  findRevision,
  guardPointer,
  hasNote,
  insertPointer,
  insertRevision,
  movePointer,
} from './store.ts'

export const noContent = problemType('content/none', 503)
export const contentMoved = problemType('content/moved', 409)

export type RevisionsCtx = Pick<Ctx, 'db' | 'write' | 'now' | 'newId'> & {
  readonly contentObjects: ObjectStore
  readonly contentCheckers: readonly ContentChecker[]
}

/** A revision that was made live; `isNew` is false where the content was live already. */
export type Published = { readonly revisionId: string; readonly isNew: boolean }

/** Content revisions of the running product: reading the live one and older ones, and making a new one live. */
export type ContentRevisions = ContentAccess & {
  /** Files of the live revision. Throws `content/none` before the first one. */
  readonly files: () => Promise<ContentFiles>
  /** True where a revision was made with this note before; imports name the folder they were made from. */
  readonly wasMade: (note: string) => Promise<boolean>
  /**
   * Checks files and makes them the live content; drafts and cases keep the revisions they were made with.
   * Throws `content/refused` with all findings, `content/moved` where another revision became live meanwhile.
   */
  readonly publish: (actor: Actor, files: ContentFiles, order: PublishOrder) => Promise<Published>
}

export type PublishOrder = {
  /** Why; shown in the list of revisions. */
  readonly note: string
  /** Revision that the files were made from, where they were; another live one is then not overwritten. */
  readonly basedOn?: string
  /** What other modules write in the same batch, e.g. the order to publish pages. */
  readonly plan?: (revisionId: string) => Plan
}

const KEPT_MAX = 8

/** Opens the content revisions and reads the live one, if there is one. */
export async function openRevisions(ctx: RevisionsCtx): Promise<ContentRevisions> {
  const kept = new Map<string, Content>()
  let live: LiveContent | undefined
  const keep = (revisionId: string, content: Content): Content => {
    kept.delete(revisionId)
    kept.set(revisionId, content)
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - KEPT_MAX))) {
      kept.delete(oldest)
    }
    return content
  }
  const at = async (revisionId: string): Promise<Content> =>
    keep(revisionId, kept.get(revisionId) ?? (await readRevision(ctx, revisionId, live?.content)))
  const pointer = await findPointer(ctx.db)
  if (pointer !== undefined) {
    live = { revisionId: pointer.revision.id, content: await at(pointer.revision.id) }
  }
  return {
    live: () => {
      if (live === undefined) {
        throw noContent('no content was published yet')
      }
      return live
    },
    at,
    files: async () => {
      const now = await findPointer(ctx.db)
      if (now === undefined) {
        throw noContent('no content was published yet')
      }
      return await readFiles(ctx.contentObjects, now.revision.manifestDigest, live?.content)
    },
    wasMade: (note) => hasNote(ctx.db, note),
    publish: async (actor, files, order) => {
      const result = await loadCheckedContent(files, ctx.contentCheckers, live?.content)
      if (!result.ok) {
        throw contentRefused(result.findings)
      }
      if (live?.content.digest === result.content.digest) {
        return { revisionId: live.revisionId, isNew: false }
      }
      const revisionId = await writeRevision(ctx, actor, files, order)
      live = { revisionId, content: keep(revisionId, result.content) }
      return { revisionId, isNew: true }
    },
  }
}

async function writeRevision(
  ctx: RevisionsCtx,
  actor: Actor,
  files: ContentFiles,
  { note, basedOn, plan }: PublishOrder,
): Promise<string> {
  const pointer = await findPointer(ctx.db)
  if (basedOn !== undefined && pointer?.revision.id !== basedOn) {
    throw contentMoved('another revision became live meanwhile')
  }
  const manifest = manifestOf(files)
  const kept = pointer === undefined ? null : await readManifest(ctx.contentObjects, pointer.revision.manifestDigest)
  const durable = new Set(Object.values(kept?.files ?? {}))
  const fresh = [...files.values()].filter(({ digest }) => !durable.has(digest))
  await ctx.contentObjects.put([...fresh, contentFile(manifestBytes(manifest))])
  const id = ctx.newId()
  const row = { id, createdAtMs: ctx.now(), createdBy: actorId(actor), note, manifestDigest: manifestDigest(manifest) }
  const own: Plan = {
    guards: pointer === undefined ? [] : [guardPointer(pointer.version)],
    statements: [insertRevision(row), pointer === undefined ? insertPointer(id) : movePointer(id)],
    changes: [{ topic: 'content', id }],
  }
  const batch: Batch = join(own, plan?.(id) ?? {})
  const result = await ctx.write(batch)
  if (!result.ok) {
    throw contentMoved('another revision became live meanwhile')
  }
  return id
}

/** Old revisions were checked when they were made; what later checkers think of them does not count. */
async function readRevision(ctx: RevisionsCtx, revisionId: string, before: Content | undefined): Promise<Content> {
  const row = await findRevision(ctx.db, revisionId)
  if (row === undefined) {
    throw new Error(`content revision ${revisionId} was never made here`)
  }
  const result = loadContent(await readFiles(ctx.contentObjects, row.manifestDigest, before), before)
  if (!result.ok) {
    throw contentRefused(result.findings)
  }
  return result.content
}

const ManifestShape = v.strictObject({
  format: v.literal(1),
  files: v.record(v.pipe(v.string(), v.check(isContentPath)), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
})

async function readManifest(store: ObjectStore, digest: string): Promise<Manifest> {
  return v.parse(ManifestShape, JSON.parse(new TextDecoder().decode(await store.get(digest))))
}

/** Files of a revision. Of catalogue objects that `before` has too, the bytes are read only when somebody asks. */
async function readFiles(store: ObjectStore, digest: string, before: Content | undefined): Promise<ContentFiles> {
  const manifest = await readManifest(store, digest)
  const found = new Map<string, ContentFile>()
  await forEach(Object.entries(manifest.files), async ([path, fileDigest]) => {
    const isKnown = path.startsWith('catalogue/') && before?.digestOfFile(path) === fileDigest
    found.set(path, isKnown ? lateFile(store, fileDigest) : { digest: fileDigest, bytes: await store.get(fileDigest) })
  })
  return new Map(Object.keys(manifest.files).flatMap((path) => pairOf(path, found.get(path))))
}

const pairOf = (path: string, file: ContentFile | undefined): readonly (readonly [string, ContentFile])[] =>
  file === undefined ? [] : [[path, file]]

const lateFile = (store: ObjectStore, digest: string): ContentFile => ({
  digest,
  get bytes() {
    return store.getNow(digest)
  },
})
