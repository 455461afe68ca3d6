import { type ForeignFlow, into, nameOf, outOf, reach, startOf } from './diagram.ts'
import { say } from './guess-steps.ts'
import { type Guessing, gatewayOf, type MappedOutcome, type MappedStep } from './mapping.ts'
import { hintOf, holds, holdsWord, isHearing, isOpinion, type OutcomeKind } from './table.ts'

type Way = {
  readonly flow: ForeignFlow
  /** Steps that come for certain when this way is taken, until somebody has the choice again. */
  readonly trail: readonly string[]
  /** What the way stops at: somebody's choice, or an end. */
  readonly stop: string
}

/** Finds the postbox of each person's step, how each can be finished, and who decides. Fills the steps. */
export function guessWays(guessing: Guessing): void {
  for (const [id, step] of guessing.steps) {
    if (step.as === 'person') {
      const postbox = postboxOf(guessing, id)
      guessing.steps.set(id, {
        ...step,
        ...(postbox === undefined ? {} : { postbox }),
        ...(gatewayOf(guessing.askers, id) === undefined ? {} : { asks: true }),
        outcomes: step.outcomes ?? outcomesOf(guessing, id),
      })
    }
  }
  for (const id of [...guessing.steps.keys()]) {
    if (guessing.steps.get(id)?.as === 'document') {
      decideBefore(guessing, id)
    }
  }
  for (const id of guessing.steps.keys()) {
    tellPerson(guessing, id)
  }
}

/** Says where a person's step goes, and whether it decides. */
export function tellPerson(guessing: Guessing, id: string): void {
  const { askers } = guessing
  const step = guessing.steps.get(id)
  if (step?.as !== 'person') {
    return
  }
  const { name } = step
  tellPostbox(guessing, id, step)
  if (Object.values(step.outcomes ?? {}).some(({ as }) => as === 'opinion')) {
    say(guessing, 'assumed.opinion', { id, name })
  } else if (hintOf(guessing.table, name) === 'consult') {
    say(guessing, 'assumed.consult', { id, name })
  }
  if (decides(step)) {
    const isBoth = gatewayOf(askers, id) === undefined && Object.keys(step.outcomes ?? {}).length > 1
    say(guessing, isBoth ? 'assumed.decides-both' : 'assumed.decides', { id, name })
  }
}

function tellPostbox(guessing: Guessing, id: string, { name, postbox }: MappedStep): void {
  const { diagram, around } = guessing
  const nameOfBox = (box: string): string => around.postboxes.get(box) ?? box
  if (postbox) {
    say(guessing, 'assumed.postbox', { id, name }, { postbox: nameOfBox(postbox) })
    return
  }
  const isOpen = around.isPostboxOpen === true
  say(
    guessing,
    isOpen ? 'assumed.no-postbox' : 'assumed.own-postbox',
    { id, name },
    { postbox: nameOfBox(around.postbox) },
  )
  const lane = diagram.nodes.get(id)?.lane ?? ''
  if (lane !== '') {
    diagram.notes.push({ key: 'assumed.lane-unknown', values: { name: lane } })
  }
}

/** Says that nobody can refuse. */
export function tellRefusal(guessing: Guessing): void {
  const all = [...guessing.steps.values()].flatMap(({ outcomes }) => Object.values(outcomes ?? {}))
  if (all.some(({ as }) => as === 'approve') && !all.some(({ as }) => as === 'refuse')) {
    guessing.diagram.notes.push({ key: 'unmapped.no-refusal', values: { name: '' } })
  }
}

const UNDECIDING: MappedStep = { name: '', as: 'nothing' }
export const decides = ({ outcomes }: MappedStep): boolean =>
  Object.values(outcomes ?? {}).some(({ as }) => as === 'approve' || as === 'refuse')

/**
 * The postbox that the lane is named as, alone or among other words ("Fachbereich Umwelt und Natur"); undefined for the
 * service's own, also where a lane is named as several or as none: a wrong postbox is worse than one that somebody chooses.
 */
function postboxOf({ diagram, around }: Guessing, id: string): string | undefined {
  const lane = plainName(diagram.nodes.get(id)?.lane ?? '')
  const same = [...around.postboxes].filter((both) => lane !== '' && both.map(plainName).includes(lane))
  const within = [...around.postboxes].filter(([, name]) => {
    return plainName(name).length >= NAME_LENGTH_MIN && lane.includes(plainName(name))
  })
  const [only, ...more] = same.length > 0 ? same : within
  return more.length > 0 ? undefined : only?.[0]
}

