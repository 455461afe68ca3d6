import type { Plan } from '../../db/batch.ts'
import { type ContentRevisions, loadCheckedContent, type Published, withMirror } from '../content/service.ts'
import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Actor } from '../lib/actor.ts'
import type { Finding } from '../lib/finding.ts'
import { problemType } from '../lib/problem.ts'
import type { CatalogueSource } from './feed.ts'
import { type CatalogueChange, type Staged, stageFeed } from './stage.ts'

export { stageFeed } from './stage.ts'

export const feedRefused = problemType('catalogue/feed-refused', 422)

export type SyncCtx = {
  readonly content: ContentRevisions
  readonly contentCheckers: readonly ContentChecker[]
  readonly catalogueSource: CatalogueSource
}

/** A service of the city that a sync touches. */
export type TouchedService = {
  readonly slug: string
  readonly action: CatalogueChange['action']
  readonly online: 'own' | 'assistant' | 'elsewhere' | 'none'
  readonly fees: readonly string[]
  readonly connectors: readonly string[]
}

/** What a sync would do. `findings` says why it could not be published as it is. */
export type SyncPlan = {
  readonly source: string
  readonly changes: readonly CatalogueChange[]
  readonly touched: readonly TouchedService[]
  readonly findings: readonly Finding[]
}

/** Reads the feed and says what would change; writes nothing. A refused feed has findings and no changes. */
export async function planSync(ctx: SyncCtx): Promise<SyncPlan> {
  const { content } = ctx.content.live()
  const staged = await stageFeed(content.mirror, ctx.catalogueSource)
  const source = ctx.catalogueSource.name
  if (!staged.ok) {
    return { source, changes: [], touched: [], findings: staged.findings }
  }
  const files = withMirror(await ctx.content.files(), staged.mirror, content.mirror)
  const result = await loadCheckedContent(files, ctx.contentCheckers, content)
  return {
    source,
    changes: staged.changes,
    touched: touchedServices(content, staged.changes),
    findings: result.ok ? [] : result.findings,
  }
}

/**
 * Reads the feed and makes a new content revision of it. Where nothing differs, none is made.
 * Throws `catalogue/feed-refused` or `content/refused` with all findings; then nothing has changed.
 * @param plan what other modules write with the revision, e.g. the order to publish pages.
 */
export async function publishSync(
  ctx: SyncCtx,
  actor: Actor,
  plan?: (revisionId: string) => Plan,
): Promise<Published & { readonly changes: readonly CatalogueChange[] }> {
  const { content, revisionId } = ctx.content.live()
  const staged: Staged = await stageFeed(content.mirror, ctx.catalogueSource)
  if (!staged.ok) {
    throw feedRefused('the feed is refused as a whole', {
      errors: staged.findings.map(({ file, line, type, detail }) => ({
        pointer: `/${file}`,
        type,
        params: { file, line, detail },
      })),
    })
  }
  const files = withMirror(await ctx.content.files(), staged.mirror, content.mirror)
  const published = await ctx.content.publish(actor, files, {
    note: `catalogue sync: ${ctx.catalogueSource.name}`,
    basedOn: revisionId,
    ...(plan === undefined ? {} : { plan }),
  })
  return { ...published, changes: staged.changes }
}

function touchedServices(content: Content, changes: readonly CatalogueChange[]): readonly TouchedService[] {
  const actions = new Map(changes.filter(({ kind }) => kind === 'service').map(({ key, action }) => [key, action]))
  return [...content.services].flatMap(([slug, { catalogue, online, fees, connectors }]) => {
    const action = actions.get(catalogue)
    return action === undefined ? [] : [{ slug, action, online, fees, connectors }]
  })
}
