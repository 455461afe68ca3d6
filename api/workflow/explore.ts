import { canonicalJson } from '../../db/canonical.ts'
import { advance } from './machine.ts'
import { ANSWER, type Definition, type Node } from './model.ts'
import type { ProcessEvent, ProcessState, Scalar, Token } from './state.ts'

/** One thing that happened on a way, e.g. `check: refuse`, `timer: remind`. */
export type Happening = { readonly event: ProcessEvent; readonly at: string; readonly what: string }
/** A state that nothing leads out of, or only round in circles: where it waits, and how it came there. */
export type Stuck = { readonly at: readonly string[]; readonly way: readonly Happening[] }
export type Ways = {
  /** How often each node was entered on the ways looked at. */
  readonly entered: ReadonlySet<string>
  /** The shortest way to each node where a process ended. */
  readonly ends: ReadonlyMap<string, readonly Happening[]>
  readonly stuck: readonly Stuck[]
  /** False where there are more states than were looked at: then what was not found may still be there. */
  readonly isWhole: boolean
  readonly states: number
}
type Options = {
  readonly nowMs: number
  /** States that are looked at at most. */
  readonly statesMax: number
  /** Is told every step that was taken, the starts first. */
  readonly look?: (step: Taken) => void
}
/** A step that was taken; null before it where the process began with it. */
export type Taken = {
  readonly before: ProcessState | null
  readonly event: ProcessEvent
  readonly after: ProcessState
  /** Nodes entered in it, in order. */
  readonly entered: readonly string[]
}

/** Two are enough to tell four eyes from two. */
const PERSONS = ['staff:a', 'staff:b']
/** Combinations of values that are tried at the start at most. */
const STARTS_MAX = 64

type Place = { readonly state: ProcessState; readonly from: Place | null; readonly by: Happening | null }

/**
 * Walks every way through a process that rules and events allow, each state once: tasks with every outcome by two people, effects
 * that succeed, messages, timers, and the values that its rules tell apart. Pure. Withdrawal and reopening are no ways of the diagram.
 */
export function explore(definition: Definition, options: Options): Ways {
  const found = new Map<string, Place>()
  const leads = new Map<string, string[]>()
  const entered = new Set<string>()
  const ends = new Map<string, readonly Happening[]>()
  const open: Place[] = []
  const add = (place: Place, from: string | null): void => {
    const key = keyOf(place.state)
    leads.set(key, [...(leads.get(key) ?? []), ...(from === null ? [] : [from])])
    if (!found.has(key)) {
      found.set(key, place)
      open.push(place)
    }
  }
  for (const variables of beginnings(definition)) {
    const event = { type: 'start', variables } as const
    const started = advance(definition, null, event, options.nowMs)
    if (started.ok) {
      options.look?.({ before: null, event, after: started.state, entered: started.entered })
      for (const id of started.entered) {
        entered.add(id)
      }
      add({ state: started.state, from: null, by: null }, null)
    }
  }
  let isWhole = true
  for (let place = open.shift(); place !== undefined; place = open.shift()) {
    const { state } = place
    if (found.size > options.statesMax) {
      isWhole = false
      break
    }
    for (const happening of happenings(definition, state)) {
      const moved = advance(definition, state, happening.event, options.nowMs)
      if (!moved.ok) {
        continue
      }
      options.look?.({ before: state, event: happening.event, after: moved.state, entered: moved.entered })
      const next: Place = { state: moved.state, from: place, by: happening }
      for (const id of moved.entered) {
        entered.add(id)
        const node = definition.nodes.get(id)
        if (node?.kind === 'end' && moved.state.status === 'ended' && node.scope === '' && !ends.has(id)) {
          ends.set(id, wayTo(next))
        }
      }
      add(next, keyOf(state))
    }
  }
  const stuck = isWhole ? stuckIn(found, leads, definition.variables.size) : []
  return { entered, ends, stuck, isWhole, states: found.size }
}

/**
 * States from which no way leads to an end, the first found of each place: those in which nothing happens any more, else those that go
 * round. Only with all values: what a rule does without one that its form always asks for is no fault of the process.
 */
function stuckIn(
  found: ReadonlyMap<string, Place>,
  leads: ReadonlyMap<string, readonly string[]>,
  variables: number,
): readonly Stuck[] {
  const good = new Set<string>()
  const queue = [...found].filter(([, { state }]) => state.status === 'ended').map(([key]) => key)
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (!good.has(key)) {
      good.add(key)
      queue.push(...(leads.get(key) ?? []))
    }
  }
  const goesOn = new Set([...leads.values()].flat())
  const bad = [...found].filter(
    ([key, { state }]) => !good.has(key) && Object.keys(state.variables).length === variables,
  )
  const dead = bad.filter(([key]) => !goesOn.has(key))
  const places = new Map<string, Stuck>()
  for (const [, place] of dead.length > 0 ? dead : bad) {
    const at = [...new Set(place.state.tokens.map(({ node }) => node))].sort()
    if (!places.has(at.join())) {
      places.set(at.join(), { at, way: wayTo(place) })
    }
  }
  return [...places.values()]
}

