import type { Content } from '../content/snapshot.ts'
import type { Form } from '../forms/model.ts'
import { chooserWords, readModel, vocabularyOf } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { chooserView, isChosen } from './chooser-form.ts'
import { factorViews } from './fee-chosen.ts'
import { countChoices } from './fee-preview.ts'
import { goneIn, goneRows } from './gone.ts'
import { computedRule, lockedAt } from './locked.ts'
import { namedIn } from './named.ts'
import { pagesIn, placesIn } from './page-places.ts'
import { aboutFinding } from './placed.ts'
import { placeholdersOf } from './placeholders.ts'
import { keeperViews } from './points.ts'
import { letterOf } from './renew.ts'
import { rowWords, wordsFor } from './row-words.ts'
import { withRuleWords } from './rule-words.ts'
import { feePage } from './service-fee.ts'
import { type Looked, look, sheetUnknown, wordingOf } from './service-read.ts'
import { FORM } from './sheet-rows.ts'
import { type Sheet, sheetOf } from './sheets.ts'
import { type EditingCtx, readState, type State } from './state.ts'
import { readTemplates } from './templates.ts'
import type { PageLine, SheetPage } from './view.ts'
import { type YamlPath, yamlAt } from './yaml-edit.ts'

/** One sheet as a page of its own, with the names its rules may use. Throws `editing/sheet-unknown` (404). */
export async function readSheet(ctx: EditingCtx, actor: Actor, slug: string, id: string): Promise<SheetPage> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  const looked = await look(ctx, state)
  const around = looked.content ?? ctx.content.live().content
  const sheet = sheetOf(id, state, around)
  if (sheet === undefined) {
    throw sheetUnknown(`sheet ${id}`)
  }
  const source = state.files[FORM] ?? ''
  const wording = wordingOf(ctx, state, looked)
  const named = namedBy(sheet, looked, source)
  const point = looked.points.find((one) => id === `point.${one.id}`) ?? null
  return {
    slug,
    title: looked.line.title,
    sheet: withUsesPlaced(withRuleWords(sheet, wording), state),
    findings: id === 'gone' ? [] : looked.findings.filter(({ file }) => file.endsWith(`/${sheet.file}`)),
    about: aboutOf(sheet, looked, source),
    vocabulary: looked.form === null ? null : wordsFor(sheet, looked.form),
    choosers: looked.form === null ? {} : choosersFor(sheet, looked.form, source),
    pages: /^(pages$|point\.)/.test(id) ? pageLines(source) : [],
    named,
    keepers: point === null || wording === null ? [] : keeperViews(wording, named),
    point,
    fee: id === 'fee' ? feePage(state, around, { form: looked.form, today: dayInBerlin(ctx.now()) }) : null,
    compute: computePage(sheet, looked.form, source),
    unrepeated: unrepeatedIn(ctx, sheet, { slug, source, content: around, form: looked.form }),
    placeholders: /^notice\./.test(id) ? placeholdersOf(around, slug, looked.form) : [],
  }
}

type Repeating = {
  readonly slug: string
  readonly source: string
  readonly content: Content
  readonly form: Form | null
}

/** Questions that a new notice would repeat and this one does not, by their labels. */
function unrepeatedIn(
  ctx: EditingCtx,
  { id, rows }: Sheet,
  { slug, source, content, form }: Repeating,
): readonly string[] {
  const repeated = rows.filter(({ label }) => label === 'block-answers').map(({ value }) => value.split('\n'))
  if (!id.startsWith('notice.approval.') || form === null || repeated.every((paths) => paths.join('') === '')) {
    return []
  }
  const read = readModel(content, slug, ctx.readXml)
  const { matters } = read?.ok === true ? letterOf(source, read.model, readTemplates(content)) : { matters: [] }
  const known = new Set(repeated.flat())
  return matters.flatMap((path) => (known.has(path) ? [] : (form.fields.get(path)?.label ?? [])))
}

/** What a locked field is worked out of; never of itself. */
function computePage({ id }: Sheet, form: Form | null, source: string): SheetPage['compute'] {
  const locked = lockedAt(source, /^point\.(.+)$/.exec(id)?.[1] ?? '')
  if (locked === undefined || form === null) {
    return null
  }
  const { label, as, path } = locked
  return {
    label,
    as,
    counts: countChoices(form).filter(({ word }) => word.name !== path),
    words: chooserWords(vocabularyOf(form)).filter(({ name }) => name !== path),
    factors: factorViews(computedRule(source, locked)) ?? null,
  }
}

