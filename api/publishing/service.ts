import { join as joinPlans } from '../../db/batch.ts'
import { authorize } from '../identity/service.ts'
import { type Lease, releaseLease, takeLease } from '../jobs/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import { createAnswers, type SiteApi } from './answers.ts'
import { cut, type Live } from './live.ts'
import { compare, type Difference, type MadeRelease, makeRelease } from './make-release.ts'
import { decodeManifest, encodeManifest, type Manifest } from './manifest.ts'
import type { PageStore } from './page-store.ts'
import type { Frame } from './render-page.ts'
import type { Site } from './site.ts'
import { findCurrentRelease, findRelease, guardPointer, insertRelease, type Release, setPointer } from './store.ts'
import { type SiteFile, writeSite } from './write-site.ts'

export { createAnswers, type SiteApi } from './answers.ts'
export { renderSite } from './build.ts'
export { createLive, type Live } from './live.ts'
export { openPageStore, type PageStore } from './page-store.ts'
export { loadSite, type Site } from './site.ts'
export { snapshotApi } from './snapshot-api.ts'
export { writeSite } from './write-site.ts'

export type PublishingCtx = Ctx & {
  readonly site: Site
  readonly pages: PageStore
  readonly live: Live
  /** The API over one content revision, as static pages see it. */
  readonly siteApi: (contentRevisionId: string) => Promise<SiteApi>
}

export type Published = {
  readonly releaseId: string
  readonly pagesTotal: number
  readonly pagesRendered: number
  readonly pagesGone: number
  readonly ms: number
  /** When a page's truth ends and publishing must run again; absent where none does. */
  readonly validUntilMs?: number
}

export const publisherBusy = problemType('publishing/busy', 409)
export const nothingOlder = problemType('publishing/nothing-older', 409)
export const noRelease = problemType('publishing/no-release', 409)

const LEASE = 'publish'
const LEASE_MS = 15 * 60_000
const RELEASES_KEPT = 20

/**
 * Makes a release of a content revision and shows it: only pages made from something that changed are rendered.
 * The old release stays live until the last moment, and where anything fails.
 * Throws `publishing/busy` while another publishes or when the release was changed meanwhile; `publishing/page-failed`.
 */
export async function publish(
  ctx: PublishingCtx,
  actor: Actor,
  { revisionId }: { readonly revisionId: string },
): Promise<Published> {
  authorize(actor, 'content.publish')
  const startedMs = ctx.now()
  const lease = await takeLease(ctx, LEASE, LEASE_MS)
  if (lease === null) {
    throw publisherBusy('another publisher is at work')
  }
  try {
    const base = await findCurrentRelease(ctx.db)
    const answers = createAnswers(await ctx.siteApi(revisionId), ctx.origin)
    const frame = frameOf(ctx)
    const difference = await compare(frame, answers, await readManifest(ctx, base?.release), startedMs)
    const made = await makeRelease({ frame, answers, store: ctx.pages }, difference, {
      contentRevisionId: revisionId,
      previous: base?.release.id ?? null,
    })
    const release = await pointTo(ctx, actor, made, lease, base?.version ?? 0)
    await ctx.live.show(release.id, release.manifestDigest)
    const ms = ctx.now() - startedMs
    ctx.log('published', { release: release.id, pages: release.pagesTotal, changed: release.pagesRendered, ms })
    return {
      releaseId: release.id,
      pagesTotal: release.pagesTotal,
      pagesRendered: release.pagesRendered,
      pagesGone: made.gone.length,
      ms,
      ...(made.validUntilMs === undefined ? {} : { validUntilMs: made.validUntilMs }),
    }
  } finally {
    await releaseLease(ctx, lease)
  }
}

/** Says what publishing a content revision would do, without rendering or changing anything. */
export async function planPublish(
  ctx: PublishingCtx,
  actor: Actor,
  { revisionId }: { readonly revisionId: string },
): Promise<Pick<Difference, 'added' | 'changed' | 'removed'> & { readonly unchanged: number }> {
  authorize(actor, 'content.publish')
  const base = await findCurrentRelease(ctx.db)
  const answers = createAnswers(await ctx.siteApi(revisionId), ctx.origin)
  const { added, changed, removed, keep } = await compare(
    frameOf(ctx),
    answers,
    await readManifest(ctx, base?.release),
    ctx.now(),
  )
  return { added, changed, removed, unchanged: keep.length }
}

/**
 * Shows the release that was live before this one; again: the one before that. Content stays as it is, so the next publish
 * brings it back. Throws `publishing/nothing-older`, or `publishing/busy` when somebody published meanwhile.
 */
export async function undo(ctx: PublishingCtx, actor: Actor): Promise<{ readonly releaseId: string }> {
  authorize(actor, 'content.publish')
  const base = await findCurrentRelease(ctx.db)
  const older = await previousOf(ctx, base?.release)
  if (base === undefined || older === null) {
    throw nothingOlder('there is no older release')
  }
  const result = await ctx.write({
    guards: [guardPointer(base.version)],
    statements: [setPointer(older.id, base.version)],
    changes: [{ topic: 'release', id: older.id }],
  })
  if (!result.ok) {
    throw publisherBusy('the release was changed meanwhile')
  }
  await ctx.live.show(older.id, older.manifestDigest)
  ctx.log('release-undone', { release: older.id, pages: older.pagesTotal })
  return { releaseId: older.id }
}

