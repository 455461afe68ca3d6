import {
  add,
  beside,
  decidesHere,
  insertOn,
  into,
  isDocument,
  link,
  mail,
  outOf,
  type Sketch,
  type SketchFlow,
  waysOf,
} from './sketch.ts'
import type { AdaptingTable, Note } from './table.ts'

type Say = (key: Note['key'], name: string) => void
type Decided = 'approve' | 'refuse'
const KIND: Readonly<Record<Decided, string>> = { approve: 'approval', refuse: 'refusal' }

/**
 * Every decision becomes a notice before its way ends, and each notice is of the kind that was decided.
 * @see § 41 VwVfG
 */
export function finishNotices(sketch: Sketch, table: AdaptingTable, say: Say): void {
  for (const task of [...sketch.nodes.values()].filter(decidesHere)) {
    for (const { id } of task.outcomes) {
      if (id !== 'approve' && id !== 'refuse') {
        continue
      }
      for (const flow of waysOf(sketch, task.id, id)) {
        noticeOn({ sketch, table, say }, flow, new Set())
      }
    }
  }
  for (const document of [...sketch.nodes.values()].filter(isDocument)) {
    sketch.nodes.set(document.id, { ...document, params: { kind: kindOf(sketch, document.id) } })
  }
}

type Noticing = { readonly sketch: Sketch; readonly table: AdaptingTable; readonly say: Say }

/** Follows a way until it ends or meets others, and puts a notice there if none came by then. */
function noticeOn(at: Noticing, flow: SketchFlow, seen: Set<string>): void {
  const { sketch, table, say } = at
  const node = sketch.nodes.get(flow.to)
  if (node === undefined || seen.has(flow.to) || !endsUntold(sketch, flow.to)) {
    return
  }
  seen.add(flow.to)
  if (node.tag !== 'endEvent' && into(sketch, flow.to).length < 2) {
    for (const next of outOf(sketch, flow.to)) {
      noticeOn(at, next, seen)
    }
    return
  }
  const base = `${flow.from}_notice`
  const id = sketch.nodes.has(base) ? `${flow.to}_${base}` : base
  const box = beside(node.box, -190, -30)
  const who = [...sketch.nodes.values()].find(({ tag }) => tag === 'userTask')?.who ?? ''
  const attributes = { effect: 'create-document' }
  add(sketch, { id, tag: 'serviceTask', name: table.names.document, attributes, says: 'document', who, box })
  add(sketch, { id: `${id}_mail`, name: table.names.noticeMail, ...mail('notice-ready'), box: beside(box, 20, 90) })
  link(sketch, id, `${id}_mail`)
  insertOn(sketch, flow, { first: id, last: `${id}_mail` })
  say('assumed.document-added', node.name || table.names.end)
}

/** Whether an end can be reached from here without a notice and without another decision. */
function endsUntold(sketch: Sketch, from: string): boolean {
  return [...undecided(sketch, [from])].some((id) => {
    const node = sketch.nodes.get(id)
    return node?.tag === 'endEvent' && node.scope === ''
  })
}

/** What can be reached before a notice or another decision. */
function undecided(sketch: Sketch, from: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = sketch.nodes.get(id)
    if (seen.has(id) || isDocument(node) || decidesHere(node)) {
      continue
    }
    seen.add(id)
    open.push(...outOf(sketch, id).map(({ to }) => to))
  }
  return seen
}

/** Kind of a notice: what was decided on every way to it, or a rule that asks who decided. */
function kindOf(sketch: Sketch, document: string): string {
  const decided = [...sketch.nodes.values()].filter(decidesHere).flatMap((task) =>
    task.outcomes.flatMap(({ id }) => {
      const isHere = waysOf(sketch, task.id, id).some(
        ({ to }) => to === document || outOfAll(sketch, undecided(sketch, [to])).has(document),
      )
      return isHere && (id === 'approve' || id === 'refuse') ? [{ task: task.id, id: id as Decided }] : []
    }),
  )
  const kinds = new Set(decided.map(({ id }) => id))
  const [only] = kinds
  if (only !== undefined && kinds.size === 1) {
    return KIND[only]
  }
  const refused = decided.filter(({ id }) => id === 'refuse').map(({ task }) => `${task}.outcome = "refuse"`)
  return refused.length === 0
    ? KIND.approve
    : `=if ${refused.join(' or ')} then "${KIND.refuse}" else "${KIND.approve}"`
}

const outOfAll = (sketch: Sketch, ids: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...ids].flatMap((id) => outOf(sketch, id).map(({ to }) => to)))
