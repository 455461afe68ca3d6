import { type ForeignKind, type ForeignNode, into, outOf, reach, startOf } from './diagram.ts'
import { type Guessing, gatewayOf, type StepKind } from './mapping.ts'
import { isSending, signerBehind, signs } from './sign-first.ts'
import { hintOf, holds, isHearing, type Note } from './table.ts'

const STEPS: ReadonlySet<ForeignKind> = new Set(['person', 'plain', 'rule', 'called', 'program', 'send', 'receive'])
/** Said with a note of the same name. */
const TOLD: ReadonlySet<StepKind> = new Set(['request', 'receipt', 'document', 'notify', 'pay', 'nothing'])

type Step = Pick<ForeignNode, 'id' | 'name'>

export const isStep = ({ kind }: ForeignNode): boolean => STEPS.has(kind)

/** Finds what each step becomes: by where it stands first, by its words second. Fills the steps, in the order of the process. */
export function guessSteps(guessing: Guessing): void {
  const { diagram, steps } = guessing
  for (const node of inOrder(guessing).filter(isStep)) {
    const count = diagram.notes.length
    if (refusesByName(guessing, node)) {
      const { label } = guessing.table.outcomes.refuse
      steps.set(node.id, { name: node.name, as: 'person', outcomes: { refuse: { label, as: 'refuse' } } })
      guessing.unsigned.add(node.id)
      say(guessing, 'assumed.refuses', node)
      continue
    }
    const kind = kindOf(guessing, node)
    steps.set(node.id, { name: node.name, as: kind })
    if (diagram.notes.length === count) {
      tellStep(guessing, node, kind)
    }
  }
}

/** Says what a step becomes, where that is not what it is called. */
export function tellStep(guessing: Guessing, step: Step, kind: StepKind): void {
  if (TOLD.has(kind)) {
    say(guessing, `assumed.${kind}` as Note['key'], step)
  }
  if (kind === 'wait') {
    say(guessing, 'assumed.answer', step)
  }
  if (kind === 'deliver') {
    const [connector = ''] = guessing.around.connectors.values()
    say(guessing, 'assumed.deliver', step, { connector })
  }
  // What a person's step does not do of itself, although it is called so.
  const hint = kind === 'person' ? hintOf(guessing.table, step.name) : undefined
  const isAsked = gatewayOf(guessing.askers, step.id) !== undefined
  if (hint === 'hold' || (hint === 'answer' && !isAsked)) {
    say(guessing, 'unmapped.wait', step)
  }
  if (hint === 'assess') {
    say(guessing, 'unmapped.assess', step)
  }
}

/** Notes something of a step. */
export function say(
  { diagram }: Guessing,
  key: Note['key'],
  { id, name }: Step,
  more: Readonly<Record<string, string>> = {},
): void {
  diagram.notes.push({ key, step: id, values: { name, ...more } })
}

function inOrder({ diagram }: Guessing): readonly ForeignNode[] {
  const seen: ForeignNode[] = []
  const queue = [startOf(diagram)]
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const node = diagram.nodes.get(id)
    if (node === undefined || seen.includes(node)) {
      continue
    }
    seen.push(node)
    const hanging = [...diagram.nodes.values()].filter(({ on }) => on === node.id).map((one) => one.id)
    queue.push(...outOf(diagram, id).map(({ to }) => to), ...hanging)
  }
  return seen
}

/**
 * Whether somebody refuses in a step that is named so, and not in a choice before it: to "Antrag wegen fehlender Mitwirkung
 * ablehnen" a timer leads, and nobody has decided yet.
 */
function refusesByName({ diagram, askers, table }: Guessing, { id, name, kind, isCitizens }: ForeignNode): boolean {
  const isWork = ['person', 'plain', 'rule', 'called'].includes(kind) && !isCitizens
  const isChosen = into(diagram, id).every(({ from }) => diagram.nodes.get(from)?.kind === 'choice')
  return (
    isWork &&
    !isChosen &&
    !gatewayOf(askers, id) &&
    hintOf(table, name) === 'notice' &&
    holds(name, table.ways.refuse) &&
    !holds(name, table.notRefusing)
  )
}

