import { existsSync, readdirSync } from 'node:fs'
import { buildSite, buildTemplates } from './build.ts'
import { check } from './checks.ts'
import { run, runNode } from './child.ts'
import { startDemo } from './start.ts'
import { e2e, test, testLong, unit } from './test.ts'

type Command = (args: readonly string[]) => Promise<number>

const code = async (outcome: ReturnType<typeof run>): Promise<number> => (await outcome).code

/** Every command of package.json, by name; run.mjs hands over to here. A command answers its exit code. */
const commands: Record<string, Command> = {
  start: startDemo,
  dev: (args) => startDemo([...args, '--watch']),
  build: async (args) => {
    const ifStale = args.includes('--if-stale')
    const templates = await buildTemplates({ ifStale })
    return templates !== 0 || ifStale ? templates : buildSite(args)
  },
  check,
  unit,
  e2e,
  test,
  'test:long': testLong,
  bench: async (args) => {
    const built = await buildTemplates({ ifStale: true })
    return built === 0 ? code(runNode(['bench/index.ts', ...args])) : built
  },
  cli: runCli,
  'db:generate': (args) => code(run('drizzle-kit', ['generate', ...args])),
  fix: () => code(run('biome', ['check', '--write', '.'])),
}

/** Runs `scripts/cli/<name>.ts`: the commands an operator uses on a data folder. */
async function runCli([name = '', ...args]: readonly string[]): Promise<number> {
  const file = `scripts/cli/${name}.ts`
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
    const names = readdirSync('scripts/cli').filter((entry) => entry.endsWith('.ts') && !entry.endsWith('.test.ts'))
    console.error(`unknown command "${name}"; there are: ${names.map((entry) => entry.replace('.ts', '')).join(', ')}`)
    return 2
  }
  return code(runNode([file, ...args]))
}

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  console.error(`usage: npm run <${Object.keys(commands).join(' | ')}>`)
  process.exit(2)
}
process.exit(await command(args))
