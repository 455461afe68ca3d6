import type { Plan } from '../../db/batch.ts'
import type { Read } from '../../db/reader.ts'
import type { Ctx } from '../lib/ctx.ts'
import { findLeaseRow, keepLease, setLeaseEnd, takeLeaseRow } from './store.ts'

/** Exclusive permission for a while. Every batch that relies on it carries `guard`. */
export type Lease = {
  readonly name: string
  readonly epoch: number
  /** Refuses the batch (guard `lease-<name>`) when the lease has ended or somebody else took it since. */
  readonly guard: (nowMs: number) => Plan
}

/** Takes a lease for `forMs`; null while somebody else holds it. */
export async function takeLease(ctx: Ctx, name: string, forMs: number): Promise<Lease | null> {
  const holder = ctx.newId()
  const nowMs = ctx.now()
  const taken = await ctx.write({
    guards: [{ ...takeLeaseRow(name, holder, nowMs, nowMs + forMs), name: 'lease-free' }],
  })
  const row = taken.ok ? await findLeaseRow(ctx.db, name) : null
  if (row === null || row.holder !== holder) {
    return null
  }
  const { epoch } = row
  return {
    name,
    epoch,
    guard: (atMs) => ({ guards: [{ ...keepLease(name, epoch, atMs), name: `lease-${name}` }] }),
  }
}

/** Prolongs a lease to `forMs` from now; false when it was lost. */
export async function renewLease(ctx: Ctx, lease: Lease, forMs: number): Promise<boolean> {
  const result = await ctx.write({
    guards: [{ ...setLeaseEnd(lease.name, lease.epoch, ctx.now() + forMs), name: 'lease-ours' }],
  })
  return result.ok
}

/** Gives a lease back. Does nothing when it was lost meanwhile. */
export async function releaseLease(ctx: Ctx, lease: Lease): Promise<void> {
  await ctx.write({ statements: [setLeaseEnd(lease.name, lease.epoch, 0)] })
}

/** True while somebody holds the lease. */
export async function isLeaseHeld(db: Read, name: string, nowMs: number): Promise<boolean> {
  const row = await findLeaseRow(db, name)
  return row !== null && row.untilMs > nowMs
}
