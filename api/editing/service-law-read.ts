import { missingLaw } from '../content/service.ts'
import type { Content } from '../content/snapshot.ts'
import { readOpenRevisions } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { LawCtx } from './law-ctx.ts'
import { fieldsOf, type LawField, type LawRow, type LawTable, rowOn, rowsOf, versionsOf } from './law-rows.ts'
import { serviceName, servicesUsing } from './law-uses.ts'
import { knownChange, lawRowUnknown, rowOf } from './service-law.ts'
import { countOpen, type Replay, replay } from './service-replay.ts'
import { type LawChangeRow, listLawChanges } from './store-law.ts'

/** A version of a row as editors read it. */
export type LawVersion = {
  readonly validFrom: string
  readonly validTo: string | null
  readonly source: string
  readonly fields: readonly LawField[]
  readonly when: 'past' | 'now' | 'future'
}
export type LawLine = {
  readonly table: LawTable
  readonly id: string
  /** Of fees: what it is called. */
  readonly name: string | null
  readonly versions: readonly LawVersion[]
  /** It can be changed by a new version; not where a rule makes its amount. */
  readonly canChange: boolean
}
export type ChangeLine = {
  readonly id: string
  readonly table: LawTable
  readonly rowId: string
  readonly name: string | null
  readonly validFrom: string
  readonly proposedBy: string
  readonly proposedAtMs: number
  readonly state: LawChangeRow['state']
}
/** A row that cases of older revisions need and that the live tables no longer have. */
export type MissingLine = { readonly table: string; readonly id: string; readonly validFrom: string }
export type LawPage = {
  readonly tables: readonly { readonly table: LawTable; readonly lines: readonly LawLine[] }[]
  readonly waiting: readonly ChangeLine[]
  readonly missing: readonly MissingLine[]
}

const GROUPS = { fees: ['fees'], deadlines: ['deadlines', 'deliveries', 'retention'] } as const
export type LawGroup = keyof typeof GROUPS

/** Tables of the law with every version of their rows, and what waits for a second editor. */
export async function readLaw(ctx: LawCtx, actor: Actor, group: LawGroup): Promise<LawPage> {
  authorize(actor, 'content.edit')
  const { content } = ctx.content.live()
  const today = dayInBerlin(ctx.now())
  const tables: readonly LawTable[] = GROUPS[group]
  const changes = await listLawChanges(ctx.db, 'proposed')
  const waiting = changes.filter(({ lawTable }) => tables.includes(lawTable))
  return {
    tables: tables.map((table) => ({ table, lines: linesOf(content, table, today) })),
    waiting: await Promise.all(waiting.map((change) => changeLine(ctx, change))),
    missing: (await missingRows(ctx, content)).filter(({ table }) => tables.some((one) => one === table)),
  }
}

const linesOf = (content: Content, table: LawTable, today: string): readonly LawLine[] =>
  [...new Set(rowsOf(content, table).map(({ id }) => id))].map((id) => lineOf(content, table, id, today))

function lineOf(content: Content, table: LawTable, id: string, today: string): LawLine {
  const versions = versionsOf(content, table, id)
  return {
    table,
    id,
    name: nameOf(versions),
    versions: versions.map((row) => versionOf(table, row, today)),
    canChange: versions[0] !== undefined && fieldsOf(table, versions[0]).length > 0,
  }
}

const versionOf = (table: LawTable, row: LawRow, today: string): LawVersion => ({
  validFrom: row.validFrom,
  validTo: row.validTo ?? null,
  source: row.source,
  fields: fieldsOf(table, row),
  when: row.validFrom > today ? 'future' : row.validTo !== undefined && row.validTo < today ? 'past' : 'now',
})

function nameOf([row]: readonly LawRow[]): string | null {
  const name = row?.['name'] as { readonly de?: unknown } | undefined
  return typeof name?.de === 'string' ? name.de : null
}

