import { and, asc, count, desc, eq, inArray, ne } from 'drizzle-orm'
import type { Guard, Statement } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import { processInstances, tasks } from '../../db/schema/workflow.ts'

export type InstanceRow = typeof processInstances.$inferSelect
export type TaskRow = typeof tasks.$inferSelect

const TASKS_MAX = 100
const CHUNK = 500

/** Finds the process of a Vorgang. */
export async function findInstance(db: Read, vorgangId: string): Promise<InstanceRow | undefined> {
  return (await db.select().from(processInstances).where(eq(processInstances.vorgangId, vorgangId)).limit(1))[0]
}

/** Finds a task by id. */
export async function findTask(db: Read, id: string): Promise<TaskRow | undefined> {
  return (await db.select().from(tasks).where(eq(tasks.id, id)).limit(1))[0]
}

/** Counts those of some Vorgänge whose process is another one than that of a digest. */
export async function countOtherDefinitions(db: Read, ids: readonly string[], digest: string): Promise<number> {
  let total = 0
  for (let at = 0; at < ids.length; at += CHUNK) {
    const rows = await db
      .select({ count: count() })
      .from(processInstances)
      .where(
        and(
          inArray(processInstances.vorgangId, ids.slice(at, at + CHUNK)),
          ne(processInstances.definitionDigest, digest),
        ),
      )
    total += rows[0]?.count ?? 0
  }
  return total
}

/** Lists the open tasks of a Vorgang, oldest first; a process has at most 100 tokens. */
export async function listOpenTasks(db: Read, vorgangId: string): Promise<readonly TaskRow[]> {
  return await db
    .select()
    .from(tasks)
    .where(and(eq(tasks.vorgangId, vorgangId), eq(tasks.state, 'open')))
    .orderBy(asc(tasks.id))
    .limit(TASKS_MAX)
}

/** Lists the tasks of a Vorgang, whatever became of them: the newest 200, oldest first. */
export async function listTasks(db: Read, vorgangId: string): Promise<readonly TaskRow[]> {
  const rows = await db
    .select()
    .from(tasks)
    .where(eq(tasks.vorgangId, vorgangId))
    .orderBy(desc(tasks.id))
    .limit(2 * TASKS_MAX)
  return rows.toReversed()
}

/** Lists who finished tasks of a Vorgang in which postbox, the newest first. */
export async function listFinished(
  db: Read,
  vorgangId: string,
): Promise<readonly Pick<TaskRow, 'postbox' | 'completedBy'>[]> {
  return await db
    .select({ postbox: tasks.postbox, completedBy: tasks.completedBy })
    .from(tasks)
    .where(and(eq(tasks.vorgangId, vorgangId), eq(tasks.state, 'done')))
    .orderBy(desc(tasks.completedAtMs))
    .limit(TASKS_MAX)
}

export const insertInstance = (row: Omit<InstanceRow, 'version'>): Statement => ({
  sql: 'INSERT INTO process_instances (vorgang_id, definition_digest, state, version) VALUES (?, ?, ?, 1)',
  args: [row.vorgangId, row.definitionDigest, row.state],
})

/** Puts the next state in place of the one that was read. */
export const updateInstance = (row: Pick<InstanceRow, 'vorgangId' | 'version'>, state: string): Guard => ({
  name: 'process-version',
  sql: 'UPDATE process_instances SET state = ?, version = version + 1 WHERE vorgang_id = ? AND version = ?',
  args: [state, row.vorgangId, row.version],
})

export const insertTask = (
  row: Pick<TaskRow, 'id' | 'vorgangId' | 'key' | 'node' | 'postbox' | 'createdAtMs'>,
): Statement => ({
  sql: "INSERT INTO tasks (id, vorgang_id, key, node, postbox, state, created_at_ms, version) VALUES (?, ?, ?, ?, ?, 'open', ?, 1)",
  args: [row.id, row.vorgangId, row.key, row.node, row.postbox, row.createdAtMs],
})

/** Completes an open task; refused when it is no longer open. */
export const completeTaskRow = (id: string, by: string, outcome: string, atMs: number): Guard => ({
  name: 'task-open',
  sql: "UPDATE tasks SET state = 'done', completed_at_ms = ?, completed_by = ?, outcome = ?, version = version + 1 WHERE id = ? AND state = 'open'",
  args: [atMs, by, outcome, id],
})

/** Holds only while a task is open; changes nothing. */
export const taskStillOpen = (id: string): Guard => ({
  name: 'task-open',
  sql: "UPDATE tasks SET state = state WHERE id = ? AND state = 'open'",
  args: [id],
})

export const cancelTask = (vorgangId: string, key: string, atMs: number): Statement => ({
  sql: "UPDATE tasks SET state = 'cancelled', completed_at_ms = ?, version = version + 1 WHERE vorgang_id = ? AND key = ? AND state = 'open'",
  args: [atMs, vorgangId, key],
})