/** Shorter names of postboxes stand in other words by chance. */
const NAME_LENGTH_MIN = 8

const plainName = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

function outcomesOf(guessing: Guessing, id: string): Record<string, MappedOutcome> {
  const { table, askers, diagram } = guessing
  const gateway = gatewayOf(askers, id)
  const isCosign = hintOf(table, nameOf(diagram, id)) === 'cosign'
  const isAsked = isOpinion(table, nameOf(diagram, id))
  if (gateway === undefined) {
    const as: OutcomeKind = isCosign ? 'sign' : isAsked ? 'opinion' : 'continue'
    return { [as === 'continue' ? 'done' : as]: { label: table.outcomes[as].label, as } }
  }
  const ways = outOf(diagram, gateway).map((flow) => wayOf(guessing, id, flow))
  const kinds = isCosign ? (signed(guessing, id, ways) ?? judged(guessing, id, ways)) : judged(guessing, id, ways)
  const used = new Set<OutcomeKind>()
  return Object.fromEntries(
    ways.map((way, index) => {
      const { flow } = way
      const judged = kinds[index] ?? 'continue'
      const wanted = isAsked && judged === 'continue' ? 'opinion' : judged
      const isTwice = !ONWARD.includes(wanted) && used.has(wanted)
      if (isTwice) {
        say(guessing, 'unmapped.same', { id, name: nameOf(diagram, id) })
      }
      used.add(wanted)
      const as = isTwice ? 'continue' : wanted
      return [flow.id, { label: labelOf(guessing, way, as), as }]
    }),
  )
}

/** Outcomes of which a step may have several: they tell ways apart, and nothing else. */
const ONWARD: readonly OutcomeKind[] = ['continue', 'opinion']

/** "ja" alone says nothing to who reads it on a button: then the kind of outcome does, or what comes next. */
function labelOf({ table, diagram, steps }: Guessing, { flow: { name }, trail, stop }: Way, as: OutcomeKind): string {
  const plain = name.toLowerCase().replace(/[^\p{L}]+/gu, '')
  if (plain !== '' && ![...table.ways.yes, ...table.ways.no].includes(plain)) {
    return name
  }
  const next = [...trail, stop]
    .filter((id) => steps.get(id)?.as !== 'nothing')
    .map((id) => diagram.nodes.get(id)?.name ?? '')
    .find((text) => text !== '')
  return !ONWARD.includes(as) || next === undefined
    ? table.outcomes[as].label
    : table.names.onward.replace('{name}', () => next)
}

function wayOf({ diagram, askers }: Guessing, asker: string, flow: ForeignFlow): Way {
  const trail: string[] = []
  let at = flow.to
  while (!trail.includes(at) && at !== asker) {
    const [next] = outOf(diagram, at)
    if (next === undefined || gatewayOf(askers, at) !== undefined) {
      break
    }
    trail.push(at)
    at = next.to
  }
  return { flow, trail, stop: at }
}

/** A second person signs, or gives back to where somebody decided; null where it is something else. */
function signed(guessing: Guessing, id: string, ways: readonly Way[]): OutcomeKind[] | null {
  const isBack = ways.map(({ flow, stop }) => isUpstream(guessing, stop, id) || isUpstream(guessing, flow.to, id))
  return ways.length === 2 && isBack.filter(Boolean).length === 1
    ? isBack.map((back) => (back ? 'return' : 'sign'))
    : null
}

/** Whether a step comes before another one and after it again. */
function isUpstream({ diagram, steps }: Guessing, id: string, than: string): boolean {
  const isStep = steps.get(id)?.as === 'person'
  return isStep && id !== than && reach(diagram, [startOf(diagram)], than).has(id) && reach(diagram, [id]).has(than)
}

