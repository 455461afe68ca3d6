import type { Finding } from '../lib/finding.ts'
import { PROCESS_LENGTH_MAX } from './definition.ts'
import { guessTimers, limitAnswers } from './foreign/answer-time.ts'
import { buildSketch } from './foreign/build.ts'
import { type Diagram, into } from './foreign/diagram.ts'
import { finish } from './foreign/finish.ts'
import { dropReturns } from './foreign/finish-returns.ts'
import { guessSteps, isStep, tellStep } from './foreign/guess-steps.ts'
import { guessWays, isUndecided, tellPerson, tellRefusal } from './foreign/guess-ways.ts'
import { hearBeforeDeciding } from './foreign/hear-before.ts'
import { tellHearing } from './foreign/hearing.ts'
import {
  type Around,
  type Guessing,
  type MappedStep,
  type Mapping,
  type Steps,
  TIMER_KINDS,
  writeMapping,
} from './foreign/mapping.ts'
import { readDiagram } from './foreign/read.ts'
import { signFirst } from './foreign/sign-first.ts'
import { simplify } from './foreign/simplify.ts'
import type { AdaptingTable } from './foreign/table.ts'
import { drawnSigners, unsignedSteps } from './foreign/unsigned.ts'
import { writeBpmn } from './foreign/write-bpmn.ts'
import { type Written, writeTexts } from './foreign/write-texts.ts'

export type { Around, MappedStep } from './foreign/mapping.ts'
export { type Mapping, readMapping, STEP_KINDS, TIMER_KINDS } from './foreign/mapping.ts'
export { isForeign } from './foreign/read.ts'
export { ADAPTING, type AdaptingTable, OUTCOME_KINDS, readAdaptingTable } from './foreign/table.ts'

/** Most steps, events and gateways of a foreign process: more than people can read in one picture. */
const NODES_MAX = 300

/** Kind and postbox that were chosen for a step; absent what was left as it was guessed. */
export type Kept = Pick<Partial<MappedStep>, 'as' | 'postbox'>

export type Adapting = {
  readonly xml: string
  /** Name of the file for findings. */
  readonly file: string
  readonly table: AdaptingTable
  readonly around: Around
  /** What an editor chose before; guessed where there is none. */
  readonly chosen?: Mapping
  /** Words of the process as they are and as they were written for it, so that what editors wrote stays. */
  readonly texts?: Written
  /** Buttons that an editor named in an earlier version, by step and way. */
  readonly labels?: ReadonlyMap<string, string>
  /** What an editor chose for steps of an earlier version, by their ids; holds where nothing is chosen for this one. */
  readonly kept?: ReadonlyMap<string, Kept>
  /** An editor changed what the steps become: buttons follow that. */
  readonly isMapping?: boolean
}
export type Adapted =
  | {
      readonly ok: true
      readonly process: string
      readonly texts: string
      /** What each step became, what was assumed, what is lost: YAML, to be changed and given back as `chosen`. */
      readonly mapping: string
      /** A fee is paid after the notice, so that this says what is to be paid. */
      readonly paysAfter: boolean
    }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Makes a process of our subset from a BPMN file that knows nothing of it: pools, lanes, tasks without attributes, ways
 * with "ja" and "nein". Structure counts first, words second (content/templates/adapting.de.yaml). Refuses a file without
 * process, start or steps, and says which of them is missing.
 */
export async function adaptProcess(adapting: Adapting): Promise<Adapted> {
  const { xml, file, table, around } = adapting
  const refuse = (type: string, detail: string): Adapted => ({ ok: false, findings: [{ file, line: 1, type, detail }] })
  if (xml.length > PROCESS_LENGTH_MAX) {
    return refuse('workflow/too-long', `A process has at most ${PROCESS_LENGTH_MAX} characters.`)
  }
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(xml)) {
    return refuse('workflow/doctype', 'A process may not contain a DOCTYPE or entities.')
  }
  const diagram = await readDiagram(xml, table).catch(() => undefined)
  if (diagram === undefined) {
    return refuse('foreign/unreadable', 'The file is no BPMN 2.0.')
  }
  const missing = diagram === null ? 'no-process' : missingIn(diagram)
  if (diagram === null || missing !== null) {
    return refuse(`foreign/${missing}`, `The diagram cannot run: ${missing}.`)
  }
  const askers = simplify(diagram, table)
  const guessing: Guessing = { diagram, askers, table, around, steps: new Map(), unsigned: new Set() }
  signFirst(guessing)
  guessSteps(guessing)
  guessWays(guessing)
  const drawn = drawnSigners(guessing)
  const chosen = adapting.chosen ?? keptIn(guessing, adapting.kept ?? new Map())
  choose(guessing, chosen)
  nameAgain(guessing, adapting.labels ?? new Map())
  // What an editor chooses of is the process as it was drawn.
  const timers = guessTimers(guessing, chosen)
  const mapped = inFlow(guessing, timers)
  const undecided = [...mapped.keys()].filter((id) => mapped.get(id)?.as === 'person' && isUndecided(guessing, id))
  limitAnswers(guessing, timers)
  hearBeforeDeciding(guessing)
  tellHearing(guessing)
  const built = buildSketch(guessing)
  const { paysAfter, unsigned: lost } = finish(guessing, built)
  await dropReturns(guessing, built)
  const unsigned = unsignedSteps(guessing, built, { drawn, lost })
  return {
    ok: true,
    process: writeBpmn(built.sketch, around),
    texts: writeTexts(built, table, {
      before: adapting.texts ?? { now: '', ours: '' },
      isMapping: adapting.isMapping === true,
    }),
    paysAfter,
    mapping: writeMapping(mapped, diagram.notes, { table, undecided, unsigned }),
  }
}

