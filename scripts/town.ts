import { request } from 'node:http'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { ConfigRefused, dataPaths, readConfig } from '../api/config.ts'
import { KeyRefused } from '../api/keys/service.ts'
import { systemClock } from '../api/lib/clock.ts'
import { describeFault, framesOf } from '../api/lib/fault.ts'
import { createLog } from '../api/lib/log.ts'
import { OperationRefused } from '../api/operations/files.ts'

/** A command that ends in a refusal: the message is for the operator, the lines below it say where. */
export class CommandRefused extends Error {
  readonly lines: readonly string[]
  constructor(message: string, lines: readonly string[] = []) {
    super(message)
    this.name = 'CommandRefused'
    this.lines = lines
  }
}

type Last =
  | { readonly result: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly errors?: readonly unknown[] } }

/** The data folder that commands work on. */
export const dataDirOf = (): string => resolve(process.env['STADTTOR_DATA'] ?? 'data')

/**
 * Runs an operation in the server that runs on the data folder, or, where none does, opens the town here, does it and
 * closes again. What the operation says goes to stderr as it comes.
 * @throws CommandRefused
 */
export async function askTown(command: string, input: unknown = {}): Promise<unknown> {
  const last = (await askServer(command, input)) ?? (await openAndAsk(command, input))
  if ('error' in last) {
    throw refused(last.error)
  }
  return last.result
}

/** Null where no server listens. */
function askServer(command: string, input: unknown): Promise<Last | null> {
  const [method = 'POST', path = '/'] = command.split(' ')
  return new Promise((answer, reject) => {
    const req = request(
      {
        socketPath: dataPaths(dataDirOf()).socket,
        method,
        path,
        headers: { accept: 'application/jsonl', host: 'admin' },
      },
      (res) => {
        let last: Last | undefined
        createInterface({ input: res })
          .on('line', (line) => {
            const value = JSON.parse(line)
            if ('say' in value) {
              console.error(value.say)
            } else {
              last = value
            }
          })
          .on('close', () => {
            if (last === undefined) {
              reject(new CommandRefused('the server ended before it answered; ask again when it runs'))
            } else {
              answer(last)
            }
          })
      },
    )
    req.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
        answer(null)
      } else {
        reject(new CommandRefused(`the server on ${dataDirOf()} cannot be asked (${error.code ?? error.message})`))
      }
    })
    req.end(JSON.stringify(input))
  })
}

async function openAndAsk(command: string, input: unknown): Promise<Last> {
  // loaded only here: the whole product is behind these, and a command to a running server needs none of it
  const { refusalOf, VERSION } = await import('../api/admin.ts')
  const { commandsOf } = await import('../api/admin-commands.ts')
  const { openContext } = await import('../api/context.ts')
  const { startLive } = await import('../api/publishing/service.ts')
  const clock = systemClock()
  try {
    const config = readConfig(process.env)
    const origin = config.origin ?? `http://localhost:${config.port}`
    const log = createLog(() => undefined, clock.now)
    const { ctx, close } = await openContext({ config, origin, clock, log })
    try {
      await startLive(ctx)
      const run = commandsOf({ ctx, version: VERSION })[command]
      return { result: await run?.(input, (line) => console.error(line)) }
    } finally {
      await close()
    }
  } catch (error) {
    if (error instanceof ConfigRefused) {
      const hint = `no server runs on ${dataDirOf()}; without one a command needs the server's settings`
      throw new CommandRefused(`${hint}: ${error.message}`)
    }
    if ((error as { code?: unknown }).code === 'DATA_FOLDER_IN_USE') {
      throw new CommandRefused(`another process uses ${dataDirOf()}, and it does not answer on its admin socket`)
    }
    return refusalOf(error)
  }
}

function refused(error: Extract<Last, { error: unknown }>['error']): CommandRefused {
  const lines = (error.errors ?? []).map((issue) => {
    const { pointer, type, params } = issue as { pointer?: string; type?: string; params?: Record<string, unknown> }
    const place = params?.['file'] === undefined ? (pointer ?? '') : `${params['file']}:${params['line'] ?? 1}`
    return `  ${place}: ${params?.['detail'] ?? type ?? ''}`
  })
  return new CommandRefused(`${error.message} (${error.code})`, lines)
}

/** Runs a command's main part; a refusal is printed and ends with code 1, wrong use with 2. */
export async function runCommand(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    const isTold = error instanceof CommandRefused || error instanceof OperationRefused || error instanceof KeyRefused
    const lines = error instanceof CommandRefused ? error.lines : []
    // The message of anything else may repeat data, and output of commands ends up in mails.
    const told = isTold ? [error.message, ...lines] : [describeFault(error), ...framesOf(error)]
    console.error(told.join('\n'))
    process.exitCode = 1
  }
}

/** Says how a command is used; its exit code. */
export function usage(text: string): number {
  console.error(`usage: ${text}`)
  return 2
}

/** Seconds of each phase in one line. */
export const secondsLine = (seconds: Readonly<Record<string, number>>): string =>
  Object.entries(seconds)
    .map(([phase, value]) => `${phase} ${value.toFixed(2)} s`)
    .join(', ')