/** Whether something of a service still names a question that is gone. */
export async function hasGone(ctx: EditingCtx, actor: Actor, slug: string): Promise<boolean> {
  authorize(actor, 'content.edit')
  const state = await readState(ctx, slug)
  return goneRows(state, goneIn(state)).length > 0
}

/** Where each use of a question that is gone stands, as editors call it. */
function withUsesPlaced(sheet: Sheet, state: State): Sheet {
  const rows = sheet.rows.map((row) => {
    const { use } = row
    const finding = { file: `services/${state.slug}/${use?.file}`, line: use?.line ?? 1, type: 'forms/unknown-field', detail: '' } // biome-ignore format: one thought
    return use === undefined ? row : { ...row, use: { ...use, about: aboutFinding(finding, state, []) } }
  })
  return { ...sheet, rows }
}

function aboutOf(sheet: Sheet, { points }: Looked, source: string): SheetPage['about'] {
  const [, kind = '', id = ''] = /^([a-z]+)\.(.+)$/.exec(sheet.id) ?? []
  if (kind === 'point') {
    const point = points.find((one) => one.id === id)
    return point === undefined ? null : { name: point.name, text: point.text }
  }
  const label = kind === 'question' ? yamlAt(source, ['fields', id, 'label']) : undefined
  return typeof label === 'string' ? { name: label, text: '' } : null
}

/** Questions that a rule in words stands at, or speaks of by the id, the name or the label of their data field. */
function namedBy(sheet: Sheet, { points, form }: Looked, source: string): readonly string[] {
  const id = /^point\.(.+)$/.exec(sheet.id)?.[1]
  const point = points.find((one) => one.id === id)
  if (point === undefined) {
    return []
  }
  const questions = pageLines(source).flatMap((page) => page.questions)
  const called = questions.map(({ path, label }) => {
    const field = form?.fields.get(path)
    const element = String(yamlAt(source, ['fields', path, 'element']) ?? '')
    return { path, label, element, names: [label, element, field?.element.name ?? '', field?.shortLabel ?? ''] }
  })
  const named = new Set(namedIn(`${point.name}. ${point.text}`, called).map(({ path }) => path))
  return called.filter(({ path, element }) => element === point.at || named.has(path)).map(({ path }) => path)
}

/** Of every rule that may be put together from questions: from which, and how it is. */
function choosersFor(sheet: Sheet, form: Form, source: string): SheetPage['choosers'] {
  const rows = sheet.rows.filter(isChosen)
  return Object.fromEntries(
    rows.map((row) => [row.name, chooserView(row.value, rowWords(row, { sheet, form, source }))]),
  )
}

function pageLines(source: string): readonly PageLine[] {
  const pages = pagesIn(source)
  const places = placesIn(source)
  const hasBeside = (list: YamlPath, index: number): boolean =>
    places.some((one) => one.index === index && one.list.join('/') === list.join('/'))
  const ways = (list: YamlPath, index: number) => ({ canUp: index > 0, canDown: hasBeside(list, index + 1) })
  return pages.map(({ list, index, step, loops }) => {
    const before = pages.some((one) => one.index === index - 1 && one.list.join('/') === list.join('/'))
    const questions = (step.fields ?? []).map((path) => ({
      path,
      label: String(yamlAt(source, ['fields', path, 'label']) ?? path),
    }))
    const outer = loops.at(-1)
    return {
      at: [...list, index].join('/'),
      id: String(step.id),
      title: String(step.title ?? questions[0]?.label ?? step.id),
      isConditional: step.when !== undefined,
      hasBefore: before,
      ...ways(list, index),
      within: outer === undefined ? '' : String(yamlAt(source, ['groups', outer, 'title']) ?? outer),
      // The lists that begin with this page, the outermost first.
      lists: places
        .filter((one) => one.step.steps !== undefined && isFirstIn(one, [...list, index]))
        .map((one) => ({
          id: String(one.step.id),
          title: String(one.step.title ?? one.step.id),
          ...ways(one.list, one.index),
        })),
      questions,
    }
  })
}

/** Whether everything between a list and one of its pages is the first of its kind. */
const isFirstIn = ({ list, index }: { readonly list: YamlPath; readonly index: number }, page: YamlPath): boolean =>
  `${page.join('/')}/`.startsWith(`${[...list, index].join('/')}/`) &&
  page.slice(list.length + 1).every((part) => part === 0 || part === 'steps')