function kindOf(guessing: Guessing, node: ForeignNode): StepKind {
  if (gatewayOf(guessing.askers, node.id) !== undefined) {
    return 'person'
  }
  const hint = hintOf(guessing.table, node.name)
  if (hint === 'pay') {
    return payOnce(guessing, node)
  }
  if (hint === 'assess' && !node.isCitizens) {
    return assessed(guessing, node)
  }
  if (node.isCitizens) {
    return follows(guessing, node, 'request') ? 'wait' : 'nothing'
  }
  if (node.kind !== 'receive' && isHearing(guessing.table, node.name)) {
    return 'request'
  }
  switch (node.kind) {
    case 'receive':
      return received(guessing, node)
    case 'send':
      return sent(guessing, node)
    case 'program':
      return done(guessing, node)
    default:
      return worked(guessing, node)
  }
}

/** A fee is asked for once; what follows it (has it come?) is part of it. */
function payOnce({ diagram, steps }: Guessing, node: ForeignNode): StepKind {
  const paid = [...steps].filter(([, { as }]) => as === 'pay').map(([id]) => id)
  return paid.some((id) => reach(diagram, [id]).has(node.id)) ? 'nothing' : 'pay'
}

/**
 * How high a fee is nobody types here: it follows from the fees of the service. Where it is paid elsewhere in the process, the
 * step has nothing left to do; where it is not, it is the one in which the fee is asked for.
 */
function assessed(guessing: Guessing, node: ForeignNode): StepKind {
  const { diagram, steps, table } = guessing
  const isPaying = ({ id, name }: ForeignNode): boolean =>
    gatewayOf(guessing.askers, id) === undefined && (hintOf(table, name) === 'pay' || steps.get(id)?.as === 'pay')
  const other = [...diagram.nodes.values()].find(
    (one) => one.id !== node.id && isStep(one) && isPaying(one) && isOneWay(guessing, one.id, node.id),
  )
  if (other === undefined) {
    say(guessing, 'assumed.assess', node)
    return 'pay'
  }
  say(guessing, 'assumed.assessed', node, { other: other.name })
  return 'nothing'
}

/** Whether one of two steps comes after the other. */
const isOneWay = ({ diagram }: Guessing, one: string, other: string): boolean =>
  reach(diagram, [one]).has(other) || reach(diagram, [other]).has(one)

function received(guessing: Guessing, node: ForeignNode): StepKind {
  if (follows(guessing, node, 'request')) {
    return 'wait'
  }
  const [first] = into(guessing.diagram, node.id)
  if (first?.from === startOf(guessing.diagram)) {
    return 'nothing'
  }
  say(guessing, 'unmapped.wait', node)
  return 'person'
}

function sent(guessing: Guessing, node: ForeignNode): StepKind {
  const hint = hintOf(guessing.table, node.name)
  if (hint === 'receipt' || hint === 'request') {
    return hint
  }
  if (hint === 'deliver') {
    return delivered(guessing, node)
  }
  // A message of ours goes to whoever applied, and to nobody else.
  if (hint === 'consult' || hint === 'hold') {
    return 'person'
  }
  return hint === 'document' || hint === 'notice' ? noticed(guessing, node) : told(guessing, node)
}

function done(guessing: Guessing, node: ForeignNode): StepKind {
  const hint = hintOf(guessing.table, node.name)
  switch (hint) {
    case 'receipt':
    case 'request':
    case 'nothing':
      return hint
    case 'document':
    case 'notice':
      return noticed(guessing, node)
    case 'notify':
      return told(guessing, node)
    case 'deliver':
      return delivered(guessing, node)
    case 'consult':
    case 'hold':
      return 'person'
    default:
      say(guessing, 'unmapped.program', node)
      return 'person'
  }
}

