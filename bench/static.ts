import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProduct } from '../e2e/support/product.ts'
import { startTownProcess } from './product.ts'
import { judge, median, percentile, round, type Verdict } from './report.ts'
import type { PreparedDraft } from './servers/drafts.ts'
import { postAll } from './submit.ts'
import { openWire } from './wire.ts'

const PAGE = '/leistungen/hund-anmelden/'
const CONNECTIONS = 32
const SECONDS = 2
const ROUNDS = 5
const RATIO_MIN = 0.2
const SUBMISSIONS = 640
const SUBMITTING = 64
const P99_MS_MAX = 5

/** A static page through the one chain against nginx with the same compressed bytes, and against a bare Hono handler. */
export async function benchStatic(): Promise<readonly Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'st-bench-'))
  const product = await startProduct()
  // nginx may run as somebody else than the bench.
  chmodSync(folder, 0o755)
  const file = join(folder, 'root', 'index.html.gz')
  mkdirSync(join(folder, 'root'))
  writeFileSync(file, await pageBytes(product.origin))
  const plain = fork(join(import.meta.dirname, 'servers/plain.ts'), [file])
  const [{ port }] = (await once(plain, 'message')) as [{ port: number }]
  const nginx = await startNginx(folder)
  try {
    const targets = {
      Stadttor: `${product.origin}${PAGE}`,
      ...(nginx === null ? {} : { nginx: nginx.url }),
      Hono: `http://127.0.0.1:${port}/`,
    }
    const rates = await compare(targets)
    const perSecond = (name: string): readonly number[] => rates.get(name) ?? []
    const ratioTo = (name: string): number =>
      median(perSecond('Stadttor').map((rate, index) => rate / (perSecond(name)[index] ?? Number.NaN)))
    console.log(`\nStatic page, ${CONNECTIONS} connections, load by ${hasWrk() ? 'wrk' : 'our own connections'}`)
    console.table(
      Object.fromEntries(
        [...rates].map(([name, each]) => [
          name,
          { 'requests /s': round(median(each)), 'Stadttor : it': round(ratioTo(name), 2) },
        ]),
      ),
    )
    if (nginx === null) {
      console.log('nginx is not installed here: no ratio')
      return []
    }
    const ratio = ratioTo('nginx')
    return [judge('static page against nginx', `≥ ${RATIO_MIN}`, `${round(ratio, 2)}`, ratio >= RATIO_MIN)]
  } finally {
    plain.disconnect()
    nginx?.child.kill('SIGTERM')
    await product.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function compare(targets: Readonly<Record<string, string>>): Promise<Map<string, number[]>> {
  const rates = new Map<string, number[]>(Object.keys(targets).map((name) => [name, []]))
  for (let index = -1; index < ROUNDS; index += 1) {
    for (const [name, url] of Object.entries(targets)) {
      const rate = hasWrk() ? wrkRate(url) : await ownRate(url)
      // The first round warms everything up.
      if (index >= 0) {
        rates.get(name)?.push(rate)
      }
    }
  }
  return rates
}

const hasWrk = (): boolean => spawnSync('wrk', ['-v']).error === undefined

function wrkRate(url: string): number {
  const options = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${SECONDS}s`, '-H', 'Accept-Encoding: gzip']
  const { stdout } = spawnSync('wrk', [...options, url], { encoding: 'utf8' })
  if (/Non-2xx/.test(stdout)) {
    throw new Error(`${url} does not answer 200`)
  }
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN)
}

/** Without wrk our own connections ask; they cost more, so every rate is lower and the ratios flatter us. */
async function ownRate(url: string): Promise<number> {
  const { port, pathname } = new URL(url)
  const request = `GET ${pathname} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept-Encoding: gzip\r\n\r\n`
  const untilMs = performance.now() + SECONDS * 1000
  let answers = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const wire = await openWire(Number(port))
      while (performance.now() < untilMs) {
        await wire.send(request)
        answers += 1
      }
      wire.close()
    }),
  )
  return answers / SECONDS
}

/** The page's bytes as gzip, straight from the server: `fetch` would unpack them. */
function pageBytes(origin: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    request(`${origin}${PAGE}`, { headers: { 'accept-encoding': 'gzip' } }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () =>
        res.statusCode === 200 && res.headers['content-encoding'] === 'gzip'
          ? resolve(Buffer.concat(chunks))
          : reject(new Error(`${PAGE} is not there as gzip`)),
      )
    })
      .on('error', reject)
      .end()
  })
}

/** nginx as this machine has it, in front of the compressed file; null where there is none. */
async function startNginx(folder: string): Promise<{ readonly url: string; readonly child: ChildProcess } | null> {
  if (spawnSync('nginx', ['-v']).error !== undefined) {
    return null
  }
  const port = await freePort()
  const config = `
daemon off; pid ${folder}/nginx.pid; error_log stderr crit; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nopush on; open_file_cache max=100; keepalive_requests 1000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi; default_type text/html;
  server { listen 127.0.0.1:${port}; root ${folder}/root; gzip_static always; }
}`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}/index.html`
  for (let tries = 0; tries < 50; tries += 1) {
    const isThere = await fetch(url).then(
      (res) => res.ok,
      () => false,
    )
    if (isThere) {
      return { url, child }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill('SIGTERM')
  throw new Error('nginx does not answer')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What visitors wait for a static page while 64 others press the final button, against what they wait while nobody does. */
export async function benchVisitors(): Promise<readonly Verdict[]> {
  const town = await startTownProcess()
  try {
    const rows: Record<string, Record<string, number>> = {}
    const quiet: number[] = []
    const busy: number[] = []
    for (let index = 0; index < ROUNDS; index += 1) {
      const drafts = await town.ask<readonly PreparedDraft[]>({ op: 'drafts', count: SUBMISSIONS, withFile: true })
      quiet.push(...(await watch(town.port, () => new Promise((resolve) => setTimeout(resolve, 1_500)))))
      busy.push(...(await watch(town.port, () => postAll(town.port, drafts, SUBMITTING))))
    }
    for (const [name, each] of Object.entries({ 'nobody submits': quiet, [`${SUBMITTING} submit`]: busy })) {
      rows[name] = {
        answers: each.length,
        'p50 ms': round(percentile(each, 50), 2),
        'p95 ms': round(percentile(each, 95), 2),
        'p99 ms': round(percentile(each, 99), 2),
        'max ms': round(Math.max(...each), 1),
      }
    }
    console.log(`\nStatic page as visitors wait for it`)
    console.table(rows)
    const p99 = percentile(busy, 99)
    return [
      judge(
        `static page p99 while ${SUBMITTING} submissions run`,
        `< ${P99_MS_MAX} ms`,
        `${round(p99, 1)} ms`,
        p99 < P99_MS_MAX,
      ),
    ]
  } finally {
    await town.close()
  }
}

async function watch(port: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const visitor = fork(join(import.meta.dirname, 'servers/visitor.ts'), [String(port), PAGE])
  await new Promise((resolve) => setTimeout(resolve, 500))
  await work()
  visitor.send('stop')
  const [eachMs] = (await once(visitor, 'message')) as [readonly number[]]
  return eachMs
}
