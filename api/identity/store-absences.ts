import { and, asc, eq, gte, inArray, lte, sql } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import { hot, type Read } from '../../db/reader.ts'
import { absences } from '../../db/schema/identity.ts'

export type AbsenceRow = typeof absences.$inferSelect

/** More than one person can stand in for at once, or a head's teams have to come. */
const ROWS_MAX = 500
/** As in the condition of the indexes: a parameter would not match it. */
const IS_SET = sql`state = 'set'`

// Read for every request of a clerk.
const stoodInOn = hot((db) =>
  db
    .select({ userId: absences.userId })
    .from(absences)
    .where(
      and(
        eq(absences.substituteId, sql.placeholder('userId')),
        gte(absences.untilOn, sql.placeholder('today')),
        lte(absences.fromOn, sql.placeholder('today')),
        IS_SET,
      ),
    )
    .orderBy(asc(absences.untilOn))
    .limit(50),
)

/** Lists for whom somebody stands in on a day; what is over or ended is not looked at. */
export async function listStoodIn(db: Read, userId: string, today: string): Promise<readonly string[]> {
  return (await stoodInOn(db).all({ userId, today })).map((row) => row.userId)
}

/** Lists what is set for some people and not over, the first to end first. */
export async function listAbsences(
  db: Read,
  userIds: readonly string[],
  today: string,
): Promise<readonly AbsenceRow[]> {
  if (userIds.length === 0) {
    return []
  }
  return await db
    .select()
    .from(absences)
    .where(and(inArray(absences.userId, [...userIds]), gte(absences.untilOn, today), IS_SET))
    .orderBy(asc(absences.untilOn), asc(absences.id))
    .limit(ROWS_MAX)
}

/** Lists what is set and not over with somebody as substitute, the first to end first. */
export async function listStandingIn(db: Read, userId: string, today: string): Promise<readonly AbsenceRow[]> {
  return await db
    .select()
    .from(absences)
    .where(and(eq(absences.substituteId, userId), gte(absences.untilOn, today), IS_SET))
    .orderBy(asc(absences.untilOn), asc(absences.id))
    .limit(ROWS_MAX)
}

export async function findAbsence(db: Read, id: string): Promise<AbsenceRow | undefined> {
  return (await db.select().from(absences).where(eq(absences.id, id)).limit(1))[0]
}

/** Enters an absence; refused where a day of it is one of another absence of the same person already. */
export const insertAbsence = (row: Omit<AbsenceRow, 'state' | 'version'>): Guard => ({
  name: 'absence-free',
  sql: "INSERT INTO absences (id, user_id, substitute_id, from_on, until_on, set_by, state, version) SELECT ?, ?, ?, ?, ?, ?, 'set', 1 WHERE NOT EXISTS (SELECT 1 FROM absences WHERE user_id = ? AND until_on >= ? AND from_on <= ? AND state = 'set')",
  args: [row.id, row.userId, row.substituteId, row.fromOn, row.untilOn, row.setBy, row.userId, row.fromOn, row.untilOn],
})

/** Ends an absence, from a known version. */
export const endAbsence = ({ id, version }: Pick<AbsenceRow, 'id' | 'version'>): Guard => ({
  name: 'absence-version',
  sql: "UPDATE absences SET state = 'ended', version = version + 1 WHERE id = ? AND version = ? AND state = 'set'",
  args: [id, version],
})

/** Deletes absences whose last day lies before a day; at most 1,000. */
export const deleteOldAbsences = (beforeOn: string): Statement => ({
  sql: 'DELETE FROM absences WHERE id IN (SELECT id FROM absences WHERE until_on < ? LIMIT 1000)',
  args: [beforeOn],
})
