/**
 * Proves that the layer rules can fail: plants one violation per rule in a tree of its own and expects each to be named,
 * then counts the edges of the real tree. A parser that reads nothing reports "no violations" (TypeScript 7 does that).
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import configuration from '../.dependency-cruiser.mjs'

type Planted = readonly [rule: string, file: string, text: string]

const planted: readonly Planted[] = [
  ['floor-2', 'api/keys/service.ts', "import '../journal/service.ts'"],
  ['floor-3', 'api/identity/service.ts', "import '../forms/service.ts'"],
  ['floor-4', 'api/forms/service.ts', "import '../submissions/service.ts'"],
  ['floor-5', 'api/postboxes/service.ts', "import '../connectors/plan.ts'"],
  ['floor-6', 'api/workflow/service.ts', "import type { A } from '../submissions/service.ts'\nexport type B = A"],
  ['floor-7', 'api/submissions/tried.ts', "import '../operations/service.ts'"],
  ['db-knows-nothing', 'db/reader.ts', "import '../api/lib/pure.ts'"],
  ['ground-floor-knows-no-room', 'api/http/respond.ts', "import '../identity/service.ts'"],
  ['lib-below-http', 'api/lib/money.ts', "import '../http/limits.ts'"],
  ['rooms-meet-at-service-and-plan', 'api/submissions/service.ts', "import '../keys/ring.ts'"],
  ['store-is-private', 'api/submissions/plan.ts', "import '../keys/store.ts'"],
  ['only-store-reads-tables', 'api/keys/plan.ts', "import '../../db/schema/keys.ts'"],
  ['store-reads-own-tables', 'api/keys/store.ts', "import '../../db/schema/journal.ts'"],
  ['adapters-named-by-context-only', 'api/messages/service.ts', "import '../adapters/smtp/index.ts'"],
  ['adapters-import-types-only', 'api/adapters/smtp/index.ts', "import '../../messages/plan.ts'"],
  ['top-is-seen-by-server-only', 'api/jobs/service.ts', "import '../context.ts'"],
  ['api-is-headless', 'api/app.ts', "import '../src/lib/words.ts'"],
  [
    'pages-talk-to-the-api',
    'src/lib/words.ts',
    "import type { A } from '../../api/catalogue/view.ts'\nexport type B = A",
  ],
  ['pages-import-types-only', 'src/lib/api.ts', "import '../../api/catalogue/view.ts'"],
  ['product-knows-no-tests', 'api/worker.ts', "import '../e2e/servers/idp/index.ts'"],
  ['outside-talks-http', 'e2e/support/server.ts', "import '../../db/reader.ts'"],
  ['feel-in-one-file', 'api/forms/plan.ts', "import 'feelin'"],
  ['no-dev-dependency-in-product', 'api/content/plan.ts', "import 'fast-check'"],
  ['no-circles', 'api/lib/clock.ts', "import './ids.ts'"],
  ['no-unresolvable', 'api/lib/hash.ts', "import './nowhere.ts'"],
]

const targets = [
  'api/journal/service.ts api/operations/service.ts api/connectors/plan.ts api/submissions/service.ts api/submissions/plan.ts api/lib/pure.ts',
  'api/http/limits.ts api/keys/ring.ts db/schema/keys.ts db/schema/journal.ts api/messages/plan.ts api/context.ts',
  'api/catalogue/view.ts e2e/servers/idp/index.ts',
].flatMap((line) => line.split(' '))

type Report = { summary: { totalDependenciesCruised: number; violations: { rule: { name: string }; from: string }[] } }

function cruise(folder: string, roots: readonly string[]): Report {
  const program = resolve('node_modules/.bin/depcruise')
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...roots]
  const answer = spawnSync(program, args, { cwd: folder, encoding: 'utf8', maxBuffer: 256 << 20 })
  assert.ok(answer.stdout.startsWith('{'), `dependency-cruiser failed: ${answer.stderr}`)
  return JSON.parse(answer.stdout)
}

function plant(folder: string): void {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${text}\n`)
  }
  for (const file of targets) {
    write(file, 'export type A = string\nexport const a = 1')
  }
  write('api/lib/ids.ts', "import './clock.ts'")
  for (const [, file, text] of planted) {
    write(file, `${text}\nexport type A = string\nexport const a = 1`)
  }
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json', 'biome.json']) {
    cpSync(file, join(folder, file))
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
}

/** `.astro` files are guarded by Biome: a page that reaches past src/lib/api.ts must be refused, src/lib/api.ts not. */
function lintPages(folder: string): void {
  const page = (from: string): string => `---\nimport { a } from '${from}'\n---\n\n<p>{a}</p>\n`
  const pages = ['../../api/catalogue/view.ts', '../../db/reader.ts', '../lib/api.ts']
  mkdirSync(join(folder, 'src/pages'))
  const refused = pages.filter((from, index) => {
    writeFileSync(join(folder, `src/pages/canary-${index}.astro`), page(from))
    const args = ['lint', '--vcs-enabled=false', '--only=noRestrictedImports', `src/pages/canary-${index}.astro`]
    const answer = spawnSync(resolve('node_modules/.bin/biome'), args, { cwd: folder, encoding: 'utf8' })
    return answer.status !== 0 && (answer.stdout + answer.stderr).includes('noRestrictedImports')
  })
  assert.deepEqual(refused, pages.slice(0, 2), 'imports of pages that biome refuses')
}

const folder = mkdtempSync(join(tmpdir(), 'layers-'))
try {
  plant(folder)
  const seen = cruise(folder, ['api', 'db', 'src', 'e2e']).summary.violations
  const missed = planted.filter(([rule, file]) => !seen.some((v) => v.rule.name === rule && v.from === file))
  assert.deepEqual(missed, [], 'planted violations that were not seen')
  const rules = configuration.forbidden.map((rule) => rule.name)
  assert.deepEqual(
    rules.filter((name) => !planted.some(([rule]) => rule === name)),
    [],
    'rules without a canary',
  )
  lintPages(folder)
} finally {
  rmSync(folder, { recursive: true })
}
const edges = cruise('.', ['api', 'db', 'src']).summary.totalDependenciesCruised
assert.ok(edges > 0, 'no edges seen in the real tree')
console.log(`${planted.length} planted violations seen, ${edges} edges in the tree`)
