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
  readonly inputLabel?: string
  readonly outputLabel?: string
  /** How far a schema made from this one may differ; codes of FIM. */
  readonly derivation?: { readonly structure: string; readonly representation: string }
  /** Id and version of the Dokumentsteckbrief that the schema fills. */
  readonly documentProfile?: ElementVersion
  readonly rules?: readonly DataRule[]
  readonly relations?: readonly Relation[]
  readonly keywords?: readonly Keyword[]
  readonly record?: DataRecord
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
  /** ABS: abstract, HAR: harmonised across laws, RNG: bound to one law. */
  readonly elementKind?: ElementKind
  readonly releaseState?: string
  readonly rules?: readonly DataRule[]
  readonly relations?: readonly Relation[]
  readonly keywords?: readonly Keyword[]
  readonly record?: DataRecord
  /** Line of the element in its file, from 1. */
  readonly line: number
}

export type DataGroup = DataElement & {
  readonly node: 'group'
  /** `choice`: exactly one of the children is answered (`art` X). */
  readonly groupKind?: 'choice'
  readonly children: readonly DataNode[]
}

export type DataField = DataElement & {
  readonly node: 'field'
  readonly art: DataArt
  readonly type: DataType
  readonly precision: Precision
  /** Codes of the list; empty where the field is not a select or its external list was not found. */
  readonly codes: readonly Code[]
  /** Name of an external list with its version; absent where the codes stand in the schema itself. */
  readonly codeListUri?: string
  readonly codeList?: CodeListReference
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
export type ElementKind = 'ABS' | 'HAR' | 'RNG'
export type ElementVersion = { readonly id: string; readonly version: string }
/** ABL: derived from, ERS: replaces, EQU: the same as, VKN: linked with. */
export type Relation = ElementVersion & { readonly predicate: string }
export type Keyword = { readonly text: string; readonly uri?: string }
/** What a schema says of the element itself: definition, author, dates, note on the version. By FIM's element names. */
export type DataRecord = Readonly<Record<string, string>>

/** How an external list (genericode) is named, and which of its columns are meant. */
export type CodeListReference = {
  readonly identification: string
  readonly version?: string
  readonly versionUri?: string
  readonly codeKey?: string
  readonly nameKey?: string
  readonly helpKey?: string
}

/** A rule in free text. K: complex, M: multiplicity, V: validation, B: computation. A script is kept, never run. */
export type DataRule = ElementVersion & {
  readonly name: string
  readonly text: string
  readonly type?: 'K' | 'M' | 'V' | 'B'
  readonly script?: string
  readonly description?: string
  readonly legalBasis?: readonly LegalReference[]
  readonly record?: DataRecord
}

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

/** Genericode files beside the schema, by file name. */
export type CodeListFiles = Readonly<Record<string, string>>

/**
 * Reads one data schema; never throws on any text. Codes of external lists are taken from `codeLists`.
 * Implemented by `adapters/xdatenfelder` for XML.
 */
export type DataModelReader = (source: string, file: string, codeLists?: CodeListFiles) => DataModelResult

/** Writes a data schema as a file of the standard; refuses ids that the standard cannot hold. Implemented as the reader is. */
export type DataModelWriter = (
  model: DataModel,
  options: { readonly messageId: string; readonly writtenAt: string },
) => { readonly ok: true; readonly xml: string } | { readonly ok: false; readonly findings: readonly Finding[] }
