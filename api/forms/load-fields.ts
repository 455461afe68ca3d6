import { ATTRIBUTES, prefillName } from '../lib/attribute-names.ts'
import { nearest } from '../lib/finding.ts'
import type { DataField, DataGroup, DataModel, DataNode } from './data-model.ts'
import { fileLimitsOf, limitsOf } from './limits.ts'
import { addressOf, partOf, tokenOf } from './load-address.ts'
import { optionsOf } from './load-options.ts'
import type { Loading } from './loading.ts'
import type { Computed, Field, FieldKind, Group, Why } from './model.ts'
import { ITEM_NAMES } from './names.ts'
import { ALWAYS, type FieldOverlay, NEVER } from './overlay.ts'
import type { Place } from './yaml.ts'

const KEY = /^[a-z][A-Za-z0-9]{0,39}$/
/** Names that mean something in rules, or on every object of the language. */
const RESERVED = new Set(
  'heute eintrag eintragOben eintragGanzOben item and or not in between if then else for return some every satisfies function true false null instance of'
    .split(' ')
    .concat('constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'toLocaleString')
    .concat(
      'count',
      'sum',
      'min',
      'max',
      'all',
      'any',
      'contains',
      'substring',
      'string',
      'number',
      'date',
      'time',
      'duration',
    )
    .concat('abs', 'floor', 'ceiling', 'modulo', 'propertyIsEnumerable', 'now', 'today'),
)

/** Joins the data schema with the overlay's groups and fields; reports what is on one side only. */
export function loadFields(
  loading: Loading,
  model: DataModel,
): { fields: ReadonlyMap<string, Field>; groups: ReadonlyMap<string, Group> } {
  const nodes = new Map<string, DataGroup>()
  const used = new Set<DataNode>()
  const groups = new Map<string, Group>()
  const paths = Object.keys(loading.overlay.groups).toSorted((a, b) => a.split('.').length - b.split('.').length)
  for (const path of paths) {
    const overlay = loading.overlay.groups[path]
    const node =
      overlay === undefined
        ? undefined
        : findNode(loading, model, { path, element: overlay.element, nodes, kind: 'groups' })
    if (overlay !== undefined && node?.node === 'group') {
      nodes.set(path, node)
      used.add(node)
      const parts = addressOf(loading, path, overlay)
      groups.set(path, { path, element: refOf(node), title: overlay.title, ...parts, ...loopOf(loading, node, path) })
      if (loopsAround(`${path}.`, groups).length > ITEM_NAMES.length) {
        loading.report(['groups', path], 'forms/loop', 'Groups repeat within each other at most three deep.')
      }
    }
  }
  const fields = new Map<string, Field>()
  for (const [path, overlay] of Object.entries(loading.overlay.fields)) {
    const node = findNode(loading, model, { path, element: overlay.element, nodes, kind: 'fields' })
    if (node?.node === 'field') {
      used.add(node)
      const field = loadField(loading, { path, overlay, node, groups })
      fields.set(path, field)
    }
  }
  reportUnused(loading, model.children, used)
  return { fields, groups }
}

function findNode(
  loading: Loading,
  model: DataModel,
  wanted: { path: string; element: string; nodes: ReadonlyMap<string, DataGroup>; kind: 'groups' | 'fields' },
): DataNode | undefined {
  const parts = wanted.path.split('.')
  const place = [wanted.kind, wanted.path]
  const bad = parts.find((part) => !KEY.test(part) || RESERVED.has(part))
  if (bad !== undefined || parts.length > 6) {
    loading.report(
      place,
      'forms/key',
      `"${bad ?? wanted.path}" cannot be a name: letters and digits, first a small letter, not reserved.`,
    )
    return undefined
  }
  const parentPath = parts.slice(0, -1).join('.')
  const parent = parentPath === '' ? model : wanted.nodes.get(parentPath)
  if (parent === undefined) {
    loading.report(
      place,
      'forms/unknown-group',
      `The group "${parentPath}" is not known.`,
      nearest(parentPath, wanted.nodes.keys()),
    )
    return undefined
  }
  const kind = wanted.kind === 'groups' ? 'group' : 'field'
  const candidates = parent.children.filter((child) => child.node === kind)
  const node = candidates.find((child) => child.id === wanted.element)
  if (node === undefined) {
    reportUnknownElement(loading, model, { ...wanted, where: parentPath, candidates })
  }
  return node
}

function reportUnknownElement(
  loading: Loading,
  model: DataModel,
  wanted: { path: string; element: string; kind: 'groups' | 'fields'; where: string; candidates: readonly DataNode[] },
): void {
  const where = wanted.where === '' ? 'the data schema itself' : `the group "${wanted.where}"`
  const holder = holderOf(model, wanted.element)
  const suggestion =
    holder === undefined
      ? nearest(
          wanted.element,
          wanted.candidates.map((child) => child.id),
        )
      : undefined
  const hint = holder === undefined ? '' : ` It is in ${holder.id} (${holder.name}).`
  loading.report(
    [wanted.kind, wanted.path, 'element'],
    'forms/unknown-element',
    `${wanted.element} is not in ${where}.${hint}`,
    suggestion,
  )
}

/** The group, or the schema, that holds a data element. */
function holderOf(holder: DataModel | DataGroup, id: string): DataModel | DataGroup | undefined {
  if (holder.children.some((child) => child.id === id)) {
    return holder
  }
  for (const child of holder.children) {
    const found = child.node === 'group' ? holderOf(child, id) : undefined
    if (found !== undefined) {
      return found
    }
  }
  return undefined
}

const refOf = (node: DataNode) => ({ id: node.id, version: node.version, name: node.name })

function loopOf(loading: Loading, node: DataGroup, path: string): Pick<Group, 'loop'> {
  if (node.max === 1) {
    return {}
  }
  const max = node.max ?? 50
  if (max > 50) {
    loading.report(['groups', path], 'forms/loop', 'A group repeats at most 50 times.')
  }
  return { loop: { min: node.min, max } }
}

/** Paths of the repeating groups around a path, outermost first. */
const loopsAround = (path: string, groups: ReadonlyMap<string, Group>): readonly string[] =>
  [...groups.values()]
    .filter((group) => group.loop !== undefined && path.startsWith(`${group.path}.`))
    .map((group) => group.path)
    .toSorted((a, b) => a.length - b.length)

function reportUnused(loading: Loading, nodes: readonly DataNode[], used: ReadonlySet<DataNode>): void {
  for (const node of nodes) {
    const isHidden = node.node === 'field' && (node.art === 'hidden' || node.art === 'locked')
    if (!used.has(node) && !isHidden) {
      const place = node.node === 'group' ? ['groups'] : ['fields']
      loading.report(place, 'forms/missing-text', `The overlay says nothing about ${node.id} (${node.name}).`)
    } else if (node.node === 'group') {
      reportUnused(loading, node.children, used)
    }
  }
}

type FieldParts = {
  readonly path: string
  readonly overlay: FieldOverlay
  readonly node: DataField
  readonly groups: ReadonlyMap<string, Group>
}

function loadField(loading: Loading, parts: FieldParts): Field {
  const { path, overlay, node, groups } = parts
  const place: Place = ['fields', path]
  const kind = kindOf(loading, parts)
  const loops = loopsAround(path, groups)
  const loop = loops.at(-1)
  const hasControl = kind !== 'note' && kind !== 'computed'
  if (hasControl && overlay.subject === undefined) {
    loading.report(place, 'forms/missing-text', `"${path}" has no "subject": the words for its error messages.`)
  }
  if ((kind === 'note' || kind === 'declaration') && overlay.text === undefined) {
    loading.report(place, 'forms/missing-text', `"${path}" has no "text".`)
  }
  if (kind !== 'file' && kind !== 'several' && node.max !== 1) {
    const detail = `"${path}" may be answered several times; only files, selects and groups may.`
    loading.report(place, 'forms/loop', detail)
  }
  const options = optionsOf(loading, parts, kind)
  const address = partOf(path, groups)
  const autocomplete = overlay.autocomplete ?? tokenOf(address.address?.part)
  if (kind !== 'file' && (overlay.later || overlay.evidence.length > 0)) {
    loading.report(place, 'forms/kind', `"${path}" takes no files, so nothing can be handed in for it.`)
  }
  return {
    path,
    key: path.split('.').at(-1) ?? '',
    ...(loop === undefined ? {} : { loop }),
    loops,
    tail: `/${path.slice(loop === undefined ? 0 : loop.length + 1).replaceAll('.', '/')}`,
    kind,
    element: refOf(node),
    label: overlay.label,
    shortLabel: overlay.short ?? overlay.label,
    subject: overlay.subject ?? overlay.label,
    object: overlay.object ?? overlay.subject ?? overlay.label,
    ...(overlay.hint === undefined ? {} : { hint: overlay.hint }),
    why: whyOf(loading, parts),
    isOptional: isOptional(loading, parts, kind),
    ...(overlay.required === NEVER ? { isWaived: true as const } : {}),
    limits: limitsOf(loading, { place, kind, overlay, node }),
    options,
    display: overlay.display ?? (options.length > 7 ? 'dropdown' : 'radios'),
    ...prefillOf(loading, { path, loop, kind, names: [overlay.prefill ?? []].flat() }),
    ...(autocomplete === undefined ? {} : { autocomplete }),
    ...address,
    ...(overlay.unit === undefined ? {} : { unit: overlay.unit }),
    ...(kind === 'computed' ? { computed: { as: computedAs(node) } } : {}),
    ...(kind === 'file' ? { file: fileLimitsOf(loading, { place, node }) } : {}),
    canBeLater: overlay.later,
    // Their rules are compiled once it is known which questions come before.
    evidence: overlay.evidence.map(({ name, condition }) => ({
      name,
      ...(condition === undefined ? {} : { condition }),
    })),
    ...(overlay.text === undefined ? {} : { text: overlay.text }),
  }
}

/** An answer that the data schema wants cannot be waived by the city; one that depends on a rule may be left empty at first. */
function isOptional(loading: Loading, { path, overlay, node }: FieldParts, kind: FieldKind): boolean {
  const { required } = overlay
  if (required === undefined) {
    return node.min === 0
  }
  const place = ['fields', path, 'required']
  if (kind === 'note' || kind === 'computed') {
    loading.report(place, 'forms/kind', `"${path}" is answered by nobody, so no answer can be obligatory.`)
  } else if (node.min > 0 && required !== ALWAYS) {
    loading.report(place, 'forms/required', `The data schema asks for ${node.id} (${node.name}): it cannot be waived.`)
  }
  return required !== ALWAYS
}

/** Items of a repeating group, files and notes are nobody's account. */
function prefillOf(
  loading: Loading,
  at: { path: string; loop: string | undefined; kind: FieldKind; names: readonly string[] },
): Pick<Field, 'prefill'> {
  const prefill = at.names.flatMap((wanted) => ATTRIBUTES.find((name) => prefillName(name) === wanted) ?? [])
  if (prefill.length === 0) {
    return {}
  }
  if (at.loop !== undefined || at.kind === 'file' || at.kind === 'note') {
    const detail = `"${at.path}" cannot be filled from an account: it repeats, or holds no value.`
    loading.report(['fields', at.path, 'prefill'], 'forms/prefill', detail)
  }
  return { prefill }
}

const TEXT_KINDS: readonly FieldKind[] = [
  'text', 'long-text', 'name', 'email', 'phone', 'iban', 'digits', 'plate',
  'tax-id', 'chip', 'country', 'select', 'incomplete-date', 'time',
] // biome-ignore format: one list
const KINDS: Readonly<Record<string, readonly FieldKind[]>> = {
  text: TEXT_KINDS,
  text_latin: TEXT_KINDS,
  date: ['date'],
  time: ['time'],
  datetime: ['date-time'],
  bool: ['bool', 'declaration'],
  num: ['number'],
  num_int: ['number'],
  num_currency: ['money'],
  file: ['file'],
}

function kindOf(loading: Loading, { path, overlay, node }: FieldParts): FieldKind {
  if (overlay.compute !== undefined || overlay.kind === 'computed') {
    const isPossible = overlay.compute !== undefined && ['computed', undefined].includes(overlay.kind)
    if (!isPossible || ['file', 'obj', 'datetime'].includes(node.type)) {
      const detail = 'A computed value has a rule ("compute") and holds a text, number, amount, date or yes/no.'
      loading.report(['fields', path, 'kind'], 'forms/kind', detail)
    }
    return 'computed'
  }
  const allowed: readonly FieldKind[] =
    node.art === 'select'
      ? node.max === 1
        ? ['select', 'country']
        : ['several']
      : node.art === 'label'
        ? ['note']
        : (KINDS[node.type] ?? [])
  const [usual] = allowed
  if (usual === undefined) {
    const detail = `${node.id} is of the type "${node.type}", an object of any structure: no single question can ask for it. A group with its fields can.`
    loading.report(['fields', path], 'forms/kind', detail)
    return 'text'
  }
  const chosen = allowed.find((kind) => kind === overlay.kind)
  if (overlay.kind !== undefined && chosen === undefined) {
    const detail = `"${overlay.kind}" is none of ${allowed.join(', ')}, which ${node.id} (${node.type}) can be.`
    loading.report(['fields', path, 'kind'], 'forms/kind', detail, nearest(overlay.kind, allowed))
  }
  return chosen ?? usual
}

const COMPUTED: Readonly<Record<string, Computed['as']>> = {
  num: 'number',
  num_int: 'number',
  num_currency: 'money',
  bool: 'bool',
  date: 'date',
}

const computedAs = (node: DataField): Computed['as'] =>
  node.art === 'select' ? 'select' : (COMPUTED[node.type] ?? 'text')

function whyOf(loading: Loading, { path, overlay, node }: FieldParts): Why {
  const id = overlay.why ?? ''
  const purposes = loading.overlay.purposes
  const purpose = Object.hasOwn(purposes, id) ? purposes[id] : undefined
  const legalBasis = purpose?.legalBasis ?? node.legalBasis.map((reference) => reference.text).join('; ')
  if (overlay.why === undefined) {
    loading.report(['fields', path], 'forms/no-purpose', `"${path}" does not say why it is asked ("why").`)
  } else if (purpose === undefined) {
    loading.report(
      ['fields', path, 'why'],
      'forms/no-purpose',
      `The purpose "${id}" is not known.`,
      nearest(id, Object.keys(purposes)),
    )
  } else if (legalBasis === '') {
    loading.report(
      ['fields', path, 'why'],
      'forms/no-purpose',
      `"${path}" has no legal basis, neither in its purpose nor in the data schema.`,
    )
  }
  return { id, purpose: purpose?.purpose ?? '', legalBasis }
}
