import type { CatalogueSource } from '../catalogue/feed.ts'
import type { DataModelReader } from '../forms/data-model.ts'
import { readQuestionTable } from '../forms/service.ts'
import type { Finding } from '../lib/finding.ts'

/** Reads one transfer file of the state's catalogue. Implemented by `adapters/xzufi`. */
export type CatalogueFileReader = (name: string, bytes: Uint8Array) => CatalogueSource

/** A file as somebody dropped it. */
export type DroppedFile = { readonly name: string; readonly bytes: Uint8Array }

/** What a dropped file is, known by what it holds, not by its name. */
export type Dropped =
  | { readonly kind: 'form'; readonly name: string; readonly text: string }
  | { readonly kind: 'process'; readonly name: string; readonly text: string }
  | { readonly kind: 'code-list'; readonly name: string; readonly text: string }
  | { readonly kind: 'table'; readonly name: string; readonly text: string }
  | { readonly kind: 'catalogue'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'unknown'; readonly name: string }

/** Tells what a dropped file is: XDatenfelder, BPMN, genericode, XZuFi, or a table of questions. */
export function recognise({ name, bytes }: DroppedFile): Dropped {
  const text = decode(bytes)
  const root = rootOf(text)
  if (root === undefined) {
    return /\.csv$/i.test(name) || /^[^<]*bezeichnungEingabe/i.test(text.slice(0, 2000))
      ? { kind: 'table', name, text }
      : { kind: 'unknown', name }
  }
  if (/^xdatenfelder\./.test(root.name) || root.uri.includes('xdatenfelder')) {
    return { kind: 'form', name, text }
  }
  if (root.name === 'definitions') {
    return { kind: 'process', name, text }
  }
  if (root.name === 'CodeList') {
    return { kind: 'code-list', name, text }
  }
  return root.uri.includes('xzufi')
    ? { kind: 'catalogue', name, bytes: new TextEncoder().encode(text) }
    : { kind: 'unknown', name }
}

/** Name of an external code list in a service's folder, from the name it came with. */
export function codeListName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/\.(xml|gc)$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return `codelist.${plain === '' ? 'liste' : plain}.xml`
}

/** Data schema of a dropped form or table, with the code lists that came along. */
export function modelOf(
  dropped: { readonly kind: 'form' | 'table'; readonly name: string; readonly text: string },
  lists: Readonly<Record<string, string>>,
  readXml: DataModelReader,
) {
  return dropped.kind === 'form'
    ? readXml(dropped.text, dropped.name, lists)
    : readQuestionTable(dropped.text, dropped.name)
}

/** Finding for a file that nobody can use. */
export const unusable = ({ name }: { readonly name: string }): Finding => {
  const detail = 'The file is none of XDatenfelder, BPMN, genericode, XZuFi or a table of questions.'
  return { file: name, line: 1, type: 'editing/unknown-file', detail }
}

/** Bytes as text: UTF-8, UTF-16 by its mark, or what the declaration of an XML file says. The text is UTF-8 from then on. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200))
  const named = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1]?.toLowerCase()
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const label = isUtf16
    ? first === 0xff
      ? 'utf-16le'
      : 'utf-16be'
    : KNOWN.includes(named ?? '')
      ? (named ?? '')
      : 'utf-8'
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes)
    return text.replace(/^(\s*<\?xml[^>]*encoding=)["'][^"']*["']/, '$1"UTF-8"')
  } catch {
    // Tables saved by older spreadsheets.
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const KNOWN = ['iso-8859-1', 'iso-8859-15', 'windows-1252', 'utf-16le', 'utf-16be']

/** Name and namespace of the root element, as far as the first signs tell; parsing comes later and refuses what is wrong. */
function rootOf(text: string): { readonly name: string; readonly uri: string } | undefined {
  const start = text.replace(/<!--[\s\S]*?-->/g, '').slice(0, 20_000)
  const match = /<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)((?:\s[^<>]*)?)\/?>/.exec(start.replace(/<\?[\s\S]*?\?>/g, ''))
  if (match === null || !/^\s*</.test(start.replace(/^\ufeff/, ''))) {
    return undefined
  }
  const prefix = match[1] === undefined ? 'xmlns' : `xmlns:${match[1].slice(0, -1)}`
  const uri = new RegExp(`${prefix}=["']([^"']*)["']`).exec(match[3] ?? '')?.[1] ?? ''
  return { name: match[2] ?? '', uri }
}
