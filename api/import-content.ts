import { readContentFolder } from './content/service.ts'
import type { Context } from './context.ts'
import type { Actor } from './lib/actor.ts'
import { publish } from './publishing/service.ts'

const STARTER: Actor = { kind: 'system', principal: 'start' }

/**
 * Makes the content folder the live content where nothing was published yet (first start), and shows its pages.
 * Later starts leave the live content alone: it is changed by sync, by editors and by `npm run publish`.
 * Demo and dev take over every change of the folder.
 */
export async function importContentFolder(ctx: Context): Promise<void> {
  if (isEmpty(ctx) || ctx.mode === 'demo') {
    await publishFolder(ctx, STARTER, ctx.config.contentDir)
    return
  }
  await publishPages(ctx, STARTER)
}

/** Checks a content folder, makes it the live content and publishes what changed. Throws `content/refused` with all findings. */
export async function publishFolder(ctx: Context, actor: Actor, folder: string) {
  const files = await readContentFolder(folder)
  const published = await ctx.content.publish(actor, files, { note: 'import' })
  return { ...published, ...(await publishPages(ctx, actor)) }
}

/** Renders and shows the pages of the live content that changed since the last release. */
export async function publishPages(ctx: Context, actor: Actor) {
  return await publish(ctx, actor, { revisionId: ctx.content.live().revisionId })
}

function isEmpty(ctx: Context): boolean {
  try {
    ctx.content.live()
    return false
  } catch {
    return true
  }
}
