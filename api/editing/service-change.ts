import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import type { Values } from './sent.ts'
import { seenOf } from './sheets.ts'
import { type EditingCtx, readState, type State, stateJson } from './state.ts'
import { deleteConflict, deleteWorkspace, insertConflict, insertWorkspace, updateWorkspace } from './store.ts'
import { deletePlanned } from './store-law.ts'

export const fileRefused = problemType('editing/file-name', 422)
export const changedMeanwhile = problemType('editing/changed-meanwhile', 409)

/** Kept, or put aside because somebody else had changed the same thing: nothing that was typed is lost. `made`: a page there was not before. */
export type Saved =
  | { readonly kind: 'saved'; readonly made?: string }
  | { readonly kind: 'conflict'; readonly conflictId: string }

const TRIES = 5
/** Names of files that a service may have; everything else nobody reads. */
const FILE_NAME = /^(service\.yaml|form\.(xml|yaml)|form\.[a-z]{2,3}\.yaml|codelist\.[a-z0-9._-]+\.xml|examples\.yaml|process\.bpmn|process\.[a-z]{2,3}\.yaml|notice\.[a-z-]+\.[a-z]{2,3}\.yaml)$/ // biome-ignore format: one pattern

type Change = {
  readonly slug: string
  /** What is changed, for the list of conflicts: a sheet, or `file:<name>`. */
  readonly sheet: string
  readonly seen: string
  readonly values: Values
  /** Answers what is shown of the thing now, and what becomes of the state. */
  readonly decide: (state: State) => Promise<{ readonly seen: string; readonly next: State }>
}

/**
 * Changes the unpublished state of a service. Two editors who change different things do not notice each other; who changes
 * what another has changed since the page was opened gets a conflict, with everything typed kept.
 */
export async function change(
  ctx: EditingCtx,
  actor: Actor,
  { slug, sheet, seen, values, decide }: Change,
): Promise<Saved> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const state = await readState(ctx, slug)
    const decided = await decide(state)
    if (decided.seen !== seen) {
      return await putAside(ctx, actor, { slug, sheet, values })
    }
    if (await keep(ctx, actor, state, decided.next)) {
      return { kind: 'saved' }
    }
  }
  return await putAside(ctx, actor, { slug, sheet, values })
}

/** Writes a state in place of the one that was read; false where somebody was faster. */
export async function keep(ctx: EditingCtx, actor: Actor, before: State, next: State): Promise<boolean> {
  const row = {
    slug: before.slug,
    baseRevisionId: next.baseRevisionId,
    stateJson: stateJson(next),
    updatedAtMs: ctx.now(),
    updatedBy: actorId(actor),
  }
  const result = await ctx.write(
    before.row === undefined
      ? { statements: [insertWorkspace(row)] }
      : { guards: [updateWorkspace({ ...row, version: before.row.version })] },
  )
  return result.ok
}

async function putAside(
  ctx: EditingCtx,
  actor: Actor,
  { slug, sheet, values }: Pick<Change, 'slug' | 'sheet' | 'values'>,
): Promise<Saved> {
  const id = ctx.newId()
  const row = { id, slug, sheet, valuesJson: JSON.stringify(values), createdAtMs: ctx.now(), createdBy: actorId(actor) }
  await ctx.write({ statements: [insertConflict(row)] })
  return { kind: 'conflict', conflictId: id }
}

/** Saves one file as a whole; an empty text takes it away. Throws `editing/file-name` (422) for a name nobody reads. */
export async function saveFile(
  ctx: EditingCtx,
  actor: Actor,
  { slug, name, seen, text }: { slug: string; name: string; seen: string; text: string },
): Promise<Saved> {
  authorize(actor, 'content.edit')
  if (!FILE_NAME.test(name)) {
    throw fileRefused(`file ${name}`)
  }
  return await change(ctx, actor, {
    slug,
    sheet: `file:${name}`,
    seen,
    values: { text },
    decide: async (state) => {
      const { [name]: now = '', ...others } = state.files
      const plain = text.replaceAll('\r\n', '\n')
      const files = plain.trim() === '' ? others : { ...others, [name]: plain }
      return { seen: seenOf([{ name, value: now }]), next: { ...state, files } }
    },
  })
}

/** Forgets what was put aside: it was taken over by hand, or is not wanted. */
export async function dropConflict(ctx: EditingCtx, actor: Actor, conflictId: string): Promise<void> {
  authorize(actor, 'content.edit')
  await ctx.write({ statements: [deleteConflict(conflictId)] })
}

/** Throws away everything that is not published. Throws `editing/changed-meanwhile` (409) where it is not what was shown. */
export async function discard(ctx: EditingCtx, actor: Actor, slug: string, version: number): Promise<void> {
  authorize(actor, 'content.edit')
  const result = await ctx.write({
    guards: [deleteWorkspace({ slug, version })],
    statements: [deletePlanned(slug)],
  })
  if (!result.ok) {
    throw changedMeanwhile(`service ${slug}`)
  }
  ctx.log('editing-discarded', { service: slug, actor: actorId(actor) })
}
