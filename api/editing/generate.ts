import { stringify } from 'yaml'
import type { DataField, DataGroup, DataModel, DataNode } from '../forms/data-model.ts'
import { helpOf } from './file-hint.ts'
import type { Guess, Guesses, Skeleton } from './templates.ts'

type FieldTexts = { [key: string]: string | boolean }
type StepTexts = { [key: string]: unknown; id: string; fields: string[] }
type Making = {
  readonly skeleton: Skeleton
  readonly guesses: Guesses
  readonly groups: Record<string, { element: string; title: string }>
  readonly fields: Record<string, FieldTexts>
  readonly purposes: Record<string, { purpose: string; legalBasis?: string }>
  readonly sections: { id: string; title: string }[]
  readonly steps: unknown[]
  readonly ids: Set<string>
  /** Path by part of an address, for the letter's recipient. */
  readonly parts: Map<string, string>
  /** Questions about the matter: not who somebody is, how they are reached, what they confirm or hand in. */
  readonly matters: string[]
}

/** Questions on one page at most, so that a new form is not a wall. */
const ON_ONE_PAGE = 4
const MATTERS_MAX = 40

export type Generated = {
  /** `form.de.yaml`. */
  readonly overlay: string
  /** Lines of the address in a notice, with names in braces; empty where the form asks for no address. */
  readonly recipient: readonly string[]
  /** Questions whose answers an approval repeats, so that it says what it is about. */
  readonly matters: readonly string[]
}

/**
 * Makes the first overlay of a data schema: labels from `bezeichnungEingabe`, hints from `hilfetextEingabe`, one section per
 * group, a few questions a page, purpose by group, kinds by the names of the elements. Everything may be changed afterwards.
 * Fields that are hidden or locked are not asked. Pure.
 */
export function generateOverlay(
  model: DataModel,
  words: { readonly skeleton: Skeleton; readonly guesses: Guesses; readonly title: string },
): Generated {
  const { skeleton, guesses, title } = words
  const making: Making = {
    skeleton,
    guesses,
    groups: {},
    fields: {},
    purposes: {},
    sections: [],
    steps: [],
    ids: new Set(),
    parts: new Map(),
    matters: [],
  }
  const loose = asked(model.children).filter((node) => node.node === 'field')
  if (loose.length > 0) {
    addSection(making, 'angaben', skeleton.section, model)
    addSteps(making, fieldPaths(making, loose, { path: '', why: 'angaben', isLoop: false }), {
      section: 'angaben',
      title: skeleton.section,
      lead: '',
    })
  }
  for (const group of asked(model.children).filter((node) => node.node === 'group')) {
    addGroup(making, group, model)
  }
  const { start, review, receipt } = fillIn(skeleton, title)
  const overlay = {
    format: 1,
    element: model.id,
    version: model.version,
    title,
    purposes: making.purposes,
    groups: making.groups,
    fields: making.fields,
    sections: making.sections,
    steps: making.steps,
    start,
    review,
    receipt,
  }
  return {
    overlay: stringify(overlay, { lineWidth: 120 }),
    recipient: recipientOf(making.parts),
    matters: making.matters.slice(0, MATTERS_MAX),
  }
}

function fillIn(skeleton: Skeleton, title: string): Pick<Skeleton, 'start' | 'review' | 'receipt'> {
  const { start, review, receipt } = skeleton
  return JSON.parse(JSON.stringify({ start, review, receipt }), (_, value) =>
    typeof value === 'string' ? value.replaceAll('[[title]]', title) : value,
  )
}

/** What is asked at all: hidden and locked fields are not, nor groups without anything else. */
const asked = (nodes: readonly DataNode[]): readonly DataNode[] =>
  nodes.filter((node) => (node.node === 'field' ? node.art !== 'hidden' && node.art !== 'locked' : true))

