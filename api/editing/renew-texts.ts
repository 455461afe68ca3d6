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