function wayTo(place: Place): readonly Happening[] {
  const way: Happening[] = []
  for (let at: Place | null = place; at !== null; at = at.from) {
    if (at.by !== null) {
      way.unshift(at.by)
    }
  }
  return way
}

/** A state without the numbers of its keys: two that differ only in these go on alike. */
export function keyOf({ tokens, variables, done, status }: ProcessState): string {
  const nodeOf = new Map(tokens.map(({ key, node }) => [key, node]))
  const places = tokens
    .map(({ node, scope, via, armed, failed }) =>
      canonicalJson([node, nodeOf.get(scope) ?? '', via ?? '', [...(armed ?? [])], failed === true]),
    )
    .sort()
  return canonicalJson([places, variables, done, status])
}

/** Everything that can happen in a state. */
function happenings(definition: Definition, { tokens }: ProcessState): readonly Happening[] {
  return tokens.flatMap((token): Happening[] => {
    const node = definition.nodes.get(token.node)
    if (node === undefined) {
      return []
    }
    const hanging = node.boundaries.flatMap((id): Happening[] => {
      const boundary = definition.nodes.get(id)
      if (boundary?.kind !== 'boundary') {
        return []
      }
      return boundary.trigger.kind === 'message'
        ? [message(boundary.id, boundary.trigger.message)]
        : [timer(boundary.id, `${token.key}/${boundary.id}`)]
    })
    return [...own(node, token), ...hanging]
  })
}

function own(node: Node, token: Token): readonly Happening[] {
  switch (node.kind) {
    case 'user':
      return node.outcomes.flatMap(({ id, requires }) =>
        PERSONS.map((by) => {
          const values = Object.fromEntries(requires.map((name) => [name, '-']))
          return { event: { type: 'task-completed', task: token.key, outcome: id, by, values }, at: node.id, what: id } as const // biome-ignore format: one thought
        }),
      )
    case 'service':
      return node.effect === 'wait-for-answer'
        ? [message(node.id, ANSWER)]
        : [{ event: { type: 'effect-result', key: token.key, ok: true, values: {} }, at: node.id, what: node.effect }]
    case 'catch':
      return node.trigger.kind === 'message' ? [message(node.id, node.trigger.message)] : [timer(node.id, token.key)]
    default:
      return []
  }
}

const message = (at: string, name: string): Happening => ({
  event: { type: 'message', name, values: {} },
  at,
  what: name,
})
const timer = (at: string, key: string): Happening => ({ event: { type: 'timer', key }, at, what: 'timer' })

/** Values of the declared variables at the start that rules can tell apart; none at all first. */
function beginnings(definition: Definition): readonly Readonly<Record<string, Scalar>>[] {
  let all: Record<string, Scalar>[] = [{}]
  for (const { name, type, options } of definition.variables.values()) {
    const values = options.length > 0 ? options : candidates(type, rulesNaming(definition, name))
    all = all.flatMap((one) => [one, ...values.map((value) => ({ ...one, [name]: value }))])
    if (all.length > STARTS_MAX) {
      return all.slice(0, STARTS_MAX)
    }
  }
  return all
}

function rulesNaming(definition: Definition, name: string): readonly string[] {
  const flows = [...definition.flows.values()].flatMap(({ condition }) => condition ?? [])
  return flows.filter(({ uses }) => uses.some((path) => path.split('.')[0] === name)).map(({ source }) => source)
}

/** The numbers, texts and days that rules compare with, and those beside them. */
function candidates(type: string, sources: readonly string[]): readonly Scalar[] {
  const text = sources.join('\n')
  switch (type) {
    case 'boolean':
      return [true, false]
    case 'number':
    case 'money': {
      const numbers = [...text.matchAll(/(?<![\w".])-?\d+(?:\.\d+)?/g)].map(([one]) => Number(one))
      return [...new Set([0, ...numbers.flatMap((one) => [one - 1, one, one + 1])])]
    }
    case 'date': {
      const days = [...text.matchAll(/"(\d{4}-\d{2}-\d{2})"/g)].map(([, day]) => day ?? '')
      return [...new Set(['2000-01-01', ...days, '2100-01-01'])]
    }
    default: {
      const texts = [...text.matchAll(/"([^"]*)"/g)].map(([, one]) => one ?? '')
      return [...new Set([...texts, 'x'])]
    }
  }
}
