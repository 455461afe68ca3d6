import type { DataField, DataModel, DataNode, DataRule } from './data-model.ts'

export type ChangedAspect = {
  readonly aspect: 'version' | 'label' | 'help' | 'type' | 'limits' | 'count' | 'legal-basis' | 'rule' | 'place'
  /** In words of the schema; empty where there was nothing. */
  readonly before: string
  readonly after: string
}
export type CodeChange = {
  readonly code: string
  readonly what: 'added' | 'removed' | 'renamed'
  readonly before: string
  readonly after: string
}

/** What differs at one element of two versions of a schema. */
export type FormChange = {
  readonly kind: 'schema' | 'group' | 'field' | 'rule'
  readonly id: string
  readonly name: string
  readonly what: 'added' | 'removed' | 'changed'
  /** Names of the groups it lies in, from the outside. */
  readonly within: readonly string[]
  readonly aspects: readonly ChangedAspect[]
  readonly codes: readonly CodeChange[]
}

type Placed = {
  readonly node: DataNode
  readonly within: readonly string[]
  readonly parent: string
}

/**
 * Says what differs between two versions of a data schema, element by element: added, removed, changed label, help, type,
 * limits, multiplicity, code list, legal basis, rule, place. Elements are the same when their ids are, wherever they stand;
 * one that stands several times is compared place by place. Equal schemas give nothing. Pure.
 */
export function diffForms(before: DataModel, after: DataModel): readonly FormChange[] {
  const old = placesOf(before)
  const now = placesOf(after)
  const changes: FormChange[] = [...schemaChange(before, after)]
  for (const [key, place] of now) {
    const was = old.get(key)
    changes.push(...(was === undefined ? [gone(place, 'added')] : nodeChange(was, place)))
  }
  for (const [key, place] of old) {
    if (!now.has(key)) {
      changes.push(gone(place, 'removed'))
    }
  }
  return [...changes, ...ruleChanges(before, after)]
}

/** Elements by id; the second place of the same id is another entry. */
function placesOf(model: DataModel): ReadonlyMap<string, Placed> {
  const places = new Map<string, Placed>()
  const walk = (nodes: readonly DataNode[], within: readonly string[], parent: string): void => {
    for (const node of nodes) {
      let key = node.id
      for (let count = 2; places.has(key); count += 1) {
        key = `${node.id}#${count}`
      }
      places.set(key, { node, within, parent })
      if (node.node === 'group') {
        walk(node.children, [...within, node.name], node.id)
      }
    }
  }
  walk(model.children, [], '')
  return places
}

const gone = ({ node, within }: Placed, what: 'added' | 'removed'): FormChange => {
  return { kind: node.node, id: node.id, name: node.name, what, within, aspects: [], codes: [] }
}

function schemaChange(before: DataModel, after: DataModel): readonly FormChange[] {
  const aspects = aspectsOf([
    ['version', before.version, after.version],
    ['label', before.name, after.name],
    ['legal-basis', basesOf(before), basesOf(after)],
  ])
  return aspects.length === 0
    ? []
    : [{ kind: 'schema', id: after.id, name: after.name, what: 'changed', within: [], aspects, codes: [] }]
}

function nodeChange(was: Placed, is: Placed): readonly FormChange[] {
  const [before, after] = [was.node, is.node]
  const fields = before.node === 'field' && after.node === 'field' ? ([before, after] as const) : undefined
  const aspects = aspectsOf([
    ['version', before.version, after.version],
    ['label', labelOf(before), labelOf(after)],
    ['help', before.inputHelp, after.inputHelp],
    ['type', typeOf(before), typeOf(after)],
    ['count', countOf(before), countOf(after)],
    ['limits', fields === undefined ? '' : limitsOf(fields[0]), fields === undefined ? '' : limitsOf(fields[1])],
    ['legal-basis', basesOf(before), basesOf(after)],
    [
      'place',
      was.parent === is.parent ? '' : was.within.join(' › '),
      was.parent === is.parent ? '' : is.within.join(' › '),
    ],
  ])
  const codes = fields === undefined ? [] : codeChanges(fields[0], fields[1])
  return aspects.length === 0 && codes.length === 0
    ? []
    : [{ kind: after.node, id: after.id, name: after.name, what: 'changed', within: is.within, aspects, codes }]
}

function aspectsOf(rows: readonly (readonly [ChangedAspect['aspect'], string, string])[]): readonly ChangedAspect[] {
  return rows
    .filter(([, before, after]) => before !== after)
    .map(([aspect, before, after]) => ({ aspect, before, after }))
}

const labelOf = (node: DataNode): string => node.inputLabel || node.name
const typeOf = (node: DataNode): string =>
  node.node === 'group' ? `group ${node.groupKind ?? ''}`.trim() : `${node.art} ${node.type}`
const countOf = ({ min, max }: DataNode): string => `${min}:${max ?? '*'}`
const basesOf = ({ legalBasis }: Pick<DataModel, 'legalBasis'>): string => legalBasis.map(({ text }) => text).join('; ')

function limitsOf({ precision, maxSizeBytes, mediaTypes }: DataField): string {
  const parts = Object.entries({ ...precision, maxSizeBytes, mediaTypes: mediaTypes.join(', ') || undefined })
  return parts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`)
    .sort()
    .join(', ')
}

function codeChanges(before: DataField, after: DataField): readonly CodeChange[] {
  const old = new Map(before.codes.map(({ code, name }) => [code, name]))
  const now = new Map(after.codes.map(({ code, name }) => [code, name]))
  const changed = [...now].flatMap(([code, name]): readonly CodeChange[] => {
    const was = old.get(code)
    if (was === undefined) {
      return [{ code, what: 'added', before: '', after: name }]
    }
    return was === name ? [] : [{ code, what: 'renamed', before: was, after: name }]
  })
  const removed = [...old].filter(([code]) => !now.has(code))
  return [...changed, ...removed.map(([code, name]) => ({ code, what: 'removed' as const, before: name, after: '' }))]
}

function ruleChanges(before: DataModel, after: DataModel): readonly FormChange[] {
  const old = rulesOf(before)
  const now = rulesOf(after)
  const change = (rule: DataRule, what: FormChange['what'], aspects: readonly ChangedAspect[] = []): FormChange => {
    return { kind: 'rule', id: rule.id, name: rule.name, what, within: [], aspects, codes: [] }
  }
  const changed = [...now.values()].flatMap((rule): readonly FormChange[] => {
    const was = old.get(rule.id)
    if (was === undefined) {
      return [change(rule, 'added', [{ aspect: 'rule', before: '', after: rule.text }])]
    }
    const aspects = aspectsOf([
      ['version', was.version, rule.version],
      ['rule', was.text, rule.text],
    ])
    return aspects.length === 0 ? [] : [change(rule, 'changed', aspects)]
  })
  const removed = [...old.values()].filter((rule) => !now.has(rule.id))
  return [...changed, ...removed.map((rule) => change(rule, 'removed'))]
}

function rulesOf(model: DataModel): ReadonlyMap<string, DataRule> {
  const all = (part: DataModel | DataNode): readonly DataRule[] => [
    ...(part.rules ?? []),
    ...('children' in part ? part.children.flatMap(all) : []),
  ]
  return new Map(all(model).map((rule) => [rule.id, rule]))
}
