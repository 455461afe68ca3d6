import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes'

/** Namespace of XZuFi 2.2.0. */
export const XZUFI = 'http://xoev.de/schemata/xzufi/2_2_0'

/** Largest depth of elements, largest object in characters, most elements of one object, most attributes of one element. */
export const LIMITS = { depth: 32, objectChars: 2_000_000, objectElements: 50_000, attributes: 40, name: 200 } as const

/** One element with its text; elements and text of the same parent keep their own order only. */
export type Element = {
  readonly name: string
  readonly line: number
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

/** Why a file cannot be read; `type` is the last part of a finding's type. */
export type XmlFault = { readonly type: string; readonly line: number; readonly detail: string }

export type TransferParser = {
  /** Takes the next piece of text; gives the commands (`schreibe`, `loesche`) and bare objects that are complete by now. */
  readonly push: (text: string) => readonly Element[]
  /** Ends the file. */
  readonly end: () => readonly Element[]
  /** Line that was reached. */
  readonly line: () => number
  /** First fault, after which nothing more is given. */
  readonly fault: () => XmlFault | null
}

type State = {
  readonly open: Element[]
  readonly done: Element[]
  depth: number
  /** Signs read since the parser last saw a tag: bounds what it gathers inside. */
  pending: number
  chars: number
  elements: number
  command: boolean
  /** Commands and objects so far, and what else stood where they stand. */
  taken: number
  readonly strange: { readonly name: string; readonly line: number }[]
  fault: XmlFault | null
}

/**
 * What stands directly below the root: commands of a transfer message, or the objects themselves in an answer
 * (`leistungen.antwort.leistung…`), which hands out how they are now.
 */
const COMMANDS = new Set(['schreibe', 'loesche'])
export const OBJECTS = new Set([
  'leistung',
  'organisationseinheit',
  'zustaendigkeitTransferObjekt',
  'onlinedienst',
  'spezialisierung',
  'formular',
  'kontaktsystem',
  'gebiet',
  'zahlungsmittel',
  'dienst',
])
/** What a message says of itself. */
const FRAME = new Set(['nachrichtenkopf', 'transaktionID', 'transaktionPosition'])

/**
 * Reads one transfer file piece by piece with constant memory: only the command that is being read is kept.
 * Faults: not well-formed, DOCTYPE, another namespace than XZuFi 2.2.0, too deep, object too large, not declared as UTF-8,
 * a message that holds something and none of it is a command or an object.
 */
export function newTransferParser(): TransferParser {
  const state: State = {
    open: [],
    done: [],
    depth: 0,
    pending: 0,
    chars: 0,
    elements: 0,
    command: false,
    taken: 0,
    strange: [],
    fault: null,
  }
  const parser = new SaxesParser({ xmlns: true })
  const refuse = (type: string, detail: string): void => {
    state.fault ??= { type, line: parser.line, detail }
  }
  parser.on('error', (error) => refuse('not-well-formed', error.message.replace(/^\d+:\d+: /, '')))
  parser.on('doctype', () => refuse('doctype', 'a DOCTYPE is not allowed'))
  parser.on('processinginstruction', ({ target }) =>
    refuse('instruction', `processing instruction "${target}" is not allowed`),
  )
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') {
      refuse('not-utf-8', `declared as ${encoding}; only UTF-8 is read`)
    }
  })
  parser.on('opentag', (tag) => openTag(state, tag, parser.line, refuse))
  parser.on('text', (text) => addText(state, text, refuse))
  parser.on('cdata', (text) => addText(state, text, refuse))
  parser.on('closetag', () => closeTag(state))
  const take = (work: () => void): readonly Element[] => {
    if (state.fault === null) {
      work()
    }
    return state.fault === null ? state.done.splice(0) : []
  }
  return {
    push: (text) =>
      take(() => {
        state.pending += text.length
        parser.write(text)
        if (state.pending > LIMITS.objectChars) {
          refuse('too-large', `more than ${LIMITS.objectChars} signs without a tag`)
        }
      }),
    end: () =>
      take(() => {
        parser.close()
        state.fault ??= emptyFault(state)
      }),
    line: () => parser.line,
    fault: () => state.fault,
  }
}

type Refuse = (type: string, detail: string) => void

function openTag(state: State, tag: SaxesTagNS, line: number, refuse: Refuse): void {
  state.depth += 1
  state.pending = 0
  if (state.fault !== null) {
    return
  }
  const fault = faultOf(state, tag)
  if (fault !== null) {
    refuse(...fault)
    return
  }
  if (state.depth === 2) {
    enter(state, tag.local, line)
  }
  if (!state.command) {
    return
  }
  state.elements += 1
  const element: Element = { name: tag.local, line, attributes: attributesOf(tag), children: [], text: '' }
  state.open.at(-1)?.children.push(element)
  state.open.push(element)
}

function enter(state: State, name: string, line: number): void {
  if (COMMANDS.has(name) || OBJECTS.has(name)) {
    state.command = true
    state.taken += 1
    state.chars = 0
    state.elements = 0
  } else if (!FRAME.has(name) && state.strange.length < 5) {
    state.strange.push({ name, line })
  }
}

/** A message without changes is sound; one that holds only what we do not know is not read as if it were empty. */
function emptyFault({ taken, strange }: State): XmlFault | null {
  const [first] = strange
  if (taken > 0 || first === undefined) {
    return null
  }
  const found = [...new Set(strange.map(({ name }) => `"${name}"`))].join(', ')
  const detail = `below the root stands ${found}, expected "schreibe", "loesche" or an object such as "leistung"`
  return { type: 'nothing-to-read', line: first.line, detail }
}

/** `code` and `name` of a code list entry stand in no namespace (XÖV), everything else in XZuFi's. */
function faultOf(state: State, tag: SaxesTagNS): [string, string] | null {
  if (state.depth > LIMITS.depth) {
    return ['too-deep', `more than ${LIMITS.depth} elements inside each other`]
  }
  if (Object.keys(tag.attributes).length > LIMITS.attributes || tag.name.length > LIMITS.name) {
    return ['too-large', `element with more than ${LIMITS.attributes} attributes or a name over ${LIMITS.name} signs`]
  }
  if (state.elements >= LIMITS.objectElements) {
    return ['too-large', `more than ${LIMITS.objectElements} elements in one object`]
  }
  const isBare = state.depth > 2 && tag.uri === '' && (tag.local === 'code' || tag.local === 'name')
  if (tag.uri !== XZUFI && !isBare) {
    return ['namespace', `element "${tag.name}" stands in namespace "${tag.uri}", expected "${XZUFI}"`]
  }
  const version = tag.attributes['xzufiVersion']?.value
  if (state.depth === 1 && version !== undefined && version !== '2.2.0') {
    return ['version', `xzufiVersion is "${version}", expected "2.2.0"`]
  }
  return null
}

const attributesOf = (tag: SaxesTagNS): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.values(tag.attributes).map((attribute: SaxesAttributeNS) => [attribute.local, attribute.value]),
  )

function addText(state: State, text: string, refuse: Refuse): void {
  const element = state.open.at(-1)
  if (element === undefined || state.fault !== null) {
    return
  }
  state.chars += text.length
  if (state.chars > LIMITS.objectChars) {
    refuse('too-large', `more than ${LIMITS.objectChars} signs in one object`)
    return
  }
  element.text += text
}

function closeTag(state: State): void {
  state.depth -= 1
  state.pending = 0
  const element = state.command ? state.open.pop() : undefined
  if (element !== undefined && state.open.length === 0) {
    state.done.push(element)
    state.command = false
  }
}
