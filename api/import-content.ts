import { type ContentFiles, manifestDigest, manifestOf, readContentFolder } from './content/service.ts'
import type { Context } from './context.ts'
import { planRepeatedJob } from './jobs/plan.ts'
import type { Actor } from './lib/actor.ts'
import { publish } from './publishing/service.ts'

const STARTER: Actor = { kind: 'system', principal: 'start' }

/**
 * Makes the content folder the live content where nothing was published yet (first start), and shows its pages.
 * Later starts leave the live content alone: it is changed by sync, by editors and by `npm run publish`.
 * Demo and dev also take over a folder that changed since it was last imported.
 */
export async function importContentFolder(ctx: Context): Promise<void> {
  if (isEmpty(ctx) || (ctx.mode === 'demo' && (await isChanged(ctx)))) {
    await publishFolder(ctx, STARTER, ctx.config.contentDir)
    return
  }
  await publishPages(ctx, STARTER)
}

/**
 * Checks a content folder, makes it the live content and publishes what changed. The mirror of the state's catalogue stays
 * the live one: it belongs to the sync. Throws `content/refused` with all findings.
 */
export async function publishFolder(ctx: Context, actor: Actor, folder: string) {
  const files = await readContentFolder(folder)
  const published = await ctx.content.publish(actor, await withLiveMirror(ctx, files), { note: noteOf(files) })
  return { ...published, ...(await publishPages(ctx, actor)) }
}

/** Renders and shows the pages of the live content that changed, and orders the next time where a page's truth ends. */
export async function publishPages(ctx: Context, actor: Actor) {
  const published = await publish(ctx, actor, { revisionId: ctx.content.live().revisionId })
  if (published.validUntilMs !== undefined) {
    await ctx.write(planRepeatedJob({ kind: 'publish', key: ctx.town, payload: {}, dueAtMs: published.validUntilMs }))
  }
  return published
}

const noteOf = (files: ContentFiles): string => `import ${manifestDigest(manifestOf(files))}`

const isChanged = async (ctx: Context): Promise<boolean> =>
  !(await ctx.content.wasMade(noteOf(await readContentFolder(ctx.config.contentDir))))

async function withLiveMirror(ctx: Context, files: ContentFiles): Promise<ContentFiles> {
  if (isEmpty(ctx)) {
    return files
  }
  const isMirror = (path: string): boolean => path.startsWith('catalogue/')
  const own = [...files].filter(([path]) => !isMirror(path))
  const mirror = [...(await ctx.content.files())].filter(([path]) => isMirror(path))
  return new Map([...own, ...mirror].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function isEmpty(ctx: Context): boolean {
  try {
    ctx.content.live()
    return false
  } catch {
    return true
  }
}
