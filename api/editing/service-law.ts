import { type ContentFiles, contentFile, loadCheckedContent } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { authorize } from '../identity/permissions.ts'
import { planRepeatedJob } from '../jobs/plan.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import type { LawCtx } from './law-ctx.ts'
import { fieldsOf, fileOf, type LawRow, type LawTable, readNewRow, rowsOf, versionsOf, withRow } from './law-rows.ts'
import type { Values } from './sent.ts'
import { decideLawChange, findLawChange, findOpenChange, insertLawChange, type LawChangeRow } from './store-law.ts'

export const lawRowUnknown = problemType('editing/law-row-unknown', 404)
export const lawChangeUnknown = problemType('editing/law-change-unknown', 404)
export const lawRefused = problemType('editing/law-refused', 422)
export const lawMoved = problemType('editing/law-moved', 409)

const NOTE_MAX = 1000

export type ProposedRow = { readonly table: LawTable; readonly id: string; readonly values: Values }

/**
 * Proposes a new version of a row of the law, from a day on. Nothing changes by it: another editor releases it. The content
 * with it is checked as a whole first. Proposed twice for the same row and day it is one proposal, the first.
 * Throws `editing/law-row-unknown` (404), `editing/law-refused` (422) naming the controls, `content/refused`.
 */
export async function proposeChange(
  ctx: LawCtx,
  actor: Actor,
  { table, id, values }: ProposedRow,
): Promise<{ readonly changeId: string }> {
  authorize(actor, 'law.propose')
  const { content } = ctx.content.live()
  const versions = versionsOf(content, table, id)
  if (versions.length === 0) {
    throw lawRowUnknown(`${table} ${id}`)
  }
  const read = readNewRow(table, versions, { values, today: dayInBerlin(ctx.now()) })
  const note = (values['note'] ?? '').replaceAll('\r\n', '\n').normalize('NFC').trim()
  const long = note.length > NOTE_MAX ? [{ pointer: '/note', type: 'editing/law-note' }] : []
  if (!read.ok || long.length > 0) {
    throw lawRefused(`${table} ${id}`, { errors: [...(read.ok ? [] : read.issues), ...long] })
  }
  const tried = await tryRow(ctx, table, read.row)
  if (!tried.ok) {
    throw lawRefused(`${table} ${id}`, {
      errors: tried.findings.map(({ type, file, line, detail }) => ({
        pointer: '/',
        type,
        params: { file, line, detail },
      })),
    })
  }
  const { validFrom } = read.row
  const known = await findOpenChange(ctx.db, { lawTable: table, rowId: id, validFrom })
  if (known !== undefined) {
    return { changeId: known.id }
  }
  const changeId = ctx.newId()
  const row = { id: changeId, lawTable: table, rowId: id, validFrom, rowJson: JSON.stringify(read.row), note }
  const result = await ctx.write({
    statements: [insertLawChange({ ...row, proposedBy: actorId(actor), proposedAtMs: ctx.now() })],
  })
  if (!result.ok) {
    throw lawMoved(`${table} ${id}`)
  }
  ctx.log('law-proposed', { table, row: id, validFrom, actor: actorId(actor) })
  return { changeId }
}

/**
 * Releases a proposed version: it becomes part of the live content in the same batch, and holds from its day on, also for
 * cases that run. Only another editor than the one who proposed it may (four eyes). Throws 404, 403, `editing/law-moved` (409) where
 * the table was changed meanwhile so that it no longer fits, or where its day is over.
 */
export async function releaseChange(
  ctx: LawCtx,
  actor: Actor,
  { changeId, version }: { readonly changeId: string; readonly version: number },
): Promise<{ readonly changeId: string }> {
  const change = await knownChange(ctx, changeId)
  authorize(actor, 'law.release', { preparedBy: change.proposedBy.replace(/^staff:/, '') })
  requireOpen(change, version)
  const { revisionId } = ctx.content.live()
  const row = await stillFits(ctx, change)
  const decided = decideLawChange(change, { state: 'released', by: actorId(actor), atMs: ctx.now() })
  const order = planRepeatedJob({ kind: 'publish', key: ctx.town, payload: {}, dueAtMs: ctx.now() })
  const files = await filesWithRow(ctx, change.lawTable, row)
  await ctx.content.publish(actor, files, {
    note: `law ${change.lawTable} ${change.rowId} ${change.validFrom}`,
    basedOn: revisionId,
    plan: () => ({ ...order, guards: [decided] }),
  })
  ctx.log('law-released', { change: changeId, actor: actorId(actor) })
  return { changeId }
}

