import type { Folder } from './state.ts'
import { aroundOf, entryOf, type Use, variableOf, type Way, withOther, withoutUse } from './uses.ts'
import { editYaml, type YamlEdit, type YamlPath, yamlAt } from './yaml-edit.ts'

/** What is to become of a use: another question in its place, or what goes. */
export type Chosen = { readonly use: Use; readonly to: string } | { readonly use: Use; readonly way: Way }

/** Puts what was chosen for some uses into the files of a service; everything else stays as it is written. Pure. */
export function applyUses(files: Folder, chosen: readonly Chosen[]): Folder {
  const changed = [...Map.groupBy(chosen, ({ use }) => use.file)].map(([file, some]) => {
    const source = files[file] ?? ''
    return [file, file.endsWith('.bpmn') ? inProcess(source, some) : inYaml(source, some)] as const
  })
  return { ...files, ...Object.fromEntries(changed) }
}

/** Declaration and rules of a process name an answer the same way. */
const inProcess = (source: string, chosen: readonly Chosen[]): string =>
  chosen.reduce((text, one) => {
    const name = new RegExp(`(?<![\\w.])${String(one.use.at[0])}(?![\\w])`, 'g')
    return 'to' in one ? text.replaceAll(name, variableOf(one.to)) : text
  }, source)

function inYaml(source: string, chosen: readonly Chosen[]): string {
  const edited = [...Map.groupBy(chosen, ({ use }) => use.at.join('/')).values()].reduce(withTexts, source)
  const gone = chosen.flatMap((one): readonly YamlPath[] => {
    const way = 'way' in one ? one.way : undefined
    return way === 'rule' ? [one.use.at] : way === 'entry' ? [entryOf(one.use)] : []
  })
  const answered = checksGone(source, gone)
  // From the end, so that the places of what is still to go stay right.
  const inOrder = [...new Map([...gone, ...answered].map((path) => [path.join('/'), path])).values()].toSorted(fromEnd)
  const outer = inOrder.filter((path) => !inOrder.some((other) => other.length < path.length && other.every((part, index) => part === path[index]))) // biome-ignore format: one thought
  return withoutEmpty(outer.length === 0 ? edited : editYaml(edited, outer.map((path) => ({ path, value: undefined })))) // biome-ignore format: one thought
}

/** Everything that changes one text, one after the other. */
function withTexts(source: string, chosen: readonly Chosen[]): string {
  const [first] = chosen
  const at = first?.use.at ?? []
  const around = aroundOf(source, at)
  const text = chosen.reduce((now, one) => {
    const use = { ...one.use, text: now }
    const way = 'way' in one ? one.way : undefined
    return 'to' in one ? withOther(use, one.to, around) : way === 'name' || way === 'sentence' ? withoutUse(use, way, around) : now // biome-ignore format: one thought
  }, first?.use.text ?? '')
  return text === first?.use.text ? source : editYaml(source, [{ path: at, value: text }])
}

function fromEnd(a: YamlPath, b: YamlPath): number {
  const at = a.findIndex((part, index) => part !== b[index])
  const [one, two] = [a[at], b[at]]
  return at < 0 || two === undefined ? 0 : typeof one === 'number' && typeof two === 'number' ? two - one : String(two).localeCompare(String(one)) // biome-ignore format: one thought
}

/** Answers to rules in words that a check gave which goes. */
function checksGone(source: string, gone: readonly YamlPath[]): readonly YamlPath[] {
  const ids = gone
    .filter((path) => path[0] === 'checks' && path.length === 2)
    .map((path) => yamlAt(source, [...path, 'id']))
  const rules = Object.entries(
    (yamlAt(source, ['rules']) ?? {}) as Readonly<Record<string, { check?: unknown } | null>>,
  )
  return rules.filter(([, answer]) => ids.includes(answer?.check)).map(([id]) => ['rules', id])
}

/** Lines that every address has, where too few are left. */
const LINES = ['{leistung.titel}', '{vorgangsnummer}']

/** What makes no sense without anything in it goes too, or gets what it needs at least. */
function withoutEmpty(source: string): string {
  const isEmpty = (path: YamlPath): boolean => {
    const list = yamlAt(source, path)
    return Array.isArray(list) && list.length === 0
  }
  const edits: YamlEdit[] = [
    ...(isEmpty(['fee', 'items']) ? [['fee']] : []),
    ...(isEmpty(['eligibility', 'conditions']) ? [['eligibility'], ['precheck']] : []),
  ].map((path) => ({ path, value: undefined }))
  for (const part of ['operative', 'reasons', 'information']) {
    const blocks = yamlAt(source, [part])
    const whole = (Array.isArray(blocks) ? blocks : []).map((_, index): YamlPath => [part, index]).toReversed()
    edits.push(
      ...whole
        .filter((path) => [['list'], ['answers'], ['table', 'columns']].some((way) => isEmpty([...path, ...way])))
        .map((path) => ({ path, value: undefined })),
    )
  }
  const recipient = yamlAt(source, ['recipient'])
  const lines = Array.isArray(recipient) ? recipient.map(String) : []
  const full = lines.filter((line) => line.trim() !== '')
  if (lines.length > 0 && (full.length < lines.length || full.length < 2)) {
    const more = LINES.filter((line) => !full.includes(line)).slice(0, Math.max(0, 2 - full.length))
    edits.push({ path: ['recipient'], value: [...full, ...more] })
  }
  return edits.length === 0 ? source : editYaml(source, edits)
}
