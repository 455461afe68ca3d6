import { SaxesParser } from 'saxes'
import { StrangeMessage } from './scan.ts'

const AKDB = 'https://www.akdb.de/request/2018/09'

/** What a verified assertion says. */
export type Assertion = {
  readonly id: string
  readonly issuer: string
  readonly recipients: readonly string[]
  readonly inResponseTo: readonly string[]
  readonly audiences: readonly string[]
  readonly contextClasses: readonly string[]
  /** By name (OID); one that stands twice keeps no value. */
  readonly attributes: ReadonlyMap<string, { readonly value: string; readonly trustLevel: string }>
}

type Open = { readonly name: string; readonly attributes: ReadonlyMap<string, string>; text: string }
type Reading = {
  readonly path: Open[]
  id: string
  issuer: string
  readonly recipients: string[]
  readonly inResponseTo: string[]
  readonly audiences: string[]
  readonly contextClasses: string[]
  readonly attributes: Map<string, { value: string; trustLevel: string }>
  readonly twice: Set<string>
}

/** Reads the bytes whose signature was verified, and nothing else. Throws `StrangeMessage`. */
export function readAssertion(xml: string): Assertion {
  const reading: Reading = {
    path: [],
    id: '',
    issuer: '',
    recipients: [],
    inResponseTo: [],
    audiences: [],
    contextClasses: [],
    attributes: new Map(),
    twice: new Set(),
  }
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', () => {
    throw new StrangeMessage('no-xml')
  })
  parser.on('opentag', (tag) => {
    // Only `akdb:TrustLevel` has a namespace; a plain attribute of that name is not it.
    const attributes = Object.values(tag.attributes).map(
      (one) => [one.uri === AKDB ? `akdb:${one.local}` : one.name, one.value] as const,
    )
    reading.path.push({ name: tag.local, attributes: new Map(attributes), text: '' })
    opened(reading)
  })
  parser.on('text', (text) => {
    const node = reading.path.at(-1)
    if (node !== undefined) {
      node.text += text
    }
  })
  parser.on('closetag', () => closed(reading))
  parser.write(xml).close()
  for (const name of reading.twice) {
    reading.attributes.delete(name)
  }
  return reading
}

function opened(reading: Reading): void {
  const node = reading.path.at(-1)
  switch (reading.path.map((one) => one.name).join('/')) {
    case 'Assertion':
      reading.id = node?.attributes.get('ID') ?? ''
      return
    case 'Assertion/Subject/SubjectConfirmation/SubjectConfirmationData':
      reading.recipients.push(node?.attributes.get('Recipient') ?? '')
      reading.inResponseTo.push(node?.attributes.get('InResponseTo') ?? '')
      return
    default:
  }
}

function closed(reading: Reading): void {
  const path = reading.path.map((one) => one.name).join('/')
  const node = reading.path.pop()
  const text = node?.text.trim() ?? ''
  switch (path) {
    case 'Assertion/Issuer':
      reading.issuer = text
      return
    case 'Assertion/Conditions/AudienceRestriction/Audience':
      reading.audiences.push(text)
      return
    case 'Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef':
      reading.contextClasses.push(text)
      return
    case 'Assertion/AttributeStatement/Attribute/AttributeValue':
      putAttribute(reading, text)
      return
    default:
  }
}

function putAttribute(reading: Reading, value: string): void {
  const { attributes } = reading.path.at(-1) ?? { attributes: new Map<string, string>() }
  // BundID's own simulator writes a blank into two of the names.
  const name = (attributes.get('Name') ?? '').replace(/\s/g, '')
  if (reading.attributes.has(name)) {
    reading.twice.add(name)
  }
  reading.attributes.set(name, { value, trustLevel: attributes.get('akdb:TrustLevel') ?? '' })
}
