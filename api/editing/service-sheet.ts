import type { Content } from '../content/snapshot.ts'
import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { type Issue, problemType } from '../lib/problem.ts'
import { followChange } from './adapt.ts'
import { type Around, applySheet } from './apply.ts'
import { withChosen } from './chooser-form.ts'
import { wrongFee } from './fee-checks.ts'
import { withCounts } from './fee-chosen.ts'
import { isProbe } from './fee-preview.ts'
import { withTypedRows } from './fee-table.ts'
import { feePlace, sentLines } from './fee-write.ts'
import { wrongPosition } from './file-plan.ts'
import { changePages, pageActOf } from './pages.ts'
import { pruneLanguages } from './prune.ts'
import { sheetRefused, wrongRows, wrongValues } from './refusal.ts'
import { rowWords } from './row-words.ts'
import type { Values } from './sent.ts'
import { change, type Saved } from './service-change.ts'
import { askedIssues, chargedNow } from './service-fee.ts'
import { look, sheetUnknown } from './service-read.ts'
import { refuse } from './service-refuse.ts'
import { wrongRegisters } from './sheet-registers.ts'
import { FORM, recordAt } from './sheet-rows.ts'
import { type Sheet, sheetOf } from './sheets.ts'
import { withStandardTexts } from './standard-texts.ts'
import { type EditingCtx, readState, type State, titleOf, tryState } from './state.ts'
import { readTemplates } from './templates.ts'

export type SheetChange = { readonly slug: string; readonly id: string; readonly seen: string; readonly values: Values }

const SERVICE = 'service.yaml'
/** Controls that say what is to be done, beside the rows. */
const ACTS = ['act', 'move-question', 'move-page', 'split', 'choose', 'take-fee', 'back'] as const

/** A rule is being put together: nothing is kept yet, and the page shows what was chosen so far with the rule it makes. */
export const choosing = problemType('editing/choosing', 422)

/**
 * Saves a sheet, and with it what a button of the page asked for. Checks first: what would break the file is refused with
 * `editing/sheet-refused` (422) and nothing is kept. Throws `editing/sheet-unknown` (404).
 */
export async function saveSheet(ctx: EditingCtx, actor: Actor, sent: SheetChange): Promise<Saved> {
  authorize(actor, 'content.edit')
  const { slug, id, seen } = sent
  const counted = withCounts(await writtenOut(ctx, { ...sent, values: withoutUnused(sent.values) }))
  const { values } = counted
  if (counted.wrong.length > 0) {
    throw sheetRefused(`sheet ${id}`, { errors: counted.wrong })
  }
  const rows = Object.entries(values).filter(([name]) => !ACTS.some((act) => act === name) && !isProbe(name))
  let made: string | undefined
  const result = await change(ctx, actor, {
    slug,
    sheet: id,
    seen,
    values: Object.fromEntries(rows),
    decide: async (state) => {
      const tried = await tryState(ctx, state)
      const content = tried.ok ? tried.content : ctx.content.live().content
      const sheet = typedSheet(id, state, content, values)
      if (sheet === undefined) {
        throw sheetUnknown(`sheet ${id}`)
      }
      if (sheet.seen !== seen) {
        return { seen: sheet.seen, next: state }
      }
      const { skeleton } = readTemplates(content)
      const around = {
        today: dayInBerlin(ctx.now()),
        editor: actor.kind === 'staff' ? actor.name : actorId(actor),
        content,
        live: ctx.content.live().content,
        costText: skeleton.start.fee,
        times: skeleton.times,
        skeleton,
        postboxName: (postbox: string) => content.postboxes.get(postbox)?.name.de ?? postbox,
      }
      const { next, ...page } = await decided(ctx, { state, sheet, values, around })
      if (id === 'fee' && values['act'] === PREVIEW) {
        throw choosing(`sheet ${id}`, { errors: await previewed(ctx, { next, sheet, values, around }) })
      }
      made = page.made
      const isMapping = id === 'mapping'
      const followed =
        isMapping || id === 'settings'
          ? await followChange(content, { before: state, next, title: titleOf(state, content), isMapping })
          : { ok: true as const, files: next.files }
      if (!followed.ok) {
        throw refuse(followed.findings)
      }
      return { seen: sheet.seen, next: { ...next, files: followed.files } }
    },
  })
  return result.kind === 'saved' && made !== undefined ? { ...result, made } : result
}

