import { type Answers, type FileRef, listAt, pointerOf, type Typed, valueAt } from './answers.ts'
import type { Field, Form } from './model.ts'

/*
 * Items of repeating groups, which may stand in each other. A list is named by the JSON pointer of its group
 * (`/hunde`, `/hunde/1/impfungen`); only indexes are numbers in the name of a control.
 */

const begun = new WeakMap<Typed, ReadonlyMap<string, ReadonlySet<number>>>()

/** How many items of a list have been begun: counts from the first without a gap, at most `max`. */
export function itemCount(typed: Typed, list: string, max: number): number {
  const known = begun.get(typed) ?? indexesIn(typed)
  begun.set(typed, known)
  const indexes = known.get(list)
  let count = 0
  while (indexes?.has(count) === true && count < max) {
    count += 1
  }
  return count
}

function indexesIn(typed: Typed): ReadonlyMap<string, ReadonlySet<number>> {
  const lists = new Map<string, Set<number>>()
  for (const name of Object.keys(typed)) {
    for (const match of name.matchAll(/\/(\d{1,3})(?=\/)/g)) {
      const list = name.slice(0, match.index)
      const indexes = lists.get(list) ?? new Set()
      lists.set(list, indexes.add(Number(match[1])))
    }
  }
  return lists
}

/** Name of the control that asks for another item: `/hunde/+`. A path of a group outside of others may stand for its pointer. */
export const anotherName = (list: string): string =>
  list.startsWith('/') ? `${list}/+` : `/${list.replaceAll('.', '/')}/+`

/** Typed answers without one item; later items move up, with their files and the items inside them. */
export function removeItem(typed: Typed, list: string, index: number): Typed {
  const kept: [string, string | readonly FileRef[]][] = []
  for (const [name, value] of Object.entries(typed)) {
    const inside = name.startsWith(`${list}/`) ? /^(\d{1,3})(\/.*)$/.exec(name.slice(list.length + 1)) : null
    const item = inside === null ? -1 : Number(inside[1])
    if (item === index || name === anotherName(list)) {
      continue
    }
    kept.push([item > index ? `${list}/${item - 1}${inside?.[2] ?? ''}` : name, value])
  }
  return Object.fromEntries(kept)
}

/** Pointers of one question for every item around it, in order; `countOf` says how many items a list has. */
export function pointersOf(
  field: Pick<Field, 'path' | 'loops'>,
  countOf: (list: string, group: string) => number,
): readonly string[] {
  return indexesOf(field, countOf).map((items) => pointerOf(field, items))
}

function indexesOf(
  field: Pick<Field, 'loops'>,
  countOf: (list: string, group: string) => number,
): readonly (readonly number[])[] {
  let all: readonly (readonly number[])[] = [[]]
  for (const [level, group] of field.loops.entries()) {
    const loops = field.loops.slice(0, level)
    all = all.flatMap((items) => {
      const count = countOf(pointerOf({ path: group, loops }, items), group)
      return Array.from({ length: count }, (_, index) => [...items, index])
    })
  }
  return all
}

/** Pointers of every list there is: of groups outside of others, and of those in each item. */
export function listsIn(form: Form, countOf: (list: string, group: string) => number): readonly string[] {
  return [...form.groups.values()]
    .filter((group) => group.loop !== undefined)
    .flatMap((group) => {
      const loops = [...form.groups.values()]
        .filter((outer) => outer.loop !== undefined && group.path.startsWith(`${outer.path}.`))
        .map((outer) => outer.path)
        .toSorted((a, b) => a.length - b.length)
      return pointersOf({ path: group.path, loops }, countOf)
    })
}

export type FileAt = { readonly pointer: string; readonly path: string; readonly label: string; readonly file: FileRef }

/** Questions of final answers whose files come later, in the order of the form. */
export function outstandingOf(
  form: Form,
  answers: Answers,
): readonly { readonly pointer: string; readonly label: string }[] {
  return [...form.fields.values()]
    .filter((field) => field.canBeLater)
    .flatMap((field) =>
      pointersOf(field, (list) => listAt(answers, list).length).flatMap((pointer) => {
        const value = valueAt(answers, pointer)
        return Array.isArray(value) && value.length === 0 ? [{ pointer, label: field.shortLabel }] : []
      }),
    )
}

/** All that final answers say to one question, in the order of the items around it; empty where it was not answered. */
export const answersTo = (field: Pick<Field, 'path' | 'loops'>, answers: Answers): readonly unknown[] =>
  pointersOf(field, (list) => listAt(answers, list).length)
    .map((pointer) => valueAt(answers, pointer))
    .filter((value) => value !== undefined)

/** Every file of final answers with its question, in the order of the form. For drafts use `filesIn`. */
export function filesOf(form: Form, answers: Answers): readonly FileAt[] {
  return [...form.fields.values()]
    .filter((field) => field.kind === 'file')
    .flatMap((field) =>
      pointersOf(field, (list) => listAt(answers, list).length).flatMap((pointer) => {
        const value = valueAt(answers, pointer)
        const files = Array.isArray(value) ? (value as readonly FileRef[]) : []
        return files.map((file) => ({ pointer, path: field.path, label: field.shortLabel, file }))
      }),
    )
}
