import { type Outcome, run, runNode } from './child.ts'
import { type PartResult, printSummary, seconds } from './summary.ts'

type Check = { readonly name: string; readonly run: () => Promise<Outcome> }

const quiet = { capture: true } as const

/** The static half of `npm test`: what a reviewer would reject without running anything. Each counts as one. */
const checks: readonly Check[] = [
  {
    // Looks at every .ts file of tsconfig.json too: tsc beside it would say the same again.
    name: 'types and pages (astro check)',
    run: () => run('astro', ['check', '--noSync', '--minimumFailingSeverity', 'warning'], quiet),
  },
  { name: 'format and lint (biome)', run: () => run('biome', ['check', '--error-on-warnings', '.'], quiet) },
  { name: 'layers (dependency-cruiser)', run: () => run('depcruise', LAYERS, quiet) },
  { name: 'layers canary', run: () => runNode(['scripts/layers-canary.ts'], quiet) },
  { name: 'dead code (knip)', run: () => run('knip', [], quiet) },
  { name: 'duplicates (jscpd)', run: () => run('jscpd', [], quiet) },
  { name: 'sizes of files', run: () => runNode(['scripts/sizes.ts'], quiet) },
  { name: 'rules and their tests', run: () => runNode(['scripts/rules.ts', '--check'], quiet) },
  { name: 'lockfile', run: () => runNode(['scripts/lockfile.ts'], quiet) },
  { name: 'content', run: () => runNode(['scripts/cli/check-content.ts'], quiet) },
]

const LAYERS = ['--config', '.dependency-cruiser.mjs', 'api', 'db', 'src', 'e2e', 'bench', 'scripts']
const AT_ONCE = 2

/** Runs all static checks, two at a time; a failed one does not stop the others, so that one run shows everything. */
export async function runChecks(): Promise<PartResult> {
  const startedMs = performance.now()
  // Types of words and pages are generated; a fresh clone has none yet.
  await run('astro', ['sync'], quiet)
  const waiting = [...checks]
  let failed = 0
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await next.run()
      failed += outcome.code === 0 ? 0 : 1
      console.log(`  ${outcome.code === 0 ? '✓' : '✗'} ${next.name} ${seconds(outcome.seconds)}`)
      if (outcome.code !== 0) {
        console.log(outcome.output.trimEnd())
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { name: 'static', seconds: (performance.now() - startedMs) / 1000, passed: checks.length - failed, failed }
}

/** `npm run check` */
export async function check(): Promise<number> {
  return printSummary([await runChecks()])
}
