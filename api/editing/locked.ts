import { free } from './generate-names.ts'
import { placesIn, type Step } from './page-places.ts'
import { recordAt } from './sheet-rows.ts'
import { editYaml, spliceYaml, yamlAt } from './yaml-edit.ts'

/** A field that nobody fills in, as the overlay keeps it (`locked:`): what it is called, what it holds, and the rules in words that say how. */
export type Locked = {
  readonly path: string
  readonly element: string
  readonly label: string
  readonly as: 'number' | 'money' | 'bool' | 'date' | 'text'
  readonly why: string
  readonly rules: readonly string[]
}

/** The field that a rule in words computes, or that stands among the open points itself; undefined for any other rule. Pure. */
export const lockedAt = (source: string, point: string): Locked | undefined =>
  Object.entries(recordAt(source, 'locked'))
    .map(([path, entry]) => ({ path, ...(entry as Omit<Locked, 'path'>) }))
    .find(({ element, rules }) => element === point || rules.includes(point))

/** A rule that says how a field is worked out which nobody fills in is called after that too. */
export function pointName(id: string, name: string, source: string): string {
  const locked = lockedAt(source, id)
  return locked === undefined || locked.label === name ? name : `${locked.label}: ${name}`
}

/** The rule by which it is worked out; empty where nobody has said so. */
export const computedRule = (source: string, { path }: Locked): string =>
  String(recordAt(source, 'fields', path)['compute'] ?? '')

/** How the form names it among what keeps a rule. */
export const computedRef = ({ path }: Locked): string => `compute:${path}`

/**
 * Makes a computed value of a locked field: it is worked out by the rule, and shown on the first page after everything that the rule
 * looks at, or on one of its own, so that people see it and find it again before they send. Pure.
 */
export function withComputed(source: string, locked: Locked, rule: string): string {
  const { path, element, label, why } = locked
  if (computedRule(source, locked) !== '') {
    return editYaml(source, [{ path: ['fields', path, 'compute'], value: rule }])
  }
  const made = editYaml(source, [{ path: ['fields', path], value: { element, label, compute: rule, why } }])
  return shownOn(made, path, rule)
}

/** The field is locked again, and stands on no page. */
export function withoutComputed(source: string, locked: Locked): string {
  if (computedRule(source, locked) === '') {
    return source
  }
  const place = placesIn(source).find(({ step }) => step?.fields?.includes(locked.path))
  const at = place?.step.fields?.indexOf(locked.path) ?? -1
  const isAlone = place?.step.fields?.length === 1
  const off =
    place === undefined
      ? source
      : isAlone
        ? spliceYaml(source, { list: place.list, at: place.index, remove: 1 })
        : spliceYaml(source, { list: [...place.list, place.index, 'fields'], at, remove: 1 })
  return editYaml(off, [{ path: ['fields', locked.path], value: undefined }])
}

const FIELDS_MAX = 12

function shownOn(source: string, path: string, rule: string): string {
  const steps = (yamlAt(source, ['steps']) ?? []) as readonly Step[]
  const used = Object.keys(recordAt(source, 'fields')).filter((one) => one !== path && mentions(rule, one))
  const lists = Object.keys(recordAt(source, 'groups')).filter((one) => mentions(rule, one))
  const last = steps.findLastIndex((step) => askedIn(step).some((one) => used.includes(one) || lists.some((list) => one.startsWith(`${list}.`)))) // biome-ignore format: one thought
  const [before, next] = [steps[Math.max(last, 0)], steps[last + 1]]
  const isFit =
    next?.fields !== undefined &&
    next.fields.length < FIELDS_MAX &&
    next.when === undefined &&
    next.delegate === undefined &&
    next.section === before?.section
  if (isFit) {
    return spliceYaml(source, { list: ['steps', last + 1, 'fields'], at: 0, insert: [path] })
  }
  const ids = new Set(placesIn(source).map(({ step }) => String(step?.id)))
  const step = { id: free('berechnet', ids), section: before?.section, title: titleOf(source, path), fields: [path] }
  return spliceYaml(source, { list: ['steps'], at: last + 1, insert: [step] })
}

const askedIn = (step: Step): readonly string[] => [
  ...(step.fields ?? []),
  ...((step.steps ?? []) as readonly Step[]).flatMap(askedIn),
]

const titleOf = (source: string, path: string): string => String(recordAt(source, 'fields', path)['label'] ?? '')

/** Whether a rule names a question or a list as a whole word. */
function mentions(rule: string, name: string): boolean {
  const end = (at: number): boolean => !/[\p{L}\p{N}_]/u.test(rule[at] ?? ' ')
  const starts = [...rule.matchAll(new RegExp(name.replaceAll('.', '\\.'), 'gu'))].map(({ index }) => index)
  return starts.some((at) => !/[\p{L}\p{N}_.]/u.test(rule[at - 1] ?? ' ') && end(at + name.length))
}
