import type { Ctx } from '../lib/ctx.ts'
import * as store from './store.ts'

export type { Eakte, Vorgang } from './store.ts'

/** Finds an eAkte by id. Says nothing about rights. */
export const readEakte = (ctx: Ctx, id: string) => store.findEakte(ctx.db, id)

/** Finds a Vorgang by id. Says nothing about rights. */
export const readVorgang = (ctx: Ctx, id: string) => store.findVorgangRow(ctx.db, id)

/** Finds a Vorgang by its reference in canonical form (`CB-2026-7K4M-Q2XW`). */
export const readVorgangByReference = (ctx: Ctx, reference: string) => store.findVorgangByReference(ctx.db, reference)

/** Lists the Vorgänge of an eAkte in the order they were opened. */
export const readVorgaenge = (ctx: Ctx, eakteId: string) => store.listVorgaenge(ctx.db, eakteId)

/** Those of some Vorgänge that are applications, not objections. */
export const readApplications = (db: Ctx['db'], ids: readonly string[]) => store.listApplications(db, ids)

/** Content revisions that open Vorgänge were begun with. Says nothing about rights. */
export const readOpenRevisions = (db: Ctx['db']) => store.listOpenRevisions(db)
