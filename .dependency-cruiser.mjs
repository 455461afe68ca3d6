/**
 * Who may import whom. A room imports from lower floors only; docs/decisions/0001-one-process.md says why the house
 * is built in floors. `.astro` files are not seen here: biome.json guards them by noRestrictedImports.
 * scripts/layers-canary.ts plants one violation per rule and fails when a rule does not see it.
 */
const FLOORS = [
  ['content', 'jobs', 'keys', 'journal'],
  ['catalogue', 'search', 'documents', 'identity'],
  ['publishing', 'forms', 'eakten'],
  ['postboxes', 'connectors', 'payments', 'registers', 'messages', 'retention', 'statistics'],
  ['workflow', 'notices', 'orders'],
  ['submissions'],
  ['operations', 'editing'],
]

const rooms = FLOORS.flat().join('|')
const TESTS = '\\.test\\.ts$|^api/testing/|^api/[^/]+/testing\\.ts$'

/** One rule per floor: its rooms may not import a room of the same floor (other than itself) or of a higher one. The last has none above. */
const floorRules = FLOORS.slice(0, -1).map((floor, index) => ({
  name: `floor-${index + 2}`,
  comment: 'A room imports from lower floors only.',
  severity: 'error',
  from: { path: `^api/(${floor.join('|')})/`, pathNot: TESTS },
  to: { path: `^api/(${FLOORS.slice(index).flat().join('|')})/`, pathNot: '^api/$1/' },
}))

export default {
  forbidden: [
    ...floorRules,
    {
      name: 'db-knows-nothing',
      comment: 'db/ imports nothing of ours.',
      severity: 'error',
      from: { path: '^db/', pathNot: TESTS },
      to: { path: '^(api|src|e2e|bench|scripts)/' },
    },
    {
      name: 'ground-floor-knows-no-room',
      comment: 'api/lib and api/http know no module.',
      severity: 'error',
      from: { path: '^api/(lib|http)/', pathNot: TESTS },
      to: { path: `^api/(${rooms}|adapters)/` },
    },
    {
      name: 'lib-below-http',
      comment: 'api/lib is pure and below api/http.',
      severity: 'error',
      from: { path: '^api/lib/', pathNot: TESTS },
      to: { path: '^api/http/' },
    },
    {
      name: 'rooms-meet-at-service-and-plan',
      comment:
        'Another room offers service.ts (questions), plan.ts (writes), keyring and permission table; types may come from any part but store.ts.',
      severity: 'error',
      from: { path: `^api/(${rooms})/`, pathNot: TESTS },
      to: {
        path: `^api/(${rooms})/`,
        pathNot: [
          '^api/$1/',
          '^api/[^/]+/(service|plan)[a-z-]*\\.ts$',
          '^api/(identity/permissions|keys/keyring)\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'store-is-private',
      comment: "No room sees another room's store.",
      severity: 'error',
      from: { path: '^api/([^/]+)/', pathNot: TESTS },
      to: { path: '^api/[^/]+/store[a-z-]*\\.ts$', pathNot: '^api/$1/' },
    },
    {
      name: 'only-store-reads-tables',
      comment: 'Only store.ts imports db/schema.',
      severity: 'error',
      from: { path: '^(api|src)/', pathNot: ['^api/[^/]+/store[a-z-]*\\.ts$', TESTS] },
      to: { path: '^db/schema/' },
    },
    {
      name: 'store-reads-own-tables',
      comment: "A store imports its own module's tables, and those that the writer keeps for all (change sequence).",
      severity: 'error',
      from: { path: '^api/([^/]+)/store', pathNot: TESTS },
      to: { path: '^db/schema/', pathNot: '^db/schema/($1|writer)\\.ts$' },
    },
    {
      name: 'adapters-named-by-context-only',
      comment: 'An adapter stands behind an interface; only context.ts names it.',
      severity: 'error',
      from: { path: '^(api|src)/', pathNot: ['^api/context\\.ts$', '^api/adapters/', TESTS] },
      to: { path: '^api/adapters/' },
    },
    {
      name: 'adapters-import-types-only',
      comment: 'An adapter knows the interface of the module that uses it, and nothing it does.',
      severity: 'error',
      from: { path: '^api/adapters/', pathNot: TESTS },
      to: { path: `^(api/(${rooms}|http)/|db/)`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'top-is-seen-by-server-only',
      comment: 'app, worker, context, config and server are the top of the house.',
      severity: 'error',
      from: { path: '^(api/[^/]+/|db/|src/)', pathNot: TESTS },
      to: { path: '^api/[^/]+\\.ts$' },
    },
    {
      name: 'api-is-headless',
      comment: 'api/ knows nothing of pages.',
      severity: 'error',
      from: { path: '^(api|db)/' },
      to: { path: '^src/' },
    },
    {
      name: 'pages-talk-to-the-api',
      comment: 'src/ imports types of the API in src/lib/api.ts, and nothing else of it.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/lib/api\\.ts$', TESTS] },
      to: { path: '^(api|db)/' },
    },
    {
      name: 'pages-import-types-only',
      severity: 'error',
      from: { path: '^src/lib/api\\.ts$' },
      to: { path: '^(api|db)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-knows-no-tests',
      comment: 'No product code imports stand-ins, benches or scripts.',
      severity: 'error',
      from: { path: '^(api|db|src)/', pathNot: TESTS },
      to: { path: `^(e2e|bench|scripts)/|${TESTS}` },
    },
    {
      name: 'outside-talks-http',
      comment: 'e2e/ and bench/ reach the product as everybody does; bench/servers are what a bench compares it with.',
      severity: 'error',
      from: { path: '^(e2e|bench)/', pathNot: '^bench/servers/' },
      to: { path: '^(api|db|src)/' },
    },
    {
      name: 'feel-in-one-file',
      comment: 'api/lib/feel.ts keeps the rules of the expression language.',
      severity: 'error',
      from: { pathNot: '^api/lib/feel[a-z.-]*\\.ts$' },
      to: { path: 'node_modules/feelin/' },
    },
    {
      name: 'no-dev-dependency-in-product',
      severity: 'error',
      from: { path: '^(api|db|src)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'no-circles',
      comment: 'A circle of types alone does no harm at run time; between rooms the floors refuse it too.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual|astro):' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|test-results)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