/** What each way of a choice means: nachfordern, ablehnen, bewilligen, or only that it goes on. */
function judged(guessing: Guessing, id: string, ways: readonly Way[]): OutcomeKind[] {
  const kinds = ways.map((way) => judge(guessing, id, way))
  const open = kinds.flatMap((kind, index) => (kind === null ? [index] : []))
  const ending = open.filter((index) => isFinal(guessing, ways[index]?.stop ?? ''))
  const known = kinds.filter((kind) => kind === 'approve' || kind === 'refuse')
  if (known.length === 1 && ending.length === 1) {
    kinds[ending[0] ?? 0] = known[0] === 'refuse' ? 'approve' : 'refuse'
  }
  if (known.length === 0 && ending.length === 2 && isDeciding(guessing, id)) {
    const no = ending.findIndex((index) => holdsWord(ways[index]?.flow.name ?? '', guessing.table.ways.no))
    if (no >= 0) {
      kinds[ending[no] ?? 0] = 'refuse'
      kinds[ending[1 - no] ?? 0] = 'approve'
    }
  }
  return kinds.map((kind) => kind ?? 'continue')
}

function judge(guessing: Guessing, id: string, { flow, trail, stop }: Way): OutcomeKind | null {
  const { table, diagram, steps } = guessing
  const first = trail.find((step) => steps.has(step))
  // Where somebody decides on the way, the way itself decides nothing.
  if (trail.some((step) => decides(steps.get(step) ?? UNDECIDING))) {
    return null
  }
  // Who is heard on a way that ends is heard because of what is decided there.
  const isHeard = isFinal(guessing, stop) && isHearing(table, nameOf(diagram, first ?? ''))
  if (first !== undefined && steps.get(first)?.as === 'request' && !isHeard) {
    return 'request-information'
  }
  if (stop === id) {
    return first === undefined ? 'request-information' : 'continue'
  }
  const along = [...trail, stop].map((step) => nameOf(diagram, step)).join(' ')
  const texts = isFinal(guessing, stop) ? [flow.name, along] : [flow.name]
  const words = texts.map((text) => (['refuse', 'approve'] as const).find((kind) => holds(text, table.ways[kind])))
  return words.find((word) => word !== undefined) ?? null
}

/** A way that stops at an end, or at the second person's signature. */
function isFinal({ diagram, table }: Guessing, stop: string): boolean {
  return diagram.nodes.get(stop)?.kind === 'end' || hintOf(table, nameOf(diagram, stop)) === 'cosign'
}

function isDeciding({ diagram, askers, table }: Guessing, id: string): boolean {
  const gateway = gatewayOf(askers, id) ?? ''
  return holds(`${nameOf(diagram, id)} ${nameOf(diagram, gateway)}`, table.ways.deciding)
}

/** Where nobody has decided before a notice: the last person before it does, with both answers. */
function decideBefore(guessing: Guessing, document: string): void {
  decideAfterTimers(guessing, document)
  if (!isUndecided(guessing, document)) {
    return
  }
  const { steps, table } = guessing
  const last = lastPersons(guessing, document)
  const isFree = (id: string): boolean => gatewayOf(guessing.askers, id) === undefined
  if (last.length > 0 && last.every(isFree)) {
    const both = (['approve', 'refuse'] as const).map((as) => [as, { label: table.outcomes[as].label, as }] as const)
    for (const id of last) {
      steps.set(id, { ...(steps.get(id) as MappedStep), outcomes: Object.fromEntries(both) })
    }
    return
  }
  const [only] = last
  const leading = only === undefined ? [] : leadingTo(guessing, only, document)
  const step = only === undefined ? undefined : steps.get(only)
  const [way] = leading
  if (last.length === 1 && only !== undefined && step?.outcomes !== undefined && way !== undefined) {
    const isTaken = Object.values(step.outcomes).some(({ as }) => as === 'approve')
    if (leading.length === 1 && !isTaken) {
      const label = step.outcomes[way]?.label ?? table.outcomes.approve.label
      steps.set(only, { ...step, outcomes: { ...step.outcomes, [way]: { label, as: 'approve' } } })
      return
    }
  }
  addDecision(guessing, document)
}