async function changeLine(ctx: LawCtx, change: LawChangeRow): Promise<ChangeLine> {
  const { content } = ctx.content.live()
  return {
    id: change.id,
    table: change.lawTable,
    rowId: change.rowId,
    name: nameOf(versionsOf(content, change.lawTable, change.rowId)),
    validFrom: change.validFrom,
    proposedBy: (await staffName(ctx, change.proposedBy.replace(/^staff:/, ''))) ?? '',
    proposedAtMs: change.proposedAtMs,
    state: change.state,
  }
}

/** Rows that cases which run need, of the revisions that they were begun with. Revisions are looked at once each. */
async function missingRows(ctx: LawCtx, live: Content): Promise<readonly MissingLine[]> {
  const revisions = await readOpenRevisions(ctx.db)
  const found = new Map<string, MissingLine>()
  for (const revisionId of revisions) {
    for (const row of missingLaw(await ctx.content.at(revisionId), live)) {
      found.set(`${row.table} ${row.id} ${row.validFrom}`, row)
    }
  }
  return [...found.values()]
}

/** What the form for a new version shows: what holds today, and what it would concern. */
export type NewVersionPage = LawLine & {
  readonly fields: readonly LawField[]
  readonly source: string
  readonly today: string
  readonly services: readonly { readonly slug: string; readonly title: string; readonly open: number }[]
}

/** Reads a row for whoever writes a new version of it. Throws `editing/law-row-unknown` (404). */
export async function readLawRow(ctx: LawCtx, actor: Actor, table: LawTable, id: string): Promise<NewVersionPage> {
  authorize(actor, 'content.edit')
  const { content } = ctx.content.live()
  const today = dayInBerlin(ctx.now())
  const versions = versionsOf(content, table, id)
  const row = rowOn(versions, today) ?? versions[0]
  if (row === undefined) {
    throw lawRowUnknown(`${table} ${id}`)
  }
  return {
    ...lineOf(content, table, id, today),
    fields: fieldsOf(table, row),
    source: row.source,
    today,
    services: await concerned(ctx, content, servicesUsing(content, table, id)),
  }
}

/** Services with the number of their open cases; no personal data. */
export async function concerned(ctx: LawCtx, content: Content, slugs: readonly string[]) {
  const open = await countOpen(ctx, slugs)
  return slugs.map((slug) => ({ slug, title: serviceName(content, slug), open: open.get(slug) ?? 0 }))
}

export type ChangePage = ChangeLine & {
  readonly note: string
  readonly version: number
  readonly isMine: boolean
  readonly decidedBy: string | null
  readonly decidedAtMs: number | null
  readonly before: LawVersion | null
  readonly after: LawVersion
  readonly services: readonly { readonly slug: string; readonly title: string; readonly open: number }[]
  readonly replay: Replay
}

/** A proposed or decided version beside the one before it, with the open cases that would differ. Throws 404. */
export async function readChange(ctx: LawCtx, actor: Actor, changeId: string): Promise<ChangePage> {
  authorize(actor, 'content.edit')
  const change = await knownChange(ctx, changeId)
  const { content } = ctx.content.live()
  const today = dayInBerlin(ctx.now())
  const { lawTable: table, rowId } = change
  const row = rowOf(change)
  const before = versionsOf(content, table, rowId).find((other) => other.validFrom < row.validFrom)
  return {
    ...(await changeLine(ctx, change)),
    note: change.note,
    version: change.version,
    isMine: change.proposedBy === actorId(actor),
    decidedBy: change.decidedBy === null ? null : await staffName(ctx, change.decidedBy.replace(/^staff:/, '')),
    decidedAtMs: change.decidedAtMs,
    before: before === undefined ? null : versionOf(table, before, today),
    after: versionOf(table, row, today),
    services: await concerned(ctx, content, servicesUsing(content, table, rowId)),
    replay: await replay(ctx, actor, table, row),
  }
}