function missingIn(diagram: Diagram): string | null {
  const nodes = [...diagram.nodes.values()]
  if (nodes.length > NODES_MAX) {
    return 'too-large'
  }
  if (!nodes.some(({ kind }) => kind === 'start')) {
    return 'no-start'
  }
  if (!nodes.some(isStep)) {
    return 'no-steps'
  }
  return diagram.flows.length === 0 ? 'no-flows' : null
}

/** Buttons keep the names that an editor gave them, where step and way are still there. */
function nameAgain({ steps }: Guessing, labels: ReadonlyMap<string, string>): void {
  for (const [id, step] of steps) {
    const named = Object.entries(step.outcomes ?? {}).map(([key, outcome]) => {
      return [key, { ...outcome, label: labels.get(`${id}/${key}`) ?? outcome.label }] as const
    })
    steps.set(id, step.outcomes === undefined ? step : { ...step, outcomes: Object.fromEntries(named) })
  }
}

/** The steps, each followed by the timers that come right after it. */
function inFlow({ diagram, steps, askers }: Guessing, timers: Steps): Steps {
  const comesAfter = (timer: string, step: string): boolean =>
    into(diagram, timer).some(({ from }) => (askers.get(from) ?? from) === step)
  const placed = [...steps].flatMap(([id, step]) => {
    return [[id, step] as const, ...[...timers].filter(([timer]) => comesAfter(timer, id))]
  })
  return new Map([...placed, ...timers])
}

/** What was chosen for steps of an earlier version, as if it were chosen of these. */
function keptIn({ steps }: Guessing, kept: NonNullable<Adapting['kept']>): Mapping {
  const all = [...kept].flatMap(([id, { as, postbox }]) => {
    const step = steps.get(id)
    if (step === undefined) {
      return as !== undefined && isTimer(as) ? [[id, { name: id, as }] as const] : []
    }
    const base = { ...step, ...(as === undefined || isTimer(as) ? {} : { as }) }
    return [[id, postbox === undefined ? base : { ...base, postbox }] as const]
  })
  return { version: 1, steps: Object.fromEntries(all), assumed: [], unmapped: [] }
}

const isTimer = (as: MappedStep['as']): boolean => TIMER_KINDS.some((kind) => kind === as)

/** Said of how the process is built, whatever is chosen for a step. */
const BUILT: ReadonlySet<string> = new Set(['assumed.draft', 'assumed.decide-added'])

/** Puts what an editor chose in place of what was guessed; steps that are not there any more are forgotten. */
function choose(guessing: Guessing, chosen: Mapping | undefined): void {
  const { steps, diagram } = guessing
  for (const [id, { as, postbox, outcomes, alone }] of Object.entries(chosen?.steps ?? {})) {
    const guessed = steps.get(id)
    if (guessed === undefined || isTimer(as)) {
      continue
    }
    const person: MappedStep = {
      name: guessed.name,
      as: 'person',
      ...(postbox === undefined || postbox === '' ? {} : { postbox }),
      ...(guessed.asks === true ? { asks: true } : {}),
      ...(outcomes === undefined && guessed.outcomes === undefined ? {} : { outcomes: outcomes ?? guessed.outcomes }),
    }
    const kind: MappedStep = as === 'person' || guessed.asks === true ? person : { name: guessed.name, as }
    const step = alone === undefined ? kind : { ...kind, alone }
    if (JSON.stringify(step) === JSON.stringify(guessed)) {
      continue
    }
    steps.set(id, step)
    const others = diagram.notes.filter((note) => note.step !== id || BUILT.has(note.key))
    diagram.notes.splice(0, diagram.notes.length, ...others)
    tellStep(guessing, { id, name: step.name }, step.as)
    tellPerson(guessing, id)
  }
  tellRefusal(guessing)
}
