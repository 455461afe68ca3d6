import { stringify } from 'yaml'
import type { DataField, DataGroup, DataModel, DataNode } from '../forms/data-model.ts'
import { isLocked, lockedIn } from './generate-locked.ts'
import { free, kebab, keyOf, labelOf } from './generate-names.ts'
import { bondOf, labelIn, numbered, type Paging, type Stepping, stepId, stepsOf } from './generate-pages.ts'
import { type FieldTexts, guessOf, textsOf } from './generate-texts.ts'
import type { Locked } from './locked.ts'
import type { Guess, Guesses, Skeleton } from './templates.ts'

type Making = Paging & {
  readonly guesses: Guesses
  readonly groups: Record<string, { element: string; title: string }>
  readonly fields: Record<string, FieldTexts>
  readonly locked: Record<string, Omit<Locked, 'path'>>
  readonly purposes: Record<string, { purpose: string; legalBasis?: string }>
  readonly sections: { id: string; title: string }[]
  readonly steps: unknown[]
  /** Path by part of an address, for the letter's recipient. */
  readonly parts: Map<string, string>
  /** Questions about the matter: not who somebody is, how they are reached, what they confirm or hand in. */
  readonly matters: string[]
}

const MATTERS_MAX = 40

export type Generated = {
  /** `form.de.yaml`. */
  readonly overlay: string
  /** Lines of the address in a notice, with names in braces; empty where the form asks for no address. */
  readonly recipient: readonly string[]
  /** The same by what each line holds; empty where the form does not ask for it. */
  readonly address: readonly string[]
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
    locked: {},
    purposes: {},
    sections: [],
    steps: [],
    ids: new Set(),
    titles: new Set(),
    bonds: new Map(),
    parts: new Map(),
    matters: [],
  }
  addInOrder(making, model)
  const { start, review, receipt } = fillIn(skeleton, title)
  const overlay = {
    format: 1,
    element: model.id,
    version: model.version,
    title,
    purposes: making.purposes,
    groups: making.groups,
    fields: making.fields,
    ...(Object.keys(making.locked).length === 0 ? {} : { locked: making.locked }),
    sections: making.sections,
    steps: making.steps,
    start,
    review,
    receipt,
  }
  return {
    overlay: stringify(overlay, { lineWidth: 120 }),
    recipient: addressOf(making.parts).filter((line) => line !== ''),
    address: addressOf(making.parts),
    matters: making.matters.slice(0, MATTERS_MAX),
  }
}

function fillIn(skeleton: Skeleton, title: string): Pick<Skeleton, 'start' | 'review' | 'receipt'> {
  const { start, review, receipt } = skeleton
  return JSON.parse(JSON.stringify({ start, review, receipt }), (_, value) =>
    typeof value === 'string' ? value.replaceAll('[[title]]', title) : value,
  )
}

/** Groups, and what stands between them without a group, from the top of the schema to its end. */
function addInOrder(making: Making, model: DataModel): void {
  addAsked(making, model)
  if (model.children.some(isLocked)) {
    const at = { path: '', why: LOOSE, taken: [...topKeys(making)], fields: making.fields }
    Object.assign(making.locked, lockedIn(model.children.filter(isLocked), at))
    if (making.purposes[LOOSE] === undefined) {
      addPurpose(making, LOOSE, model)
    }
  }
}

function addAsked(making: Making, model: DataModel): void {
  const children = asked(model.children)
  for (const [index, node] of children.entries()) {
    if (node.node === 'group') {
      addGroup(making, node, model)
    } else if (children[index - 1]?.node !== 'field') {
      const at = { path: '', why: LOOSE, isLoop: false, taken: [...topKeys(making)] }
      const paths = fieldPaths(making, runFrom(children, index), at)
      const section = sectionId(making, LOOSE)
      addPurpose(making, LOOSE, model)
      making.sections.push({ id: section, title: sectionTitle(making, paths) })
      addSteps(making, paths, { section, title: '', lead: '' })
    }
  }
}

/** Questions in no group are called after the only one of them. */
function sectionTitle(making: Making, paths: readonly string[]): string {
  const { sections, skeleton } = making
  const [only = '', ...others] = paths
  const taken = new Set(sections.map(({ title }) => title))
  return others.length === 0 && taken.size > 0 ? labelIn(making, only) : numbered(skeleton.section, taken, skeleton)
}

/** Section and purpose of questions in no group. */
const LOOSE = 'angaben'

const sectionId = ({ sections }: Making, wanted: string): string => free(wanted, new Set(sections.map(({ id }) => id)))

/** What is asked at all: hidden and locked fields are not, nor groups without anything else. */
const asked = (nodes: readonly DataNode[]): readonly DataNode[] =>
  nodes.filter((node) => (node.node === 'field' ? node.art !== 'hidden' && node.art !== 'locked' : true))

function addPurpose(making: Making, id: string, about: DataGroup | DataModel): void {
  const legalBasis = about.legalBasis.map(({ text }) => text).join('; ')
  making.purposes[id] = { purpose: making.skeleton.purpose, ...(legalBasis === '' ? {} : { legalBasis }) }
}

