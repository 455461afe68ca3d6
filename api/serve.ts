import { startAdmin, VERSION } from './admin.ts'
import { createApi } from './app.ts'
import { ConfigRefused, readConfig } from './config.ts'
import { type Context, openContext } from './context.ts'
import { type OpenPort, openPort } from './http/listen.ts'
import { createWeb, type Web } from './http/web.ts'
import { importContentFolder } from './import-content.ts'
import { KeyRefused } from './keys/installation-key.ts'
import { settableClock, systemClock } from './lib/clock.ts'
import { describeFault, faultCode, framesOf } from './lib/fault.ts'
import { newId } from './lib/ids.ts'
import { createLog, type Log } from './lib/log.ts'
import { startIdleMemory } from './lib/memory.ts'
import { Problem } from './lib/problem.ts'
import { createTurns } from './lib/turns.ts'
import { startLive } from './publishing/service.ts'
import { type Background, createBackground } from './worker.ts'

/** Exit code for settings or data that must not be started with (EX_CONFIG). */
const EXIT_CONFIG = 78
const EXIT_BROKEN = 70

/** Refusals of the data folder itself (db/engine.ts, db/migrate.ts). */
const OWN_REFUSALS = [
  'DATA_FOLDER_IN_USE',
  'DATABASE_NEWER',
  'MIGRATION_CHANGED',
  'TRIGGERS_DIFFER',
  'RESTORE_UNFINISHED',
]

await main()

async function main(): Promise<void> {
  const testClock = process.env['STADTTOR_MODE'] === 'test' ? settableClock(Date.now()) : null
  const clock = testClock ?? systemClock()
  const turns = createTurns()
  const log = createLog((line) => process.stdout.write(line), clock.now)
  endOnUncaught(log)
  try {
    const config = readConfig(process.env)
    const port = await openPort({ host: config.host, port: config.port, log, turns })
    const origin = config.origin ?? `http://localhost:${port.port}`
    const { ctx, onWrite, close } = await openContext({ config, origin, clock, log, turns })
    const background = createBackground(ctx, onWrite)
    const state = { isReady: false }
    const memory = startIdleMemory()
    onWrite(memory.noteUse)
    port.serve(noting(webOf(ctx, port, state), memory.noteUse))
    const closeAdmin = await openAdmin(ctx, background, testClock)
    await startLive(ctx)
    await importContentFolder(ctx)
    await background.start()
    state.isReady = true
    log('listening', { port: port.port, origin, mode: config.mode, sqlite: ctx.writer.sqliteVersion, pid: process.pid })
    stopOnSignal(log, async () => {
      state.isReady = false
      await port.stop()
      await background.stop()
      await closeAdmin()
      await close()
    })
    const code = await ctx.writer.broken
    log('writer-broken', { code })
    process.exit(EXIT_BROKEN)
  } catch (error) {
    process.stderr.write(`${refusalOf(error)}\n`)
    process.exit(EXIT_CONFIG)
  }
}

function webOf(ctx: Context, port: OpenPort, state: { readonly isReady: boolean }) {
  const api = createApi(ctx)
  return createWeb({
    api: api.handle,
    pages: ctx.site.render,
    release: ctx.live.lookup,
    assets: ctx.site.assets,
    probes: probesOf(ctx, state),
    origin: ctx.origin,
    isHttps: ctx.origin.startsWith('https://'),
    demo: ctx.mode === 'demo',
    hosts: ctx.mode === 'production' ? [] : [`127.0.0.1:${port.port}`],
    trustedProxies: ctx.config.trustedProxies,
    log: ctx.log,
    newId: () => newId(ctx.now()),
    now: ctx.now,
  })
}

/** Every request passes `quick` first. */
function noting(web: Web, noteUse: () => void): Web {
  return {
    ...web,
    quick: (target) => {
      noteUse()
      return web.quick(target)
    },
  }
}

/** `/health`: the loop turns. `/ready`: a write is durable, content is live, nothing broke. */
function probesOf(ctx: Context, state: { readonly isReady: boolean }) {
  const answer = (isGood: boolean): Response =>
    new Response(isGood ? 'ok\n' : 'not ready\n', {
      status: isGood ? 200 : 503,
      headers: { 'Cache-Control': 'no-store' },
    })
  return {
    '/health': async () => answer(true),
    '/ready': async () =>
      answer(
        state.isReady &&
          (await ctx
            .write({})
            .then((result) => result.ok)
            .catch(() => false)),
      ),
  }
}

async function openAdmin(ctx: Context, background: Background, clock: ReturnType<typeof settableClock> | null) {
  const parts = { ctx, version: VERSION, runner: background.runner, ...(clock === null ? {} : { clock }) }
  return (await startAdmin(parts)).close
}

function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (isStopping) {
        process.exit(1)
      }
      isStopping = true
      log('stopping', { signal })
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
}

/** What nobody caught leaves the process in a state nobody knows: it says so, without the message, and ends. */
function endOnUncaught(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      log('uncaught', { kind: event, code: faultCode(error), reason: describeFault(error) })
      process.exit(EXIT_BROKEN)
    })
  }
}

/** What the operator reads when the start is refused: the reason, and where; never a value. */
function refusalOf(error: unknown): string {
  if (error instanceof ConfigRefused) {
    return `Stadttor does not start: ${error.message}`
  }
  if (error instanceof KeyRefused) {
    return `Stadttor does not start: ${error.message} (STADTTOR_KEY_FILE or STADTTOR_KEY_COMMAND)`
  }
  if (error instanceof Problem) {
    const places = error.errors.map(
      (issue) => `\n  ${issue.pointer} ${issue.type} ${JSON.stringify(issue.params ?? {})}`,
    )
    return `Stadttor does not start: ${error.type}: ${error.message}${places.join('')}`
  }
  // the error's own code, not that of what caused it: these messages are ours and hold no values
  if (error instanceof Error && 'code' in error && OWN_REFUSALS.includes(String(error.code))) {
    return `Stadttor does not start: ${error.message}`
  }
  return ['Stadttor does not start:', describeFault(error), ...framesOf(error)].join('\n')
}
