import * as v from 'valibot'
import { stringify } from 'yaml'
import { readContentFile } from '../../lib/content-file.ts'
import type { Diagram } from './diagram.ts'
import type { Askers } from './simplify.ts'
import { type AdaptingTable, type Note, noteText, OUTCOME_KINDS } from './table.ts'

/** What a foreign step becomes. */
export const STEP_KINDS = [
  'person',
  'request',
  'wait',
  'receipt',
  'notify',
  'document',
  'pay',
  'deliver',
  'nothing',
] as const
/** What a timer behind a request becomes. */
export const TIMER_KINDS = ['deadline', 'hold'] as const
export type StepKind = (typeof STEP_KINDS | typeof TIMER_KINDS)[number]

const Text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(400))
const Outcome = v.strictObject({ label: Text, as: v.picklist(OUTCOME_KINDS) })
const Step = v.strictObject({
  name: Text,
  as: v.picklist([...STEP_KINDS, ...TIMER_KINDS]),
  /** Absent for the service's own. */
  postbox: v.optional(v.string()),
  /** Somebody is asked how it ended: it stays a person's. */
  asks: v.optional(v.boolean()),
  /** By the flow that is taken; by any other name where all outcomes go the same way. */
  outcomes: v.optional(v.record(v.string(), Outcome)),
  /** Why nobody signs here though the process draws a second person's signature; who said so, and on which day. */
  alone: v.optional(v.strictObject({ reason: Text, by: v.string(), on: v.string() })),
})
const Mapping = v.strictObject({
  version: v.literal(1),
  steps: v.record(v.string(), Step),
  assumed: v.array(v.string()),
  unmapped: v.array(v.string()),
  /** The same by step, to be read where the step is changed. */
  told: v.optional(v.record(v.string(), v.array(v.string()))),
  /** Steps to which a case can come before anybody decided: nothing is signed or given back there. */
  undecided: v.optional(v.array(v.string())),
  /** Steps in which a second person signs as drawn and nobody does, each with the steps that issue the notice before. */
  unsigned: v.optional(v.record(v.string(), v.array(v.string()))),
})
export type MappedOutcome = v.InferOutput<typeof Outcome>
export type MappedStep = v.InferOutput<typeof Step>
export type Mapping = v.InferOutput<typeof Mapping>
export type Steps = Map<string, MappedStep>

/** Reads what the steps of a foreign process become. */
export const readMapping = (source: string, file: string) => readContentFile(source, file, Mapping)

type Writing = {
  readonly table: AdaptingTable
  readonly undecided: readonly string[]
  readonly unsigned: ReadonlyMap<string, readonly string[]>
}

/** Writes what the steps of a foreign process become, with what was assumed and what is lost, in words. */
export function writeMapping(steps: Steps, notes: readonly Note[], { table, undecided, unsigned }: Writing): string {
  const texts = (group: 'assumed' | 'unmapped'): readonly string[] => [
    ...new Set(notes.filter(({ key }) => key.startsWith(`${group}.`)).map((note) => noteText(table, note))),
  ]
  const told = Object.fromEntries(
    [...steps.keys()].flatMap((id) => {
      const own = notes.filter(({ step }) => step === id).map((note) => noteText(table, note))
      return own.length === 0 ? [] : [[id, [...new Set(own)]] as [string, string[]]]
    }),
  )
  const mapping: Mapping = {
    version: 1,
    // Whoever signs after all needs no reason why nobody does.
    steps: Object.fromEntries(
      [...steps].map(([id, { alone, ...step }]) => [
        id,
        alone === undefined || !unsigned.has(id) ? step : { ...step, alone },
      ]),
    ),
    assumed: [...texts('assumed')],
    unmapped: [...texts('unmapped')],
    told,
    undecided: [...undecided],
    ...(unsigned.size === 0
      ? {}
      : { unsigned: Object.fromEntries([...unsigned].map(([id, early]) => [id, [...early]])) }),
  }
  return stringify(mapping, { lineWidth: 0 })
}

/** What the rest of the town offers a process. */
export type Around = {
  readonly slug: string
  readonly title: string
  /** Id of the service's own postbox. */
  readonly postbox: string
  /** Nobody has chosen the service's own postbox yet: `postbox` only holds its place. */
  readonly isPostboxOpen?: boolean
  readonly postboxes: ReadonlyMap<string, string>
  readonly deadlines: readonly string[]
  /** Connectors of the service, by id, with their names. */
  readonly connectors: ReadonlyMap<string, string>
}

/** A foreign process while it is understood. */
export type Guessing = {
  readonly diagram: Diagram
  readonly askers: Askers
  readonly table: AdaptingTable
  readonly around: Around
  readonly steps: Steps
  /** Steps that decide though nobody drew a decision there: no second person is drawn behind them either. */
  readonly unsigned: Set<string>
}

/** Gateway that asks a step how it ended. */
export const gatewayOf = (askers: Askers, id: string): string | undefined =>
  [...askers].find(([, asker]) => asker === id)?.[0]