/** Where a timer leads to a notice, nobody has decided: somebody does right behind it, so that it is written why. */
function decideAfterTimers(guessing: Guessing, document: string): void {
  const { diagram, steps, table, unsigned } = guessing
  const open = undecided(guessing)
  const isRefusing = holds(nameOf(diagram, document), table.ways.refuse)
  const as = isRefusing ? (['refuse'] as const) : (['approve', 'refuse'] as const)
  for (const timer of [...diagram.nodes.values()].filter(({ kind, id }) => kind === 'boundary' && open.has(id))) {
    const [flow] = outOf(diagram, timer.id)
    if (flow === undefined || !leadsUnworked(guessing, timer.id, document)) {
      continue
    }
    const id = `${timer.id}_decide`
    const { box } = timer
    const at = box === null ? null : { x: box.x + 60, y: box.y + 60, width: 100, height: 80 }
    diagram.nodes.set(id, { ...timer, id, name: table.names.decide, kind: 'person', box: at, wait: '', on: '' })
    diagram.flows = diagram.flows.map((one) => (one.id === flow.id ? { ...one, to: id, points: [] } : one))
    diagram.flows.push({ id: `${id}_out`, name: '', from: id, to: flow.to, points: [] })
    const outcomes = Object.fromEntries(as.map((one) => [one, { label: table.outcomes[one].label, as: one }]))
    steps.set(id, { name: table.names.decide, as: 'person', outcomes })
    unsigned.add(id)
    diagram.notes.push({ key: 'assumed.decide-added', step: id, values: { name: nameOf(diagram, document) } })
  }
}

/** Whether something leads to a step before anybody works on it. */
function leadsUnworked({ diagram, steps }: Guessing, from: string, to: string): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (!seen.has(id) && steps.get(id)?.as !== 'person') {
      seen.add(id)
      open.push(...outOf(diagram, id).map((flow) => flow.to))
    }
  }
  return seen.has(to)
}

function addDecision({ diagram, steps, table }: Guessing, document: string): void {
  const node = diagram.nodes.get(document)
  if (node === undefined) {
    return
  }
  const id = `${document}_decide`
  const { box } = node
  const name = table.names.decide
  diagram.nodes.set(id, { ...node, id, name, kind: 'person', box: box === null ? null : { ...box, y: box.y - 110 } })
  diagram.flows = [
    ...diagram.flows.map((flow) => (flow.to === document ? { ...flow, to: id, points: [] } : flow)),
    { id: `${id}_out`, name: '', from: id, to: document, points: [] },
  ]
  const outcomes = { approve: table.outcomes.approve.label, refuse: table.outcomes.refuse.label }
  const both = (['approve', 'refuse'] as const).map((as) => [as, { label: outcomes[as], as }] as const)
  steps.set(id, { name, as: 'person', outcomes: Object.fromEntries(both) })
  diagram.notes.push({ key: 'assumed.decide-added', step: id, values: { name: node.name } })
}

/** Ways of a step's gateway from which a notice is reached before anything else is asked. */
function leadingTo(guessing: Guessing, asker: string, document: string): readonly string[] {
  const gateway = gatewayOf(guessing.askers, asker) ?? ''
  return outOf(guessing.diagram, gateway)
    .filter(({ to }) => reach(guessing.diagram, [to], asker).has(document))
    .map(({ id }) => id)
}

/** Whether a step can be reached without any way on which somebody decides. */
export const isUndecided = (guessing: Guessing, id: string): boolean => undecided(guessing).has(id)

/** What can be reached before anybody decided, also by the timers of what waits. */
function undecided({ diagram, steps, askers }: Guessing): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [startOf(diagram)]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) {
      continue
    }
    seen.add(id)
    const asker = askers.get(id)
    const step = steps.get(asker ?? id)
    const isDecision = (key: string): boolean => ['approve', 'refuse'].includes(step?.outcomes?.[key]?.as ?? '')
    const isStepDecision =
      asker === undefined && gatewayOf(askers, id) === undefined && step !== undefined && decides(step)
    const ways = isStepDecision ? [] : outOf(diagram, id).filter((flow) => asker === undefined || !isDecision(flow.id))
    const hanging = [...diagram.nodes.values()].filter(({ on }) => on === id)
    open.push(...ways.map(({ to }) => to), ...hanging.map((node) => node.id))
  }
  return seen
}

/** The persons before a step between whom and it nobody else works; who only signs does not count. */
function lastPersons(guessing: Guessing, id: string): readonly string[] {
  const { diagram, steps } = guessing
  const found: string[] = []
  const seen = new Set<string>([id])
  const queue = into(diagram, id).map(({ from }) => from)
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (seen.has(at)) {
      continue
    }
    seen.add(at)
    const step = steps.get(at)
    const isSigning = Object.values(step?.outcomes ?? {}).some(({ as }) => as === 'sign')
    if (step?.as === 'person' && !isSigning) {
      found.push(at)
    } else {
      queue.push(...into(diagram, at).map(({ from }) => from))
    }
  }
  return found
}
