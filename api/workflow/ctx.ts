import type { Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { Vorgang } from '../eakten/service.ts'
import type { KeysCtx } from '../keys/keyring.ts'
import type { Actor } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import type { PostboxesCtx } from '../postboxes/service.ts'
import type { Case } from './case.ts'
import type { Definition } from './model.ts'
import type { Picture } from './picture.ts'
import type { Scalar, Values } from './state.ts'
import type { ProcessTexts } from './texts.ts'

/** An application has the process of its service, an objection the city's. */
export type VorgangKind = Vorgang['kind']

/**
 * What the workflow only names: effects of service tasks and what an outcome of a task means.
 * `api/context.ts` wires each name to the module that does it, so that no module needs to know the workflow.
 */
export type WorkflowParts = {
  /** The checked process of a service in a content revision. */
  readonly definition: (content: Content, serviceSlug: string, kind?: VorgangKind) => Promise<Definition>
  /** Its words, with those that all processes share. */
  readonly texts: (content: Content, serviceSlug: string, lang: string, kind?: VorgangKind) => Promise<ProcessTexts>
  /** Its drawing; null where it has none. */
  readonly picture: (content: Content, serviceSlug: string, kind?: VorgangKind) => Promise<Picture | null>
  readonly effects: Readonly<Record<string, EffectHandler>>
  readonly outcomes: Readonly<Record<string, OutcomeHandler>>
}
export type WorkflowCtx = Ctx & KeysCtx & ContentCtx & Pick<PostboxesCtx, 'team'> & { readonly workflow: WorkflowParts }

export type EffectOrder = { readonly key: string; readonly params: Readonly<Record<string, Scalar>> }
/**
 * Does what a service task asks for and returns what is to be written with its result; `outcome` where the Vorgang has one
 * from now on. `isPending`: the process stays where it is until a result comes from elsewhere (`prepareResult`).
 * Throws to be tried again.
 */
export type EffectHandler = (
  kase: Case,
  order: EffectOrder,
) => Promise<{
  readonly plan: Plan
  readonly values?: Values
  readonly outcome?: string
  readonly isPending?: boolean
}>

export type OutcomeInput = {
  readonly taskId: string
  readonly node: string
  readonly outcome: string
  readonly values: Values
}
/** Prepares what a clerk's outcome means besides moving the process. Throws a `Problem` when it may not be. */
export type OutcomeHandler = (
  kase: Case,
  actor: Actor & { kind: 'staff' },
  input: OutcomeInput,
) => Promise<{
  readonly plan: Plan
  readonly values?: Values
  /** Day until which whoever is waited for should act. */
  readonly dueOn?: string
  /** What became of the Vorgang, where that is settled by this. */
  readonly result?: string
}>
