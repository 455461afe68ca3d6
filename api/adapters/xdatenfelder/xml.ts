import { SaxesParser } from 'saxes'
import type { Finding } from '../../lib/finding.ts'

/** One element with the line it begins on. Text is the text directly inside it, trimmed. */
export type XmlElement = {
  readonly name: string
  readonly uri: string
  readonly line: number
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  readonly text: string
}

export type XmlLimits = { readonly charactersMax: number; readonly depthMax: number; readonly elementsMax: number }
export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly finding: Finding }

type Open = { -readonly [K in keyof Omit<XmlElement, 'children'>]: XmlElement[K] } & { readonly children: Open[] }

/**
 * Reads a small XML file into a tree, stopping at the first thing wrong. Refuses a DOCTYPE (so no entities can be
 * declared), a file over its limits, and anything not well-formed. Loads nothing from anywhere; never throws.
 */
export function readXml(source: string, file: string, limits: XmlLimits): XmlResult {
  if (source.length > limits.charactersMax) {
    const detail = `The file has ${source.length} characters; at most ${limits.charactersMax} are read.`
    return { ok: false, finding: { file, line: 1, type: 'xml/too-large', detail } }
  }
  const parser = new SaxesParser({ xmlns: true, position: true })
  const stop = (type: string, detail: string): never => {
    throw new XmlStop({ file, line: parser.line, type, detail })
  }
  const root = listen(parser, limits, stop)
  try {
    parser.write(source).close()
  } catch (cause) {
    const finding =
      cause instanceof XmlStop
        ? cause.finding
        : { file, line: 1, type: 'xml/malformed', detail: 'The file cannot be read.' }
    return { ok: false, finding }
  }
  const [element] = root
  return element === undefined
    ? { ok: false, finding: { file, line: 1, type: 'xml/malformed', detail: 'The file holds no element.' } }
    : { ok: true, root: element }
}

class XmlStop extends Error {
  readonly finding: Finding
  constructor(finding: Finding) {
    super(finding.detail)
    this.finding = finding
  }
}

function listen(
  parser: SaxesParser<{ xmlns: true; position: true }>,
  limits: XmlLimits,
  stop: (type: string, detail: string) => never,
): readonly XmlElement[] {
  const stack: Open[] = []
  const roots: Open[] = []
  let count = 0
  let startLine = 1
  parser.on('error', (error) => stop('xml/malformed', error.message.replace(/^\d+:\d+: /, '')))
  parser.on('doctype', () => stop('xml/doctype', 'A DOCTYPE is not allowed.'))
  parser.on('processinginstruction', () => stop('xml/instruction', 'A processing instruction is not allowed.'))
  parser.on('opentagstart', () => {
    startLine = parser.line
  })
  parser.on('opentag', (tag) => {
    count += 1
    if (count > limits.elementsMax || stack.length >= limits.depthMax) {
      stop('xml/too-large', `At most ${limits.elementsMax} elements, ${limits.depthMax} deep, are read.`)
    }
    const attributes = new Map(Object.values(tag.attributes).map((attribute) => [attribute.local, attribute.value]))
    const element: Open = { name: tag.local, uri: tag.uri, line: startLine, attributes, children: [], text: '' }
    const siblings = stack.at(-1)?.children ?? roots
    siblings.push(element)
    stack.push(element)
  })
  const addText = (text: string): void => {
    const element = stack.at(-1)
    if (element !== undefined) {
      element.text += text
    }
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const element = stack.pop()
    if (element !== undefined) {
      element.text = element.text.trim()
    }
  })
  return roots
}
