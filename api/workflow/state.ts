import type { EffectType } from './extension.ts'

/** Format version of a stored state; readers upcast. */
export const STATE_VERSION = 1

/** Where a process stands: small JSON, no answers and no names of persons, only what rules need. */
export type ProcessState = {
  readonly v: typeof STATE_VERSION
  /** Digest of the definition it runs on. */
  readonly definition: string
  readonly status: 'running' | 'ended'
  /** Number of the next key. */
  readonly next: number
  readonly variables: Readonly<Record<string, Scalar>>
  readonly tokens: readonly Token[]
  /** Last completion of each user task: its outcome, and the id of the person. */
  readonly done: Readonly<Record<string, { readonly outcome: string; readonly by: string }>>
  /** Last node that the citizen notices. */
  readonly shown: string | null
}
export type Scalar = string | number | boolean
/** What is shown of a process that was taken back; no node of the diagram. */
export const WITHDRAWN = 'withdrawn'
/** One place where a process waits. `scope` is the key of the sub-process it lies in, `via` the flow by which it came to a join. */
export type Token = {
  readonly key: string
  readonly node: string
  readonly scope: string
  readonly via?: string
  /** Boundary timers that still run. */
  readonly armed?: readonly string[]
  /** An effect that failed for good; a later success goes on from here. */
  readonly failed?: true
}

export type ProcessEvent =
  | { readonly type: 'start'; readonly variables: Values }
  | {
      readonly type: 'task-completed'
      /** Key of the task. */
      readonly task: string
      readonly outcome: string
      /** Id of the person; compared for four eyes. */
      readonly by: string
      readonly values: Values
    }
  | { readonly type: 'message'; readonly name: string; readonly values: Values }
  | { readonly type: 'timer'; readonly key: string }
  | { readonly type: 'effect-result'; readonly key: string; readonly ok: boolean; readonly values: Values }
  /** The applicant takes the application back: everything that waits is cancelled, nothing more is sent. */
  | { readonly type: 'withdraw' }
  /** A process that ended begins again at its first task; what was sent at the start is not sent again. */
  | { readonly type: 'reopen' }
/** Only declared variables are kept of these. */
export type Values = Readonly<Record<string, unknown>>

export type OpenedTask = {
  readonly key: string
  readonly node: string
  readonly postbox: string
  readonly due: DueAt | null
}
export type ClosedTask = { readonly key: string; readonly node: string; readonly reason: 'completed' | 'cancelled' }
export type SetTimer = { readonly key: string; readonly node: string; readonly due: DueAt }
/** A moment, or a legal deadline that the caller counts from today by the city's rules. */
export type DueAt = { readonly kind: 'at'; readonly atMs: number } | { readonly kind: 'deadline'; readonly id: string }
export type Effect = {
  readonly key: string
  readonly node: string
  readonly type: EffectType
  readonly params: Readonly<Record<string, Scalar>>
}

export type RefusalReason =
  | 'already-started'
  | 'not-started'
  | 'ended'
  | 'still-running'
  | 'other-definition'
  | 'not-waiting'
  | 'unknown-outcome'
  | 'missing-value'
  | 'bad-value'
  | 'same-person'
  | 'rule-failed'
  | 'too-much'
export type Advanced =
  | {
      readonly ok: true
      readonly state: ProcessState
      readonly tasks: { readonly opened: readonly OpenedTask[]; readonly closed: readonly ClosedTask[] }
      readonly timers: { readonly set: readonly SetTimer[]; readonly cancelled: readonly string[] }
      readonly effects: readonly Effect[]
      /** Nodes entered in this step, in order; for the journal. */
      readonly entered: readonly string[]
    }
  | { readonly ok: false; readonly refusal: RefusalReason; readonly at: string }
