import { authorize } from '../identity/permissions.ts'
import { TOWN_KEY } from '../keys/keyring.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { type Words, wordsOf } from '../lib/words.ts'
import { caseFields } from '../search/service.ts'
import { type Asked, pageOf } from './pages.ts'
import type { PostboxesCtx } from './service.ts'
import { askedOf, colleaguesIn, type ListInput, nextOf } from './service-lists.ts'
import type { Item } from './store.ts'
import { countRunning, endExport, insertExport } from './store-exports.ts'
import { csvOf, type Row, xlsxOf } from './table.ts'

export const FORMATS = ['csv', 'xlsx'] as const
export type Format = (typeof FORMATS)[number]
export type Exported = {
  readonly fileName: string
  readonly mediaType: string
  readonly body: ReadableStream<Uint8Array>
}

/** The person takes two tables already. */
export const exportsRunning = problemType('postboxes/exports-running', 409)

const ROWS_MAX = 20_000
const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}
const PAGE_SIZE = 250
const RUNNING_MAX = 2
/** A download that has not ended by then never will. */
const RUNNING_MS = 10 * 60_000

/**
 * Makes a table of exactly what a list shows with its filter and columns, all its pages, while they are read: 20,000
 * rows at most; where there are more the last row says so. Written down before the first byte goes out: who, when, which
 * list; and at the end how many rows, also where the reader went away. Throws 404 as the list does, and
 * `postboxes/exports-running` (409) while the person takes two others.
 */
export async function exportList(
  ctx: PostboxesCtx,
  actor: Actor,
  { format, ...input }: ListInput & { readonly format: Format },
): Promise<Exported> {
  const asked = { ...(await askedOf(ctx, actor, input)), size: PAGE_SIZE, after: null }
  authorize(actor, 'postbox.export', { postboxes: asked.postboxes })
  const { userId } = asked.actor
  const atMs = ctx.now()
  if ((await countRunning(ctx.db, userId, atMs - RUNNING_MS)) >= RUNNING_MAX) {
    throw exportsRunning(`exports of ${userId}`)
  }
  const id = ctx.newId()
  const { postbox, view, filter, selection } = asked
  const spot = { table: 'list_exports', row: id, column: 'list_sealed' }
  const listSealed = await ctx.keyring.sealJson(TOWN_KEY, spot, { format: 1, postbox, view, filter, selection })
  await ctx.write({ statements: [insertExport({ id, userId, atMs, format, listSealed })] })
  const words = wordsOf(ctx.content.live().content.words, 'de')
  const counted = { rows: 0 }
  const rows = rowsOf(ctx, asked, { words, counted })
  const end = (): Promise<unknown> => ctx.write({ statements: [endExport(id, counted.rows, ctx.now())] })
  const head = headOf(ctx, asked, words)
  return {
    fileName: `${postbox ?? 'vorgaenge'}-${dayInBerlin(atMs)}.${format}`,
    mediaType: MEDIA_TYPES[format],
    body: streamOf(format === 'csv' ? csvOf(head, rows) : xlsxOf(head, rows), end),
  }
}

/** A stream of what a generator makes, as fast as it is read; `end` runs once, also where the reader goes away. */
function streamOf(parts: AsyncGenerator<Uint8Array>, end: () => Promise<unknown>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await parts.next()
        if (done !== true) {
          controller.enqueue(value)
          return
        }
        await end()
        controller.close()
      } catch (error) {
        await end()
        controller.error(error)
      }
    },
    cancel: async () => {
      await parts.return(undefined)
      await end()
    },
  })
}

const BEFORE = ['deadline', 'aktenzeichen', 'reference', 'service', 'postbox', 'applicant'] as const
const AFTER = ['received', 'step', 'who'] as const

function headOf(ctx: PostboxesCtx, { filter, selection }: Asked, words: Words): readonly string[] {
  const labels = new Map(ctx.questions(filter.service ?? '').map(({ path, label }) => [path, label]))
  const named = (names: readonly string[]): readonly string[] => names.map((name) => words(`office.column.${name}`))
  return [...named(BEFORE), ...(selection?.columns ?? []).map((path) => labels.get(path) ?? path), ...named(AFTER)]
}

type Making = { readonly words: Words; readonly counted: { rows: number } }

async function* rowsOf(ctx: PostboxesCtx, asked: Asked, { words, counted }: Making): AsyncGenerator<Row> {
  let after: Asked['after'] = null
  do {
    await ctx.turns.take()
    const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(ctx, { ...asked, after })
    const ids = page.rows.map(({ vorgangId }) => vorgangId)
    const [names, fields] = [await ctx.caseNames(ids), caseFields(ctx, asked.selection === null ? [] : ids)]
    const colleagues = await colleaguesIn(ctx, asked.actor, page.rows)
    for (const item of page.rows) {
      if (counted.rows === ROWS_MAX) {
        yield [words('office.export.more', { count: ROWS_MAX })]
        return
      }
      counted.rows += 1
      const own = fields.get(item.vorgangId)
      const cells = (asked.selection?.columns ?? []).map((path) => own?.find((one) => one.path === path)?.text ?? '')
      yield rowOf(ctx, item, { asked, words, name: names.get(item.vorgangId) ?? '', cells, colleagues })
    }
    after = page.next
  } while (after !== null)
}

type Shown = {
  readonly asked: Asked
  readonly words: Words
  readonly name: string
  readonly cells: readonly string[]
  readonly colleagues: ReadonlyMap<string, string | null>
}

const rowOf = (ctx: PostboxesCtx, item: Item, { asked, words, name, cells, colleagues }: Shown): Row => [
  item.state === 'done' ? words('office.deadline.none') : { day: item.dueOn },
  item.aktenzeichen,
  item.reference,
  ctx.serviceTitle(item.serviceSlug),
  ctx.content.live().content.postboxes.get(item.postbox)?.name.de ?? item.postbox,
  name,
  ...cells,
  { day: dayInBerlin(item.receivedAtMs) },
  stepText(item, words),
  whoHas(item, asked, { words, colleagues }),
]

function stepText(item: Item, words: Words): string {
  const next = nextOf(item)
  if (next.kind === 'task') {
    return next.title ?? words('office.next.busy')
  }
  if (next.kind === 'wait') {
    return words(`office.next.${next.waitsFor ?? 'busy'}`)
  }
  const ended = `office.ended.${item.step}`
  return next.kind === 'errand'
    ? words('office.next.errand')
    : words(words(ended) === ended ? 'office.ended.any' : ended)
}

function whoHas(
  { assignee }: Item,
  { actor }: Asked,
  { words, colleagues }: Pick<Shown, 'words' | 'colleagues'>,
): string {
  if (assignee === null) {
    return words('office.nobody')
  }
  return assignee === actor.userId ? actor.name : (colleagues.get(assignee) ?? words('office.somebody'))
}
