import * as v from 'valibot'
import { lawfulContent } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { type Eakte, readEakte, readVorgang, type Vorgang } from '../eakten/service.ts'
import { problemType } from '../lib/problem.ts'
import { type Item, postboxesOf, readItems } from '../postboxes/service.ts'
import type { WorkflowCtx } from './ctx.ts'
import type { Definition } from './model.ts'
import { type ProcessState, STATE_VERSION } from './state.ts'
import { findInstance, type InstanceRow, listFinished, listOpenTasks, type TaskRow } from './store.ts'
import type { ProcessTexts } from './texts.ts'

/** Everything that is read before something is decided about a Vorgang. */
export type Case = {
  readonly vorgang: Vorgang
  readonly eakte: Eakte
  /** Where it lies. */
  readonly item: Item
  /** Everything of it that lies in a postbox, the main item first. */
  readonly items: readonly Item[]
  /** Postboxes whose teams may see it. */
  readonly postboxes: readonly string[]
  /** Its open tasks, oldest first. */
  readonly openTasks: readonly TaskRow[]
  readonly instance: InstanceRow
  readonly state: ProcessState
  readonly definition: Definition
  /** German words of the process's tasks. */
  readonly tasks: ProcessTexts['tasks']
  /** Its own revision under the law of the day (`lawfulContent`). */
  readonly content: Content
  /** Who had it last in each other postbox and still works there; read only where it may move on. */
  readonly keepers?: ReadonlyMap<string, string>
}

export const vorgangMissing = problemType('workflow/vorgang-missing', 404)
export const processBroken = problemType('workflow/process-broken', 500)

const Stored = v.looseObject({ v: v.literal(STATE_VERSION), definition: v.string(), tokens: v.array(v.unknown()) })

/**
 * Reads a Vorgang with its eAkte, postbox item and process. Throws `workflow/vorgang-missing`; says nothing about rights:
 * where somebody asks, the caller judges its postboxes, and answers a foreign Vorgang as a missing one.
 */
export async function readCase(ctx: WorkflowCtx, vorgangId: string): Promise<Case> {
  const vorgang = await readVorgang(ctx, vorgangId)
  const [eakte, items, instance, openTasks] = await Promise.all([
    vorgang === undefined ? undefined : readEakte(ctx, vorgang.eakteId),
    readItems(ctx, vorgangId),
    findInstance(ctx.db, vorgangId),
    listOpenTasks(ctx.db, vorgangId),
  ])
  const item = items.find(({ kind }) => kind === 'case')
  if (vorgang === undefined || eakte === undefined || item === undefined || instance === undefined) {
    throw vorgangMissing(`vorgang ${vorgangId}`)
  }
  const content = await lawfulContent(ctx, vorgang.contentRevisionId)
  const [definition, { tasks }] = await Promise.all([
    ctx.workflow.definition(content, vorgang.serviceSlug, vorgang.kind),
    ctx.workflow.texts(content, vorgang.serviceSlug, 'de', vorgang.kind),
  ])
  const state = readState(instance.state)
  const postboxes = postboxesOf(items)
  return { vorgang, eakte, item, items, postboxes, openTasks, instance, definition, tasks, content, state }
}

/** Reads a Vorgang that may move on, with those to whom it comes back. Throws as {@link readCase}. */
export async function readMovingCase(ctx: WorkflowCtx, vorgangId: string): Promise<Case> {
  const kase = await readCase(ctx, vorgangId)
  const keepers = new Map<string, string>()
  for (const { postbox, completedBy } of await listFinished(ctx.db, vorgangId)) {
    const userId = completedBy?.startsWith(STAFF) === true ? completedBy.slice(STAFF.length) : undefined
    if (userId !== undefined && postbox !== kase.item.postbox && !keepers.has(postbox)) {
      keepers.set(postbox, userId)
    }
  }
  for (const [postbox, keeper] of keepers) {
    const team = await ctx.team(postbox)
    if (!team.some(({ userId }) => userId === keeper)) {
      keepers.delete(postbox)
    }
  }
  return { ...kase, keepers }
}

const STAFF = 'staff:'

/** The item that an open task of a Vorgang lies in: its main one, or one beside it. */
export const itemOfTask = ({ items }: Pick<Case, 'items'>, taskId: string): Item | undefined =>
  items.find((item) => item.taskId === taskId)

/** Reads a stored state; older formats would be upcast here. */
export function readState(text: string): ProcessState {
  const parsed = v.safeParse(Stored, JSON.parse(text))
  if (!parsed.success) {
    throw processBroken('state of an unknown format')
  }
  return parsed.output as unknown as ProcessState
}
