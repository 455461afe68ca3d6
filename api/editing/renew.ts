import type { DataField, DataGroup, DataModel, DataNode } from '../forms/data-model.ts'
import { generateOverlay } from './generate.ts'
import { free } from './generate-names.ts'
import type { Letter } from './renew-letters.ts'
import { type Joined, parentOf, placeQuestions } from './renew-pages.ts'
import { renewTexts, renewTitles } from './renew-texts.ts'
import { recordAt } from './sheet-rows.ts'
import type { Guesses, Skeleton } from './templates.ts'
import { editYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

type Texts = Readonly<Record<string, unknown>>
type Entries = Readonly<Record<string, Texts>>
type Overlay = { readonly groups: Entries; readonly fields: Entries; readonly purposes: Entries }
type Renewal = {
  readonly model: DataModel
  /** The data schema as it was: tells a new code from one that was never worded. */
  readonly before: DataModel | undefined
  readonly skeleton: Skeleton
  readonly guesses: Guesses
}

/**
 * Lets an overlay follow a new version of its data schema: what is new gets the texts of a new form, a purpose and a page;
 * what is gone leaves the questions, their pages and the answers to rules. Conditions and checks that name a question that is
 * gone stay for somebody to decide, as does everything else that was written. A broken text stays as it is. Pure.
 */
export function renewOverlay(source: string, renewal: Renewal): string {
  const { model, skeleton, guesses } = renewal
  const old = overlayOf(source)
  const joined = join(old, model)
  const renamed = renamedTexts(source, renewal)
  const made = generateOverlay(model, { skeleton, guesses, title: model.name }).overlay
  const fresh = overlayOf(made)
  const edits = [
    ...identity(source, model),
    ...renamed,
    ...added({ old, fresh, model, joined }),
    ...Object.entries(old.groups).flatMap(([path, texts]) => partsGone(path, texts, joined)),
    ...Object.entries(old.fields).flatMap(([path, texts]) => options(source, { path, texts, joined, renewal })),
    ...lockedNow(source, { fresh: made, model, joined }),
    ...answersGone(source, model),
    ...precheckGone(source, joined),
    ...[...joined.gone].map((path) => without(path in old.groups ? 'groups' : 'fields', path)),
  ]
  const texts = edits.length === 0 ? source : editYaml(source, edits)
  return placeQuestions(texts, { model, joined, skeleton })
}

/** Fields that nobody fills in, as the new version has them, by the names of the groups that the overlay has. */
function lockedNow(
  source: string,
  { fresh, model, joined }: { readonly fresh: string; readonly model: DataModel; readonly joined: Joined },
): readonly YamlEdit[] {
  const { nodes } = join(overlayOf(fresh), model)
  const before = recordAt(source, 'locked') as Entries
  const whys = new Map(Object.entries(recordAt(source, 'fields') as Entries).map(([path, { why }]) => [path, why]))
  const now = Object.entries(recordAt(fresh, 'locked') as Entries).map(([path, entry]) => {
    const group = nodes.get(parentOf(path))
    const within = group === undefined ? '' : (joined.ways.get(group) ?? parentOf(path))
    const known = Object.entries(before).find(
      ([at, { element }]) => element === entry['element'] && parentOf(at) === within,
    )
    const key = path.split('.').at(-1) ?? ''
    const at = known?.[0] ?? (within === '' ? key : `${within}.${key}`)
    return [at, { ...entry, why: known?.[1]['why'] ?? nearestWhy(whys, at) ?? entry['why'] }] as const
  })
  const isSame = JSON.stringify(Object.entries(before)) === JSON.stringify(now)
  return isSame ? [] : [{ path: ['locked'], value: now.length === 0 ? undefined : Object.fromEntries(now) }]
}

/** What the product itself wrote of the version before, where nobody has changed it, in the words of the new one. */
function renamedTexts(source: string, { model, before, skeleton, guesses }: Renewal): readonly YamlEdit[] {
  if (before === undefined) {
    return []
  }
  const old = overlayOf(source)
  const [was, now] = [before, model].map((one) => overlayOf(generateOverlay(one, { skeleton, guesses, title: one.name }).overlay)) // biome-ignore format: one thought
  if (was === undefined || now === undefined) {
    return []
  }
  const renewing = { was, now, wasAt: namedAs(was, old, before), nowAt: namedAs(now, old, model) }
  return [...renewTexts(source, renewing), ...renewTitles(source, renewing, skeleton)]
}

/** Paths of one overlay as another one names the same elements of a data schema. */
function namedAs(one: Overlay, other: Overlay, model: DataModel): ReadonlyMap<string, string> {
  const { ways } = join(other, model)
  return new Map([...join(one, model).nodes].flatMap(([path, node]) => {
    const at = ways.get(node)
    return at === undefined ? [] : [[path, at] as const]
  })) // biome-ignore format: one thought
}

/** What a notice begins with of a form, by the names that its overlay has for the elements of the data schema. */
export function letterOf(source: string, model: DataModel, words: Pick<Renewal, 'skeleton' | 'guesses'>): Letter {
  const made = generateOverlay(model, { ...words, title: model.name })
  const names = namedAs(overlayOf(made.overlay), overlayOf(source), model)
  const isWhole = (line: string): boolean =>
    [...line.matchAll(/\{([^}]+)\}/g)].every(([, name = '']) => names.has(name))
  const named = (line: string): string => line.replace(/\{([^}]+)\}/g, (_, name: string) => `{${names.get(name)}}`)
  return {
    address: made.address.map((line) => (isWhole(line) ? named(line) : '')),
    matters: made.matters.flatMap((path) => names.get(path) ?? []),
    lead: words.skeleton.answers,
  }
}