function addSection(making: Making, id: string, title: string, about: DataGroup | DataModel): void {
  making.sections.push({ id, title })
  const legalBasis = about.legalBasis.map(({ text }) => text).join('; ')
  making.purposes[id] = { purpose: making.skeleton.purpose, ...(legalBasis === '' ? {} : { legalBasis }) }
}

function addGroup(making: Making, group: DataGroup, model: DataModel): void {
  const path = keyOf(group, Object.keys(making.groups))
  const section = kebab(path)
  const title = labelOf(group)
  addSection(making, section, title, group.legalBasis.length > 0 ? group : model)
  const isLoop = group.max !== 1
  const pages = pagesOf(making, group, { path, why: section, isLoop })
  if (!isLoop) {
    for (const page of pages) {
      addSteps(making, page.fields, { ...page, section })
    }
    return
  }
  const steps: StepTexts[] = pages.flatMap((page) =>
    chunks(page.fields).map((fields, index) => ({
      id: stepId(making, `${section}-seite`),
      title: page.title,
      ...leadOf(page, index),
      fields,
    })),
  )
  if (steps.length > 0) {
    const { itemTitle, another } = making.skeleton
    const named = firstText(group, pages)
    making.steps.push({
      id: stepId(making, section),
      section,
      title,
      loop: path,
      itemTitle: itemTitle.replaceAll('[[label]]', title),
      ...(named === undefined ? {} : { itemName: named }),
      another,
      steps,
    })
  }
}

/** The first thing typed of an item: by that people know it again. */
function firstText(group: DataGroup, [first]: readonly PageTexts[]): string | undefined {
  const own = asked(group.children).filter((node) => node.node === 'field')
  const index = own.findIndex(({ art, type }) => art === 'input' && (type === 'text' || type === 'text_latin'))
  return index < 0 ? undefined : first?.fields[index]
}

/** What the schema explains of a whole group stands above its first questions. */
const leadOf = ({ lead }: { readonly lead: string }, index: number) => (lead === '' || index > 0 ? {} : { lead })

type PageTexts = { readonly title: string; readonly lead: string; readonly fields: string[] }

type Within = { readonly path: string; readonly why: string; readonly isLoop: boolean }

/** Pages of a group: its own questions, then those of each group in it. */
function pagesOf(making: Making, group: DataGroup, within: Within): readonly PageTexts[] {
  making.groups[within.path] = { element: group.id, title: labelOf(group) }
  const children = asked(group.children)
  const own = fieldPaths(
    making,
    children.filter((node) => node.node === 'field'),
    within,
  )
  const inner = children.filter((node) => node.node === 'group')
  const taken = own.map((path) => path.split('.').at(-1) ?? '')
  return [
    ...(own.length === 0 ? [] : [{ title: labelOf(group), lead: group.inputHelp.slice(0, 2000), fields: own }]),
    ...inner.flatMap((child) => {
      const key = keyOf(child, taken)
      taken.push(key)
      return pagesOf(making, child, { ...within, path: `${within.path}.${key}` })
    }),
  ]
}

function fieldPaths(making: Making, fields: readonly DataNode[], { path, why, isLoop }: Within): string[] {
  const taken: string[] = []
  return fields.flatMap((field) => {
    if (field.node !== 'field') {
      return []
    }
    const key = keyOf(field, taken)
    taken.push(key)
    const whole = path === '' ? key : `${path}.${key}`
    const guess = guessOf(making, field)
    const texts = { ...textsOf(making, field, guess), why }
    making.fields[whole] = texts
    // Not everybody has a company: its line of an address is left out then.
    const isSure = field.min > 0 || guess?.part === 'name'
    if (guess?.part !== undefined && !isLoop && isSure && !making.parts.has(guess.part)) {
      making.parts.set(guess.part, whole)
    }
    if (isMatter(field, guess, texts)) {
      making.matters.push(whole)
    }
    return [whole]
  })
}

/** How people are reached, not what they want. */
const CONTACT = new Set(['email', 'phone', 'iban'])

