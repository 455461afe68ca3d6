import type { Folder } from './state.ts'
import { editYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

/** What a notice begins with of a form, by the names that its rules use. */
export type Letter = {
  /** Lines of the address by what they hold; empty where the form does not ask for it. */
  readonly address: readonly string[]
  /** Questions whose answers an approval repeats. */
  readonly matters: readonly string[]
  /** What stands above these answers. */
  readonly lead: string
}

/** Lines that every address has, where the form asks for too few. */
const LINES = ['{leistung.titel}', '{vorgangsnummer}']

/** An address of two lines at least. */
export function wholeAddress(address: readonly string[]): readonly string[] {
  const lines = address.filter((line) => line !== '')
  return lines.length >= 2 ? lines : [...lines, ...LINES].slice(0, 2)
}

type Renewal = { readonly was: Letter; readonly now: Letter; readonly isGone: (path: string) => boolean }

/**
 * Lets notices follow a new version of the form as far as nobody has written in them: lines of an address that stand there as they
 * were made, and the answers that are repeated. What is gone is repeated no more, whoever ticked it. Everything else stays. Pure.
 */
export function renewLetters(files: Folder, renewal: Renewal): Folder {
  const renewed = Object.entries(files).flatMap(([name, source]) =>
    /^notice\.[a-z-]+\.[a-z]{2,3}\.yaml$/.test(name) ? [[name, renewOne(source, renewal)] as const] : [],
  )
  return { ...files, ...Object.fromEntries(renewed) }
}

function renewOne(source: string, renewal: Renewal): string {
  const edits = [...addressEdits(source, renewal), ...(['operative', 'reasons', 'information'] as const).flatMap((part) => answerEdits(source, part, renewal))] // biome-ignore format: one thought
  return edits.length === 0 ? source : editYaml(source, edits)
}

function addressEdits(source: string, { was, now }: Renewal): readonly YamlEdit[] {
  const written = yamlAt(source, ['recipient'])
  const lines = Array.isArray(written) ? written.map(String) : []
  const isOurs = same(lines, wholeAddress(was.address))
  const kept = lines.flatMap((line) => {
    const at = was.address.indexOf(line)
    const next = at < 0 || line === '' ? line : (now.address[at] ?? '')
    return next === '' ? [] : [next]
  })
  const value = isOurs ? wholeAddress(now.address) : kept.length < 2 && lines.length > 0 ? wholeAddress(kept) : kept
  return same(value, lines) ? [] : [{ path: ['recipient'], value }]
}

function answerEdits(source: string, part: string, { was, now, isGone }: Renewal): readonly YamlEdit[] {
  const written = yamlAt(source, [part])
  const blocks = Array.isArray(written) ? (written as readonly unknown[]) : []
  const next = blocks.map((block) => {
    const ticked = (block as { answers?: unknown } | null)?.answers
    const answers = Array.isArray(ticked) ? ticked.map(String) : undefined
    if (answers === undefined) {
      return block
    }
    const kept = same(answers.toSorted(), was.matters.toSorted())
      ? now.matters
      : answers.filter((path) => !isGone(path))
    return same(kept, answers) ? block : { ...(block as object), answers: kept }
  })
  const isEmpty = (block: unknown): boolean => Array.isArray((block as { answers?: unknown } | null)?.answers) && (block as { answers: readonly unknown[] }).answers.length === 0 // biome-ignore format: one thought
  const value = next.filter((block, index) => !isEmpty(block) && !(block === was.lead && isEmpty(next[index + 1])))
  return value.length === blocks.length && value.every((block, index) => block === blocks[index])
    ? []
    : [{ path: [part], value }]
}

const same = (one: readonly string[], two: readonly string[]): boolean =>
  one.length === two.length && one.every((entry, index) => entry === two[index])
