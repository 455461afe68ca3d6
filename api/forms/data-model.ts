import type { Finding } from '../lib/finding.ts'

/**
 * A data schema as a standard hands it over (FIM XDatenfelder 2/3, or the same written by hand as YAML),
 * before the city's overlay says how it is asked. Ids and versions are kept exactly as read.
 */
export type DataModel = {
  readonly format: 'xdatenfelder-2' | 'xdatenfelder-3' | 'yaml'
  readonly id: string
  readonly version: string
  readonly name: string
  readonly description: string
  readonly legalBasis: readonly LegalReference[]
  /** FIM's release state code (6 = gold); absent where the file names none. */
  readonly releaseState?: string
  readonly children: readonly DataNode[]
  /** Rules in free text and external code lists: a person has to carry them over into the overlay. */
  readonly openPoints: readonly OpenPoint[]
}

export type DataNode = DataGroup | DataField

type DataElement = {
  readonly id: string
  readonly version: string
  readonly name: string
  /** Label for input (`bezeichnungEingabe`) and for output (`bezeichnungAusgabe`). */
  readonly inputLabel: string
  readonly outputLabel: string
  readonly inputHelp: string
  readonly outputHelp: string
  readonly description: string
  readonly legalBasis: readonly LegalReference[]
  /** Multiplicity `anzahl`; `max` is null for `*`. */
  readonly min: number
  readonly max: number | null
  /** Line of the element in its file, from 1. */
  readonly line: number
}

export type DataGroup = DataElement & { readonly node: 'group'; readonly children: readonly DataNode[] }

export type DataField = DataElement & {
  readonly node: 'field'
  readonly art: DataArt
  readonly type: DataType
  readonly precision: Precision
  /** Inline code list; empty where the field is not a select or its list is external. */
  readonly codes: readonly Code[]
  readonly codeListUri?: string
  readonly content: string
  readonly prefill: 'none' | 'optional' | 'required'
  readonly maxSizeBytes?: number
  readonly mediaTypes: readonly string[]
}

export type DataArt = 'input' | 'select' | 'label' | 'hidden' | 'locked'
export type DataType =
  | 'text'
  | 'text_latin'
  | 'date'
  | 'time'
  | 'datetime'
  | 'bool'
  | 'num'
  | 'num_int'
  | 'num_currency'
  | 'file'
  | 'obj'

/** `praezisierung`: lengths in characters, values as written (money in euro), pattern anchored at both ends. */
export type Precision = {
  readonly minLength?: number
  readonly maxLength?: number
  readonly minValue?: string
  readonly maxValue?: string
  readonly pattern?: string
}

export type Code = { readonly code: string; readonly name: string; readonly help?: string }
export type LegalReference = { readonly text: string; readonly link?: string }

export type OpenPoint = {
  readonly kind: 'rule' | 'code-list' | 'precision'
  readonly id: string
  readonly version: string
  readonly name: string
  readonly text: string
  /** Id of the schema, group or field it belongs to. */
  readonly at: string
  readonly line: number
}

export type DataModelResult =
  | { readonly ok: true; readonly model: DataModel }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** Reads one data schema; never throws on any text. Implemented by `adapters/xdatenfelder` for XML. */
export type DataModelReader = (source: string, file: string) => DataModelResult