/** A task of somebody: only what software does of itself is taken from them. */
function worked(guessing: Guessing, node: ForeignNode): StepKind {
  const { table, diagram } = guessing
  const hint = hintOf(table, node.name)
  const isAfterChoice = into(diagram, node.id).some(({ from }) => diagram.nodes.get(from)?.kind === 'choice')
  const notify = table.steps.filter(({ as }) => as === 'notify').flatMap(({ words }) => words)
  if (hint === 'receipt' || hint === 'request' || hint === 'nothing') {
    return hint
  }
  if (hint === 'answer' && follows(guessing, node, 'request')) {
    return 'wait'
  }
  const isNotice = isAfterChoice || holds(node.name, notify) || follows(guessing, node, 'document')
  if (hint === 'document' || (hint === 'notice' && isNotice)) {
    return noticed(guessing, node)
  }
  if (hint === 'notify') {
    return told(guessing, node)
  }
  if (hint === 'deliver' && node.kind === 'plain') {
    return delivered(guessing, node)
  }
  if (node.kind === 'called') {
    say(guessing, 'unmapped.called', node)
  }
  return 'person'
}

function delivered(guessing: Guessing, node: ForeignNode): StepKind {
  if (guessing.around.connectors.size > 0) {
    return 'deliver'
  }
  say(guessing, 'unmapped.deliver', node)
  return 'person'
}

/** The first that speaks of the notice makes it, what follows at once is part of that, what comes later tells of it. */
function noticed(guessing: Guessing, node: ForeignNode): StepKind {
  const signer = signerBehind(guessing, node.id)
  if (signer !== undefined) {
    say(guessing, 'assumed.drafted', node, { other: signer.name })
    return node.kind === 'program' || node.kind === 'send' ? 'nothing' : 'person'
  }
  if (follows(guessing, node, 'document')) {
    say(guessing, 'assumed.with-document', node)
    return 'nothing'
  }
  return isBehindDocument(guessing, node) ? 'notify' : 'document'
}

const told = (guessing: Guessing, node: ForeignNode): StepKind =>
  follows(guessing, node, 'document') || issuesSigned(guessing, node) ? noticed(guessing, node) : 'notify'

/** Whether a step sends what was signed just before, and no other one speaks of the notice later. */
function issuesSigned(guessing: Guessing, node: ForeignNode): boolean {
  const { diagram, askers, table, steps } = guessing
  const isLater = [...reach(diagram, [node.id])].some(
    (id) => id !== node.id && ['document', 'notice'].includes(hintOf(table, diagram.nodes.get(id)?.name ?? '') ?? ''),
  )
  const isSigned = before(guessing, node, (id) => {
    const one = diagram.nodes.get(id)
    if (one !== undefined && signs(guessing, one)) {
      return 'yes'
    }
    return steps.get(id)?.as === 'document' || gatewayOf(askers, id) !== undefined ? 'no' : 'on'
  })
  return isSending(guessing, node.id) && !isLater && isSigned
}

/** Whether what stands directly before a step is of a kind; what does nothing does not count. */
function follows(guessing: Guessing, node: ForeignNode, kind: StepKind): boolean {
  return before(guessing, node, (id) => {
    const as = guessing.steps.get(id)?.as
    return as === kind ? 'yes' : as === undefined || as === 'nothing' ? 'on' : 'no'
  })
}

/** Whether a notice was made since somebody last had the choice. */
function isBehindDocument(guessing: Guessing, node: ForeignNode): boolean {
  return before(guessing, node, (id) => {
    const isAsker = gatewayOf(guessing.askers, id) !== undefined
    return guessing.steps.get(id)?.as === 'document' ? 'yes' : isAsker ? 'no' : 'on'
  })
}

/** Walks back from a step, as far as `look` says. */
function before({ diagram }: Guessing, node: ForeignNode, look: (id: string) => 'yes' | 'no' | 'on'): boolean {
  const seen = new Set<string>([node.id])
  const queue = into(diagram, node.id).map(({ from }) => from)
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (seen.has(id)) {
      continue
    }
    seen.add(id)
    const answer = look(id)
    if (answer === 'yes') {
      return true
    }
    if (answer === 'on') {
      queue.push(...into(diagram, id).map(({ from }) => from))
    }
  }
  return false
}
