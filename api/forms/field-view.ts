import type { Issue } from '../lib/problem.ts'
import { streetNotice } from './addresses.ts'
import {
  controlId,
  controlNames,
  isPicture,
  laterName,
  optionName,
  partsOf,
  pathOfPointer,
  type Typed,
  typedFiles,
  typedText,
} from './answers.ts'
import { isTrue } from './decide.ts'
import { dateText, moneyText, numberText, sizeText } from './formats.ts'
import { type AddressPart, FILE_TYPES, type Field, type FieldKind, type FileLimits, type Form } from './model.ts'
import type { DatePartView, ErrorView, FieldControl, FieldView, FileView, OptionView, Words } from './view.ts'

const CONTROLS: Readonly<Partial<Record<FieldKind, FieldControl>>> = {
  'long-text': 'textarea',
  date: 'date',
  'incomplete-date': 'date',
  'date-time': 'date',
  bool: 'radios',
  several: 'checkboxes',
  country: 'dropdown',
  declaration: 'checkbox',
  file: 'file',
  computed: 'output',
  note: 'note',
}
const INPUT_MODES: Readonly<Partial<Record<FieldKind, NonNullable<FieldView['inputMode']>>>> = {
  digits: 'numeric',
  'tax-id': 'numeric',
  chip: 'numeric',
  number: 'decimal',
  money: 'decimal',
  phone: 'tel',
  email: 'email',
}
const WIDTHS: Readonly<Partial<Record<FieldKind, NonNullable<FieldView['width']>>>> = {
  number: 10,
  money: 10,
  plate: 10,
  time: 10,
  'tax-id': 20,
  chip: 20,
  phone: 20,
  iban: 30,
  name: 30,
  email: 30,
}
/** Kinds whose length is told to the browser; in the others blanks and hyphens are taken out before counting. */
const LIMITED: readonly FieldKind[] = ['text', 'long-text', 'name', 'email']

