import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { judge, type Verdict } from './report.ts'

/** What `scripts/publish-many.ts` prints. */
type Round = {
  readonly pagesTotal: number
  readonly pagesRendered: number
  readonly loadSeconds: number
  readonly planSeconds: number
  readonly publishSeconds: number
  readonly cpuSeconds: number
  readonly lateP99Ms: number
  readonly lateMaxMs: number
}
type Rounds = {
  readonly full: Round
  readonly changed: Round
  readonly showSeconds: number
  readonly residentMb: number
}

const BUDGET = { changedSeconds: 2, firstBytes: 14 * 1024, allBytes: 30 * 1024, requests: 4 }
const SERVICE_PAGE = '/leistungen/hund-anmelden/'
const PAGES = ['/', '/leistungen/', SERVICE_PAGE, '/lebenslagen/haustier/', '/aemter/', '/datenschutz/']

const SERVICES = 6_000
const CHANGES = 20

/** Publishing: all of 6,000 services, then 20 changed; and what a browser loads for key pages. */
export async function benchPublish(): Promise<readonly Verdict[]> {
  const rounds = JSON.parse(
    script('scripts/publish-many.ts', ['--services', String(SERVICES), '--change', String(CHANGES)]),
  ) as Rounds
  console.log(
    `\nPublish ${SERVICES} services (resident ${rounds.residentMb} MB, release shown after start in ${rounds.showSeconds} s)`,
  )
  console.table(
    Object.fromEntries(
      [['everything', rounds.full] as const, [`${CHANGES} changed`, rounds.changed] as const].map(([name, round]) => [
        name,
        {
          pages: round.pagesTotal,
          rendered: round.pagesRendered,
          'read content s': round.loadSeconds,
          'plan s': round.planSeconds,
          'approval to live s': round.publishSeconds,
          'CPU s': round.cpuSeconds,
          'loop late p99 ms': round.lateP99Ms,
          'max ms': round.lateMaxMs,
        },
      ]),
    ),
  )
  const { publishSeconds, cpuSeconds } = rounds.changed
  return [
    judge(
      `publish ${CHANGES} changed of ${SERVICES}`,
      `< ${BUDGET.changedSeconds} s`,
      `${publishSeconds} s, of which ${cpuSeconds} CPU s`,
      publishSeconds < BUDGET.changedSeconds,
    ),
    ...benchWeights(),
  ]
}

function benchWeights(): readonly Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'stadttor-weights-'))
  try {
    const site = join(folder, 'site')
    script('scripts/build-site.ts', ['--to', site])
    const weights = new Map(PAGES.map((path) => [path, weightOf(site, path)]))
    console.log('\nWhat a browser loads (bytes, brotli)')
    console.table(Object.fromEntries(weights))
    const service = weightOf(site, SERVICE_PAGE)
    const first = service.html + service.css
    const { firstBytes, allBytes, requests } = BUDGET
    return [
      judge('service page, HTML and CSS', `≤ ${firstBytes} bytes`, `${first}`, first <= firstBytes),
      judge('service page, everything', `≤ ${allBytes} bytes`, `${service.all}`, service.all <= allBytes),
      judge('service page, requests', `≤ ${requests}`, `${service.requests}`, service.requests <= requests),
      judge('service page, scripts', '0', `${service.scripts}`, service.scripts === 0),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Weight = { html: number; css: number; other: number; all: number; requests: number; scripts: number }

/** Counts the page and every file it names; fonts and images are compressed already. */
function weightOf(site: string, path: string): Weight {
  const html = readFileSync(join(site, path, 'index.html'), 'utf8')
  const named = [...html.matchAll(/<(?:link|script|img|source)\b[^>]*?\b(?:href|src)="(\/[^"]+)"/g)].map(
    ([, url]) => url ?? '',
  )
  const files = [...new Set(named)].filter((url) => extname(url) !== '')
  const bytesOf = (kind: (url: string) => boolean): number =>
    files.filter(kind).reduce((sum, url) => sum + compressedSize(join(site, url)), 0)
  const isCss = (url: string): boolean => url.endsWith('.css')
  const weight = {
    html: readFileSync(join(site, path, 'index.html.br')).byteLength,
    css: bytesOf(isCss),
    other: bytesOf((url) => !isCss(url)),
  }
  return {
    ...weight,
    all: weight.html + weight.css + weight.other,
    requests: 1 + files.length,
    scripts: (html.match(/<script\b/g) ?? []).length,
  }
}

const compressedSize = (file: string): number => {
  const bytes = readFileSync(file)
  return /\.(?:css|js|svg)$/.test(file) ? brotliCompressSync(bytes).byteLength : bytes.byteLength
}

function script(file: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) {
    throw new Error(`${file} ended with ${status}`)
  }
  return stdout
}
