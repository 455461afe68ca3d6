import type { Rule } from '../lib/feel.ts'
import type { AnswerValue } from './answers.ts'
import { decide, type Truth } from './decide.ts'
import type { Field, Form, LoopStep } from './model.ts'
import { ITEM_NAMES, itemOfName, pathOfName, TODAY_NAME } from './names.ts'

/** Where an item stands: its repeating group, and its index from 0; outermost first. */
export type Trail = readonly { readonly loop: LoopStep; readonly index: number }[]
type Tree = { [key: string]: unknown }

/** The answers at hand on a page: those of the form itself, or of one item within its outer ones. */
export type Frame = {
  readonly trail: Trail
  /** Pointer of the item; empty for the form itself. */
  readonly pointer: string
  /** Characters of a path before the keys of this item. */
  readonly from: number
  /** Valid values as they are stored. */
  readonly values: Tree
  /** The same as rules see it: files by their ids, nothing chosen as an empty list. */
  readonly facts: Tree
  /** Paths that were answered, or passed over because their condition is false. */
  readonly known: Set<string>
  readonly outer?: Frame
}

/** The frame of a form before its first answer. */
export function rootFrame(today: string): Frame {
  return { trail: [], pointer: '', from: 0, values: {}, facts: { [TODAY_NAME]: today }, known: new Set() }
}

/** The frame of one item of a list. */
export function itemFrame(outer: Frame, loop: LoopStep, at: { index: number; list: string }): Frame {
  return {
    trail: [...outer.trail, { loop, index: at.index }],
    pointer: `${at.list}/${at.index}`,
    from: loop.group.length + 1,
    values: {},
    facts: {},
    known: new Set(),
    outer,
  }
}

/** Keeps a value, and what rules see of it; absent where nothing was answered. */
export function keep(frame: Frame, field: Field, value: AnswerValue | undefined): void {
  const path = field.path.slice(frame.from)
  if (value !== undefined) {
    put(frame.values, path, value)
  }
  const fact = factOf(field, value)
  if (fact !== undefined) {
    put(frame.facts, path, fact)
  }
}

/** Keeps the items of a list. */
export function keepItems(frame: Frame, group: string, items: readonly Frame[]): void {
  const path = group.slice(frame.from)
  if (items.length > 0) {
    put(
      frame.values,
      path,
      items.map((item) => item.values),
    )
  }
  put(
    frame.facts,
    path,
    items.map((item) => item.facts),
  )
}

/** Files are their ids, a money amount cents; a question for several that was left empty is an empty list. */
function factOf(field: Field, value: AnswerValue | undefined): unknown {
  if (field.kind === 'file') {
    return Array.isArray(value) ? value.map((file: { id: string }) => file.id) : []
  }
  return value ?? (field.kind === 'several' ? [] : undefined)
}

function put(tree: Tree, path: string, value: unknown): void {
  if (!path.includes('.')) {
    tree[path] = value
    return
  }
  const parts = path.split('.')
  const last = parts.pop() ?? ''
  let holder = tree
  for (const part of parts) {
    const inner = holder[part]
    const next: Tree = typeof inner === 'object' && inner !== null ? (inner as Tree) : {}
    holder[part] = next
    holder = next
  }
  holder[last] = value
}

/** What rules see in a frame: the form's answers so far, the day, and the items at hand. */
export function contextOf(root: Frame, frame: Frame): Readonly<Record<string, unknown>> {
  if (frame.outer === undefined) {
    return root.facts
  }
  const context: Tree = { ...root.facts }
  let item: Frame | undefined = frame
  for (const name of ITEM_NAMES.slice(0, frame.trail.length)) {
    context[name] = item?.facts
    item = item?.outer
  }
  return context
}

/** The same on a page of a walk that has ended, from the facts of the whole form. */
export function factsOn(facts: Readonly<Record<string, unknown>>, trail: Trail): Readonly<Record<string, unknown>> {
  const items: unknown[] = []
  let from = 0
  let holder: unknown = facts
  for (const { loop, index } of trail) {
    for (const key of [...loop.group.slice(from).split('.'), String(index)]) {
      holder =
        typeof holder === 'object' && holder !== null ? (holder as Readonly<Record<string, unknown>>)[key] : undefined
    }
    items.unshift(holder)
    from = loop.group.length + 1
  }
  return { ...facts, ...Object.fromEntries(items.map((item, up) => [ITEM_NAMES[up] ?? '', item])) }
}

/** Decides a condition in a frame; `yes` where there is none. */
export function conditionIn(root: Frame, frame: Frame, rule: Rule | undefined, form: Form): Truth {
  return rule === undefined
    ? 'yes'
    : decide(rule, contextOf(root, frame), (name) => isMissing(form, { root, frame }, name))
}

/** Whether nobody has been asked yet what a name in a rule means; a group is known once all in it are. */
export function isMissing(form: Form, at: { root: Frame; frame: Frame }, name: string): boolean {
  if (name === TODAY_NAME) {
    return false
  }
  const up = itemOfName(name)
  let holder: Frame | undefined = up === undefined ? at.root : at.frame
  for (let level = 0; level < (up ?? 0); level += 1) {
    holder = holder?.outer
  }
  const path = pathOfName(
    name,
    at.frame.trail.map(({ loop }) => loop.group),
  )
  if (holder === undefined || holder.known.has(path)) {
    return holder === undefined
  }
  const inner = innerPaths(form, path)
  return inner.length === 0 || inner.some((field) => !holder.known.has(field))
}

const innerOf = new WeakMap<Form, Map<string, readonly string[]>>()

/** Paths of the fields in a group; a list inside it stands for its fields. */
function innerPaths(form: Form, path: string): readonly string[] {
  const groups = innerOf.get(form) ?? new Map<string, readonly string[]>()
  innerOf.set(form, groups)
  const known = groups.get(path) ?? [
    ...new Set(
      [...form.fields.values()]
        .filter((field) => field.path.startsWith(`${path}.`))
        .map((field) => field.loops.find((loop) => loop.length > path.length) ?? field.path),
    ),
  ]
  groups.set(path, known)
  return known
}