const without = (...path: readonly (string | number)[]): YamlEdit => ({ path, value: undefined })

function overlayOf(source: string): Overlay {
  const { groups = {}, fields = {}, purposes = {} } = (yamlAt(source, []) ?? {}) as Partial<Overlay>
  return { groups, fields, purposes }
}

const identity = (source: string, { id, version }: DataModel): readonly YamlEdit[] =>
  [
    { path: ['element'], value: id },
    { path: ['version'], value: version },
  ].filter(({ path, value }) => yamlAt(source, path) !== value)

/** Finds each entry's element as the form is loaded: in the group that its path says. */
function join({ groups, fields }: Overlay, model: DataModel): Joined {
  const nodes = new Map<string, DataNode>()
  const ways = new Map<DataNode, string>()
  const gone = new Set<string>()
  const inOrder = Object.entries(groups).toSorted(([a], [b]) => a.split('.').length - b.split('.').length)
  const find = (kind: DataNode['node'], path: string, texts: Texts): void => {
    const parent = parentOf(path) === '' ? model : nodes.get(parentOf(path))
    const children = parent !== undefined && 'children' in parent ? parent.children : []
    const node = children.find((child) => child.node === kind && child.id === texts['element'])
    if (node === undefined) {
      gone.add(path)
    } else {
      nodes.set(path, node)
      ways.set(node, path)
    }
  }
  for (const [path, texts] of inOrder) {
    find('group', path, texts)
  }
  for (const [path, texts] of Object.entries(fields)) {
    find('field', path, texts)
  }
  return { nodes, ways, gone }
}

type Adding = {
  readonly old: Overlay
  readonly fresh: Overlay
  readonly model: DataModel
  readonly joined: Joined
}

/** Entries for what the overlay does not name; what moved to another group keeps its texts. */
function added({ old, fresh, model, joined }: Adding): readonly YamlEdit[] {
  const edits: YamlEdit[] = []
  const freshWays = join(fresh, model).ways
  const taken = new Set([...Object.keys(old.groups), ...Object.keys(old.fields)])
  const whys = new Map(Object.entries(old.fields).map(([path, { why }]) => [path, why]))
  const purposes = new Map(Object.entries(old.purposes))
  const whyOf = (path: string, texts: Texts): unknown => {
    const known = nearestWhy(whys, path)
    if (known !== undefined) {
      return known
    }
    const purpose = fresh.purposes[String(texts['why'])] ?? {}
    const id = free(String(texts['why']), purposes)
    purposes.set(id, purpose)
    edits.push({ path: ['purposes', id], value: purpose })
    return id
  }
  const add = (node: DataNode, within: string): void => {
    const freshWay = freshWays.get(node)
    const kind = node.node === 'group' ? 'groups' : 'fields'
    const texts = freshWay === undefined ? undefined : fresh[kind][freshWay]
    if (freshWay === undefined || texts === undefined) {
      return // Hidden or locked: nobody is asked.
    }
    const key = freshWay.split('.').at(-1) ?? ''
    const path = free(within === '' ? key : `${within}.${key}`, taken, '')
    taken.add(path)
    joined.nodes.set(path, node)
    joined.ways.set(node, path)
    const whole = movedFrom(node, old[kind], { model, gone: joined.gone }) ?? texts
    const why = kind === 'fields' ? { why: whyOf(path, texts) } : {}
    whys.set(path, 'why' in why ? why.why : undefined)
    edits.push({ path: [kind, path], value: { ...whole, ...why } })
  }
  const walk = (parent: DataModel | DataGroup, within: string): void => {
    for (const child of parent.children) {
      if (!joined.ways.has(child)) {
        add(child, within)
      }
      if (child.node === 'group') {
        walk(child, joined.ways.get(child) ?? within)
      }
    }
  }
  walk(model, '')
  return edits
}

