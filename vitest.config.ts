import { configDefaults, defineConfig } from 'vitest/config'

const isLong = process.env['STADTTOR_LONG'] === '1'

/** Tests beside the code. `*.long.test.ts` (full matrices, faults under load) run in `npm run test:long` only. */
export default defineConfig({
  test: {
    environment: 'node',
    include: [`{api,db,src,scripts,e2e/servers,bench}/**/*${isLong ? '.long' : ''}.test.ts`],
    exclude: isLong ? configDefaults.exclude : [...configDefaults.exclude, '**/*.long.test.ts'],
    testTimeout: isLong ? 600_000 : 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // A third quicker. Nothing here mocks modules or leaves settings behind; what a file opens it closes.
    isolate: false,
    allowOnly: false,
    // A test that leaves a timer or a server open would hang the run; say so instead of waiting for ever.
    teardownTimeout: 5_000,
    reporters: ['default', 'json'],
    outputFile: { json: process.env['STADTTOR_VITEST_JSON'] ?? 'test-results/vitest.json' },
  },
})
