/** What differs between the versions of the standard. */
export type Dialect = {
  readonly version: 2 | 3
  readonly format: 'xdatenfelder-2' | 'xdatenfelder-3'
  readonly namespace: string
  readonly idPattern: RegExp
  readonly idDigits: string
  readonly versionPattern: RegExp
  readonly versionForm: string
  readonly stateElement: string
  readonly ruleTextElement: string
  readonly types: readonly string[]
  readonly arts: readonly string[]
  readonly elements: {
    readonly common: readonly string[]
    readonly schema: readonly string[]
    readonly group: readonly string[]
    readonly field: readonly string[]
    readonly rule: readonly string[]
  }
  /** Elements that may stand several times side by side. */
  readonly repeatable: readonly string[]
}

const COMMON = [
  'identifikation',
  'name',
  'beschreibung',
  'definition',
  'bezug',
  'versionshinweis',
  'gueltigAb',
  'gueltigBis',
  'veroeffentlichungsdatum',
  'fachlicherErsteller',
  'bezeichnungEingabe',
  'bezeichnungAusgabe',
]
const ELEMENT = ['schemaelementart', 'hilfetextEingabe', 'hilfetextAusgabe', 'regel']
const DERIVATION = ['ableitungsmodifikationenStruktur', 'ableitungsmodifikationenRepraesentation', 'hilfetext']
const FIELD = ['feldart', 'datentyp', 'praezisierung', 'inhalt', 'codelisteReferenz']
const RELEASE_3 = [
  'freigabestatus',
  'statusGesetztAm',
  'statusGesetztDurch',
  'letzteAenderung',
  'stichwort',
  'relation',
]
const RELEASE_2 = ['status', 'freigabedatum']

/**
 * The dialects we read. Ids of version 2 in real files are shorter than the standard's eight digits now and then,
 * and its schemas are named S or, in older files, T: both are taken, as only ids of version 3 are stable enough to insist.
 */
export const DIALECTS: readonly Dialect[] = [
  {
    version: 3,
    format: 'xdatenfelder-3',
    namespace: 'urn:xoev-de:fim:standard:xdatenfelder_3.0.0',
    idPattern: /^[SGFRD]\d{11}$/,
    idDigits: '11',
    versionPattern: /^\d+\.\d+\.\d+$/,
    versionForm: '1.0.0',
    stateElement: 'freigabestatus',
    ruleTextElement: 'freitextRegel',
    types: ['text', 'text_latin', 'date', 'time', 'datetime', 'bool', 'num', 'num_int', 'num_currency', 'file', 'obj'],
    arts: ['input', 'select', 'label', 'hidden', 'locked'],
    elements: {
      common: [...COMMON, ...RELEASE_3],
      schema: [...DERIVATION, 'dokumentsteckbrief', 'bezeichnung', 'regel', 'struktur'],
      group: [...ELEMENT, 'art', 'struktur'],
      field: [...ELEMENT, ...FIELD, 'vorbefuellung', 'werte', 'codeKey', 'nameKey', 'helpKey', 'maxSize', 'mediaType'],
      rule: ['freitextRegel', 'typ', 'param', 'ziel', 'skript', 'fehler'],
    },
    repeatable: ['bezug', 'stichwort', 'relation', 'regel', 'struktur', 'mediaType', 'inhalt', 'wert'],
  },
  {
    version: 2,
    format: 'xdatenfelder-2',
    namespace: 'urn:xoev-de:fim:standard:xdatenfelder_2',
    idPattern: /^[STGFR]\d{1,11}$/,
    idDigits: 'up to 11',
    versionPattern: /^\d+\.\d+$/,
    versionForm: '1.0',
    stateElement: 'status',
    ruleTextElement: 'definition',
    types: ['text', 'date', 'bool', 'num', 'num_int', 'num_currency', 'file', 'obj'],
    arts: ['input', 'select', 'label'],
    elements: {
      common: [...COMMON, ...RELEASE_2],
      schema: [...DERIVATION, 'regel', 'struktur'],
      group: [...ELEMENT, 'struktur'],
      field: [...ELEMENT, ...FIELD],
      rule: ['script', 'hilfetextEingabe', 'hilfetextAusgabe'],
    },
    repeatable: ['regel', 'struktur'],
  },
]
