import * as v from 'valibot'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { keepQuery, readQuery } from '../search/service.ts'
import { ANSWER_LENGTH_MAX, COLUMNS_MAX, Selection } from './filter.ts'
import type { Staff } from './pages.ts'
import type { PostboxesCtx } from './service.ts'
import { readSavedView } from './service-views.ts'

const Kept = v.pipe(v.string(), v.parseJson(), v.object({ format: v.literal(1), selection: Selection }))

/**
 * Keeps for twelve hours which answers a person wants to see in columns and to look for: what is looked for may be a name, and
 * stands in no address. Questions that the service does not ask, and more than twelve columns, are left out.
 */
export function keepSelection(ctx: PostboxesCtx, actor: Actor, selection: Selection): { readonly selectionId: string } {
  const postboxes = actor.kind === 'staff' ? actor.postboxes : []
  authorize(actor, 'postbox.list', { postboxes })
  const asked = new Set(ctx.questions(selection.service).map(({ path }) => path))
  const kept: Selection = {
    service: selection.service,
    columns: selection.columns.filter((path) => asked.has(path)).slice(0, COLUMNS_MAX),
    answers: selection.answers.filter(({ path }) => asked.has(path)),
  }
  const userId = actor.kind === 'staff' ? actor.userId : ''
  return { selectionId: keepQuery(ctx, userId, JSON.stringify({ format: 1, selection: kept })) }
}

/** What this person chose under an id, for these hours or in a list they saved; null where it is another's, too old, or of another service than the list shows. */
export async function selectionOf(
  ctx: PostboxesCtx,
  actor: Staff,
  { id, service }: { readonly id: string | undefined; readonly service: string | undefined },
): Promise<Selection | null> {
  if (id === undefined || service === undefined) {
    return null
  }
  const text = readQuery(ctx, actor.userId, id)
  const read = text === null ? null : v.safeParse(Kept, text)
  const kept = read?.success === true ? read.output.selection : null
  const selection = kept ?? (await readSavedView(ctx, actor, id))?.selection ?? null
  return selection?.service === service ? selection : null
}

const PREFIXES = { column: 'column:', answer: 'answer:' } as const

/** Reads a selection as its form sends it: `column:<path>` for each column, `answer:<path>` with what it must hold. */
export function readSelection(service: string, fields: Readonly<Record<string, unknown>>): Selection | null {
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  const of = (prefix: string) =>
    entries
      .filter(([name, value]) => name.startsWith(prefix) && value.trim() !== '')
      .map(([name, value]) => ({ path: name.slice(prefix.length), text: value.trim().slice(0, ANSWER_LENGTH_MAX) }))
  const read = v.safeParse(Selection, {
    service,
    columns: of(PREFIXES.column).map(({ path }) => path),
    answers: of(PREFIXES.answer),
  })
  return read.success ? read.output : null
}
