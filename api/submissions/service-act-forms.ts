import * as v from 'valibot'
import type { Case } from '../workflow/service.ts'
import { type ActIssue, type ActTyped, StoredTyped } from './act-form.ts'
import type { Act } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type ActFormRow, findActForm, moveActForm } from './store.ts'

const spotOf = (row: Pick<ActFormRow, 'vorgangId' | 'act' | 'about'>) => ({
  table: 'act_forms',
  row: `${row.vorgangId}:${row.act}:${row.about}`,
  column: 'typed',
})

/** Keeps what was typed and what is wrong with it; false where another window was quicker. */
export async function keepTyped(
  ctx: SubmissionsCtx,
  row: ActFormRow,
  wrong: { readonly typed: ActTyped; readonly issues: readonly ActIssue[] },
): Promise<boolean> {
  const sealed = await ctx.keyring.sealJson(row.keyId, spotOf(row), { format: 1, ...wrong })
  return (await ctx.write({ guards: [moveActForm(row, sealed, ctx.now())] })).ok
}

/** The form of an act as it stands; version 0 where it was never touched. */
export async function readForm(
  ctx: SubmissionsCtx,
  kase: Pick<Case, 'vorgang'>,
  { act, about }: { readonly act: Act; readonly about: string },
): Promise<ActFormRow> {
  const at = { vorgangId: kase.vorgang.id, act, about }
  const found = await findActForm(ctx.db, at)
  return found ?? { ...at, keyId: kase.vorgang.keyId, typedSealed: null, updatedAtMs: 0, version: 0 }
}

/** What was typed and refused; empty for a fresh form. */
export async function openForm(
  ctx: SubmissionsCtx,
  row: ActFormRow,
): Promise<{ readonly typed: ActTyped; readonly issues: readonly ActIssue[] }> {
  return row.typedSealed === null
    ? { typed: {}, issues: [] }
    : v.parse(StoredTyped, await ctx.keyring.openJson(row.keyId, spotOf(row), row.typedSealed))
}