/** Ends a proposal: refused by another editor, or withdrawn by the one who made it. Throws 404, 403, 409. */
export async function endChange(
  ctx: LawCtx,
  actor: Actor,
  { changeId, version }: { readonly changeId: string; readonly version: number },
): Promise<{ readonly changeId: string }> {
  const change = await knownChange(ctx, changeId)
  authorize(actor, 'law.propose')
  requireOpen(change, version)
  const by = actorId(actor)
  const state = change.proposedBy === by ? ('withdrawn' as const) : ('refused' as const)
  const result = await ctx.write({ guards: [decideLawChange(change, { state, by, atMs: ctx.now() })] })
  if (!result.ok) {
    throw lawMoved(`change ${changeId}`)
  }
  return { changeId }
}

/** Finds a proposal. Throws `editing/law-change-unknown` (404). */
export async function knownChange(ctx: LawCtx, changeId: string): Promise<LawChangeRow> {
  const change = await findLawChange(ctx.db, changeId)
  if (change === undefined) {
    throw lawChangeUnknown(`change ${changeId}`)
  }
  return change
}

function requireOpen(change: LawChangeRow, version: number): void {
  if (change.state !== 'proposed' || change.version !== version) {
    throw lawMoved(`change ${change.id}`)
  }
}

/** The row as it would be read today; refused where another version begins on its day, or its day is over. */
async function stillFits(ctx: LawCtx, change: LawChangeRow): Promise<LawRow> {
  const { content } = ctx.content.live()
  const row = rowOf(change)
  const typed = Object.fromEntries(fieldsOf(change.lawTable, row).map(({ name, value }) => [name, value]))
  const values = { ...typed, validFrom: row.validFrom, source: row.source }
  const versions = versionsOf(content, change.lawTable, change.rowId)
  const read = readNewRow(change.lawTable, versions, { values, today: dayInBerlin(ctx.now()) })
  if (!read.ok) {
    throw lawMoved(`change ${change.id}: ${read.issues[0]?.type ?? ''}`)
  }
  return read.row
}

/** The row that a proposal is about, as it will stand. */
export const rowOf = (change: LawChangeRow): LawRow => JSON.parse(change.rowJson) as LawRow

/** The live content with one more version of a row, checked as a whole. */
export const tryRow = async (ctx: LawCtx, table: LawTable, row: LawRow) =>
  await loadCheckedContent(await filesWithRow(ctx, table, row), ctx.contentCheckers, ctx.content.live().content)

async function filesWithRow(ctx: LawCtx, table: LawTable, row: LawRow): Promise<ContentFiles> {
  const files = new Map(await ctx.content.files())
  const file = fileOf(table)
  const text = new TextDecoder().decode(files.get(file)?.bytes ?? new Uint8Array())
  return files.set(file, contentFile(withRow(text, table, row)))
}

/** The live content with one more version of a row, without what is checked: for those who look at what would be. */
export function contentWithRow(content: Content, table: LawTable, row: LawRow): Content {
  const others = rowsOf(content, table).map((other) =>
    other.id === row.id && other.validFrom < row.validFrom && (other.validTo ?? '9999') >= row.validFrom
      ? { ...other, validTo: dayBefore(row.validFrom) }
      : other,
  )
  const rows = [...others.filter((other) => !(other.id === row.id && other.validFrom === row.validFrom)), row]
  // What is compared by its files would take it for the same law.
  const digest = JSON.stringify(rows)
  const base: Content = {
    ...content,
    digestOfFile: (path) => (path === fileOf(table) ? digest : content.digestOfFile(path)),
  }
  switch (table) {
    case 'fees':
      return { ...base, fees: { fees: rows as unknown as Content['fees']['fees'] } }
    case 'retention':
      return { ...base, retention: { rules: rows as unknown as Content['retention']['rules'] } }
    default:
      return { ...base, deadlines: { ...content.deadlines, [table]: rows } }
  }
}

const dayBefore = (on: string): string => new Date(Date.parse(`${on}T00:00:00Z`) - 86_400_000).toJSON().slice(0, 10)
