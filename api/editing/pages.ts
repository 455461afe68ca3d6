import { type Direction, movePage } from './page-order.ts'
import { type Page, pagesIn, type Step } from './page-places.ts'
import { recordAt } from './sheet-rows.ts'
import { editYaml, spliceYaml, type YamlEdit, type YamlPath, yamlAt } from './yaml-edit.ts'

/** What can be done with pages, as a button says it: `split <question>`, `join <page>`, `move <question> <page>`, `up <page>`, `down <page>`. */
export type PageAct =
  | { readonly kind: 'split'; readonly question: string }
  | { readonly kind: 'join'; readonly page: string }
  | { readonly kind: 'move'; readonly question: string; readonly page: string }
  | { readonly kind: Direction; readonly page: string }

/** Why pages stay as they are; words: `editing.wrong.<type>`. */
export type PageRefusal =
  | 'page-unknown'
  | 'page-first'
  | 'page-end'
  | 'page-list'
  | 'page-shared'
  | 'page-seen'
  | 'page-full'
export type PagesResult =
  /** `made`: the id of a page there was not before. */
  | { readonly ok: true; readonly source: string; readonly made?: string }
  | { readonly ok: false; readonly type: PageRefusal }

export const FIELDS_MAX = 12

/** Reads what a button says; undefined for anything else. */
export function pageActOf(text: string): PageAct | undefined {
  const [kind = '', first = '', second = ''] = text.split(' ')
  switch (kind) {
    case 'split':
      return { kind, question: first }
    case 'join':
    case 'up':
    case 'down':
      return { kind, page: first }
    case 'move':
      return { kind, question: first, page: second }
    default:
      return undefined
  }
}

/** Changes the pages of a form. Every question is asked as before, under the same condition; what cannot be kept so is refused. Pure. */
export function changePages(source: string, act: PageAct): PagesResult {
  const pages = pagesIn(source)
  switch (act.kind) {
    case 'split':
      return split(source, pages, act.question)
    case 'join':
      return join(source, pages, act.page)
    case 'up':
    case 'down': {
      const moved = movePage(source, act.page, act.kind)
      return moved === undefined ? refuse('page-end') : { ok: true, source: moved }
    }
    default:
      return move(source, pages, act)
  }
}

const fieldsOf = ({ step }: Page): readonly string[] => step.fields ?? []
const idOf = ({ step }: Page): string => String(step.id)
const wayTo = ({ list, index }: Page): YamlPath => [...list, index]
const refuse = (type: PageRefusal): PagesResult => ({ ok: false, type })

/** Two pages of one: the second begins with the question, and keeps condition, section and who else may see it. */
function split(source: string, pages: readonly Page[], question: string): PagesResult {
  const page = pages.find((one) => fieldsOf(one).includes(question))
  const at = page === undefined ? -1 : fieldsOf(page).indexOf(question)
  if (page === undefined) {
    return refuse('page-unknown')
  }
  if (at <= 0) {
    return refuse('page-first')
  }
  if (page.step.delegate !== undefined) {
    return refuse('page-shared')
  }
  const [first, second] = [fieldsOf(page).slice(0, at), fieldsOf(page).slice(at)]
  const id = freshId(source, idOf(page))
  const { section, when, trustLevel } = page.step
  const whole = {
    id,
    ...(section === undefined ? {} : { section }),
    ...(second.length === 1 ? {} : { title: headingOf(source, second, page.step.title) }),
    fields: second,
    ...(when === undefined ? {} : { when }),
    ...(trustLevel === undefined ? {} : { trustLevel }),
  }
  const own = retitled(source, page, { gone: second, rest: first })
  const cut = spliceYaml(own, { list: [...wayTo(page), 'fields'], at, remove: fieldsOf(page).length - first.length })
  const put = spliceYaml(cut, { list: page.list, at: page.index + 1, insert: [whole] })
  const seen = withSeen(put, (ids) => ids.flatMap((one) => (one === idOf(page) ? [one, id] : [one])))
  return { ok: true, source: seen, made: id }
}

