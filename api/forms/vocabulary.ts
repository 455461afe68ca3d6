import type { Field, Form, Step } from './model.ts'
import { ITEM_NAMES } from './names.ts'

/** A name that a rule may use: a question by what it asks, and what its answer can be. */
export type Word = {
  readonly label: string
  /** As it is written in a rule. */
  readonly name: string
  readonly kind: 'text' | 'number' | 'money' | 'bool' | 'date' | 'time' | 'choice' | 'several' | 'file'
  /** Answers of a choice: what is written, and what people read. */
  readonly values: readonly { readonly code: string; readonly label: string }[]
  /** Unit of a number, as people read it behind. */
  readonly unit?: string
  /** What it says beside an answer: how many items a list has, the sum of a question over all of them, or of the fee. */
  readonly about?: 'count' | 'sum' | 'fee' | 'fee-sum'
  /** Title of the list that it counts or adds up. */
  readonly list?: string
  /** Path of the list of whose item it is, where words of several lists stand side by side. */
  readonly itemOf?: string
  /** The page of the rule asks it too: it has to be split before the rule may look at it. */
  readonly isSamePage?: boolean
}
/** A repeating group, with rules over all its items that can be taken over. */
export type WordList = {
  readonly title: string
  readonly name: string
  /** Questions of an item, as they are written behind the name of the item. */
  readonly words: readonly Word[]
  /** Numbers over all items, as they are written outside of the list. */
  readonly totals: readonly Word[]
  readonly samples: readonly { readonly kind: 'count' | 'sum' | 'sum-of' | 'some' | 'every'; readonly rule: string }[]
}
/** What a notice knows of the fee. */
export const FEE_WORDS: readonly Word[] = [
  { label: '', name: 'kosten.sind', kind: 'bool', values: [], about: 'fee' },
  { label: '', name: 'kosten.summe', kind: 'money', values: [], about: 'fee-sum' },
]
export type Vocabulary = { readonly words: readonly Word[]; readonly lists: readonly WordList[] }

/**
 * The names that rules may use at one place of a form. `loops`: the repeating groups it stands in, outermost first; `before`: a
 * question whose page is not reached yet, so that only answers of earlier pages count;
 * `isOwnPage`: those before it on its page too, as the page can be split there.
 */
export function vocabularyOf(
  form: Form,
  at: { readonly loops?: readonly string[]; readonly before?: string | undefined; readonly isOwnPage?: boolean } = {},
): Vocabulary {
  const { loops = [], before, isOwnPage = false } = at
  const pageOf = (place: number): number => (isOwnPage ? place : Math.floor(place))
  const order = pageOrder(form)
  const own = before === undefined ? undefined : order.get(before)
  const known = [...form.fields.values()].filter(
    (field) => field.kind !== 'note' && (own === undefined || pageOf(order.get(field.path) ?? 0) < pageOf(own)),
  )
  const around = known.filter((field) => field.loops.every((loop) => loops.includes(loop)))
  const lists = [...form.groups.values()].filter(
    ({ path, loop }) =>
      loop !== undefined && !loops.includes(path) && loops.every((one) => !one.startsWith(`${path}.`)),
  )
  return {
    words: around.map((field) => wordOf(field, nameIn(field.path, loops))),
    lists: lists.flatMap(({ path, title }) => {
      const own = known.filter((field) => field.loop === path)
      // A list inside of another is written behind the item that it stands in.
      const outer = [...form.groups.values()].find(
        (group) => group.loop !== undefined && path.startsWith(`${group.path}.`) && !loops.includes(group.path),
      )
      return own.length === 0 || outer !== undefined ? [] : [listOf(title, nameIn(path, loops), own)]
    }),
  }
}

/** Everything that a rule may be put together from: questions, and numbers over the items of lists. */
export const chooserWords = ({ words, lists }: Vocabulary): readonly Word[] => [
  ...words,
  ...lists.flatMap(({ totals }) => totals),
]

/** Pages in the order they come, with the place on the page behind the point, by question; computed values on no page count as known from the start. */
function pageOrder(form: Form): ReadonlyMap<string, number> {
  const order = new Map<string, number>()
  let page = 0
  const visit = (step: Step): void => {
    if (step.kind === 'loop') {
      step.steps.forEach(visit)
    }
    page += 1
    for (const [index, path] of (step.kind === 'loop' ? [] : step.fields).entries()) {
      order.set(path, page + index / 100)
    }
  }
  form.steps.forEach(visit)
  return order
}

/** A path as it is written inside of repeating groups: `eintrag.laenge`. */
function nameIn(path: string, loops: readonly string[]): string {
  const innermost = loops.toReversed().findIndex((loop) => path.startsWith(`${loop}.`))
  const loop = loops.toReversed()[innermost]
  return loop === undefined ? path : `${ITEM_NAMES[innermost]}${path.slice(loop.length)}`
}

function wordOf(field: Field, name: string): Word {
  const kind = kindOf(field)
  return {
    label: field.shortLabel,
    name,
    kind,
    ...(kind === 'number' && field.unit !== undefined ? { unit: field.unit } : {}),
    values:
      kind === 'choice' || kind === 'several'
        ? field.options.slice(0, 60).map(({ code, label }) => ({ code, label }))
        : [],
  }
}

const KINDS: Readonly<Partial<Record<Field['kind'], Word['kind']>>> = {
  number: 'number',
  money: 'money',
  bool: 'bool',
  declaration: 'bool',
  date: 'date',
  time: 'time',
  select: 'choice',
  country: 'choice',
  several: 'several',
  file: 'file',
}

const kindOf = (field: Field): Word['kind'] =>
  KINDS[field.kind === 'computed' ? (field.computed?.as ?? 'text') : field.kind] ?? 'text'

function listOf(title: string, name: string, fields: readonly Field[]): WordList {
  const words = fields.map((field) => wordOf(field, field.tail.slice(1).replaceAll('/', '.')))
  const numbers = words.filter(({ kind }) => kind === 'number' || kind === 'money')
  const [first, second = first] = numbers
  const yesNo = words.find(({ kind }) => kind === 'bool')
  return {
    title,
    name,
    words,
    totals: [
      { label: title, name: `count(${name})`, kind: 'number', values: [], about: 'count', list: title },
      ...numbers.map((word): Word => ({ ...word, name: `sum(${name}.${word.name})`, about: 'sum', list: title })),
    ],
    samples: [
      { kind: 'count', rule: `count(${name}) <= 5` },
      ...(first === undefined || second === undefined
        ? []
        : [
            { kind: 'sum', rule: `sum(${name}.${first.name}) <= 100` } as const,
            { kind: 'sum-of', rule: `sum(for x in ${name} return x.${first.name} * x.${second.name}) <= 100` } as const,
          ]),
      ...(yesNo === undefined
        ? []
        : [
            { kind: 'some', rule: `some x in ${name} satisfies x.${yesNo.name}` } as const,
            { kind: 'every', rule: `every x in ${name} satisfies x.${yesNo.name}` } as const,
          ]),
    ],
  }
}