/**
 * Where a rule in words is to be kept by a condition: the question that gets it; undefined where something else was chosen.
 * Throws `editing/sheet-refused` (422) where no question of the form was chosen.
 */
export async function conditionPlace(
  ctx: EditingCtx,
  actor: Actor,
  { slug, id, values }: Omit<SheetChange, 'seen'>,
): Promise<string | undefined> {
  authorize(actor, 'content.edit')
  if (!id.startsWith('point.') || values['how'] !== 'condition' || values['choose'] !== undefined) {
    return undefined
  }
  const path = (values['condition-at'] ?? '').trim()
  const { files } = await readState(ctx, slug)
  if (!Object.hasOwn(recordAt(files[FORM] ?? '', 'fields'), path)) {
    throw sheetRefused(`sheet ${id}`, { errors: [{ pointer: '/condition-at', type: 'editing/point-condition' }] })
  }
  return path
}

/** Acts of the table of fees: the page shows it again with one row more, less or elsewhere, and nothing is kept yet. */
const PREVIEW = 'preview'
const isFeeAct = ({ id, values }: SheetChange): boolean =>
  id === 'fee' && values['act'] !== undefined && values['act'] !== PREVIEW

async function previewed(
  ctx: EditingCtx,
  { next, sheet, values, around }: { next: State; sheet: Sheet; values: Values; around: Around },
): Promise<readonly Issue[]> {
  const { form } = await look(ctx, await readState(ctx, next.slug))
  return form === null
    ? []
    : [...askedIssues(sheet, values, form), ...(await chargedNow(ctx, { next, values, form, today: around.today }))]
}

/** The values with the rules that were put together. Throws `editing/choosing` (422) where a button asked for more of it. */
async function writtenOut(ctx: EditingCtx, sent: SheetChange): Promise<Values> {
  const { slug, id, values } = sent
  const isMore = isFeeAct(sent)
  if (!isMore && !Object.keys(values).some((name) => name.endsWith('~parts'))) {
    return values
  }
  const state = await readState(ctx, slug)
  const { form, content } = await look(ctx, state)
  const sheet = typedSheet(id, state, content ?? ctx.content.live().content, values)
  if (isMore && form === null) {
    throw choosing(`sheet ${id}`)
  }
  if (sheet === undefined || form === null) {
    return values
  }
  const source = state.files[FORM] ?? ''
  const written = withChosen(sheet.rows, values, (row) => rowWords(row, { sheet, form, source }))
  if (isMore || values['choose'] !== undefined) {
    const shown = written.rules.map(
      ({ row, rule }): Issue => ({ pointer: `/${row}`, type: 'editing/chosen', params: { rule } }),
    )
    const asked = id === 'fee' ? askedIssues(sheet, withCounts(written.values).values, form) : []
    throw choosing(`sheet ${id}`, { errors: [...shown, ...asked] })
  }
  if (written.wrong.length > 0) {
    throw sheetRefused(`sheet ${id}`, { errors: written.wrong })
  }
  return written.values
}

/** A check or a computed value that was begun counts only where the rule is said to be kept by it; while it is put together all of it stays. */
function withoutUnused(values: Values): Values {
  const { how = '' } = values
  if (how === '' || values['choose'] !== undefined) {
    return values
  }
  const unused = [how === 'own' ? [] : 'new-check-', how === 'computed' ? [] : 'compute/'].flat()
  return Object.fromEntries(Object.entries(values).filter(([name]) => !unused.some((begin) => name.startsWith(begin))))
}

