import { asc, eq, inArray } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { caseDeadlineChanges, caseDeadlines } from '../../db/schema/workflow.ts'

export type CaseDeadlineRow = typeof caseDeadlines.$inferSelect
export type DeadlineChangeRow = typeof caseDeadlineChanges.$inferSelect

const SHOWN_MAX = 100

/** Lists the deadlines of a Vorgang's tasks, oldest first; at most 100. */
export async function listCaseDeadlines(db: Read, vorgangId: string): Promise<readonly CaseDeadlineRow[]> {
  return await db
    .select()
    .from(caseDeadlines)
    .where(eq(caseDeadlines.vorgangId, vorgangId))
    .orderBy(asc(caseDeadlines.taskId))
    .limit(SHOWN_MAX)
}

/** Finds the deadline of a task. */
export async function findCaseDeadline(db: Read, taskId: string): Promise<CaseDeadlineRow | undefined> {
  return (await db.select().from(caseDeadlines).where(eq(caseDeadlines.taskId, taskId)).limit(1))[0]
}

/** Lists how deadlines were lengthened or stopped, oldest first; at most 100. */
export async function listDeadlineChanges(db: Read, taskIds: readonly string[]): Promise<readonly DeadlineChangeRow[]> {
  return await db
    .select()
    .from(caseDeadlineChanges)
    .where(inArray(caseDeadlineChanges.taskId, [...taskIds]))
    .orderBy(asc(caseDeadlineChanges.id))
    .limit(SHOWN_MAX)
}

export const insertCaseDeadline = (row: Omit<CaseDeadlineRow, 'version'>): Statement => ({
  sql: 'INSERT INTO case_deadlines (task_id, vorgang_id, rule, valid_from, source, counted, ends_on, version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)',
  args: [row.taskId, row.vorgangId, row.rule, row.validFrom, row.source, row.counted, row.endsOn],
})

/** Puts a deadline counted anew in place of the version that was read. */
export const moveCaseDeadline = (
  { taskId, version }: Pick<CaseDeadlineRow, 'taskId' | 'version'>,
  { counted, endsOn }: Pick<CaseDeadlineRow, 'counted' | 'endsOn'>,
): Guard => ({
  name: 'deadline-version',
  sql: 'UPDATE case_deadlines SET counted = ?, ends_on = ?, version = version + 1 WHERE task_id = ? AND version = ?',
  args: [counted, endsOn, taskId, version],
})

export const insertDeadlineChange = (row: DeadlineChangeRow): Statement => ({
  sql: 'INSERT INTO case_deadline_changes (id, task_id, kind, from_on, until_on, period, ends_on, key_id, reason_sealed, changed_by, changed_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  args: [
    row.id,
    row.taskId,
    row.kind,
    row.fromOn,
    row.untilOn,
    row.period,
    row.endsOn,
    row.keyId,
    row.reasonSealed,
    row.changedBy,
    row.changedAtMs,
  ],
})
