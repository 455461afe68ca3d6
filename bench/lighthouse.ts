import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright'
import { type Product, startProduct } from '../e2e/support/product.ts'
import { findBrowser } from '../scripts/browser.ts'
import { freePort } from '../scripts/start.ts'
import { judge, type Verdict } from './report.ts'

/**
 * Fetched by npx when this bench runs: as a dependency its 82 packages (90 MB, an error-reporting client among them) would
 * come with every installation of the product.
 */
const LIGHTHOUSE = 'lighthouse@13.5.0'
const JSON_BYTES_MAX = 64 * 1024 * 1024
const PAGES = [
  '/',
  '/leistungen/',
  '/leistungen/hund-anmelden/',
  '/lebenslagen/haustier/',
  '/aemter/',
  '/suche?q=hund',
  '/antrag/beginnen/hund-anmelden',
  '/status/',
  '/barrierefreiheit/',
]
const SERVICE = 'hund-anmelden'
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const WANTED_PORT = 9_222

type Page = { readonly path: string; readonly headers: Readonly<Record<string, string>> }
/** What of Lighthouse's result is read. */
type Result = {
  readonly runtimeError?: { readonly code: string }
  readonly categories: Readonly<
    Record<string, { readonly score: number | null; readonly auditRefs: readonly { id: string; weight: number }[] }>
  >
  readonly audits: Readonly<
    Record<string, { readonly score: number | null; readonly title: string; readonly displayValue?: string }>
  >
}
type Seen = {
  readonly path: string
  readonly scores: Readonly<Record<string, number>>
  /** Audits that cost something, by category. */
  readonly lost: readonly string[]
}

/** Lighthouse's four figures for ten key pages as a phone sees them, the first page of an application among them. */
export async function benchLighthouse(): Promise<readonly Verdict[]> {
  const product = await startProduct()
  const port = (await freePort(WANTED_PORT)) || WANTED_PORT + 1
  const browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: [`--remote-debugging-port=${port}`],
  })
  try {
    const pages: Page[] = [...PAGES.map((path) => ({ path, headers: {} })), await beginDraft(product)]
    const seen: Seen[] = []
    for (const page of pages) {
      seen.push(await look(product.origin, page, port))
    }
    console.log('\nLighthouse, mobile')
    console.table(Object.fromEntries(seen.map(({ path, scores }) => [path, scores])))
    for (const { path, lost } of seen) {
      for (const line of lost) {
        console.log(`  ${path}: ${line}`)
      }
    }
    return CATEGORIES.map((category) => {
      const lowest = Math.min(...seen.map(({ scores }) => scores[category] ?? 0))
      return judge(`Lighthouse, ten pages, lowest ${category}`, '100', String(lowest), lowest === 100)
    })
  } finally {
    await browser.close()
    await product.stop()
  }
}

/** The first page of an application, with the cookie that opens it. */
async function beginDraft({ origin }: Product): Promise<Page> {
  const response = await fetch(`${origin}/api/v1/submissions/drafts`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ service: SERVICE }),
  })
  const { draftId, step } = (await response.json()) as { readonly draftId: string; readonly step: string }
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
  return { path: `/antrag/${draftId}/${step}`, headers: { Cookie: cookie } }
}

async function look(origin: string, { path, headers }: Page, port: number): Promise<Seen> {
  const result = await runLighthouse([
    `${origin}${path}`,
    `--port=${port}`,
    `--only-categories=${CATEGORIES.join(',')}`,
    `--extra-headers=${JSON.stringify(headers)}`,
    // Pages without a lasting address say noindex on purpose.
    ...(isPrivate(path) ? ['--skip-audits=is-crawlable'] : []),
  ])
  const name = path.replace(/[0-9a-f-]{36}/, '…')
  if (result.runtimeError !== undefined) {
    throw new Error(`Lighthouse saw nothing of ${name}: ${result.runtimeError.code}`)
  }
  const scores = Object.fromEntries(
    CATEGORIES.map((category) => [category, Math.round((result.categories[category]?.score ?? 0) * 100)]),
  )
  return { path: name, scores, lost: lostIn(result) }
}

const isPrivate = (path: string): boolean => /^\/(?:suche|antrag|status)/.test(path)

async function runLighthouse(args: readonly string[]): Promise<Result> {
  const fixed = ['--yes', LIGHTHOUSE, '--output=json', '--quiet', '--no-enable-error-reporting']
  // It needs the Node that runs this, not the one of the machine.
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`
  const options = { env: { ...process.env, PATH, CI: '1' }, maxBuffer: JSON_BYTES_MAX }
  const { stdout } = await promisify(execFile)('npx', [...fixed, ...args], options)
  return JSON.parse(stdout) as Result
}

function lostIn({ categories, audits }: Result): readonly string[] {
  return CATEGORIES.flatMap((category) =>
    (categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 0.995)
      .map(({ id }) => `${category}: ${id} ${audits[id]?.displayValue ?? audits[id]?.title ?? ''}`),
  )
}
