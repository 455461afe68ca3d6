import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { Answers } from './answers.ts'
import type { Field, FieldKind, Form, Step } from './model.ts'

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
  const fields = [...form.fields.values()].filter((field) => field.kind !== 'note')
  const conditioned = conditionedPaths(form)
  return objectOf(fields, { form, conditioned, prefix: '' }) as unknown as v.GenericSchema<unknown, Answers>
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

type Building = { readonly form: Form; readonly conditioned: ReadonlySet<string>; readonly prefix: string }

/** Paths of fields and lists that are not asked of everybody. */
function conditionedPaths(form: Form): ReadonlySet<string> {
  const paths = new Set<string>()
  const look = (step: Step, isConditioned: boolean): void => {
    const isBehind = isConditioned || step.when !== undefined
    if (step.kind === 'loop') {
      if (isBehind) {
        paths.add(step.group)
      }
      for (const inner of step.steps) {
        look(inner, false)
      }
      return
    }
    for (const path of step.fields.filter((field) => isBehind || form.fields.get(field)?.when !== undefined)) {
      paths.add(path)
    }
  }
  for (const step of form.steps) {
    look(step, false)
  }
  return paths
}

/** The object of a group, of an item, or of the form itself; groups and lists inside it by their key. */
function objectOf(fields: readonly Field[], at: Building): v.GenericSchema {
  const entries: Entries = {}
  const from = at.prefix === '' ? 0 : at.prefix.length + 1
  const keys = new Set(fields.map((field) => field.path.slice(from).split('.')[0] ?? ''))
  for (const key of keys) {
    const prefix = at.prefix === '' ? key : `${at.prefix}.${key}`
    const own = fields.find((field) => field.path === prefix)
    const inner = fields.filter((field) => field.path.startsWith(`${prefix}.`))
    const schema = own === undefined ? groupSchema(inner, { ...at, prefix }) : valueSchema(own)
    const mayMiss = own === undefined ? mayBeEmpty(inner, { ...at, prefix }) : isUncertain(own, at)
    entries[key] = mayMiss ? v.optional(schema) : schema
  }
  return v.strictObject(entries)
}

function groupSchema(fields: readonly Field[], at: Building): v.GenericSchema {
  const loop = at.form.groups.get(at.prefix)?.loop
  const object = objectOf(fields, at)
  return loop === undefined
    ? object
    : v.pipe(v.array(object), v.minLength(Math.max(loop.min, 1)), v.maxLength(loop.max))
}

/** A list that may have no items, or a group nobody has to answer anything of. */
function mayBeEmpty(fields: readonly Field[], at: Building): boolean {
  const loop = at.form.groups.get(at.prefix)?.loop
  if (loop !== undefined) {
    return loop.min === 0 || at.conditioned.has(at.prefix)
  }
  return fields.every((field) => {
    const list = field.loops.find((path) => path.length > at.prefix.length)
    return list === undefined ? isUncertain(field, at) : mayBeEmpty([], { ...at, prefix: list })
  })
}

const isUncertain = (field: Field, at: Building): boolean =>
  field.isOptional || field.kind === 'computed' || at.conditioned.has(field.path)

/** A computed value is bounded by its rule alone. */
const UNBOUNDED = {
  min: -999_999_999_999,
  max: 999_999_999_999,
  minLength: 1,
  maxLength: 200,
  choicesMin: 1,
  choicesMax: 1,
}

function valueSchema(field: Field): v.GenericSchema {
  const limits = field.computed === undefined ? field.limits : UNBOUNDED
  const kind: FieldKind = field.computed?.as ?? field.kind
  switch (kind) {
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
      return v.pipe(v.array(fileSchema), v.minLength(field.canBeLater ? 0 : 1), v.maxLength(field.file?.maxFiles ?? 1))
    default:
      return v.pipe(v.string(), v.minLength(1), v.maxLength(Math.max(limits.maxLength, 1)))
  }
}

const numeric = (bound: number | string | undefined, otherwise: number): number =>
  typeof bound === 'number' ? bound : otherwise
