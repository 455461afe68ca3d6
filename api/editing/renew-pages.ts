import type { DataModel, DataNode } from '../forms/data-model.ts'
import { free, kebab } from './generate-names.ts'
import { pagesIn, type Step } from './page-places.ts'
import { allIds, FIELDS_MAX, freshId, headingOf, withSeen } from './pages.ts'
import type { Skeleton } from './templates.ts'
import { editYaml, spliceYaml, type YamlPath, yamlAt } from './yaml-edit.ts'

/** Which element of the data schema each path of an overlay is. */
export type Joined = {
  readonly nodes: Map<string, DataNode>
  readonly ways: Map<DataNode, string>
  readonly gone: ReadonlySet<string>
}

type Placing = { readonly model: DataModel; readonly joined: Joined; readonly skeleton: Skeleton }
type Entry = Readonly<Record<string, unknown>>

/**
 * Gives every question that is on no page one, and takes those off that are gone, or that stand inside of a repeating group
 * where they do not repeat. Pages and sections that nothing is left of go. Pure.
 */
export function placeQuestions(source: string, placing: Placing): string {
  const { joined } = placing
  const onPage = new Set(
    pagesIn(source).flatMap(({ step, loops }) =>
      (step.fields ?? []).filter((path) => !isOut(joined, path, loops.at(-1))),
    ),
  )
  const open = [...joined.ways].flatMap(([node, path]) =>
    node.node === 'field' && !onPage.has(path) && !isComputed(source, path) ? [path] : [],
  )
  const full = [...Map.groupBy(open, (path) => `${parentOf(path)} ${runOf(path, placing)[0] ?? ''}`).values()].reduce(
    (text, paths) => place(text, paths, placing),
    source,
  )
  const gone = [...goneIn(joined, stepsOf(full), { path: ['steps'], loop: undefined })]
  if (gone.length === 0) {
    return full
  }
  const rest = editYaml(full, gone.map((path) => ({ path, value: undefined }))) // biome-ignore format: one thought
  const lost = new Set(allIds(stepsOf(full))).difference(new Set(allIds(stepsOf(rest))))
  const seen = withSeen(rest, (ids) => {
    const kept = ids.filter((id) => !lost.has(id))
    return kept.length === 0 ? ids : kept
  })
  return withoutSections(full, seen)
}

export const parentOf = (path: string): string => path.split('.').slice(0, -1).join('.')

const stepsOf = (source: string): readonly Step[] => {
  const steps = yamlAt(source, ['steps'])
  return Array.isArray(steps) ? (steps as readonly Step[]) : []
}

const isComputed = (source: string, path: string): boolean =>
  yamlAt(source, ['fields', path, 'compute']) !== undefined || yamlAt(source, ['fields', path, 'kind']) === 'computed'

/** The innermost repeating group around a path. */
function loopOf({ nodes }: Joined, path: string): string | undefined {
  for (let group = parentOf(path); group !== ''; group = parentOf(group)) {
    if ((nodes.get(group)?.max ?? 0) !== 1) {
      return group
    }
  }
  return undefined
}

const isOut = (joined: Joined, path: string, loop: string | undefined): boolean =>
  joined.gone.has(path) || (joined.nodes.has(path) && loopOf(joined, path) !== loop)

type At = { readonly path: YamlPath; readonly loop: string | undefined }

/** Ways to what goes, from the end, so that the places of what is still to go stay right. */
function* goneIn(joined: Joined, steps: readonly Step[], { path, loop }: At): Generator<YamlPath> {
  const isEmpty = (step: Step, within: string | undefined): boolean =>
    step.steps === undefined
      ? (step.fields ?? []).every((one) => isOut(joined, one, within))
      : step.steps.every((inner) => isEmpty(inner, String(step.loop)))
  for (const [index, step] of [...steps.entries()].toReversed()) {
    const way = [...path, index]
    if (isEmpty(step, loop)) {
      yield way
    } else if (step.steps === undefined) {
      const fields = [...(step.fields ?? []).entries()].filter(([, one]) => isOut(joined, one, loop))
      yield* fields.toReversed().map(([at]) => [...way, 'fields', at])
    } else {
      yield* goneIn(joined, step.steps, { path: [...way, 'steps'], loop: String(step.loop) })
      if (joined.gone.has(String(step.itemName))) {
        yield [...way, 'itemName']
      }
    }
  }
}

