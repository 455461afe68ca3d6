import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Product, startProduct } from '../e2e/support/product.ts'
import { residentBytes, startTownProcess, type TownProcess } from './product.ts'
import { inParallel, judge, median, round, type Verdict } from './report.ts'
import type { PreparedDraft } from './servers/drafts.ts'
import { postAll } from './submit.ts'
import { pdfEnd } from './upload-size.ts'

const MB = 1_000_000
const LARGE_BYTES = 100 * MB
const ROUNDS = 5

/** Resident memory while a file of 100 MB is uploaded (the limit of forms is lifted for it). */
export async function benchLargeUpload(): Promise<readonly Verdict[]> {
  const town = await startTownProcess({ env: { STADTTOR_BENCH_FILE_BYTES: String(LARGE_BYTES) } })
  try {
    const drafts = await town.ask<readonly PreparedDraft[]>({ op: 'drafts', count: ROUNDS + 2, withFile: false })
    const growths: number[] = []
    for (const [index, draft] of drafts.entries()) {
      await pause(1_000)
      const beforeBytes = residentBytes(town.pid)
      const peakBytes = await peakDuring(town.pid, upload(town, draft, index < 2 ? 2 * MB : LARGE_BYTES))
      // The first two are small: they load what any upload needs.
      if (index >= 2) {
        growths.push((peakBytes - beforeBytes) / MB)
      }
    }
    console.log(`\nResident memory during uploads of 100 MB: + ${growths.map((one) => round(one, 1)).join(', ')} MB`)
    const growth = median(growths)
    return [judge('100 MB upload, resident memory', '< 20 MB', `+ ${round(growth, 1)} MB`, growth < 20)]
  } finally {
    await town.close()
  }
}

async function upload({ port, question }: TownProcess, draft: PreparedDraft, bytes: number): Promise<void> {
  const req = request({
    host: '127.0.0.1',
    port,
    method: 'PUT',
    path: `/api/v1/submissions/drafts/${draft.id}/files?question=${encodeURIComponent(question)}`,
    headers: {
      host: `localhost:${port}`,
      origin: `http://localhost:${port}`,
      cookie: draft.cookie,
      'x-file-name': 'akte.pdf',
      'content-type': 'application/pdf',
      'content-length': String(bytes),
    },
  })
  const answered = once(req, 'response')
  const chunk = Buffer.alloc(64 * 1024, 7)
  Buffer.from('%PDF-1.4\n').copy(chunk)
  const end = pdfEnd(bytes)
  const body = bytes - end.length
  for (let sent = 0; sent < body; sent += chunk.length) {
    if (!req.write(chunk.subarray(0, Math.min(chunk.length, body - sent)))) {
      await once(req, 'drain')
    }
  }
  req.end(end)
  const [res] = await answered
  res.resume()
  if (res.statusCode !== 201) {
    throw new Error(`the upload was answered ${res.statusCode}`)
  }
}

async function peakDuring(pid: number, work: Promise<void>): Promise<number> {
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid))
  }, 10)
  try {
    await work
    return Math.max(peak, residentBytes(pid))
  } finally {
    clearInterval(look)
  }
}

const SUBMISSIONS = 200
const STARTS = 5
const REQUESTS = 1_000
const PATHS = ['/', '/leistungen/', '/leistungen/hund-anmelden/', '/suche?q=hund', '/antrag/beginnen/hund-anmelden']

/** Start to the first answer with data present, and memory of the whole idle product after some use. */
export async function benchStart(): Promise<readonly Verdict[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'st-bench-'))
  try {
    await fillTown(dataDir)
    const seconds: number[] = []
    for (let index = 0; index < STARTS; index += 1) {
      const startedMs = performance.now()
      const product = await startProduct({ dataDir })
      const answer = await fetch(`${product.origin}/`)
      seconds.push((performance.now() - startedMs) / 1000)
      await product.stop()
      if (answer.status !== 200) {
        throw new Error(`the first answer was ${answer.status}`)
      }
    }
    const first = median(seconds)
    const idle = await idleMegabytes(dataDir)
    console.log(`\nStart to first answer: ${seconds.map((one) => round(one, 2)).join(', ')} s`)
    return [
      judge('start to first answer, data present', '< 2 s', `${round(first, 2)} s`, first < 2),
      judge('idle memory of the whole product', '< 250 MB', `${round(idle)} MB`, idle < 250),
    ]
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function fillTown(dataDir: string): Promise<void> {
  const town = await startTownProcess({ dataDir })
  const drafts = await town.ask<readonly PreparedDraft[]>({ op: 'drafts', count: SUBMISSIONS, withFile: true })
  await postAll(town.port, drafts, 16)
  await town.close()
}

/** Demo mode: jobs run by themselves; the pause begins when every copy is set and every outbox entry was tried. */
async function idleMegabytes(dataDir: string): Promise<number> {
  const product = await startProduct({ dataDir, mode: 'demo' })
  try {
    const asked = Array.from({ length: REQUESTS }, (_, index) => PATHS[index % PATHS.length] ?? '/')
    await inParallel(asked, 8, async (path) => {
      await (await fetch(`${product.origin}${path}`)).arrayBuffer()
    })
    await jobsDone(product)
    await pause(30_000)
    return residentBytes(product.pid) / MB
  } finally {
    await product.stop()
  }
}

const JOBS_DONE_SECONDS_MAX = 300

/** Waits until no job ran for some seconds: on a busy machine the copies take longer than any fixed pause. */
async function jobsDone(product: Product): Promise<void> {
  let quiet = 0
  for (let second = 0; second < JOBS_DONE_SECONDS_MAX && quiet < 5; second += 1) {
    await pause(1_000)
    const { body } = await product.admin('GET', '/status')
    const { jobs } = body as { readonly jobs: { readonly running: number } }
    quiet = jobs.running === 0 ? quiet + 1 : 0
  }
}