type Showing = {
  readonly form: Form
  readonly typed: Typed
  readonly words: Words
  readonly pointer: string
  readonly title: string
  readonly errors: readonly ErrorView[]
  /** Earlier answers and the day, for what depends on them. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** Builds what a page needs to show one question, with what was typed and what was wrong with it. */
export function fieldView(field: Field, showing: Showing): FieldView {
  const { pointer, typed, words, form, title } = showing
  const id = controlId(pointer)
  const value = typedText(typed, pointer)
  const control =
    field.kind === 'select' ? (field.display === 'dropdown' ? 'dropdown' : 'radios') : (CONTROLS[field.kind] ?? 'input')
  const error = showing.errors.find((candidate) => candidate.targetId === id || candidate.targetId.startsWith(`${id}-`))
  const inputMode = INPUT_MODES[field.kind]
  const width = widthOf(field)
  const dateParts = datePartViews(field, showing, error)
  return {
    kind: field.kind,
    control,
    id,
    name: field.kind === 'note' ? '' : pointer,
    names: controlNames(field, pointer),
    label: field.kind === 'note' ? noteTitle(field, title) : field.label,
    isHeading: field.kind !== 'note' && field.label === title,
    ...(field.hint === undefined ? {} : { hint: field.hint }),
    why: { purpose: field.why.purpose, legalBasis: field.why.legalBasis },
    isOptional: field.isOptional && field.kind !== 'note' && field.kind !== 'computed',
    value,
    ...(error === undefined ? {} : { error }),
    ...(field.autocomplete === undefined || dateParts.length > 0 ? {} : { autocomplete: field.autocomplete }),
    ...(inputMode === undefined ? {} : { inputMode }),
    inputType: field.kind === 'phone' ? 'tel' : field.kind === 'email' ? 'email' : 'text',
    ...(LIMITED.includes(field.kind) ? { maxLength: field.limits.maxLength } : {}),
    isSpellchecked: field.kind === 'long-text',
    ...(width === undefined ? {} : { width }),
    ...(field.kind === 'money' ? { unit: '€' } : field.unit === undefined ? {} : { unit: field.unit }),
    options: optionViews(field, { id, pointer, value, typed, words }),
    dateParts,
    ...(field.file === undefined
      ? {}
      : { file: fileView(field.file, { pointer, typed, words, lang: form.lang, field, facts: showing.facts ?? {} }) }),
    ...(field.text === undefined ? {} : { text: field.text }),
    ...addressView(field, showing),
  }
}

/** A note has a title where it says something that stands neither in its text nor above the page. */
const noteTitle = ({ label, text }: Field, title: string): string => (label === text || label === title ? '' : label)

function addressView(field: Field, showing: Showing): Partial<FieldView> {
  const { form, pointer, title } = showing
  const group = field.address === undefined ? undefined : form.groups.get(field.address.group)
  if (field.address === undefined || group === undefined) {
    return {}
  }
  const notice = streetNotice(form, field, showing)
  const isStreet = field.address.part === 'street' && form.streets !== undefined
  const suggestions = isStreet
    ? form.streets?.streets.flatMap(({ name, dsb }) => (dsb === undefined ? [name] : [name, dsb]))
    : undefined
  const item = pointer.slice(0, pointer.length - field.tail.length)
  return {
    part: field.address.part,
    group: {
      id: controlId(
        `${item}/${group.path.slice(field.loop === undefined ? 0 : field.loop.length + 1).replaceAll('.', '/')}`,
      ),
      title: group.title,
      isHeading: group.title === title,
    },
    ...(notice === undefined ? {} : { notice }),
    ...(suggestions === undefined ? {} : { suggestions }),
  }
}

const PART_WIDTHS: Readonly<Partial<Record<AddressPart, NonNullable<FieldView['width']>>>> = {
  houseNumber: 4,
  suffix: 4,
  postalCode: 10,
}

function widthOf(field: Field): FieldView['width'] {
  const part = field.address === undefined ? undefined : PART_WIDTHS[field.address.part]
  if (part !== undefined) {
    return part
  }
  if (field.kind === 'digits') {
    return field.limits.maxLength <= 8 ? 10 : 20
  }
  return field.kind === 'text' && field.limits.maxLength <= 10 ? 10 : WIDTHS[field.kind]
}

type OptionsShowing = Pick<Showing, 'pointer' | 'typed' | 'words'> & { readonly id: string; readonly value: string }

/** The first option bears the id of the question, so that a link in the error summary goes to it. */
function optionViews(field: Field, at: OptionsShowing): readonly OptionView[] {
  const yesNo = [
    { code: 'true', label: at.words('forms.yes') },
    { code: 'false', label: at.words('forms.no') },
  ]
  const isSeveral = field.kind === 'several'
  return (field.kind === 'bool' ? yesNo : field.options).map((option, index) => {
    const name = isSeveral ? optionName(at.pointer, option.code) : at.pointer
    return {
      ...option,
      id: index === 0 ? at.id : `${at.id}-${index + 1}`,
      name,
      isChosen: isSeveral ? typedText(at.typed, name) === 'true' : option.code === at.value,
    }
  })
}

function datePartViews(field: Field, showing: Showing, error: ErrorView | undefined): readonly DatePartView[] {
  return (partsOf(field) ?? []).map((part): DatePartView => {
    const name = `${showing.pointer}/${part}`
    const id = controlId(name)
    return {
      part,
      id,
      name,
      label: showing.words(`forms.${part}`),
      value: typedText(showing.typed, name),
      ...(field.autocomplete === 'bday' && part !== 'time' ? { autocomplete: `bday-${part}` } : {}),
      width: part === 'year' ? 4 : part === 'time' ? 10 : 2,
      maxLength: part === 'year' ? 4 : 20,
      hasError: error !== undefined && (error.targetId === id || error.type === 'forms/empty'),
    }
  })
}

type FileShowing = {
  readonly pointer: string
  readonly typed: Typed
  readonly words: Words
  readonly lang: string
  readonly field: Field
  readonly facts: Readonly<Record<string, unknown>>
}

function fileView(limits: FileLimits, at: FileShowing): FileView {
  const files = typedFiles(at.typed, at.pointer)
  const name = laterName(at.pointer)
  const later = { id: controlId(name), name, isChosen: typedText(at.typed, name) === 'true' }
  return {
    accept: limits.mediaTypes.flatMap((type) => FILE_TYPES[type]?.extensions ?? []).join(','),
    typeNames: fileTypeNames(limits, at.lang),
    maxSizeBytes: limits.maxSizeBytes,
    maxSizeText: sizeText(limits.maxSizeBytes, at.lang),
    maxFiles: limits.maxFiles,
    canAdd: files.length < limits.maxFiles,
    canMerge: limits.mediaTypes.includes('application/pdf') && files.filter(isPicture).length >= 2,
    ...(at.field.canBeLater && files.length === 0 ? { later } : {}),
    evidence: at.field.evidence
      .filter(({ when }) => when === undefined || isTrue(when, at.facts))
      .map((document) => document.name),
    files: files.map((file) => ({
      id: file.id,
      name: file.name,
      sizeText: sizeText(file.sizeBytes, at.lang),
      removeAction: `remove:${at.pointer}/${file.id}`,
    })),
  }
}

/** Names of the file types a question takes: "PDF, JPG oder PNG". */
export function fileTypeNames(limits: FileLimits, lang: string): string {
  return typeNames(limits.mediaTypes, lang)
}

function typeNames(mediaTypes: readonly string[], lang: string): string {
  const names = mediaTypes.map((type) => FILE_TYPES[type]?.name ?? type)
  return new Intl.ListFormat(lang, { type: 'disjunction' }).format(names)
}

/** Words what is wrong; checks of the form bring their own sentence. Money and dates among the values are written out. */
export function errorView(form: Form, issue: Issue, words: Words): ErrorView {
  const check =
    issue.type === 'forms/check' ? form.checks.find((candidate) => candidate.id === issue.params?.['check']) : undefined
  const params = spoken(issue, form.lang)
  const isWholeDate =
    issue.type === 'forms/empty' &&
    [...form.fields.values()].some((field) => partsOf(field) !== undefined && samePath(field, issue.pointer))
  const text = check?.text ?? capitalised(words(issue.type.replace('forms/', 'forms.errors.'), params))
  return { type: issue.type, params, text, targetId: controlId(isWholeDate ? `${issue.pointer}/day` : issue.pointer) }
}

const samePath = (field: Field, pointer: string): boolean => pathOfPointer(pointer) === field.path

function spoken(issue: Issue, lang: string): Readonly<Record<string, string | number>> {
  const isMoney = issue.type.startsWith('forms/money-')
  const word = (key: string, value: string | number): string => {
    if (key === 'bytes') {
      return sizeText(Number(value), lang)
    }
    if (key === 'types') {
      return typeNames(String(value).split(' '), lang)
    }
    if (typeof value === 'number') {
      return isMoney ? moneyText(value, lang) : numberText(value, lang)
    }
    return key === 'date' ? dateText(value, lang) : value
  }
  return Object.fromEntries(Object.entries(issue.params ?? {}).map(([key, value]) => [key, word(key, value)]))
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