function addGroup(making: Making, group: DataGroup, model: DataModel): void {
  const path = keyOf(group, topKeys(making))
  const section = sectionId(making, kebab(path))
  const title = labelOf(group)
  const isLoop = group.max !== 1
  addPurpose(making, section, group.legalBasis.length > 0 ? group : model)
  making.sections.push({ id: section, title })
  const pages = pagesOf(making, group, { path, why: section, isLoop })
  if (!isLoop) {
    for (const page of pages) {
      addSteps(making, page.fields, { ...page, section })
    }
    return
  }
  // Inside of a list its item stands above, so that its own title may be that of the first page.
  const steps = pages.flatMap((page) => stepsOf(making, page.fields, { ...page, base: `${section}-seite` }))
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
function firstText(group: DataGroup, pages: readonly PageTexts[]): string | undefined {
  const children = asked(group.children)
  const first = children.findIndex((node) => node.node === 'field')
  const own = first < 0 ? [] : runFrom(children, first)
  const index = own.findIndex(
    (node) => node.node === 'field' && node.art === 'input' && (node.type === 'text' || node.type === 'text_latin'),
  )
  return index < 0 ? undefined : pages.find(({ title }) => title === labelOf(group))?.fields[index]
}

type PageTexts = { readonly title: string; readonly lead: string; readonly within: string; readonly fields: string[] }

type Within = {
  readonly path: string
  readonly why: string
  readonly isLoop: boolean
  /** Title of the group around it. */
  readonly around?: string
}

/** Pages of a group from its top to its end: its own questions, and those of each group in it where that stands. */
function pagesOf(making: Making, group: DataGroup, within: Within): readonly PageTexts[] {
  const title = labelOf(group)
  making.groups[within.path] = { element: group.id, title }
  const children = asked(group.children)
  const taken: string[] = []
  const pages = children.flatMap((child, index): readonly PageTexts[] => {
    if (child.node === 'group') {
      const key = keyOf(child, taken)
      taken.push(key)
      return pagesOf(making, child, { ...within, path: `${within.path}.${key}`, around: title })
    }
    if (children[index - 1]?.node === 'field') {
      return []
    }
    const fields = fieldPaths(making, runFrom(children, index), { ...within, taken })
    const isFirst = !children.slice(0, index).some((node) => node.node === 'field')
    const lead = isFirst ? group.inputHelp.slice(0, 2000) : ''
    return [{ title: isFirst ? title : '', within: isFirst ? (within.around ?? '') : title, lead, fields }]
  })
  if (!within.isLoop) {
    Object.assign(making.locked, lockedIn(group.children, { ...within, taken, fields: making.fields }))
  }
  return pages
}

/** Questions that follow each other without a group between them. */
function runFrom(children: readonly DataNode[], from: number): readonly DataNode[] {
  const end = children.findIndex((later, index) => index > from && later.node === 'group')
  return children.slice(from, end < 0 ? undefined : end)
}

const topKeys = ({ groups, fields }: Making): readonly string[] =>
  [...Object.keys(groups), ...Object.keys(fields)].map((path) => path.split('.')[0] ?? '')

function fieldPaths(
  making: Making,
  fields: readonly DataNode[],
  { path, why, isLoop, taken }: Within & { readonly taken: string[] },
): string[] {
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
    const bond = bondOf(field, guess)
    if (bond !== undefined) {
      making.bonds.set(whole, bond)
    }
    // Not everybody has a company: its line of an address is left out then.
    const isSure = field.min > 0 || guess?.part === 'name'
    if (guess?.part !== undefined && !isLoop && isSure && !making.parts.has(guess.part)) {
      making.parts.set(guess.part, whole)
    }
    if (isLoop ? isRepeated(field, texts) : isMatter(field, guess, texts)) {
      making.matters.push(whole)
    }
    return [whole]
  })
}

/** How people are reached, not what they want. */
const CONTACT = new Set(['email', 'phone', 'iban'])

/** Of a list each item is repeated whole: a birth date without its name says nothing. */
const isRepeated = (field: DataField, texts: FieldTexts): boolean =>
  field.art !== 'label' && field.type !== 'file' && texts['kind'] !== 'declaration'

const isMatter = (field: DataField, guess: Guess | undefined, texts: FieldTexts): boolean =>
  field.art !== 'label' &&
  field.type !== 'file' &&
  texts['kind'] !== 'declaration' &&
  guess?.part === undefined &&
  guess?.autocomplete === undefined &&
  guess?.matter !== false &&
  !CONTACT.has(guess?.kind ?? '')

function addSteps(making: Making, fields: readonly string[], at: Stepping & { readonly section: string }): void {
  const { section } = at
  making.steps.push(...stepsOf(making, fields, { ...at, base: section }).map(({ id, ...step }) => ({ id, section, ...step }))) // biome-ignore format: one thought
}

function addressOf(parts: ReadonlyMap<string, string>): readonly string[] {
  const line = (...names: readonly string[]): string =>
    names.flatMap((name) => (parts.has(name) ? `{${parts.get(name) ?? ''}}` : [])).join(' ')
  return [line('name'), line('givenName', 'familyName'), line('street', 'houseNumber'), line('postalCode', 'town')]
}
