import * as v from 'valibot'
import { type Finding, nearest } from '../lib/finding.ts'
import {
  type Answers,
  controlNames,
  type FileRef,
  partsOf,
  pathOfPointer,
  pointerOf,
  type Typed,
  valueAt,
} from './answers.ts'
import { anotherName, itemCount, listsIn, pointersOf } from './items.ts'
import type { Field, Form } from './model.ts'
import { validateAll } from './validate.ts'
import { readYaml, shapeOf, type YamlFile } from './yaml.ts'

const file = v.strictObject({
  name: v.string(),
  mediaType: v.string(),
  sizeBytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
const typedValue = v.union([v.string(), v.array(file)])
const typedValues = v.record(v.string(), typedValue)
const example = { name: v.string(), today: v.optional(v.pipe(v.string(), v.isoDate())) }
const ExamplesFile = v.strictObject({
  format: v.literal(1),
  today: v.pipe(v.string(), v.isoDate()),
  valid: v.array(
    v.strictObject({
      ...example,
      base: v.optional(v.string()),
      answers: typedValues,
      without: v.optional(v.array(v.string()), []),
      gives: v.optional(v.record(v.string(), v.any()), {}),
    }),
  ),
  invalid: v.array(
    v.strictObject({
      ...example,
      base: v.string(),
      answers: v.optional(typedValues, {}),
      without: v.optional(v.array(v.string()), []),
      findings: v.array(v.strictObject({ pointer: v.string(), type: v.string() })),
    }),
  ),
})
type ExamplesFile = v.InferOutput<typeof ExamplesFile>

/** One set of answers as typed, with what has to come out. */
export type Example = {
  readonly name: string
  readonly today: string
  readonly typed: Typed
  /** Values that must stand in the result, by pointer; for valid examples. */
  readonly gives: Readonly<Record<string, unknown>>
  /** Findings that must come out, no more and no fewer; empty for valid examples. */
  readonly findings: readonly { readonly pointer: string; readonly type: string }[]
}
export type ExamplesResult =
  | { readonly ok: true; readonly examples: readonly Example[]; readonly yaml: YamlFile }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Reads `examples.yaml`: names of controls and what is typed into them. A date may stand whole at its pointer
 * (`13.4.1985`); `base` starts from a valid example; `without` takes names away, with all that begin so.
 * Ids of files are counted (`example-1`). An unknown name is a finding.
 */
export function readExamples(source: string, fileName: string, form: Form): ExamplesResult {
  const yaml = readYaml(source, fileName)
  const shape = yaml.ok ? shapeOf(ExamplesFile, yaml.yaml) : yaml
  if (!yaml.ok || !shape.ok) {
    return { ok: false, findings: shape.ok ? [] : shape.findings }
  }
  const findings: Finding[] = []
  const known = new Map<string, Typed>()
  const toTyped = (
    entry: ExamplesFile['valid'][number] | ExamplesFile['invalid'][number],
    place: readonly (string | number)[],
  ): Typed => {
    const base = entry.base === undefined ? {} : known.get(entry.base)
    if (base === undefined) {
      findings.push(
        at(
          yaml.yaml,
          [...place, 'base'],
          `The example "${entry.base ?? ''}" is not known.`,
          nearest(entry.base ?? '', known.keys()),
        ),
      )
    }
    const own = typedOf(form, entry.answers, (name) => {
      findings.push(
        at(
          yaml.yaml,
          [...place, 'answers', name],
          `"${name}" is no control of the form.`,
          nearest(name, namesFor(form, name)),
        ),
      )
    })
    const kept = Object.entries(base ?? {}).filter(
      ([name]) => !entry.without.some((gone) => name === gone || name.startsWith(`${gone}/`)),
    )
    return closed(form, { ...Object.fromEntries(kept), ...own })
  }
  const examples = shape.value.valid.map((entry, index): Example => {
    const typed = toTyped(entry, ['valid', index])
    known.set(entry.name, typed)
    return { name: entry.name, today: entry.today ?? shape.value.today, typed, gives: entry.gives, findings: [] }
  })
  const wrong = shape.value.invalid.map((entry, index): Example => {
    const typed = toTyped(entry, ['invalid', index])
    return { name: entry.name, today: entry.today ?? shape.value.today, typed, gives: {}, findings: entry.findings }
  })
  return findings.length > 0
    ? { ok: false, findings }
    : { ok: true, examples: [...examples, ...wrong], yaml: yaml.yaml }
}

/** Says what an example gives that it should not, or does not give that it should; nothing where it keeps its promise. */
export function exampleProblem(form: Form, one: Example): string | undefined {
  const result = validateAll(form, one.typed, { today: one.today })
  const found = result.ok ? [] : result.issues.map(({ pointer, type }) => `${pointer} ${type}`)
  const wanted = one.findings.map(({ pointer, type }) => `${pointer} ${type}`)
  if (found.toSorted().join('\n') !== wanted.toSorted().join('\n')) {
    return `"${one.name}" gives [${found.join(', ')}], wanted is [${wanted.join(', ')}].`
  }
  const answers: Answers = result.ok ? result.answers : {}
  const different = Object.entries(one.gives).find(
    ([pointer, value]) => JSON.stringify(valueAt(answers, pointer) ?? null) !== JSON.stringify(value),
  )
  return different === undefined
    ? undefined
    : `"${one.name}" gives ${JSON.stringify(valueAt(answers, different[0]) ?? null)} at ${different[0]}, wanted is ${JSON.stringify(different[1])}.`
}

function at(
  yaml: YamlFile,
  place: readonly (string | number)[],
  detail: string,
  suggestion: string | undefined,
): Finding {
  const finding = { file: yaml.file, line: yaml.lineOf(place), type: 'forms/example', detail }
  return suggestion === undefined ? finding : { ...finding, suggestion }
}

function typedOf(form: Form, values: ExamplesFile['valid'][number]['answers'], unknown: (name: string) => void): Typed {
  const typed: Record<string, string | readonly FileRef[]> = {}
  let count = 0
  for (const [name, value] of Object.entries(values)) {
    const field = fieldOf(form, name)
    if (field === undefined && !isAnother(form, name)) {
      unknown(name)
    } else if (typeof value !== 'string') {
      typed[name] = value.map((entry) => {
        count += 1
        return { id: `example-${count}`, ...entry }
      })
    } else if (field !== undefined && isWhole(field, name)) {
      Object.assign(typed, taken(field, name, value))
    } else {
      typed[name] = value
    }
  }
  return typed
}

const isAnother = (form: Form, name: string): boolean =>
  name.endsWith('/+') && form.groups.get(pathOfPointer(name.slice(0, -2)))?.loop !== undefined

function fieldOf(form: Form, name: string): Field | undefined {
  const path = pathOfPointer(name)
  const field = form.fields.get(path) ?? form.fields.get(path.replace(/\.[^.]*$/, ''))
  return field !== undefined && (isWhole(field, name) || controlNames(field, wholeName(name)).includes(name))
    ? field
    : undefined
}

const isWhole = (field: Field, name: string): boolean => name.endsWith(`/${field.key}`)
const wholeName = (name: string): string => name.slice(0, name.lastIndexOf('/'))

/** A whole answer for a question of several controls: `13.4.1985`, `13.4.1985 14:30`, codes set apart by commas. */
function taken(field: Field, name: string, value: string): Readonly<Record<string, string>> {
  const controls = controlNames(field, name)
  if (field.kind === 'several') {
    const codes = value.split(',').map((code) => code.trim())
    return Object.fromEntries(
      field.options.map(({ code }, index) => [controls[index] ?? '', codes.includes(code) ? 'true' : '']),
    )
  }
  if (partsOf(field) === undefined) {
    return { [name]: value }
  }
  const [date = '', time = ''] = field.kind === 'date-time' ? value.split(' ') : [value]
  const parts = [...date.split('.'), '', '', ''].slice(0, 3)
  return Object.fromEntries(controls.map((control, index) => [control, [...parts, time][index] ?? '']))
}

function namesFor(form: Form, name: string): readonly string[] {
  const items = [...name.matchAll(/\/(\d+)\//g)].map((match) => Number(match[1]))
  return [...form.fields.values()].map((field) => pointerOf(field, items))
}

/** Adds what a walk through the pages leaves behind: "no" to another item, and files of upload pages as none. */
function closed(form: Form, typed: Typed): Typed {
  const whole: Record<string, string | readonly FileRef[]> = { ...typed }
  const countOf = (list: string, group: string): number => {
    return itemCount(typed, list, form.groups.get(group)?.loop?.max ?? 1)
  }
  for (const field of form.fields.values()) {
    for (const pointer of pointersOf(field, countOf)) {
      if (field.isOptional || field.kind === 'file') {
        for (const name of controlNames(field, pointer).filter((control) => !Object.hasOwn(whole, control))) {
          whole[name] = field.kind === 'file' ? [] : ''
        }
      }
    }
  }
  for (const list of listsIn(form, countOf)) {
    whole[anotherName(list)] ??= 'false'
  }
  return whole
}

/** Names of the valid examples of a file; none where it cannot be read. */
export function exampleNames(source: string): readonly string[] {
  const yaml = readYaml(source, 'examples.yaml')
  const shape = yaml.ok ? shapeOf(ExamplesFile, yaml.yaml) : yaml
  return shape.ok ? shape.value.valid.map(({ name }) => name) : []
}

/** Valid examples of a file, as typed; none where it does not fit the form. */
export function validExamples(source: string, form: Form): readonly Example[] {
  const read = source === '' ? undefined : readExamples(source, 'examples.yaml', form)
  return read?.ok === true ? read.examples.filter((example) => example.findings.length === 0) : []
}
