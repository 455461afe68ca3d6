import { authorize } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { type Issue, problemType } from '../lib/problem.ts'
import { followChange } from './adapt.ts'
import { type Around, applySheet } from './apply.ts'
import { withChosen } from './chooser-form.ts'
import { changePages, pageActOf } from './pages.ts'
import { pruneLanguages } from './prune.ts'
import { sheetRefused, wrongRows, wrongValues } from './refusal.ts'
import { rowWords } from './row-words.ts'
import type { Values } from './sent.ts'
import { change, type Saved } from './service-change.ts'
import { look, sheetUnknown } from './service-read.ts'
import { refuse } from './service-refuse.ts'
import { FORM } from './sheet-rows.ts'
import { type Sheet, sheetOf } from './sheets.ts'
import { type EditingCtx, readState, type State, titleOf, tryState } from './state.ts'
import { readTemplates } from './templates.ts'

export type SheetChange = { readonly slug: string; readonly id: string; readonly seen: string; readonly values: Values }

/** Controls that say what is to be done, beside the rows. */
const ACTS = ['act', 'move-question', 'move-page', 'split', 'choose'] as const

/** A rule is being put together: nothing is kept yet, and the page shows what was chosen so far with the rule it makes. */
export const choosing = problemType('editing/choosing', 422)

/**
 * Saves a sheet, and with it what a button of the page asked for. Checks first: what would break the file is refused with
 * `editing/sheet-refused` (422) and nothing is kept. Throws `editing/sheet-unknown` (404).
 */
export async function saveSheet(ctx: EditingCtx, actor: Actor, sent: SheetChange): Promise<Saved> {
  authorize(actor, 'content.edit')
  const { slug, id, seen } = sent
  const values = await writtenOut(ctx, { ...sent, values: withoutUnused(sent.values) })
  const rows = Object.entries(values).filter(([name]) => !ACTS.some((act) => act === name))
  let made: string | undefined
  const result = await change(ctx, actor, {
    slug,
    sheet: id,
    seen,
    values: Object.fromEntries(rows),
    decide: async (state) => {
      const tried = await tryState(ctx, state)
      const content = tried.ok ? tried.content : ctx.content.live().content
      const sheet = sheetOf(id, state, content)
      if (sheet === undefined) {
        throw sheetUnknown(`sheet ${id}`)
      }
      if (sheet.seen !== seen) {
        return { seen: sheet.seen, next: state }
      }
      const per = new Map(content.fees.fees.map((fee) => [fee.id, fee.per]))
      const known = new Map(
        content.fees.fees.map(({ id, name, amountCents }) => [id, { name: name.de, cents: amountCents }]),
      )
      const around = {
        today: dayInBerlin(ctx.now()),
        editor: actor.kind === 'staff' ? actor.name : actorId(actor),
        isDue: (fee: string) => per.get(fee) !== 'year',
        fee: (fee: string) => known.get(fee),
        costText: readTemplates(content).skeleton.start.fee,
        postboxName: (postbox: string) => content.postboxes.get(postbox)?.name.de ?? postbox,
      }
      const { next, ...page } = await decided(ctx, { state, sheet, values, around })
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

/** The values with the rules that were put together. Throws `editing/choosing` (422) where a button asked for more of it. */
async function writtenOut(ctx: EditingCtx, { slug, id, values }: SheetChange): Promise<Values> {
  if (!Object.keys(values).some((name) => name.endsWith('~parts'))) {
    return values
  }
  const state = await readState(ctx, slug)
  const { form, content } = await look(ctx, state)
  const sheet = sheetOf(id, state, content ?? ctx.content.live().content)
  if (sheet === undefined || form === null) {
    return values
  }
  const source = state.files[FORM] ?? ''
  const written = withChosen(sheet.rows, values, (row) => rowWords(row, { sheet, form, source }))
  if (values['choose'] !== undefined) {
    const shown = written.rules.map(
      ({ row, rule }): Issue => ({ pointer: `/${row}`, type: 'editing/chosen', params: { rule } }),
    )
    throw choosing(`sheet ${id}`, { errors: shown })
  }
  if (written.wrong.length > 0) {
    throw sheetRefused(`sheet ${id}`, { errors: written.wrong })
  }
  return written.values
}

/** A check that was begun counts only where the rule is said to be kept by it; while it is put together all of it stays. */
const withoutUnused = (values: Values): Values =>
  values['how'] === undefined || values['how'] === '' || values['how'] === 'own' || values['choose'] !== undefined
    ? values
    : Object.fromEntries(Object.entries(values).filter(([name]) => !name.startsWith('new-check-')))

type Deciding = { readonly state: State; readonly sheet: Sheet; readonly values: Values; readonly around: Around }

async function decided(ctx: EditingCtx, deciding: Deciding): Promise<Pick<Next, 'next' | 'made'>> {
  const { state, sheet, values } = deciding
  const wrong = wrongValues(sheet, values)
  const typed: Next = wrong.length > 0 ? { next: state, wrong } : nextOf(deciding, values['split'] !== undefined)
  const found =
    typed.wrong.length > 0 ? typed.wrong : await wrongRows(ctx, { sheet, values, before: state, next: typed.next })
  if (found.length > 0) {
    throw sheetRefused(`sheet ${sheet.id}`, { errors: await withOffer(ctx, deciding, found) })
  }
  return typed
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
  const next = { ...filled, files: pruneLanguages(state.files, files) }
  return { next, wrong: [], ...(pages?.made === undefined ? {} : { made: pages.made }) }
}

/** Where a condition looks at an answer of its own page, and would do so no more with the page split here, that is offered. */
async function withOffer(ctx: EditingCtx, deciding: Deciding, wrong: readonly Issue[]): Promise<readonly Issue[]> {
  const { state, sheet, values } = deciding
  if (!wrong.some(({ type }) => type === 'forms/same-page') || values['split'] !== undefined) {
    return wrong
  }
  const split = nextOf(deciding, true)
  const helps =
    split.wrong.length === 0 && (await wrongRows(ctx, { sheet, values, before: state, next: split.next })).length === 0
  return wrong.map((one) =>
    helps && one.type === 'forms/same-page' ? { ...one, params: { ...one.params, split: 'yes' } } : one,
  )
}