/** The live release; null before the first publish. */
export const currentRelease = async (ctx: Pick<Ctx, 'db'>): Promise<Release | null> =>
  (await findCurrentRelease(ctx.db))?.release ?? null

/** Shows the release the pointer names, if there is one. For the start, and for a process beside the publishing one. */
export async function startLive(ctx: Pick<PublishingCtx, 'db' | 'live'>): Promise<void> {
  const release = await currentRelease(ctx)
  if (release !== null && ctx.live.current()?.releaseId !== release.id) {
    await ctx.live.show(release.id, release.manifestDigest)
  }
}

/**
 * Writes the live release and its assets as a folder for nginx or a CDN, compressed variants beside the files.
 * Replaces the folder as a whole. Throws `publishing/no-release`.
 */
export async function exportSite(
  ctx: PublishingCtx,
  actor: Actor,
  folder: string,
): Promise<{ readonly files: number }> {
  authorize(actor, 'content.publish')
  const manifest = await readManifest(ctx, (await findCurrentRelease(ctx.db))?.release)
  if (manifest === null) {
    throw noRelease('nothing was published yet')
  }
  return { files: await writeSite(folder, siteFiles(ctx, manifest)) }
}

/** Deletes pages that neither the live release nor the 19 before it show; gives how many. Throws `publishing/busy`. */
export async function sweepPages(ctx: PublishingCtx): Promise<number> {
  const lease = await takeLease(ctx, LEASE, LEASE_MS)
  if (lease === null) {
    throw publisherBusy('another publisher is at work')
  }
  try {
    const needed = new Set<string>()
    let release = (await findCurrentRelease(ctx.db))?.release ?? null
    for (let kept = 0; release !== null && kept < RELEASES_KEPT; kept += 1) {
      needed.add(release.manifestDigest)
      for (const page of (await readManifest(ctx, release))?.pages ?? []) {
        needed.add(page.file)
      }
      release = await previousOf(ctx, release)
    }
    return await ctx.pages.sweep((digest) => needed.has(digest))
  } finally {
    await releaseLease(ctx, lease)
  }
}

const frameOf = ({ site, origin, mode }: PublishingCtx): Frame => ({
  render: site.render,
  templateDigest: site.templateDigest,
  origin,
  demo: mode === 'demo',
})

/** The pages of a release; null where there is none, or its manifest is lost: then everything is rendered again. */
async function readManifest(ctx: PublishingCtx, release: Release | undefined): Promise<Manifest | null> {
  if (release === undefined) {
    return null
  }
  if (ctx.live.current()?.releaseId === release.id) {
    return ctx.live.current()?.manifest ?? null
  }
  try {
    return decodeManifest(await ctx.pages.read(release.manifestDigest))
  } catch {
    ctx.log('release-unreadable', { release: release.id })
    return null
  }
}

/** The release that undo leads to; null where there is none, or its pages were swept away. */
async function previousOf(ctx: PublishingCtx, release: Release | undefined): Promise<Release | null> {
  const id = (await readManifest(ctx, release))?.previous
  const previous = id === null || id === undefined ? undefined : await findRelease(ctx.db, id)
  return previous !== undefined && (await readManifest(ctx, previous)) !== null ? previous : null
}

async function pointTo(
  ctx: PublishingCtx,
  actor: Actor,
  made: MadeRelease,
  lease: Lease,
  version: number,
): Promise<Release> {
  const manifestDigest = await ctx.pages.put(encodeManifest(made.manifest))
  await ctx.pages.sync()
  const release: Release = {
    id: ctx.newId(),
    createdAtMs: ctx.now(),
    createdBy: actorId(actor),
    contentRevisionId: made.manifest.contentRevisionId,
    manifestDigest,
    pagesTotal: made.manifest.pages.length,
    pagesRendered: made.rendered.length,
  }
  const result = await ctx.write(
    joinPlans(lease.guard(ctx.now()), {
      guards: version === 0 ? [] : [guardPointer(version)],
      statements: [insertRelease(release), setPointer(release.id, version)],
      changes: [{ topic: 'release', id: release.id }],
    }),
  )
  if (!result.ok) {
    throw publisherBusy('the release was changed meanwhile')
  }
  return release
}

async function* siteFiles(ctx: PublishingCtx, manifest: Manifest): AsyncGenerator<SiteFile> {
  for (const { path, file, sizes } of manifest.pages) {
    const whole = await ctx.pages.read(file)
    yield { path, bytes: cut(whole, sizes, 0), br: cut(whole, sizes, 1), gzip: cut(whole, sizes, 2) }
  }
  for (const [path, bytes] of ctx.site.assetFiles) {
    yield { path, bytes }
  }
}