/** Questions of one group: beside its last ones that are always asked; else on a page of their own at the end of the section. */
function place(source: string, paths: readonly string[], placing: Placing): string {
  const [path] = paths
  if (path === undefined) {
    return source
  }
  const loop = loopOf(placing.joined, path)
  const run = runOf(path, placing)
  const isRun = (other: string): boolean => run.includes(other)
  // Questions in no group stand only beside those they follow in the schema.
  const isBeside = parentOf(path) === '' || pagesIn(source).some(({ step }) => step.fields?.some(isRun)) ? isRun : (other: string): boolean => parentOf(other) === parentOf(path) // biome-ignore format: one thought
  const beside = pagesIn(source).findLast(({ step, loops }) => {
    const { fields = [], when, delegate } = step
    const isSame = loops.at(-1) === loop && fields.some(isBeside)
    return isSame && when === undefined && delegate === undefined && fields.length < FIELDS_MAX
  })
  if (beside === undefined) {
    const made = withPage(source, { path, fields: paths.slice(0, FIELDS_MAX) }, placing)
    return place(made, paths.slice(FIELDS_MAX), placing)
  }
  const way = [...beside.list, beside.index]
  const fields = beside.step.fields ?? []
  const room = FIELDS_MAX - fields.length
  const put = spliceYaml(source, {
    list: [...way, 'fields'],
    at: placeIn(fields, run, path),
    insert: paths.slice(0, room),
  })
  const title = { path: [...way, 'title'], value: headingOf(source, [...fields, ...paths]) }
  return place(beside.step.title === undefined ? editYaml(put, [title]) : put, paths.slice(room), placing)
}

/** Where on a page a question belongs: behind the last that it follows in the schema. */
function placeIn(fields: readonly string[], run: readonly string[], path: string): number {
  const earlier = run.slice(0, Math.max(0, run.indexOf(path)))
  const last = fields.findLastIndex((one) => earlier.includes(one))
  return last >= 0 ? last + 1 : fields.some((one) => run.includes(one)) ? 0 : fields.length
}

/** The questions that follow each other in the schema without a group between them, around one of them. */
function runOf(path: string, { model, joined }: Placing): readonly string[] {
  const parent = parentOf(path) === '' ? model : joined.nodes.get(parentOf(path))
  const siblings = parent !== undefined && 'children' in parent ? parent.children : []
  const at = siblings.findIndex((node) => joined.ways.get(node) === path)
  const start = siblings.findLastIndex((node, index) => index < at && node.node === 'group') + 1
  const end = siblings.findIndex((node, index) => index > at && node.node === 'group')
  const run = at < 0 ? [] : siblings.slice(start, end < 0 ? undefined : end)
  return run.flatMap((node) => joined.ways.get(node) ?? [])
}

type Asking = { readonly path: string; readonly fields: readonly string[] }

function withPage(source: string, { path, fields }: Asking, placing: Placing): string {
  const { joined } = placing
  const group = parentOf(path)
  let loop = loopOf(joined, path)
  const base = kebab(group) || 'angaben'
  const title = group === '' ? headingOf(source, fields) : titleOf(source, group)
  let entry: Entry = { id: idFor(source, loop === undefined ? base : `${base}-seite`), title, fields }
  while (loop !== undefined) {
    const list = listOf(stepsOf(source), loop, ['steps'])
    if (list !== undefined) {
      return spliceYaml(source, { list, at: (yamlAt(source, list) as readonly unknown[]).length, insert: [entry] })
    }
    entry = loopEntry(source, { loop, path, inner: entry }, placing)
    loop = loopOf(joined, loop)
  }
  const section = group === '' ? sectionWith(source, runOf(path, placing)) : sectionOf(source, group)
  if (section !== undefined) {
    return putAfter(source, entry, { section, after: section })
  }
  const [first = ''] = path.split('.')
  const name = group === '' ? 'angaben' : kebab(first)
  const sections = sectionsOf(source)
  const made = free(name, new Set(sections))
  const after = sectionBefore(source, first, placing)
  const at = after === undefined ? 0 : sections.indexOf(after) + 1
  const insert = [{ id: made, title: group === '' ? title : titleOf(source, first) }]
  return putAfter(spliceYaml(source, { list: ['sections'], at, insert }), entry, { section: made, after })
}

