import { listJournalOf } from '../journal/service.ts'
import type { Case } from './case.ts'
import type { WorkflowCtx } from './ctx.ts'
import type { Definition, Node } from './model.ts'
import type { Picture } from './picture.ts'
import { WITHDRAWN } from './state.ts'
import { listTasks, type TaskRow } from './store.ts'

/** Something that happened in a process, or stands in it now. */
export type CourseStep = {
  /** Element of the diagram. */
  readonly node: string
  readonly name: string
  readonly kind: Node['kind'] | 'withdrawn'
  /** Since when it stands there, or when it was done. */
  readonly atMs: number | null
  /** Who did it, as the journal names actors; null where nobody did yet. */
  readonly by: string | null
  /** How a task was finished, in the words of the process; null where it was not, or is none. */
  readonly outcome: string | null
  readonly isCancelled: boolean
}
/** What can come next, and the condition on the way there as the diagram words it. */
export type NextStepView = {
  readonly node: string
  readonly name: string
  readonly kind: Node['kind']
  readonly when: string
}
export type Course = {
  /** Null where the file holds no drawing. */
  readonly picture: Picture | null
  /** Oldest first, as far as tasks and journal tell. */
  readonly done: readonly CourseStep[]
  readonly now: readonly CourseStep[]
  /** Elements of the diagram in which it stands: those of `now` and the frames around them. */
  readonly standing: readonly string[]
  readonly next: readonly NextStepView[]
}

const NEXT_MAX = 20

/** Reads how a Vorgang went through its process, where it stands, and what can come next. The caller has checked who asks. */
export async function readCourse(ctx: WorkflowCtx, kase: Case): Promise<Course> {
  const { vorgang, eakte, content } = kase
  const [tasks, lines, picture] = await Promise.all([
    listTasks(ctx.db, vorgang.id),
    listJournalOf(ctx, eakte.id, ['state-changed']),
    ctx.workflow.picture(content, vorgang.serviceSlug, vorgang.kind),
  ])
  const changes = lines.filter(({ body }) => body['vorgang'] === vorgang.id)
  const reached = changes.flatMap(({ body, atMs }) => reachedOf(kase, String(body['to']), atMs))
  const over = tasks.filter(({ state }) => state !== 'open').map((task) => taskStep(kase, task))
  return {
    picture,
    done: [...over, ...reached].toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)),
    now: kase.state.tokens
      .filter(({ node }) => kase.definition.nodes.get(node)?.kind !== 'subprocess')
      .map((token) => {
        const task = tasks.find(({ key, state }) => key === token.key && state === 'open')
        return task === undefined ? plainStep(kase, token.node) : taskStep(kase, task)
      }),
    standing: [...new Set(kase.state.tokens.flatMap(({ node }) => framesOf(kase.definition, node)))],
    next: nextSteps(kase),
  }
}

function framesOf(definition: Definition, id: string): readonly string[] {
  const scope = definition.nodes.get(id)?.scope ?? ''
  return scope === '' ? [id] : [id, ...framesOf(definition, scope)]
}

/** A place that the process came to and that is no task; tasks tell of themselves, and what it waits at now is shown as that. */
function reachedOf(kase: Case, id: string, atMs: number): readonly CourseStep[] {
  const node = kase.definition.nodes.get(id)
  const isNow = kase.state.tokens.some((token) => token.node === id)
  if (id === WITHDRAWN) {
    return [{ ...plainStep(kase, id), kind: 'withdrawn', atMs }]
  }
  return node === undefined || node.kind === 'user' || isNow ? [] : [{ ...plainStep(kase, id), atMs }]
}

function plainStep({ definition }: Case, id: string): CourseStep {
  const node = definition.nodes.get(id)
  return {
    node: id,
    name: node?.name ?? '',
    kind: node?.kind ?? 'service',
    atMs: null,
    by: null,
    outcome: null,
    isCancelled: false,
  }
}

function taskStep(kase: Case, task: TaskRow): CourseStep {
  const words = kase.tasks[task.node]
  return {
    ...plainStep(kase, task.node),
    kind: 'user',
    name: words?.title ?? kase.definition.nodes.get(task.node)?.name ?? task.node,
    atMs: task.state === 'open' ? task.createdAtMs : task.completedAtMs,
    by: task.completedBy,
    outcome: task.outcome === null ? null : (words?.outcomes[task.outcome]?.label ?? task.outcome),
    isCancelled: task.state === 'cancelled',
  }
}

/** What the process can come to from where it stands, behind gateways and the borders of sub-processes. */
function nextSteps({ definition, state, tasks }: Case): readonly NextStepView[] {
  const found = new Map<string, NextStepView>()
  const seen = new Set<string>()
  const queue = state.tokens.flatMap(({ node }) => [...waysOut(definition, node, ''), ...borders(definition, node)])
  for (let way = queue.shift(); way !== undefined && found.size < NEXT_MAX; way = queue.shift()) {
    const node = definition.nodes.get(way.to)
    if (node === undefined || seen.has(node.id)) {
      continue
    }
    seen.add(node.id)
    if (isPassed(node)) {
      queue.push(
        ...(node.kind === 'subprocess' ? [{ ...way, to: node.start }] : waysOut(definition, node.id, way.when)),
      )
    } else {
      found.set(node.id, { node: node.id, name: tasks[node.id]?.title ?? node.name, kind: node.kind, when: way.when })
    }
  }
  const isEvent = ({ kind }: NextStepView): number => Number(kind === 'boundary')
  return [...found.values()].toSorted((a, b) => isEvent(a) - isEvent(b))
}

/** Nobody waits or does anything there. */
const isPassed = (node: Node): boolean =>
  ['choice', 'parallel', 'start', 'subprocess'].includes(node.kind) || (node.kind === 'end' && node.scope !== '')

type Way = { readonly to: string; readonly when: string }

/** Ways that lead on from a node; the end of a sub-process goes on behind it, and one that runs is left by its end alone. */
function waysOut({ nodes, flows }: Definition, id: string, when: string): Way[] {
  const node = nodes.get(id)
  const from = node?.kind === 'end' ? nodes.get(node.scope) : node
  const isInside = from === node && node?.kind === 'subprocess'
  return (isInside ? [] : (from?.outgoing ?? [])).flatMap((one) => {
    const flow = flows.get(one)
    return flow === undefined ? [] : [{ to: flow.to, when: flow.name === '' ? when : flow.name }]
  })
}

/** Events at the border of a node and of every sub-process that it lies in. */
function borders(definition: Definition, id: string): Way[] {
  const node = definition.nodes.get(id)
  const own = (node?.boundaries ?? []).map((to) => ({ to, when: '' }))
  return node === undefined || node.scope === '' ? own : [...own, ...borders(definition, node.scope)]
}
