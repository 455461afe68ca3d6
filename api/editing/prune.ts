import type { Folder } from './state.ts'
import { editYaml, spliceYaml, type YamlPath, yamlAt } from './yaml-edit.ts'

type Node = Readonly<Record<string, unknown>>
type Gone = { readonly path: YamlPath; readonly isItem: boolean }

/**
 * Takes out of the other languages of a form what went out of its German file: a page that was joined, a check that was taken away,
 * a hint that was emptied. Nothing else of them changes.
 */
export function pruneLanguages(before: Folder, next: Folder): Folder {
  const [was, now] = [before['form.de.yaml'] ?? '', next['form.de.yaml'] ?? '']
  if (was === now) {
    return next
  }
  const [old, german] = [yamlAt(was, []), yamlAt(now, [])]
  const others = Object.entries(next).filter(
    ([name]) => /^form\.[a-z]{2,3}\.yaml$/.test(name) && name !== 'form.de.yaml',
  )
  const pruned = others.map(([name, text]) => {
    // From the end, so that the places of what is still to go stay right.
    const gone = [...goneIn(yamlAt(text, []), { old, german, path: [] })].toReversed()
    return [name, gone.reduce(without, text)] as const
  })
  return { ...next, ...Object.fromEntries(pruned) }
}

function without(text: string, { path, isItem }: Gone): string {
  return isItem
    ? spliceYaml(text, { list: path.slice(0, -1), at: Number(path.at(-1)), remove: 1 })
    : editYaml(text, [{ path, value: undefined }])
}

function* goneIn(value: unknown, at: { old: unknown; german: unknown; path: YamlPath }): Generator<Gone> {
  const { old, german, path } = at
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) {
      const id = isNode(entry) ? entry['id'] : undefined
      const [was, is] = [byId(old, id), byId(german, id)]
      if (was !== undefined && is === undefined) {
        yield { path: [...path, index], isItem: true }
      } else if (was !== undefined) {
        yield* goneIn(entry, { old: was, german: is, path: [...path, index] })
      }
    }
  } else if (isNode(value)) {
    for (const [key, entry] of Object.entries(value)) {
      const [was, is] = [isNode(old) ? old[key] : undefined, isNode(german) ? german[key] : undefined]
      if (was !== undefined && is === undefined) {
        yield { path: [...path, key], isItem: false }
      } else if (was !== undefined) {
        yield* goneIn(entry, { old: was, german: is, path: [...path, key] })
      }
    }
  }
}

const byId = (list: unknown, id: unknown): unknown =>
  Array.isArray(list) && id !== undefined ? list.find((entry) => isNode(entry) && entry['id'] === id) : undefined

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)