/** A sheet with the rows that somebody added to it since it was shown. */
function typedSheet(id: string, state: State, content: Content, values: Values): Sheet | undefined {
  const sheet = sheetOf(id, state, content)
  const source = state.files[SERVICE] ?? ''
  return sheet === undefined || id !== 'fee'
    ? sheet
    : { ...sheet, rows: withTypedRows(sheet.rows, { source, state, content, about: '' }, values) }
}

type Deciding = { readonly state: State; readonly sheet: Sheet; readonly values: Values; readonly around: Around }

async function decided(ctx: EditingCtx, deciding: Deciding): Promise<Pick<Next, 'next' | 'made'>> {
  const { state, sheet, values } = deciding
  const { content, today } = deciding.around
  const own =
    sheet.id === 'fee'
      ? wrongFee({ state, content, values, today })
      : sheet.id === 'settings'
        ? wrongPosition(content, state, values)
        : sheet.id === 'registers'
          ? wrongRegisters(sheet.rows, values)
          : []
  const wrong = [...wrongValues(sheet, values), ...own]
  const typed: Next = wrong.length > 0 ? { next: state, wrong } : nextOf(deciding, values['split'] !== undefined)
  const change = { sheet, values, before: state, next: typed.next, placeOf: placesOf(deciding) }
  const found = typed.wrong.length > 0 ? typed.wrong : await wrongRows(ctx, change)
  if (found.length > 0) {
    throw sheetRefused(`sheet ${sheet.id}`, { errors: await withOffer(ctx, deciding, found) })
  }
  return typed
}

/** Rows of the table of fees stand in the file by their order. */
function placesOf({
  sheet,
  state,
  values,
  around,
}: Deciding): (name: string) => readonly (string | number)[] | undefined {
  const lines = sheet.id === 'fee' ? sentLines(state, around.content, values) : []
  return (name) => feePlace(name, lines)
}

type Next = { readonly next: State; readonly wrong: readonly Issue[]; readonly made?: string }

/** The files with the rows, and with the pages changed where a button asked for it. */
function nextOf({ state, sheet, values, around }: Deciding, isSplit: boolean): Next {
  const question = /^question\.(.+)$/.exec(sheet.id)?.[1]
  const text = isSplit && question !== undefined ? `split ${question}` : (values['act'] ?? '')
  const act = pageActOf(text === 'move' ? `move ${values['move-question'] ?? ''} ${values['move-page'] ?? ''}` : text)
  const filled = applySheet(state, sheet, values, around)
  const pages = act === undefined ? undefined : changePages(filled.files[FORM] ?? '', act)
  if (pages?.ok === false) {
    return { next: state, wrong: [{ pointer: '/act', type: `editing/${pages.type}` }] }
  }
  const files = pages === undefined ? filled.files : { ...filled.files, [FORM]: pages.source }
  const pruned = pruneLanguages(state.files, files)
  const next = {
    ...filled,
    files: pruned === state.files ? pruned : withStandardTexts(pruned, around.content, around.skeleton),
  }
  return { next, wrong: [], ...(pages?.made === undefined ? {} : { made: pages.made }) }
}

/** Where a condition looks at an answer of its own page, and would do so no more with the page split here, that is offered. */
async function withOffer(ctx: EditingCtx, deciding: Deciding, wrong: readonly Issue[]): Promise<readonly Issue[]> {
  const { state, sheet, values } = deciding
  if (!wrong.some(({ type }) => type === 'forms/same-page') || values['split'] !== undefined) {
    return wrong
  }
  const split = nextOf(deciding, true)
  const change = { sheet, values, before: state, next: split.next, placeOf: placesOf(deciding) }
  const helps = split.wrong.length === 0 && (await wrongRows(ctx, change)).length === 0
  return wrong.map((one) =>
    helps && one.type === 'forms/same-page' ? { ...one, params: { ...one.params, split: 'yes' } } : one,
  )
}