/** One page of two: the questions of the second follow those of the page before it. */
function join(source: string, pages: readonly Page[], id: string): PagesResult {
  const page = pages.find((one) => idOf(one) === id)
  const before =
    page === undefined
      ? undefined
      : pages.find((one) => one.index === page.index - 1 && one.list.join('/') === page.list.join('/'))
  if (page === undefined || before === undefined) {
    return refuse(page === undefined ? 'page-unknown' : 'page-first')
  }
  const wrong = wrongPair(source, { to: before, from: page, count: fieldsOf(page).length })
  if (wrong !== undefined) {
    return refuse(wrong)
  }
  const isSame = before.step.when === page.step.when
  const conditions = isSame ? [] : [before, page].flatMap((one) => pushedDown(source, one, fieldsOf(one)))
  const title = before.step.title === undefined ? [{ path: [...wayTo(before), 'title'], value: headingOf(source, fieldsOf(before)) }] : [] // biome-ignore format: one thought
  const own = isSame ? [] : [{ path: [...wayTo(before), 'when'], value: undefined }]
  const edited = editYaml(source, [...conditions, ...own, ...title])
  const at = { list: [...wayTo(before), 'fields'], at: fieldsOf(before).length, insert: fieldsOf(page) }
  const gone = spliceYaml(spliceYaml(edited, at), { list: page.list, at: page.index, remove: 1 })
  return { ok: true, source: withoutPage(gone, page, idOf(before)) }
}

/** A question behind those of another page; a page that asks nothing any more goes away. */
function move(
  source: string,
  pages: readonly Page[],
  { question, page: id }: { question: string; page: string },
): PagesResult {
  const from = pages.find((one) => fieldsOf(one).includes(question))
  const to = pages.find((one) => idOf(one) === id)
  if (from === undefined || to === undefined) {
    return refuse('page-unknown')
  }
  if (from === to) {
    return { ok: true, source }
  }
  const wrong = wrongPair(source, { to, from, count: 1 })
  if (wrong !== undefined) {
    return refuse(wrong)
  }
  const conditions = to.step.when === from.step.when ? [] : pushedDown(source, from, [question])
  const title =
    to.step.title === undefined ? [{ path: [...wayTo(to), 'title'], value: headingOf(source, fieldsOf(to)) }] : []
  const rest = fieldsOf(from).filter((path) => path !== question)
  const untitled = rest.length > 1 && from.step.title === undefined ? [{ path: [...wayTo(from), 'title'], value: headingOf(source, rest) }] : [] // biome-ignore format: one thought
  const named = retitled(source, from, { gone: [question], rest })
  const edited = editYaml(named, [...conditions, ...title, ...untitled])
  const at = fieldsOf(to).length
  const put = spliceYaml(edited, { list: [...wayTo(to), 'fields'], at, insert: [question] })
  if (rest.length > 0) {
    const own = fieldsOf(from).indexOf(question)
    return { ok: true, source: spliceYaml(put, { list: [...wayTo(from), 'fields'], at: own, remove: 1 }) }
  }
  return { ok: true, source: withoutPage(spliceYaml(put, { list: from.list, at: from.index, remove: 1 }), from, id) }
}

type Pair = { readonly to: Page; readonly from: Page; readonly count: number }

/** Why questions of one page cannot stand on another: another list, somebody else answers or reads only one of them, no room. */
function wrongPair(source: string, { to, from, count }: Pair): PageRefusal | undefined {
  if (to.loops.join(' ') !== from.loops.join(' ')) {
    return 'page-list'
  }
  if (
    to.step.delegate !== undefined ||
    from.step.delegate !== undefined ||
    from.step.trustLevel !== to.step.trustLevel
  ) {
    return 'page-shared'
  }
  if (seenLists(source).some(({ ids }) => ids.includes(idOf(to)) !== ids.includes(idOf(from)))) {
    return 'page-seen'
  }
  return fieldsOf(to).length + count > FIELDS_MAX ? 'page-full' : undefined
}

/** The condition of a page as the condition of its questions. */
function pushedDown(source: string, page: Page, questions: readonly string[]): readonly YamlEdit[] {
  const { when } = page.step
  return when === undefined
    ? []
    : questions.map((question) => {
        const own = yamlAt(source, ['fields', question, 'when'])
        const value = own === undefined || own === when ? when : `(${String(when)}) and (${String(own)})`
        return { path: ['fields', question, 'when'], value }
      })
}

