import { applyUses, type Chosen } from './apply-uses.ts'
import { type Gone, goneIn } from './gone.ts'
import { FORM, recordAt } from './sheet-rows.ts'
import type { State } from './state.ts'
import { usesOf } from './uses.ts'
import { editYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

/**
 * Lets everything that names a question follow it to another group, and takes away answers to rules that were conditions of what is
 * gone. What names a question that is gone stays for somebody to decide. Pure.
 */
export function renewUses(state: State, old: string): State {
  const now = state.files[FORM] ?? ''
  const moved = movedIn(old, now)
  const uses = usesOf(state.files, [...moved.keys()])
  const chosen = uses.flatMap((use): readonly Chosen[] => {
    const to = moved.get(use.path)
    return to === undefined ? [] : [{ use, to }]
  })
  const files = applyUses(state.files, chosen)
  const form = withoutAnswers(withMovedAnswers(files[FORM] ?? '', moved), goneIn({ ...state, files }))
  return { ...state, files: { ...files, [FORM]: form } }
}

/** Questions and groups whose element stands once in each version, under another name. */
function movedIn(old: string, now: string): ReadonlyMap<string, string> {
  const pairs = (['fields', 'groups'] as const).flatMap((entry) => {
    const [was, is] = [old, now].map((source) => recordAt(source, entry))
    return Object.keys(was ?? {}).flatMap((path) => {
      const [element] = [elementOf(was?.[path])]
      const others = Object.keys(is ?? {}).filter((other) => elementOf(is?.[other]) === element)
      const isOnly = Object.values(was ?? {}).filter((one) => elementOf(one) === element).length === 1
      const [to] = others
      return to !== undefined && others.length === 1 && isOnly && !Object.hasOwn(is ?? {}, path)
        ? [[path, to] as const]
        : []
    })
  })
  return new Map(pairs)
}

const elementOf = (entry: unknown): unknown => (entry as { element?: unknown } | null)?.element

/** What keeps a rule in words is named by its question: the answer follows it to another group. */
function withMovedAnswers(source: string, moved: ReadonlyMap<string, string>): string {
  const edits = Object.keys(recordAt(source, 'rules')).flatMap((id): readonly YamlEdit[] => {
    const { kept, condition } = recordAt(source, 'rules', id)
    const to = moved.get(String(condition))
    const refs = Array.isArray(kept) ? kept.map((ref) => movedRef(String(ref), moved)) : []
    return [
      ...(to === undefined ? [] : [{ path: ['rules', id, 'condition'], value: to }]),
      ...refs.flatMap((ref, index) =>
        Array.isArray(kept) && ref !== kept[index] ? [{ path: ['rules', id, 'kept', index], value: ref }] : [],
      ),
    ]
  })
  return edits.length === 0 ? source : editYaml(source, edits)
}

/** `required:old.path` with the new path. Checks, pages and conditions have ids of their own. */
function movedRef(ref: string, moved: ReadonlyMap<string, string>): string {
  const [kind = '', path = ''] = ref.split(':')
  const to = /^(when|required|compute|limit)$/.test(kind) ? moved.get(path) : undefined
  return to === undefined ? ref : `${kind}:${to}`
}

/** A rule that the condition of a question answered is open again when the question is gone, or has no condition any more. */
function withoutAnswers(source: string, gone: readonly Gone[]): string {
  const paths = new Set(gone.map(({ path }) => path))
  const lost = Object.keys(recordAt(source, 'rules')).filter((id) => paths.has(String(yamlAt(source, ['rules', id, 'condition'])))) // biome-ignore format: one thought
  return lost.length === 0 ? source : editYaml(source, lost.map((id) => ({ path: ['rules', id], value: undefined }))) // biome-ignore format: one thought
}
