import { SaxesParser, type SaxesTagNS } from 'saxes'

const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion'
const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#'

const DEPTH_MAX = 20
const ELEMENTS_MAX = 2_000
const SIGNATURE_METHODS = ['256', '384', '512'].map((bits) => `http://www.w3.org/2001/04/xmldsig-more#rsa-sha${bits}`)
const DIGEST_METHODS = [
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]
const TRANSFORMS = [`${SIGNATURE}enveloped-signature`, 'http://www.w3.org/2001/10/xml-exc-c14n#']
const CANONICAL = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** What stands in the outermost element, read after `scanResponse` found nothing strange. */
export type Outer = {
  readonly destination: string
  readonly inResponseTo: string
  readonly issuer: string
  readonly status: string
  readonly isEncrypted: boolean
}

type Node = {
  readonly name: string
  readonly ns: string
  readonly attributes: ReadonlyMap<string, string>
  text: string
}
type Scan = {
  readonly path: Node[]
  readonly ids: Set<string>
  readonly counts: Map<string, number>
  issuer: string
  status: string
  destination: string
  inResponseTo: string
  elements: number
}

/** Says why a message is refused; a code for the log, never a part of the message. */
export class StrangeMessage extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.name = 'StrangeMessage'
    this.code = code
  }
}

/**
 * Looks at a response before anything of it is believed, as narrowly as BundID writes it: no document type, comments,
 * processing instructions or CDATA; one `Response` holding one assertion as its child; signatures only where they sign
 * their parent, with one reference, known transforms and no SHA-1; every id once. All known ways of wrapping a signature
 * need one of these. Throws `StrangeMessage`.
 */
export function scanResponse(xml: string): Outer {
  const scan = walk(xml)
  const count = (name: string): number => scan.counts.get(name) ?? 0
  if (count('Assertion') + count('EncryptedAssertion') > 1) {
    throw new StrangeMessage('several-assertions')
  }
  return {
    destination: scan.destination,
    inResponseTo: scan.inResponseTo,
    issuer: scan.issuer,
    status: scan.status,
    isEncrypted: count('EncryptedAssertion') === 1,
  }
}

function walk(xml: string): Scan {
  if (/<!|<\?/.test(xml.replace(/^\s*<\?xml [^?>]*\?>/, ''))) {
    throw new StrangeMessage('no-plain-xml')
  }
  const scan: Scan = {
    path: [],
    ids: new Set(),
    counts: new Map(),
    issuer: '',
    status: '',
    destination: '',
    inResponseTo: '',
    elements: 0,
  }
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', () => {
    throw new StrangeMessage('no-xml')
  })
  parser.on('opentag', (tag) => open(scan, tag))
  parser.on('text', (text) => {
    const node = scan.path.at(-1)
    if (node !== undefined) {
      node.text += text
    }
  })
  parser.on('closetag', () => close(scan))
  parser.write(xml).close()
  return scan
}

function open(scan: Scan, tag: SaxesTagNS): void {
  scan.elements += 1
  const parents = scan.path.map((node) => node.name)
  if (scan.elements > ELEMENTS_MAX || parents.length > DEPTH_MAX) {
    throw new StrangeMessage('too-large')
  }
  const attributes = new Map(Object.values(tag.attributes).map((one) => [one.local, one.value] as const))
  const node: Node = { name: tag.local, ns: tag.uri, attributes, text: '' }
  countId(scan, attributes)
  checkPlace(scan, node, parents)
  scan.path.push(node)
  if (parents.length === 0) {
    scan.destination = attributes.get('Destination') ?? ''
    scan.inResponseTo = attributes.get('InResponseTo') ?? ''
  }
  if (node.name === 'StatusCode' && parents.join('/') === 'Response/Status') {
    scan.status = attributes.get('Value') ?? ''
  }
}

function close(scan: Scan): void {
  const node = scan.path.pop()
  if (node?.name === 'Issuer' && scan.path.map((one) => one.name).join('/') === 'Response') {
    scan.issuer = node.text
  }
}

