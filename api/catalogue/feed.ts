import type { CatalogueKind, CatalogueObject } from '../content/mirror.ts'
import type { Finding } from '../lib/finding.ts'

/** Where something stands in a feed; lines count from 1. */
export type Place = { readonly file: string; readonly line: number }

/**
 * One step of a feed, in the order in which it applies. `refuse` ends the feed: the whole of it is then without effect.
 * `delete` without a kind of ours is left out by the reader.
 */
export type FeedStep =
  | { readonly action: 'write'; readonly object: CatalogueObject; readonly at: Place }
  | { readonly action: 'delete'; readonly kind: CatalogueKind; readonly key: string; readonly at: Place }
  | { readonly action: 'refuse'; readonly finding: Finding }

/**
 * The state's catalogue as a stream of changes. It never throws for what the feed holds: mistakes are `refuse` steps.
 * One object at a time is in memory.
 */
export type CatalogueSource = { readonly name: string; readonly steps: () => AsyncIterable<FeedStep> }
