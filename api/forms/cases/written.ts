import { patternProblem } from '../../lib/pattern.ts'
import type { DataField, DataModel, DataNode } from '../data-model.ts'
import type { Field, Form } from '../model.ts'
import type { Overlay } from '../overlay.ts'

/**
 * The limits of one question as its data schema and overlay write them: read here a second time, not taken from what the
 * form engine made of them, so that a case can find the engine wrong. Values as written; money in euro.
 */
export type Written = {
  readonly field: Field
  readonly isOptional: boolean
  /** A rule says whether it may be left empty. */
  readonly isByRule: boolean
  readonly minLength: number | undefined
  readonly maxLength: number | undefined
  readonly minValue: string | undefined
  readonly maxValue: string | undefined
  readonly pattern: string | undefined
  readonly decimals: number
  readonly isPast: boolean
  readonly isFuture: boolean
  readonly isLatin: boolean
  readonly codes: readonly string[]
  readonly choicesMin: number
  /** Absent: as many as there are. */
  readonly choicesMax: number | undefined
  readonly files: {
    readonly mediaTypes: readonly string[]
    readonly sizeMax: number | undefined
    readonly min: number
    readonly max: number | undefined
  }
  readonly isLater: boolean
}

/** What is written about every question of a form, by path. */
export function readWritten(form: Form, model: DataModel, overlay: Overlay): ReadonlyMap<string, Written> {
  const all = new Map<string, Written>()
  for (const field of form.fields.values()) {
    const node = nodeOf(form, model, field.path)
    const said = overlay.fields[field.path]
    if (node === undefined || said === undefined) {
      throw new Error(`${field.path} stands in no data schema`)
    }
    const { precision } = node
    all.set(field.path, {
      field,
      isOptional: said.required === undefined ? node.min === 0 : said.required !== 'always',
      isByRule: said.required !== undefined && !['always', 'never'].includes(said.required),
      minLength: precision.minLength,
      maxLength: precision.maxLength,
      minValue: precision.minValue,
      maxValue: precision.maxValue,
      pattern: usable(precision.pattern),
      decimals: said.decimals ?? (node.type === 'num' ? 2 : 0),
      isPast: said.past,
      isFuture: said.future,
      isLatin: node.type === 'text_latin',
      codes: node.codes.length > 0 ? node.codes.map(({ code }) => code) : field.options.map(({ code }) => code),
      choicesMin: Math.max(1, node.min),
      choicesMax: node.max ?? undefined,
      files: { mediaTypes: node.mediaTypes, sizeMax: node.maxSizeBytes, min: node.min, max: node.max ?? undefined },
      isLater: said.later,
    })
  }
  return all
}

/** How often a group may stand, as the data schema says; `max` is absent for any number. */
export function writtenLoop(form: Form, model: DataModel, path: string): { min: number; max: number | undefined } {
  const group = childrenOf(form, model, path)
  return { min: group?.min ?? 0, max: group?.max ?? undefined }
}

function nodeOf(form: Form, model: DataModel, path: string): DataField | undefined {
  const parent = path.includes('.')
    ? childrenOf(form, model, path.slice(0, path.lastIndexOf('.')))?.children
    : model.children
  const id = form.fields.get(path)?.element.id
  const node = parent?.find((child) => child.node === 'field' && child.id === id)
  return node?.node === 'field' ? node : undefined
}

function childrenOf(form: Form, model: DataModel, path: string): Extract<DataNode, { node: 'group' }> | undefined {
  let found: Extract<DataNode, { node: 'group' }> | undefined
  const parts = path.split('.')
  for (const index of parts.keys()) {
    const id = form.groups.get(parts.slice(0, index + 1).join('.'))?.element.id
    const children: readonly DataNode[] = found?.children ?? model.children
    const node = children.find((child) => child.node === 'group' && child.id === id)
    found = node?.node === 'group' ? node : undefined
  }
  return found
}

/** A pattern no engine of ours can run is an open point of the schema and holds nothing back. */
const usable = (pattern: string | undefined): string | undefined =>
  pattern === undefined || patternProblem(pattern) === undefined ? pattern : undefined
