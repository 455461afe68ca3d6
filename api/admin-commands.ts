import * as v from 'valibot'
import { planSync, publishSync } from './catalogue/service-sync.ts'
import type { Context } from './context.ts'
import { readVorgang } from './eakten/service.ts'
import { publishFolder } from './import-content.ts'
import { countLateJobs, type JobRunner, listDeadJobs } from './jobs/service.ts'
import { findCheckpoint } from './journal/service.ts'
import { prependNewKey, readInstallationKeys } from './keys/service.ts'
import type { Actor } from './lib/actor.ts'
import type { settableClock } from './lib/clock.ts'
import {
  backUpKeys,
  createBackup,
  OperationRefused,
  type OperationsCtx,
  type Say,
  verifyTown,
} from './operations/service.ts'
import { exportSite, publish, undo } from './publishing/service.ts'

/** A running town as its operator sees it. */
export type Operated = {
  readonly ctx: Context
  readonly version: string
  /** Absent where a command opened the town itself: then no jobs run. */
  readonly runner?: JobRunner
  /** Present in test mode only. */
  readonly clock?: ReturnType<typeof settableClock>
}
export type AdminCommand = (input: unknown, say: Say) => Promise<unknown>

const OPERATOR: Actor = { kind: 'system', principal: 'operator' }
const Folder = v.pipe(v.string(), v.minLength(1), v.maxLength(4_096))
const Target = v.strictObject({ to: v.optional(Folder) })
const Verify = v.strictObject({ trusted: v.optional(v.array(v.pipe(v.string(), v.maxLength(10_000))), []) })
const Sync = v.strictObject({ publish: v.optional(v.boolean(), false), from: v.optional(Folder) })
const Publish = v.strictObject({
  to: v.optional(Folder),
  undo: v.optional(v.boolean(), false),
  content: v.optional(v.boolean(), false),
})
const OfVorgang = v.strictObject({ vorgang: v.pipe(v.string(), v.uuid()) })
const Instant = v.strictObject({ ms: v.pipe(v.number(), v.integer()) })

/** Every operation by method and path; the same for a running server and for a command that opened the town itself. */
export function commandsOf(town: Operated): Readonly<Record<string, AdminCommand>> {
  const { ctx } = town
  const operations: OperationsCtx = {
    ...ctx,
    dataDir: ctx.config.dataDir,
    appVersion: town.version,
    keyCommand: ctx.writer.keys,
  }
  return {
    'GET /status': () => statusOf(town),
    'POST /backup': async (input, say) => createBackup(operations, parse(Target, input).to ?? backupDirOf(ctx), say),
    'POST /verify': async (input, say) => verifyTown(operations, { ...parse(Verify, input), say }),
    'POST /sync': (input, say) => sync(ctx, parse(Sync, input), say),
    'POST /publish': (input, say) => publishPages(ctx, parse(Publish, input), say),
    'POST /keys/check': async () => ({ current: ctx.keyring.currentKeyId(), used: await ctx.keyring.check() }),
    'POST /keys/rotate': () => rotate(ctx),
    'POST /keys/backup': async (input) => {
      const { to } = parse(Target, input)
      if (to === undefined) {
        throw new OperationRefused('NO_TARGET', 'say where the key backup goes: npm run keys -- backup <folder>')
      }
      return await backUpKeys(operations, to)
    },
    ...(ctx.mode === 'test' ? testCommands(town) : {}),
  }
}

function testCommands({ ctx, clock, runner }: Operated): Record<string, AdminCommand> {
  return {
    'POST /test/clock': async (input) => {
      clock?.set(parse(Instant, input).ms)
      return { ms: clock?.now() }
    },
    'POST /test/advance': async (input) => {
      clock?.advance(parse(Instant, input).ms)
      return { ms: clock?.now() }
    },
    'POST /test/tick': async () => ({ tries: (await runner?.tick()) ?? 0 }),
    'POST /test/destroy-keys': async (input) => {
      const vorgang = await readVorgang(ctx, parse(OfVorgang, input).vorgang)
      await ctx.keyring.destroy(vorgang === undefined ? [] : [vorgang.keyId])
      return { destroyed: vorgang?.keyId }
    },
  }
}

async function statusOf({ ctx, version, runner }: Operated) {
  return {
    version,
    mode: ctx.mode,
    town: ctx.town,
    pid: process.pid,
    sqlite: ctx.writer.sqliteVersion,
    keyId: ctx.keyring.currentKeyId(),
    writer: ctx.writer.stats(),
    jobs: { running: runner?.runningCount() ?? 0, ...(await countLateJobs(ctx)), given_up: await listDeadJobs(ctx.db) },
    checkpoint: await findCheckpoint(ctx),
  }
}

async function sync(base: Context, order: v.InferOutput<typeof Sync>, say: Say) {
  const ctx = order.from === undefined ? base : { ...base, catalogueSource: base.catalogueSourceAt(order.from) }
  if (!order.publish) {
    return { published: false, ...(await planSync(ctx)) }
  }
  const { revisionId, isNew, changes } = await publishSync(ctx, OPERATOR)
  say(`${changes.length} changes taken over`)
  const release = await publish(ctx, OPERATOR, { revisionId })
  return { published: true, isNew, changes, release }
}

async function publishPages(ctx: Context, order: v.InferOutput<typeof Publish>, say: Say) {
  if (order.undo) {
    return { undone: await undo(ctx, OPERATOR) }
  }
  const release = order.content
    ? await publishFolder(ctx, OPERATOR, ctx.config.contentDir)
    : await publish(ctx, OPERATOR, { revisionId: ctx.content.live().revisionId })
  if (order.to === undefined) {
    return { release }
  }
  say(`writing the release to ${order.to}`)
  return { release, exported: await exportSite(ctx, OPERATOR, order.to) }
}

/** Reads the keys anew; where the first is still the one in use, a fresh one is put before it. */
async function rotate(ctx: Context) {
  const { keySource, dataDir } = ctx.config
  const before = ctx.keyring.currentKeyId()
  if (readInstallationKeys(keySource, dataDir)[0]?.id === before) {
    prependNewKey(keySource, dataDir)
  }
  const wrapped = await ctx.keyring.rotate(readInstallationKeys(keySource, dataDir))
  return { before, current: ctx.keyring.currentKeyId(), wrapped }
}

function backupDirOf(ctx: Context): string {
  if (ctx.config.backupDir === undefined) {
    throw new OperationRefused(
      'NO_TARGET',
      'say where the backup goes: npm run backup -- <folder>, or set STADTTOR_BACKUP_DIR',
    )
  }
  return ctx.config.backupDir
}

function parse<S extends v.GenericSchema>(shape: S, input: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(shape, input)
  if (!parsed.success) {
    throw new OperationRefused('INPUT_INVALID', `the input is not as expected: ${v.getDotPath(parsed.issues[0]) ?? ''}`)
  }
  return parsed.output
}
