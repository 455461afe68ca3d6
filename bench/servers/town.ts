import { createApi } from '../../api/app.ts'
import { readConfig } from '../../api/config.ts'
import { type Context, openContext } from '../../api/context.ts'
import { openPort } from '../../api/http/listen.ts'
import { createWeb } from '../../api/http/web.ts'
import { importContentFolder } from '../../api/import-content.ts'
import { systemClock } from '../../api/lib/clock.ts'
import { newId } from '../../api/lib/ids.ts'
import { createLog } from '../../api/lib/log.ts'
import { createTurns } from '../../api/lib/turns.ts'
import { startLive } from '../../api/publishing/service.ts'
import { createBackground } from '../../api/worker.ts'

/** A whole product inside this process, reachable by HTTP and by its context: both sides of a ratio share one process. */
export type Town = { readonly ctx: Context; readonly port: number; readonly close: () => Promise<void> }

/** Opens a town in a data folder, as api/server.ts does. `STADTTOR_…` of the environment apply. */
export async function openTown(): Promise<Town> {
  const clock = systemClock()
  const turns = createTurns()
  const log = createLog(() => undefined, clock.now)
  const config = readConfig(process.env)
  const port = await openPort({ host: config.host, port: 0, log, turns })
  const origin = `http://localhost:${port.port}`
  const { ctx, onWrite, close } = await openContext({ config, origin, clock, log, turns })
  const background = createBackground(ctx, onWrite)
  const api = createApi(withLargeFiles(ctx))
  port.serve(
    createWeb({
      api: api.handle,
      pages: ctx.site.render,
      release: ctx.live.lookup,
      assets: ctx.site.assets,
      origin,
      isHttps: false,
      demo: false,
      hosts: [`127.0.0.1:${port.port}`],
      log,
      newId: () => newId(ctx.now()),
      now: ctx.now,
    }),
  )
  await startLive(ctx)
  await importContentFolder(ctx)
  await background.start()
  return {
    ctx,
    port: port.port,
    close: async () => {
      await port.stop(1_000)
      await background.stop()
      await close()
    },
  }
}

/** The forms as they are, or with questions that take files of `STADTTOR_BENCH_FILE_BYTES` (forms themselves allow 20 MB). */
function withLargeFiles(ctx: Context): Context {
  const bytesMax = Number(process.env['STADTTOR_BENCH_FILE_BYTES'] ?? 0)
  if (bytesMax === 0) {
    return ctx
  }
  return {
    ...ctx,
    form: (...asked) => {
      const form = ctx.form(...asked)
      const fields = [...form.fields].map(
        ([path, field]) =>
          [
            path,
            field.file === undefined ? field : { ...field, file: { ...field.file, maxSizeBytes: bytesMax } },
          ] as const,
      )
      return { ...form, fields: new Map(fields) }
    },
  }
}