const isMatter = (field: DataField, guess: Guess | undefined, texts: FieldTexts): boolean =>
  field.art !== 'label' &&
  field.type !== 'file' &&
  texts['kind'] !== 'declaration' &&
  guess?.part === undefined &&
  guess?.autocomplete === undefined &&
  !CONTACT.has(guess?.kind ?? '')

function addSteps(
  making: Making,
  fields: readonly string[],
  { section, title, lead }: { section: string; title: string; lead: string },
): void {
  for (const [index, chunk] of chunks(fields).entries()) {
    making.steps.push({ id: stepId(making, section), section, title, ...leadOf({ lead }, index), fields: chunk })
  }
}

function chunks(fields: readonly string[]): string[][] {
  const pages = Math.ceil(fields.length / ON_ONE_PAGE)
  const size = Math.ceil(fields.length / Math.max(1, pages))
  return Array.from({ length: pages }, (_, page) => fields.slice(page * size, (page + 1) * size))
}

function textsOf({ skeleton, guesses }: Making, field: DataField, guess: Guess | undefined): FieldTexts {
  if (field.art === 'label') {
    return noteTexts(field, { skeleton, guesses })
  }
  const label = labelOf(field)
  const fill = (text: string): string => text.replaceAll('[[label]]', label.replace(/[.:]$/, ''))
  const base: FieldTexts = { element: field.id, label, ...(field.name === label ? {} : { short: field.name }) }
  const hint = helpOf(field, guesses).slice(0, 2000)
  const help = hint === '' ? {} : { hint }
  if (field.art !== 'select' && field.type === 'bool') {
    return { ...base, ...yesNo(field, { skeleton, guesses }, fill), ...help }
  }
  const isWord = field.art !== 'select'
  const asked = skeleton.asked[field.art === 'select' ? 'select' : (ASKED[field.type] ?? 'text')]
  const unit = isWord && ['num', 'num_int'].includes(field.type) ? unitOf(guesses, field) : undefined
  return {
    ...base,
    ...(isWord && guess?.kind !== undefined ? { kind: guess.kind } : {}),
    ...help,
    subject: guess?.subject ?? fill(asked.subject),
    object: guess?.object ?? guess?.subject ?? fill(asked.object),
    ...(unit === undefined ? {} : { unit }),
    ...(isWord && guess?.autocomplete !== undefined ? { autocomplete: guess.autocomplete } : {}),
    ...(field.type === 'date' && guess?.past === true ? { past: true } : {}),
  }
}

/**
 * A note is the sentence that the element holds: its content, else what it is called on the page, else its description. What it is
 * called is its title, where that is more than "Hinweis" and not the sentence itself; else the sentence stands alone.
 */
function noteTexts(field: DataField, { skeleton, guesses }: Pick<Making, 'skeleton' | 'guesses'>): FieldTexts {
  const isBare = (text: string): boolean => guesses.bareTitles.includes(text.toLowerCase().replace(/[\s\d.:]+$/, ''))
  const called = [field.inputLabel, field.name]
    .map((text) => text.trim())
    .filter((text) => text !== '' && !isBare(text))
  const said = [field.content ?? '', isSentence(field.inputLabel) ? field.inputLabel : '', field.description ?? '']
  const text = said.map((one) => one.trim()).find((one) => one !== '') ?? called[0] ?? skeleton.note
  const title = called.find((one) => one !== text && !isSentence(one)) ?? text
  return { element: field.id, label: title.slice(0, 500), text: text.slice(0, 2000) }
}

/** More than a name: it ends as sentences do, or is as long as one. */
const isSentence = (text: string): boolean => /[.!?]$/.test(text.trim()) || text.trim().split(/\s+/).length > 8

const ASKED: Readonly<Record<string, keyof Skeleton['asked']>> = {
  file: 'file',
  date: 'date',
  datetime: 'date',
  time: 'time',
  num: 'number',
  num_int: 'number',
  num_currency: 'money',
}

