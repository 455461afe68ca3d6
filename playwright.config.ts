import { defineConfig } from '@playwright/test'
import type { WorkerOptions } from './e2e/support/test.ts'

const isLong = process.env['STADTTOR_LONG'] === '1'
const browser = process.env['STADTTOR_BROWSER']

/**
 * Journeys against the running product, one server and data folder per worker.
 * Tags choose how a test runs: none = with JavaScript, `@both` = also without, `@nojs` = only without,
 * `@deno` = also against the product under Deno, `@later` = with JavaScript in the long run only, `@deno-later` the same.
 */
export default defineConfig<object, WorkerOptions>({
  testDir: 'e2e',
  testMatch: isLong
    ? [
        '**/*.long.spec.ts',
        '**/{account,all-fields,applying,files,handover,mail,operator,payment,photos,refused,signing,whole-way}.spec.ts',
      ]
    : '**/*.spec.ts',
  testIgnore: isLong ? [] : '**/*.long.spec.ts',
  outputDir: 'test-results/e2e',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: isLong ? 600_000 : 180_000,
  expect: { timeout: 10_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env['STADTTOR_PLAYWRIGHT_JSON'] ?? 'test-results/playwright.json' }],
  ],
  use: {
    locale: 'de-DE',
    timezoneId: 'Europe/Berlin',
    // Traces cost a fifth of the time; a failed page leaves its picture and its text.
    trace: process.env['STADTTOR_TRACE'] === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(browser === undefined ? {} : { executablePath: browser }),
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'javascript', grepInvert: isLong ? /@nojs/ : /@nojs|@later/ },
    {
      name: 'no-javascript',
      grep: /@both|@nojs/,
      // Long walks whose parts the API's tests know by heart; the long run takes them both ways.
      testIgnore: isLong ? [] : ['**/*.long.spec.ts', '**/{all-fields,handover,payment,signing}.spec.ts'],
      use: { javaScriptEnabled: false },
    },
    { name: 'deno', grep: isLong ? /@deno/ : /@deno(?!-later)/, use: { runtime: 'deno' } },
  ],
})
