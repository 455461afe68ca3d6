import type { StepText } from './sheet-rows.ts'
import { type YamlPath, yamlAt } from './yaml-edit.ts'

/** A page as it stands in the file, before anything checked it. */
export type Step = StepText & {
  readonly when?: unknown
  readonly fields?: readonly string[]
  readonly trustLevel?: unknown
  readonly delegate?: unknown
  readonly section?: unknown
  readonly itemName?: unknown
}
/** A page in the file: the way to the list it stands in, and its place there. */
export type Page = {
  readonly list: YamlPath
  readonly index: number
  readonly step: Step
  readonly loops: readonly string[]
}

/** Every page that asks questions, in the order of the file; those of a repeating group too. */
export const pagesIn = (source: string): readonly Page[] =>
  placesIn(source).filter(({ step }) => step?.steps === undefined)

/** Every page and every list of pages, in the order of the file, a list before its pages. */
export function placesIn(source: string): readonly Page[] {
  const walk = (steps: unknown, list: YamlPath, loops: readonly string[]): readonly Page[] =>
    (Array.isArray(steps) ? (steps as readonly Step[]) : []).flatMap((step, index) => [
      { list, index, step, loops },
      ...(step?.steps === undefined ? [] : walk(step.steps, [...list, index, 'steps'], [...loops, String(step.loop)])),
    ])
  return walk(yamlAt(source, ['steps']), ['steps'], [])
}
