import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { Answers } from './answers.ts'
import type { Field, Form } from './model.ts'

type Entries = { [key: string]: v.GenericSchema }

const fileSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/)),
  name: v.pipe(v.string(), v.maxLength(200)),
  mediaType: v.pipe(v.string(), v.maxLength(100)),
  sizeBytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

/**
 * Builds the schema of a form's values, as they are stored and handed to connectors. Questions behind a condition are optional
 * here; whether they had to be answered is decided by `validateAll`. Money is integer cents, dates are ISO, unknown keys are refused.
 */
export function formSchema(form: Form): v.GenericSchema<unknown, Answers> {
  const conditioned = conditionedPaths(form)
  const top: Entries = {}
  for (const group of form.groups.values()) {
    if (group.loop !== undefined) {
      const fields = [...form.fields.values()].filter((field) => field.loop === group.path)
      const item = objectOf(fields, { conditioned, from: group.path.length + 1 })
      const list = v.pipe(v.array(item), v.minLength(Math.max(group.loop.min, 1)), v.maxLength(group.loop.max))
      const isConditioned = fields.every((field) => conditioned.loops.has(field.loop ?? ''))
      top[group.path] = isConditioned || group.loop.min === 0 ? v.optional(list) : list
    }
  }
  const single = [...form.fields.values()].filter((field) => field.loop === undefined)
  return objectOf(single, { conditioned, from: 0, top }) as unknown as v.GenericSchema<unknown, Answers>
}

/** JSON Schema (draft 2020-12) of a form's values, for connectors and their tests. */
export function jsonSchema(form: Form): Readonly<Record<string, unknown>> {
  return {
    ...toJsonSchema(formSchema(form), { target: 'draft-2020-12' }),
    $id: `urn:stadttor:form:${form.slug}:${form.digest}`,
    title: form.title,
  }
}

/** What a submission stores of its answers. A reader upcasts by `format`. */
export type StoredAnswers = {
  readonly format: 1
  readonly form: {
    readonly slug: string
    readonly id: string
    readonly version: string
    readonly digest: string
    readonly lang: string
  }
  readonly answers: Answers
}

/** Puts the values that `validateAll` gave into the shape that is stored in a submission and sent to connectors. */
export function canonicalAnswers(form: Form, answers: Answers): StoredAnswers {
  const { slug, id, version, digest, lang } = form
  return { format: 1, form: { slug, id, version, digest, lang }, answers }
}

type Conditioned = { readonly paths: ReadonlySet<string>; readonly loops: ReadonlySet<string> }

function conditionedPaths(form: Form): Conditioned {
  const paths = new Set<string>()
  const loops = new Set<string>()
  for (const step of form.steps) {
    for (const inner of step.kind === 'loop' ? step.steps : [step]) {
      for (const path of inner.fields.filter(
        (field) => inner.when !== undefined || form.fields.get(field)?.when !== undefined,
      )) {
        paths.add(path)
      }
    }
    if (step.kind === 'loop' && step.when !== undefined) {
      loops.add(step.group)
    }
  }
  return { paths, loops }
}

function objectOf(
  fields: readonly Field[],
  at: { conditioned: Conditioned; from: number; top?: Entries },
): v.GenericSchema {
  const entries: Entries = { ...at.top }
  const groups = new Map<string, Field[]>()
  for (const field of fields.filter((candidate) => candidate.kind !== 'note')) {
    const [first = '', second] = field.path.slice(at.from).split('.')
    if (second === undefined) {
      const value = valueSchema(field)
      entries[first] = field.isOptional || at.conditioned.paths.has(field.path) ? v.optional(value) : value
    } else {
      groups.set(first, [...(groups.get(first) ?? []), field])
    }
  }
  for (const [key, inner] of groups) {
    const object = objectOf(inner, { conditioned: at.conditioned, from: at.from + key.length + 1 })
    const mayBeEmpty = inner.every((field) => field.isOptional || at.conditioned.paths.has(field.path))
    entries[key] = mayBeEmpty ? v.optional(object) : object
  }
  return v.strictObject(entries)
}

function valueSchema(field: Field): v.GenericSchema {
  const { limits } = field
  switch (field.kind) {
    case 'bool':
      return v.boolean()
    case 'declaration':
      return v.literal(true)
    case 'incomplete-date':
      return v.pipe(v.string(), v.regex(/^\d{4}(-\d{2}(-\d{2})?)?$/))
    case 'time':
      return v.pipe(v.string(), v.isoTime())
    case 'date-time':
      return v.pipe(v.string(), v.isoDateTime())
    case 'date':
      return v.pipe(v.string(), v.isoDate())
    case 'money':
      return v.pipe(
        v.number(),
        v.integer(),
        v.minValue(numeric(limits.min, 0)),
        v.maxValue(numeric(limits.max, 999_999_999_999)),
      )
    case 'number':
      return v.pipe(
        v.number(),
        v.minValue(numeric(limits.min, -999_999_999_999)),
        v.maxValue(numeric(limits.max, 999_999_999_999)),
      )
    case 'several':
      return v.pipe(
        v.array(v.picklist(field.options.map((option) => option.code))),
        v.minLength(limits.choicesMin),
        v.maxLength(Math.min(limits.choicesMax, field.options.length)),
      )
    case 'select':
    case 'country':
      return v.picklist(field.options.map((option) => option.code))
    case 'digits':
      return v.pipe(v.string(), v.regex(/^\d+$/), v.minLength(limits.minLength), v.maxLength(limits.maxLength))
    case 'tax-id':
      return v.pipe(v.string(), v.regex(/^\d{11}$/))
    case 'chip':
      return v.pipe(v.string(), v.regex(/^\d{15}$/))
    case 'iban':
      return v.pipe(v.string(), v.regex(/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/))
    case 'file':
      return v.pipe(v.array(fileSchema), v.minLength(1), v.maxLength(field.file?.maxFiles ?? 1))
    default:
      return v.pipe(v.string(), v.minLength(1), v.maxLength(Math.max(limits.maxLength, 1)))
  }
}

const numeric = (bound: number | string | undefined, otherwise: number): number =>
  typeof bound === 'number' ? bound : otherwise
