import type { Names, Rule } from '../lib/feel.ts'
import type { EffectType } from './extension.ts'

/** A process as the machine walks it. Immutable; every rule compiled and every reference checked. */
export type Definition = {
  /** SHA-256 of the source file; states keep it. */
  readonly digest: string
  readonly id: string
  readonly start: string
  readonly nodes: ReadonlyMap<string, Node>
  readonly flows: ReadonlyMap<string, Flow>
  /** Names that state and rules may use; what is not declared is never stored. */
  readonly variables: ReadonlyMap<string, Variable>
  /** Names of every rule: the variables, each task with its `outcome`, and `heute`. */
  readonly names: Names
}
export type Variable = {
  readonly name: string
  readonly type: 'string' | 'number' | 'money' | 'boolean' | 'date'
  readonly options: readonly string[]
}
export type Flow = {
  readonly id: string
  readonly from: string
  readonly to: string
  /** As the diagram says; empty where it says nothing. */
  readonly name: string
  readonly condition: Rule | null
  readonly line: number
}
/** A fixed text, or a FEEL expression (written with a leading `=`). */
export type Expression =
  | { readonly kind: 'fixed'; readonly value: string }
  | { readonly kind: 'rule'; readonly rule: Rule }
/** An ISO 8601 duration (days are 24 hours), or the id of a legal deadline of content/deadlines.yaml. */
export type Due =
  | { readonly kind: 'duration'; readonly iso: string }
  | { readonly kind: 'deadline'; readonly id: string }
export type Trigger =
  | { readonly kind: 'message'; readonly message: string }
  | { readonly kind: 'timer'; readonly due: Due }
/** Name of the message that says that the person has answered a request. */
export const ANSWER = 'answer-received'

/** One way a clerk can finish a task; `requires` names values that must come with it (e.g. a reason). */
export type Outcome = { readonly id: string; readonly requires: readonly string[] }

export type Node = NodeBase & NodeKind
export type NodeBase = {
  readonly id: string
  readonly name: string
  /** Id of the sub-process it lies in; empty at the top. */
  readonly scope: string
  readonly incoming: readonly string[]
  readonly outgoing: readonly string[]
  /** Boundary events that hang on it. */
  readonly boundaries: readonly string[]
  /** The citizen does not notice it; needs no text. */
  readonly isSilent: boolean
  /** FIM's reference activity group, for the picture of the process. */
  readonly activityGroup: string | null
  readonly line: number
}
export type NodeKind =
  | { readonly kind: 'start' }
  | { readonly kind: 'end'; readonly isTerminate: boolean }
  | UserTask
  | ServiceTask
  | { readonly kind: 'choice'; readonly otherwise: string | null }
  | { readonly kind: 'parallel' }
  | { readonly kind: 'catch'; readonly trigger: Trigger }
  | { readonly kind: 'boundary'; readonly on: string; readonly interrupts: boolean; readonly trigger: Trigger }
  | { readonly kind: 'subprocess'; readonly start: string }
export type UserTask = {
  readonly kind: 'user'
  readonly postbox: Expression
  readonly outcomes: readonly Outcome[]
  /** Task whose person must be another one (four eyes). */
  readonly notBy: string | null
  readonly due: Due | null
}
export type ServiceTask = {
  readonly kind: 'service'
  readonly effect: EffectType
  readonly params: ReadonlyMap<string, Expression>
  /** False: the process goes on at once, whatever becomes of the effect. */
  readonly waits: boolean
}

/** Whether a citizen can notice that a case stands at a node: it waits there or ends there, and is not marked silent. */
export const isNoticeable = (node: Node): boolean =>
  !node.isSilent &&
  (node.kind === 'user' || node.kind === 'catch' || node.kind === 'end' || (node.kind === 'service' && node.waits))
