import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { findBrowser } from './browser.ts'
import { buildSite, buildTemplates } from './build.ts'
import { runChecks } from './checks.ts'
import { type Outcome, run, runNode } from './child.ts'
import { type Counts, countPlaywright, countVitest, type PartResult, printSummary, seconds } from './summary.ts'
import { inTestFolder } from './test-folder.ts'

type Part = { readonly name: string; readonly run: () => Promise<PartResult> }

/** Rules of time and law, run once more in a zone where a wrong use of the process's TZ shows at once. */
const TIME_TESTS = [
  'api/lib', 'api/workflow/casework', 'api/workflow/machine', 'api/workflow/definition', 'api/retention', 'api/notices',
  'api/catalogue', 'src/lib',
] // biome-ignore format: one list

const unitPart: Part = { name: 'unit and API', run: () => vitest('unit and API', []) }
const zonePart: Part = {
  name: 'in New York',
  run: () => vitest('in New York', TIME_TESTS, { TZ: 'America/New_York' }),
}
const buildPart: Part = { name: 'build', run: runBuild }
const browserPart: Part = { name: 'browser', run: () => playwright([]) }

/** `npm test`: everything, in order; stops after the first part that fails, and always ends with the counts. */
export async function test(): Promise<number> {
  const installSeconds = Number(process.env['STADTTOR_INSTALL_SECONDS'] ?? 0)
  const install: PartResult = { name: 'install', seconds: installSeconds, passed: 1, failed: 0 }
  return runParts([{ name: 'static', run: runChecks }, unitPart, zonePart, buildPart, browserPart], [install])
}

/** `npm run test:long`: full matrices, faults under load, many seeds. */
export async function testLong(): Promise<number> {
  const env = { STADTTOR_LONG: '1' }
  return runParts([
    { name: 'build', run: runBuild },
    { name: 'long', run: () => vitest('long', [], env) },
    { name: 'long browser', run: () => playwright([], env) },
  ])
}

/** `npm run unit -- <filter>` */
export const unit = async (args: readonly string[]): Promise<number> => printSummary([await vitest('unit', args)])

/** `npm run e2e -- <filter>`: builds the templates where they are stale. */
export async function e2e(args: readonly string[]): Promise<number> {
  const built = await buildTemplates({ ifStale: true })
  return built === 0 ? printSummary([await playwright(args)]) : built
}

async function runParts(parts: readonly Part[], done: readonly PartResult[] = []): Promise<number> {
  const results = [...done]
  for (const [index, part] of parts.entries()) {
    console.log(`\n── ${part.name}`)
    const result = await part.run()
    results.push(result)
    console.log(`── ${part.name}: ${seconds(result.seconds)}`)
    if (result.failed > 0) {
      const rest = parts.slice(index + 1).map((left) => left.name)
      return printSummary(results, rest)
    }
  }
  return printSummary(results)
}

async function runBuild(): Promise<PartResult> {
  const startedMs = performance.now()
  const templates = await buildTemplates({ ifStale: false })
  const built = templates === 0 ? await buildSite([]) : templates
  const checked = built === 0 ? (await runNode(['scripts/site-check.ts'])).code : built
  const failed = [built, checked].filter((code) => code !== 0).length
  return { name: 'build', seconds: (performance.now() - startedMs) / 1000, passed: 2 - failed, failed }
}

async function vitest(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<PartResult> {
  const file = `test-results/vitest-${name.replaceAll(' ', '-')}.json`
  return counted(name, file, countVitest, () =>
    inTestFolder(() => run('vitest', ['run', ...args], { env: { ...env, STADTTOR_VITEST_JSON: file } })),
  )
}

async function playwright(args: readonly string[], env: Record<string, string> = {}): Promise<PartResult> {
  const file = 'test-results/playwright.json'
  return counted('browser', file, countPlaywright, async () => {
    const browser = await findBrowser().catch((cause: Error) => cause)
    if (browser instanceof Error) {
      console.log(browser.message)
      return { code: 1, output: '', seconds: 0 }
    }
    return run('playwright', ['test', ...args], {
      env: { ...env, STADTTOR_BROWSER: browser, STADTTOR_PLAYWRIGHT_JSON: file },
    })
  })
}

/** Runs a test program and reads its report. A program that fails without a failed test counts as one failure. */
async function counted(
  name: string,
  file: string,
  count: (report: unknown) => Counts,
  program: () => Promise<Outcome>,
): Promise<PartResult> {
  mkdirSync('test-results', { recursive: true })
  rmSync(file, { force: true })
  const outcome = await program()
  const counts = readCounts(file, count)
  const failed = counts.failed === 0 && (outcome.code !== 0 || counts.passed === 0) ? 1 : counts.failed
  return { name, seconds: outcome.seconds, passed: counts.passed, failed, skipped: counts.skipped }
}

function readCounts(file: string, count: (report: unknown) => Counts): Counts {
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