/** Why the other questions of the group are asked, or those of the group around it. */
function nearestWhy(whys: ReadonlyMap<string, unknown>, path: string): unknown {
  for (let group = parentOf(path); ; group = parentOf(group)) {
    const known = [...whys].filter(([, why]) => why !== undefined)
    const own = known.findLast(([other]) => parentOf(other) === group)
    const around = own ?? (group === '' ? undefined : known.findLast(([other]) => other.startsWith(`${group}.`)))
    if (around !== undefined || group === '' || parentOf(group) === '') {
      return around?.[1]
    }
  }
}

/** Texts of an element that stood in another group; an element that is used in several places is not recognised. */
function movedFrom(
  node: DataNode,
  entries: Entries,
  { model, gone }: { readonly model: DataModel; readonly gone: ReadonlySet<string> },
): Texts | undefined {
  const same = Object.entries(entries).filter(([, { element }]) => element === node.id)
  const [only] = same
  const isOnly = same.length === 1 && only !== undefined && gone.has(only[0])
  return isOnly && elements(model).filter(({ id }) => id === node.id).length === 1 ? only[1] : undefined
}

const elements = ({ children }: DataModel | DataGroup): readonly DataNode[] =>
  children.flatMap((child) => (child.node === 'group' ? [child, ...elements(child)] : [child]))

type Coded = {
  readonly path: string
  readonly texts: Texts
  readonly joined: Joined
  readonly renewal: Renewal
}

/** Words of options follow the codes of a choice; a list of the town (`codeList`) is not the schema's. */
function options(source: string, { path, texts, joined, renewal }: Coded): readonly YamlEdit[] {
  const node = joined.nodes.get(path)
  const worded = texts['options']
  if (node?.node !== 'field' || typeof worded !== 'object' || worded === null || texts['codeList'] !== undefined) {
    return []
  }
  const at = ['fields', path, 'options']
  if (node.art !== 'select') {
    return texts['kind'] === 'country' ? [] : [without(...at)]
  }
  if (node.codes.length === 0) {
    return [] // Its list lies elsewhere.
  }
  const codes = new Set(node.codes.map(({ code }) => code))
  const dropped = Object.keys(worded).filter((code) => !codes.has(code))
  // A key of digits without quotes is a number in the file.
  const keyOf = (code: string): string | number => (yamlAt(source, [...at, code]) === undefined ? Number(code) : code)
  return [...dropped.map((code) => without(...at, keyOf(code))), ...newOptions(node, worded, renewal).map(({ code, ...label }) => ({ path: [...at, code], value: label }))] // biome-ignore format: one thought
}

function newOptions(node: DataField, worded: object, { before }: Renewal) {
  const was = before === undefined ? undefined : elements(before).find(({ id }) => id === node.id)
  const known = new Set(was?.node === 'field' ? was.codes.map(({ code }) => code) : [])
  return node.codes
    .filter(({ code }) => was !== undefined && !known.has(code) && !Object.hasOwn(worded, code))
    .map(({ code, name, help }) => ({ code, label: name, ...(help === undefined ? {} : { hint: help }) }))
}

/** An address without one of the parts it needs is asked as single questions. */
function partsGone(path: string, { parts }: Texts, { gone }: Joined): readonly YamlEdit[] {
  const entries = Object.entries((parts ?? {}) as Readonly<Record<string, string>>)
  const lost = entries.filter(([, key]) => gone.has(`${path}.${key}`)).map(([part]) => part)
  const rest = entries.map(([part]) => part).filter((part) => !lost.includes(part))
  const isWhole = ['street', 'postalCode', 'town'].every((part) => rest.includes(part)) || ['line1', 'country'].every((part) => rest.includes(part)) // biome-ignore format: one thought
  const away = isWhole ? lost.map((part) => ['parts', part]) : lost.length > 0 ? [['kind'], ['parts']] : []
  return gone.has(path) ? [] : away.map((way) => without('groups', path, ...way))
}

function answersGone(source: string, { openPoints }: DataModel): readonly YamlEdit[] {
  const ids = new Set(openPoints.map(({ id }) => id))
  const answers = Object.keys((yamlAt(source, ['rules']) ?? {}) as object)
  return answers.filter((id) => !ids.has(id)).map((id) => without('rules', id))
}

/** A pre-check asks two questions at least; with fewer there is none. */
function precheckGone(source: string, { gone }: Joined): readonly YamlEdit[] {
  const questions = yamlAt(source, ['precheck', 'questions'])
  const all = Array.isArray(questions) ? questions.map(String) : []
  const lost = all.flatMap((path, index) => (gone.has(path) ? [index] : [])).toReversed()
  return lost.length > 0 && all.length - lost.length < 2
    ? [without('precheck')]
    : lost.map((index) => without('precheck', 'questions', index))
}
