import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { Issue } from '../lib/problem.ts'
import { followChange } from './adapt.ts'
import { type Around, applySheet } from './apply.ts'
import { changePages, pageActOf } from './pages.ts'
import { pruneLanguages } from './prune.ts'
import { sheetRefused, wrongRows, wrongValues } from './refusal.ts'
import type { Values } from './sent.ts'
import { change, type Saved } from './service-change.ts'
import { sheetUnknown } from './service-read.ts'
import { refuse } from './service-refuse.ts'
import { FORM } from './sheet-rows.ts'
import { type Sheet, sheetOf } from './sheets.ts'
import { type EditingCtx, type State, titleOf, tryState } from './state.ts'

export type SheetChange = { readonly slug: string; readonly id: string; readonly seen: string; readonly values: Values }

/** Controls that say what is to be done, beside the rows. */
const ACTS = ['act', 'move-question', 'move-page', 'split'] as const

/**
 * Saves a sheet, and with it what a button of the page asked for. Checks first: what would break the file is refused with
 * `editing/sheet-refused` (422) and nothing is kept. Throws `editing/sheet-unknown` (404).
 */
export async function saveSheet(ctx: EditingCtx, actor: Actor, sent: SheetChange): Promise<Saved> {
  authorize(actor, 'content.edit')
  const { slug, id, seen, values } = sent
  const rows = Object.entries(values).filter(([name]) => !ACTS.some((act) => act === name))
  return await change(ctx, actor, {
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
      const around = {
        today: dayInBerlin(ctx.now()),
        isDue: (fee: string) => per.get(fee) !== 'year',
        postboxName: (postbox: string) => content.postboxes.get(postbox)?.name.de ?? postbox,
      }
      const next = await decided(ctx, { state, sheet, values, around })
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
}

type Deciding = { readonly state: State; readonly sheet: Sheet; readonly values: Values; readonly around: Around }

async function decided(ctx: EditingCtx, deciding: Deciding): Promise<State> {
  const { state, sheet, values } = deciding
  const wrong = wrongValues(sheet, values)
  const typed = wrong.length > 0 ? { next: state, wrong } : nextOf(deciding, values['split'] !== undefined)
  const found =
    typed.wrong.length > 0 ? typed.wrong : await wrongRows(ctx, { sheet, values, before: state, next: typed.next })
  if (found.length > 0) {
    throw sheetRefused(`sheet ${sheet.id}`, { errors: await withOffer(ctx, deciding, found) })
  }
  return typed.next
}

type Next = { readonly next: State; readonly wrong: readonly Issue[] }

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
  return { next: { ...filled, files: pruneLanguages(state.files, files) }, wrong: [] }
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