/** Takes the id of a page away wherever it is named: rules that its condition answered are answered by its first question's. */
function withoutPage(source: string, page: Page, joined: string): string {
  const id = idOf(page)
  const [first = ''] = fieldsOf(page)
  const answers = Object.keys(recordAt(source, 'rules')).filter(
    (rule) => yamlAt(source, ['rules', rule, 'condition']) === id,
  )
  const hasOwn = yamlAt(source, ['fields', first, 'when']) !== undefined
  const answered = editYaml(
    source,
    answers.map((rule) => ({ path: ['rules', rule, 'condition'], value: hasOwn ? first : joined })),
  )
  return withSeen(answered, (ids) => ids.filter((one) => one !== id))
}

type SeenList = { readonly path: YamlPath; readonly ids: readonly string[] }

/** Who reads which pages: those who sign, and those who answer a page. */
function seenLists(source: string): readonly SeenList[] {
  const signers = yamlAt(source, ['signers'])
  const ways = [
    ...(Array.isArray(signers) ? signers.map((_, index): YamlPath => ['signers', index, 'sees']) : []),
    ...pagesIn(source).map((page): YamlPath => [...wayTo(page), 'delegate', 'sees']),
  ]
  return ways.flatMap((path) => {
    const ids = yamlAt(source, path)
    return Array.isArray(ids) ? [{ path, ids: ids.map(String) }] : []
  })
}

export function withSeen(source: string, change: (ids: readonly string[]) => readonly string[]): string {
  const edits = seenLists(source).map(({ path, ids }): YamlEdit & { ids: readonly string[] } => ({
    path,
    ids,
    value: change(ids),
  }))
  return editYaml(
    source,
    edits.filter(({ ids, value }) => JSON.stringify(ids) !== JSON.stringify(value)),
  )
}

/**
 * A heading for a page of several questions: the group that all of them stand in, where the page they come from is not called
 * so, else the first question that is always asked, so that nobody reads the heading of a question they do not get.
 */
export function headingOf(source: string, questions: readonly string[], taken?: unknown): string {
  const [first = ''] = questions
  const groups = new Set(questions.map((path) => path.split('.').slice(0, -1).join('.')))
  const group = groups.size === 1 ? yamlAt(source, ['groups', [...groups].join(''), 'title']) : undefined
  if (typeof group === 'string' && group !== '' && group !== taken) {
    return group
  }
  const asked = questions.find((path) => yamlAt(source, ['fields', path, 'when']) === undefined)
  return labelOf(source, asked ?? first)
}

/** A page that is called after a question which goes away is called after one that stays; one alone needs no heading. */
function retitled(
  source: string,
  page: Page,
  { gone, rest }: { gone: readonly string[]; rest: readonly string[] },
): string {
  const { title } = page.step
  if (title === undefined || !gone.some((path) => labelOf(source, path) === title)) {
    return source
  }
  const value = rest.length > 1 ? headingOf(source, rest, title) : undefined
  return editYaml(source, [{ path: [...wayTo(page), 'title'], value }])
}

const labelOf = (source: string, question: string): string =>
  String(yamlAt(source, ['fields', question, 'label']) ?? question)

/** An id for one more page: letters at the end, as a number would look like an item of a list. */
export function freshId(source: string, id: string): string {
  const known = new Set(allIds(yamlAt(source, ['steps'])))
  const base = id.replace(/-[a-z]$/, '').slice(0, 50)
  const names = Array.from(
    { length: known.size + 25 },
    (_, count) => `${base}-${String.fromCharCode(98 + (count % 25)).repeat(1 + Math.floor(count / 25))}`,
  )
  return names.find((name) => !known.has(name)) ?? base
}

export const allIds = (steps: unknown): readonly string[] =>
  (Array.isArray(steps) ? (steps as readonly Step[]) : []).flatMap((step) => [
    String(step.id),
    ...(step.steps === undefined ? [] : allIds(step.steps)),
  ])
