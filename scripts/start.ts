import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, watch } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { dataPaths } from '../api/config.ts'
import { denoArgs } from '../e2e/support/deno.ts'
import { buildTemplates } from './build.ts'
import { exitCode, forwardSignals } from './child.ts'
import launch from './server-launch.json' with { type: 'json' }

type Running = { readonly child: ChildProcess; readonly ended: Promise<number> }

type SignIn = { readonly username: string; readonly name: string; readonly rights: string }

/** What scripts/demo.ts says when its servers listen. */
export type DemoWorld = {
  readonly event: 'demo-world'
  readonly env: Readonly<Record<string, string>>
  readonly mailUrl: string
  readonly specialistUrl: string
  readonly paymentUrl: string
  readonly signIns: readonly SignIn[]
  readonly citizens: readonly SignIn[]
  readonly password: string
}

const PORT = 8080
const DATA = 'data'

/**
 * `npm start`: builds what is missing, starts the stand-ins of the outside world as a second process and the product
 * against them with demo data. With `--watch` (`npm run dev`) the product starts again when a source changes.
 * Under Deno the product runs under Deno, with the rights of e2e/support/deno.ts.
 */
export async function startDemo(args: readonly string[]): Promise<number> {
  const built = await buildTemplates({ ifStale: true })
  if (built !== 0) {
    return built
  }
  const world = run(process.execPath, [...denoRun('scripts/demo.ts')])
  const demo = (await firstLine(world, 'demo-world')) as DemoWorld | undefined
  if (demo === undefined) {
    return world.ended
  }
  const dataDir = process.env['STADTTOR_DATA'] ?? DATA
  const port = process.env['STADTTOR_PORT'] ?? String(await freePort(PORT))
  const env = { ...launch.env, STADTTOR_MODE: 'demo', STADTTOR_PORT: port, STADTTOR_DATA: dataDir, ...demo.env }
  await fillTown(dataDir, env)
  const start = (): Running => {
    const product = run(process.execPath, productArgs(dataDir), env)
    void firstLine(product, 'listening').then((line) => {
      if (line !== undefined) {
        printWelcome(String(line['origin'] ?? `http://localhost:${String(line['port'])}`), demo)
      }
    })
    return product
  }
  const code = await (args.includes('--watch') ? watched(start) : start().ended)
  world.child.kill('SIGTERM')
  await world.ended
  return code
}

/** An empty data folder is filled with the last weeks of a town, once; STADTTOR_DEMO_TOWN=empty leaves it empty. */
async function fillTown(dataDir: string, env: Readonly<Record<string, string>>): Promise<void> {
  if (existsSync(dataPaths(dataDir).main) || process.env['STADTTOR_DEMO_TOWN'] === 'empty') {
    return
  }
  console.log('The postboxes are filled with invented Vorgänge. This takes half a minute, the first time only.')
  await run(process.execPath, denoRun('scripts/demo-town.ts'), env).ended
}

const isDeno = process.versions['deno'] !== undefined
const denoRun = (file: string): string[] => (isDeno ? ['run', '-A', file] : [file])
const productArgs = (dataDir: string): string[] =>
  isDeno ? denoArgs({ root: '.', dataDir }) : [...launch.flags, 'api/server.ts']

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const stop = forwardSignals(child)
  const ended = new Promise<number>((resolve) => {
    child.on('exit', (code, signal) => {
      stop()
      resolve(exitCode(code, signal))
    })
  })
  return { child, ended }
}

/** Passes a program's output through and answers its first JSON line of an event; undefined where it ends without. */
function firstLine({ child, ended }: Running, event: string): Promise<Record<string, unknown> | undefined> {
  const found = Promise.withResolvers<Record<string, unknown>>()
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const isWanted = line.startsWith('{') && line.includes(`"event":"${event}"`)
    if (isWanted) {
      found.resolve(JSON.parse(line))
    } else if (!line.includes('"event":"request"')) {
      console.log(line)
    }
  })
  return Promise.race([found.promise, ended.then(() => undefined)])
}

/** The wanted port where it is free, else 0: any. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)))
  })
}

/** Starts again 200 ms after the last change of a source; ends when the product ends by itself. */
async function watched(start: () => Running): Promise<number> {
  let changed = Promise.withResolvers<'changed'>()
  let timer: NodeJS.Timeout | undefined
  for (const folder of ['api', 'db', 'src', 'content']) {
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer)
      timer = setTimeout(() => changed.resolve('changed'), 200)
    })
  }
  for (;;) {
    changed = Promise.withResolvers<'changed'>()
    const running = start()
    const outcome = await Promise.race([running.ended, changed.promise])
    if (outcome !== 'changed') {
      return outcome
    }
    running.child.kill('SIGTERM')
    await running.ended
    await buildTemplates({ ifStale: true })
  }
}

function printWelcome(origin: string, demo: DemoWorld): void {
  const rows = [
    ['Front door', `${origin}/`],
    ['Back office', `${origin}/amt/`],
    ['Editors', `${origin}/redaktion/formulare/`],
    ['My account', `${origin}/konto/`],
    ['Mails sent', demo.mailUrl],
    ['Specialist app', demo.specialistUrl],
    ['Payment service', demo.paymentUrl],
  ]
  console.log('\nStadttor is running with invented data. Everything stays on this machine; Ctrl-C ends it.\n')
  for (const [what = '', where] of rows) {
    console.log(`  ${what.padEnd(15)} ${where}`)
  }
  const [editors, others] = [true, false].map((is) =>
    demo.signIns.filter(({ rights }) => /\beditor\b/.test(rights) === is),
  )
  printSignIns(`Sign in to the back office with one of these accounts, password "${demo.password}":`, others ?? [])
  printSignIns(`Sign in to make and change forms (Editors), password "${demo.password}":`, editors ?? [])
  printSignIns(`Sign in as a citizen (My account), password "${demo.password}":`, demo.citizens)
  console.log('')
}

function printSignIns(lead: string, signIns: readonly SignIn[]): void {
  console.log(`\n  ${lead}`)
  for (const { username, name, rights } of signIns) {
    console.log(`  ${username.padEnd(15)} ${name.padEnd(24)} ${rights}`)
  }
}
