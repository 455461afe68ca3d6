import type { DataModelReader } from '../data-model.ts'
import { type Example, readExamples } from '../examples.ts'
import { readHandMade } from '../hand-made.ts'
import { codeListsOf, type FormFiles } from '../load.ts'
import type { Form } from '../model.ts'
import { Overlay } from '../overlay.ts'
import { readYaml, shapeOf } from '../yaml.ts'
import type { Draw } from './draw.ts'
import { drawsOf } from './pools.ts'
import { type RuleAt, rulesOf } from './rules.ts'
import { readWritten, type Written, writtenLoop } from './written.ts'

/** What the cases of a form are made from: its structure, the limits as written, its own examples. */
export type Source = {
  readonly form: Form
  readonly written: ReadonlyMap<string, Written>
  /** How often each group may repeat, as written. */
  readonly loops: ReadonlyMap<string, { readonly min: number; readonly max: number | undefined }>
  readonly rules: readonly RuleAt[]
  readonly examples: readonly Example[]
  /** Days on which the form is filled in: its rules may ask for the month. */
  readonly days: readonly string[]
  readonly draws: (path: string, today: string) => readonly Draw[]
}

/** The day of most cases. */
const TODAY = '2026-11-24'
const LEAP_DAY = '2028-02-29'
const SEASONS = ['2027-02-28', '2027-03-01', '2026-05-15', '2026-09-30', '2026-10-01', '2026-12-31']

/** Reads a form's files a second time, for cases; throws where they are not sound, which loading them has told before. */
export function caseSource(files: FormFiles, form: Form, readXml: DataModelReader): Source {
  const xml = files['form.xml']
  const model =
    xml === undefined
      ? readHandMade(files['form.yaml'] ?? '', 'form.yaml')
      : readXml(xml, 'form.xml', codeListsOf(files))
  const yaml = readYaml(files['form.de.yaml'] ?? '', 'form.de.yaml')
  const overlay = yaml.ok ? shapeOf(Overlay, yaml.yaml) : yaml
  if (!model.ok || !overlay.ok) {
    throw new Error(`the files of ${form.slug} cannot be read`)
  }
  const written = readWritten(form, model.model, overlay.value)
  const repeating = [...form.groups.values()].filter((group) => group.loop !== undefined)
  const rules = rulesOf(form)
  const known = new Map<string, readonly Draw[]>()
  const asksForMonth = rules.some(({ rule }) => rule.source.includes('heute.'))
  return {
    form,
    written,
    loops: new Map(repeating.map(({ path }) => [path, writtenLoop(form, model.model, path)])),
    rules,
    examples: examplesOf(files, form),
    days: [TODAY, LEAP_DAY, ...(asksForMonth ? SEASONS : [])],
    draws: (path, today) => {
      const own = written.get(path)
      const draws = known.get(`${path} ${today}`) ?? (own === undefined ? [] : drawsOf(own, rules, today))
      known.set(`${path} ${today}`, draws)
      return draws
    },
  }
}

function examplesOf(files: FormFiles, form: Form): readonly Example[] {
  const source = files['examples.yaml']
  const read = source === undefined ? undefined : readExamples(source, 'examples.yaml', form)
  return read?.ok === true ? read.examples : []
}