/** Ids in whatever spelling: a signature could name one that another parser finds elsewhere. */
function countId(scan: Scan, attributes: ReadonlyMap<string, string>): void {
  for (const name of ['ID', 'Id', 'id', 'AssertionID']) {
    const id = attributes.get(name)
    if (id !== undefined) {
      if (scan.ids.has(id) || !/^[A-Za-z_][\w.-]{0,200}$/.test(id)) {
        throw new StrangeMessage('id-twice')
      }
      scan.ids.add(id)
    }
  }
}

const SIGNED_PLACES = ['Response', 'Response/Assertion', 'Assertion']

/** Where the elements that decide something may stand, and nowhere else. */
function checkPlace(scan: Scan, { name, ns, attributes }: Node, parents: readonly string[]): void {
  const place = parents.join('/')
  if (
    parents.length === 0 &&
    !(name === 'Response' && ns === PROTOCOL) &&
    !(name === 'Assertion' && ns === ASSERTION)
  ) {
    throw new StrangeMessage('no-response')
  }
  const where = PLACES[name]
  if (where !== undefined && !(where.ns.includes(ns) && where.places.includes(place))) {
    throw new StrangeMessage('out-of-place')
  }
  if (ns === SIGNATURE && parents.includes('Object')) {
    throw new StrangeMessage('out-of-place')
  }
  const counted = `${place}/${name}`
  scan.counts.set(name, (scan.counts.get(name) ?? 0) + 1)
  scan.counts.set(counted, (scan.counts.get(counted) ?? 0) + 1)
  if (ns === SIGNATURE && ['Signature', 'SignedInfo', 'Reference', 'DigestValue', 'SignatureValue'].includes(name)) {
    if ((scan.counts.get(counted) ?? 0) > 1) {
      throw new StrangeMessage('several-signatures')
    }
  }
  checkAlgorithm({ name, ns, attributes }, parents)
}

const below = (places: readonly string[], path: string): readonly string[] => places.map((place) => `${place}/${path}`)
const PLACES: Readonly<Record<string, { readonly ns: readonly string[]; readonly places: readonly string[] }>> = {
  Response: { ns: [PROTOCOL], places: [''] },
  Assertion: { ns: [ASSERTION], places: ['', 'Response'] },
  EncryptedAssertion: { ns: [ASSERTION], places: ['Response'] },
  Subject: { ns: [ASSERTION], places: ['Response/Assertion', 'Assertion'] },
  NameID: { ns: [ASSERTION], places: ['Response/Assertion/Subject', 'Assertion/Subject'] },
  Conditions: { ns: [ASSERTION], places: ['Response/Assertion', 'Assertion'] },
  AttributeStatement: { ns: [ASSERTION], places: ['Response/Assertion', 'Assertion'] },
  Signature: { ns: [SIGNATURE], places: SIGNED_PLACES },
  SignedInfo: { ns: [SIGNATURE], places: below(SIGNED_PLACES, 'Signature') },
  Reference: { ns: [SIGNATURE], places: below(SIGNED_PLACES, 'Signature/SignedInfo') },
  Object: { ns: [], places: [] },
  Extensions: { ns: [], places: [] },
}

const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  SignatureMethod: SIGNATURE_METHODS,
  CanonicalizationMethod: [CANONICAL],
  Transform: TRANSFORMS,
  DigestMethod: DIGEST_METHODS,
}

/** How a key was padded for us (`EncryptionMethod`) is no matter of signatures. */
function checkAlgorithm(
  { name, attributes }: Pick<Node, 'name' | 'ns' | 'attributes'>,
  parents: readonly string[],
): void {
  const known = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
  const isPadding = parents.at(-1) === 'EncryptionMethod'
  if (known !== undefined && !isPadding && !known.includes(attributes.get('Algorithm') ?? '')) {
    throw new StrangeMessage('algorithm')
  }
}