/** A sentence somebody declares is ticked; anything else is answered by yes or no. */
function yesNo(
  field: DataField,
  { skeleton, guesses }: Pick<Making, 'skeleton' | 'guesses'>,
  fill: (text: string) => string,
): FieldTexts {
  const label = labelOf(field)
  const subject = fill(skeleton.asked.text.subject)
  if (guesses.declares.some((begin) => label.toLowerCase().startsWith(begin))) {
    return { kind: 'declaration', label: field.name, text: label, subject, object: fill(skeleton.declaration) }
  }
  return { subject, object: fill(label.endsWith('?') ? skeleton.boolQuestion : skeleton.bool) }
}

/** The unit that label or name end with: "Abstand in Metern", "Gewicht (kg)". */
function unitOf({ units }: Guesses, field: DataField): string | undefined {
  const ends = [labelOf(field), field.name].map((text) => text.toLowerCase().replace(/[\s.:?]+$/, ''))
  return units.find((one) => one.ends.some((end) => ends.some((text) => text.endsWith(` ${end}`))))?.unit
}

/** By name, and only where the data type can be what the name says. */
function guessOf({ guesses }: Making, field: DataField): Guess | undefined {
  const name = field.name.toLowerCase()
  return guesses.fields.find((guess) => {
    const isNamed = guess.whole ? name === guess.name : name.includes(guess.name)
    const isText = field.type === 'text' || field.type === 'text_latin'
    return (
      isNamed &&
      field.art !== 'label' &&
      (isText ? guess.past === undefined : guess.kind === undefined && guess.part === undefined)
    )
  })
}

const labelOf = (node: DataNode): string => (node.inputLabel || node.name).slice(0, 500)

const RESERVED = /^(item|heute|eintrag|and|or|not|in|between|if|then|else|for|return|some|every|satisfies|function|true|false|null|instance|of|constructor|prototype|count|sum|min|max|all|any|contains|substring|string|number|date|time|duration|abs|floor|ceiling|modulo|now|today)$/ // biome-ignore format: one list

/** A name for rules: small first letter, letters and digits, unlike its siblings. */
function keyOf(node: DataNode, taken: readonly string[]): string {
  const words = fold(node.name)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .slice(0, 4)
  const camel = words
    .map((word, index) => (index === 0 ? lowerFirst(word) : word[0]?.toUpperCase() + word.slice(1)))
    .join('')
  const plain = camel.replace(/^[^a-z]+/, '').slice(0, 36)
  const base = plain === '' || RESERVED.test(plain) ? node.id.toLowerCase().replace(/[^a-z0-9]/g, '') : plain
  let key = base
  for (let count = 2; taken.includes(key); count += 1) {
    key = `${base}${count}`
  }
  return key
}

/** `IBAN` becomes `iban`, `Vorname` `vorname`. */
const lowerFirst = (word: string): string => (word === word.toUpperCase() ? word.toLowerCase() : (word[0] ?? '').toLowerCase() + word.slice(1)) // biome-ignore format: one thought

const FOLDED: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue', ß: 'ss' }
const fold = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[äöüÄÖÜß]/g, (sign) => FOLDED[sign] ?? sign)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')

/** Address of a page, each once. It does not end in a number: that would look like an item of a list. */
function stepId(making: Making, wanted: string): string {
  const base = kebab(wanted).replace(/-\d+$/, '')
  let id = base
  for (let count = 1; making.ids.has(id); count += 1) {
    id = `${base}-${String.fromCharCode(97 + (count % 26)).repeat(Math.ceil(count / 26))}`
  }
  making.ids.add(id)
  return id
}

export const kebab = (text: string): string =>
  text
    .replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')

function recipientOf(parts: ReadonlyMap<string, string>): readonly string[] {
  const line = (...names: readonly string[]): string =>
    names.flatMap((name) => (parts.has(name) ? `{${parts.get(name) ?? ''}}` : [])).join(' ')
  return [
    line('name'),
    line('givenName', 'familyName'),
    line('street', 'houseNumber'),
    line('postalCode', 'town'),
  ].filter((text) => text !== '')
}
