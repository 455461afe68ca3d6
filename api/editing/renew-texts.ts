import { type YamlEdit, yamlAt } from './yaml-edit.ts'

type Texts = Readonly<Record<string, unknown>>
export type Worded = {
  readonly groups: Readonly<Record<string, Texts>>
  readonly fields: Readonly<Record<string, Texts>>
}
type Renewing = {
  /** What the product wrote of the version before, and what it writes now, by their own paths. */
  readonly was: Worded
  readonly now: Worded
  /** Path of the overlay by path of what was written before, and of what is written now. */
  readonly wasAt: ReadonlyMap<string, string>
  readonly nowAt: ReadonlyMap<string, string>
}

/** Entries that say where something stands, not what it says. */
const FIXED = new Set(['element', 'why', 'when', 'required', 'options'])

/**
 * Words of questions and groups that stand as the product wrote them become what it writes of the new version: label, hint, kind and
 * the words of error messages. What somebody has changed stays. Pure.
 */
export function renewTexts(source: string, { was, now, wasAt, nowAt }: Renewing): readonly YamlEdit[] {
  return (['groups', 'fields'] as const).flatMap((entry) => {
    const old = new Map(Object.entries(was[entry]).map(([path, texts]) => [wasAt.get(path), texts]))
    return Object.entries(now[entry]).flatMap(([path, texts]) => {
      const at = nowAt.get(path)
      const before = at === undefined ? undefined : old.get(at)
      const written = at === undefined ? undefined : (yamlAt(source, [entry, at]) as Texts | undefined)
      return at === undefined || before === undefined || written === undefined
        ? []
        : changedIn(written, before, texts).map(({ key, value }) => ({ path: [entry, at, key], value }))
    })
  })
}

function changedIn(
  written: Texts,
  before: Texts,
  now: Texts,
): readonly { readonly key: string; readonly value: unknown }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) => {
    const isOurs = written[key] === before[key] && before[key] !== now[key]
    return isOurs && !FIXED.has(key) ? [{ key, value: now[key] }] : []
  })
}

type Titled = Texts & { readonly fields?: readonly string[]; readonly steps?: readonly Titled[] }
/** What something was called by the version before, and is called by the new one. */
type Called = { readonly kind: 'group' | 'question'; readonly at: string; readonly was: string; readonly now: string }

/**
 * Titles that the product made of the name of a group or question follow it: of sections, lists, their items and pages, with or
 * without the number of a part. Pure.
 * @param frames how the titles of parts and of items are made, as new forms have it.
 */
export function renewTitles(
  source: string,
  { was, now, wasAt, nowAt }: Renewing,
  frames: { readonly part: string; readonly itemTitle: string },
): readonly YamlEdit[] {
  const called = (['groups', 'fields'] as const).flatMap((entry): readonly Called[] => {
    const [kind, key] = entry === 'groups' ? (['group', 'title'] as const) : (['question', 'label'] as const)
    const old = new Map(Object.entries(was[entry]).map(([path, texts]) => [wasAt.get(path), texts[key]]))
    return Object.entries(now[entry]).flatMap(([path, texts]) => {
      const at = nowAt.get(path)
      const [before, after] = [old.get(at), texts[key]]
      const isOther = typeof before === 'string' && typeof after === 'string' && before !== after
      return at === undefined || !isOther ? [] : [{ kind, at, was: before, now: after }]
    })
  })
  const listAt = (key: string) => (yamlAt(source, [key]) ?? []) as readonly Titled[]
  const fieldsIn = ({ fields = [], steps = [] }: Titled): readonly string[] => [...fields, ...steps.flatMap(fieldsIn)]
  const ofSection = (id: unknown): Titled => ({ fields: listAt('steps').filter(({ section }) => section === id).flatMap(fieldsIn) }) // biome-ignore format: one thought
  const edits = (entry: Titled, about: readonly string[], path: readonly (string | number)[]): readonly YamlEdit[] => {
    const own = (['title', 'itemTitle'] as const).flatMap((key) => {
      const fit = called.filter(({ kind, at }) => kind === 'group' ? about.some((one) => one.startsWith(`${at}.`)) : about.length === 1 && about[0] === at) // biome-ignore format: one thought
      const value = fit.flatMap((one) => titleNow(String(entry[key] ?? ''), one, frames) ?? [])[0]
      return value === undefined ? [] : [{ path: [...path, key], value }]
    })
    const inner = (entry.steps ?? []).flatMap((step, index) => edits(step, fieldsIn(step), [...path, 'steps', index]))
    return [...own, ...inner]
  }
  return [
    ...listAt('sections').flatMap((one, index) => edits({ title: one['title'] }, fieldsIn(ofSection(one['id'])), ['sections', index])), // biome-ignore format: one thought
    ...listAt('steps').flatMap((one, index) => edits(one, fieldsIn(one), ['steps', index])),
  ]
}

const PARTS_MAX = 20

/** What a title becomes that was made of an old name; undefined where it was not. */
function titleNow(
  title: string,
  { was, now }: Called,
  { part, itemTitle }: { readonly part: string; readonly itemTitle: string },
): string | undefined {
  const parts = Array.from({ length: PARTS_MAX }, (_, index) => part.replaceAll('[[number]]', String(index + 1)))
  const frame = ['[[title]]', ...parts, itemTitle.replaceAll('[[label]]', '[[title]]')].find(
    (one) => one.replaceAll('[[title]]', was) === title,
  )
  return frame?.replaceAll('[[title]]', now)
}