type Looping = { readonly loop: string; readonly path: string; readonly inner: Entry }

function loopEntry(source: string, { loop, path, inner }: Looping, { joined, skeleton }: Placing): Entry {
  const title = titleOf(source, loop)
  const node = joined.nodes.get(path)
  const isName = node?.node === 'field' && node.art === 'input' && ['text', 'text_latin'].includes(node.type)
  return {
    id: idFor(source, kebab(loop)),
    title,
    loop,
    itemTitle: skeleton.itemTitle.replaceAll('[[label]]', title),
    ...(isName && loopOf(joined, path) === loop ? { itemName: path } : {}),
    another: skeleton.another,
    steps: [inner],
  }
}

const titleOf = (source: string, group: string): string => String(yamlAt(source, ['groups', group, 'title']) ?? group)

function idFor(source: string, base: string): string {
  return allIds(stepsOf(source)).includes(base) ? freshId(source, base) : base
}

/** Way to the pages of a repeating group. */
function listOf(steps: readonly Step[], loop: string, list: YamlPath): YamlPath | undefined {
  for (const [index, step] of steps.entries()) {
    const own = [...list, index, 'steps']
    const found = step.loop === loop ? own : listOf((step.steps ?? []) as readonly Step[], loop, own)
    if (found !== undefined) {
      return found
    }
  }
  return undefined
}

const sectionsOf = (source: string): readonly string[] => {
  const sections = yamlAt(source, ['sections'])
  return Array.isArray(sections) ? sections.map((section) => String(section?.id)) : []
}

const fieldsIn = (step: Step): readonly string[] => step.steps?.flatMap((inner) => fieldsIn(inner as Step)) ?? step.fields ?? [] // biome-ignore format: one thought

/** Section in which a group is asked, or the group around it; for questions without a group, that of the others. */
function sectionOf(source: string, group: string): string | undefined {
  const steps = stepsOf(source)
  for (let around = group; ; around = parentOf(around)) {
    const isIn = (path: string): boolean => (around === '' ? parentOf(path) === '' : path.startsWith(`${around}.`))
    const step = steps.findLast((one) => fieldsIn(one).some(isIn))
    if (step !== undefined || around === '' || parentOf(around) === '') {
      return step?.section === undefined ? undefined : String(step.section)
    }
  }
}

/** Section in which some question of these is asked. */
function sectionWith(source: string, paths: readonly string[]): string | undefined {
  const step = stepsOf(source).findLast((one) => fieldsIn(one).some((path) => paths.includes(path)))
  return step?.section === undefined ? undefined : String(step.section)
}

/** Section of what stands before a group in the data schema. */
function sectionBefore(source: string, first: string, { model, joined }: Placing): string | undefined {
  const at = model.children.findIndex((node) => joined.ways.get(node) === first)
  const earlier = model.children.slice(0, Math.max(0, at)).toReversed()
  const found = earlier.map((node) => {
    const way = joined.ways.get(node) ?? ''
    return node.node === 'field' ? sectionWith(source, [way]) : sectionOf(source, way)
  })
  return found.find((section) => section !== undefined)
}

type After = { readonly section: string; readonly after: string | undefined }

function putAfter(source: string, { id, ...entry }: Entry, { section, after }: After): string {
  const at = stepsOf(source).findLastIndex((step) => step.section === after) + 1
  const insert = [{ id, section, ...entry }]
  return spliceYaml(source, { list: ['steps'], at: after === undefined ? 0 : at, insert })
}

/** Sections whose last page went. */
function withoutSections(before: string, source: string): string {
  const used = (text: string): ReadonlySet<unknown> => new Set(stepsOf(text).map(({ section }) => section))
  const [was, is] = [used(before), used(source)]
  const lost = [...sectionsOf(source).entries()].filter(([, id]) => was.has(id) && !is.has(id)).toReversed()
  return lost.length === 0
    ? source
    : editYaml(source, lost.map(([index]) => ({ path: ['sections', index], value: undefined }))) // biome-ignore format: one thought
}
