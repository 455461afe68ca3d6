import { compileRule, type Names, type ResultKind, type Rule } from '../lib/feel.ts'
import type { Finding } from '../lib/finding.ts'
import type { TownLists } from './lists.ts'
import type { Field } from './model.ts'
import { namesOf } from './names.ts'
import type { Overlay } from './overlay.ts'
import type { Place, YamlFile } from './yaml.ts'

/** What loading one form collects. */
export type Loading = {
  readonly yaml: YamlFile
  readonly overlay: Overlay
  readonly lists: TownLists
  readonly findings: Finding[]
  /** The names rules may use within repeating groups, outermost first; made once for each place. */
  readonly namesIn: (fields: ReadonlyMap<string, Field>, loops?: readonly string[]) => Names
  readonly report: (place: Place, type: string, detail: string, suggestion?: string) => void
  /** `result` is what the rule has to give; a yes/no where not named. */
  readonly compile: (source: string, place: Place, names: Names, result?: ResultKind) => Rule | undefined
}

/** Begins to load one form; findings gather in the order they are seen. */
export function startLoading(yaml: YamlFile, overlay: Overlay, lists: TownLists): Loading {
  const findings: Finding[] = []
  const names = new Map<string, Names>()
  return {
    namesIn: (fields, loops = []) => {
      const known = names.get(loops.join(' ')) ?? namesOf(fields.values(), loops)
      names.set(loops.join(' '), known)
      return known
    },
    yaml,
    overlay,
    lists,
    findings,
    report: (place, type, detail, suggestion) => {
      findings.push({
        file: yaml.file,
        line: yaml.lineOf(place),
        type,
        detail,
        ...(suggestion === undefined ? {} : { suggestion }),
      })
    },
    compile: (source, place, names, result) => {
      const compiled = compileRule(source, {
        file: yaml.file,
        line: yaml.lineOf(place),
        names,
        ...(result === undefined ? {} : { result }),
      })
      findings.push(...(compiled.ok ? [] : compiled.findings))
      return compiled.ok ? compiled.rule : undefined
    },
  }
}
