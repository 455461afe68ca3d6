import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { fillDraft, type ReadyDraft, submit } from './applicant.ts'
import { runCommand } from './command.ts'
import type { Outside } from './outside.ts'
import { type Product, startProduct } from './product.ts'

/** Where the process dies: while bytes of an upload come in, before its file has its name, before and after COMMIT, after a delivery. */
export const KILL_PHASES = ['upload', 'rename', 'before-commit', 'after-commit', 'outbox'] as const
export type KillPhase = (typeof KILL_PHASES)[number]

type Acked = { readonly draft: ReadyDraft; readonly vorgangId: string }
export type KillTown = {
  /** One kill: loads the product with `inFlight` requests, lets it die, starts it again and lists what is lost. */
  readonly round: (phase: KillPhase, at: number) => Promise<readonly string[]>
  /** What is wrong at the end: something twice, a number missing, a delivery lost or doubled. */
  readonly findings: () => Promise<readonly string[]>
  /** Acknowledged before a kill. */
  readonly ackedCount: () => number
  readonly remove: () => void
}

const STATUS = '/api/v1/submissions/status'
const DAY_MS = 86_400_000

/** Makes a data folder that lives through many kills, each with `inFlight` people at once. */
export function newKillTown(outside: Outside, inFlight: number): KillTown {
  const home = mkdtempSync(join(tmpdir(), 'st-'))
  const dataDir = join(home, 'data')
  const env = { ...outside.env, STADTTOR_MODE: 'test', STADTTOR_DATA: dataDir }
  const start = (failpoint?: string): Promise<Product> =>
    startProduct({ dataDir, env: { ...env, ...(failpoint === undefined ? {} : { STADTTOR_FAILPOINT: failpoint }) } })
  const acked: Acked[] = []
  const state = { drafts: [] as ReadyDraft[], acks: 0 }

  const prepare = async (product: Product): Promise<void> => {
    const missing = inFlight - state.drafts.length
    state.drafts.push(...(await all(missing, (n) => fillDraft(product.origin, `draft ${acked.length} ${n}`))))
  }
  return {
    round: async (phase, at) => {
      if (state.drafts.length < inFlight) {
        const calm = await start()
        await prepare(calm)
        await calm.kill('SIGTERM')
      }
      const doomed = await start(`${phase}:${at}`)
      const dead = watchDeath(doomed)
      const before = await press(doomed, state.drafts, dead, phase)
      if (!dead.isDead()) {
        await doomed.kill('SIGKILL')
        return [`${phase}:${at} was never reached`]
      }
      acked.push(...before)
      state.acks += before.length
      const again = await start()
      const losses = await findLosses(again, before, env)
      const rest = state.drafts.filter((draft) => !before.some((one) => one.draft === draft))
      acked.push(...(await all(rest.length, (n) => pressAgain(again, rest[n] as ReadyDraft))))
      state.drafts = []
      await prepare(again)
      await again.kill('SIGTERM')
      return losses
    },
    findings: async () => {
      const last = await start()
      const losses = await findLosses(last, acked, env)
      // what waits for another try is due days later; the receiver's clock stays behind then
      await outside.specialist.control({ checkAge: false })
      for (let days = 1; days <= 3; days += 1) {
        await last.setClock(Date.now() + days * DAY_MS)
        await last.tick()
      }
      await last.kill('SIGTERM')
      return [...losses, ...countRows(dataDir, acked), ...countDeliveries(dataDir, outside)]
    },
    ackedCount: () => state.acks,
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

const all = <T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: Math.max(0, count) }, (_, n) => make(n)))

function watchDeath(product: Product): { readonly isDead: () => boolean } {
  return {
    isDead: () => {
      try {
        process.kill(product.pid, 0)
        return false
      } catch {
        return true
      }
    },
  }
}

/**
 * All people press the final button; where files are to be hit, each then begins another application. Ends when the process
 * is dead, or ten seconds after all were served.
 */
async function press(
  product: Product,
  drafts: readonly ReadyDraft[],
  dead: { readonly isDead: () => boolean },
  phase: KillPhase,
): Promise<Acked[]> {
  const acked: Acked[] = []
  const people = drafts.map(async (draft, n) => {
    draft.applicant.moveTo(product.origin)
    try {
      acked.push({ draft, vorgangId: await submit(draft) })
      if (phase === 'upload' || phase === 'rename') {
        const next = await fillDraft(product.origin, `next ${n}`)
        acked.push({ draft: next, vorgangId: await submit(next) })
      }
    } catch {
      // the process died under this request: it was not acknowledged
    }
  })
  const served = { isAll: false, atMs: 0 }
  const serving = Promise.all(people).then(() => {
    Object.assign(served, { isAll: true, atMs: performance.now() })
  })
  while (!dead.isDead() && !(served.isAll && performance.now() - served.atMs > 10_000)) {
    await product.tick().catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await serving
  return acked
}

/** Nobody knows whether the first press counted; the second one answers the same either way. */
async function pressAgain(product: Product, draft: ReadyDraft): Promise<Acked> {
  draft.applicant.moveTo(product.origin)
  return { draft, vorgangId: await submit(draft) }
}

/** Acknowledged, but not there, not with its file, or under another Vorgang than was said; journal or files not whole. */
async function findLosses(product: Product, acked: readonly Acked[], env: Record<string, string>): Promise<string[]> {
  const losses: string[] = []
  for (let at = 0; at < acked.length; at += 16) {
    await Promise.all(
      acked.slice(at, at + 16).map(async ({ draft, vorgangId }) => {
        draft.applicant.moveTo(product.origin)
        const status = await draft.applicant.ask('GET', `${STATUS}/${vorgangId}`)
        const document = (status.body['documents'] as { id: string }[] | undefined)?.[0]
        const path = `${STATUS}/${vorgangId}/documents/${document?.id ?? ''}`
        if (status.status !== 200 || (await draft.applicant.download(path)) !== draft.sha256) {
          losses.push(`${vorgangId} was acknowledged and is not whole (${status.status})`)
        }
        const again = await submit(draft)
        if (again !== vorgangId) {
          losses.push(`${vorgangId} became ${again} when pressed again`)
        }
      }),
    )
  }
  const verified = await runCommand('verify', [], env)
  return verified.code === 0 ? losses : [...losses, verified.out + verified.err]
}

/** Reads the file of a stopped product, as an auditor could. */
function read<T>(dataDir: string, sql: string): T[] {
  const db = new Database(join(dataDir, 'stadttor.db'), { readonly: true })
  try {
    return db.prepare(sql).all() as T[]
  } finally {
    db.close()
  }
}

function countRows(dataDir: string, acked: readonly Acked[]): string[] {
  const found = new Map(
    read<{ draft_id: string; vorgang_id: string }>(dataDir, 'SELECT draft_id, vorgang_id FROM submissions').map(
      (row) => [row.draft_id, row.vorgang_id] as const,
    ),
  )
  const submissions = read<{ n: number }>(dataDir, 'SELECT count(*) AS n FROM submissions')[0]?.n ?? 0
  const vorgaenge = read<{ n: number }>(dataDir, 'SELECT count(*) AS n FROM vorgaenge')[0]?.n ?? 0
  // `HU 2026/00123`
  const numbers = read<{ aktenzeichen: string }>(dataDir, 'SELECT aktenzeichen FROM eakten')
    .map((row) => Number(row.aktenzeichen.split('/')[1]))
    .sort((a, b) => a - b)
  return [
    ...acked
      .filter(({ draft, vorgangId }) => found.get(draft.draftId) !== vorgangId)
      .map((it) => `lost: ${it.vorgangId}`),
    ...(submissions === found.size && submissions === vorgaenge
      ? []
      : [`${submissions} submissions, ${vorgaenge} Vorgänge`]),
    ...(numbers.length === submissions && numbers.every((number, n) => number === n + 1)
      ? []
      : ['Aktenzeichen with a gap']),
  ]
}

/** Every submission was delivered, under one id each: the receiver knows a repeated one by it. */
function countDeliveries(dataDir: string, outside: Outside): string[] {
  const ordered = read<{ id: string; state: string }>(
    dataDir,
    "SELECT id, state FROM deliveries WHERE event = 'submission-received'",
  )
  const accepted = new Set(outside.specialist.accepted().map((delivery) => delivery.id))
  const submissions = read<{ n: number }>(dataDir, 'SELECT count(*) AS n FROM submissions')[0]?.n ?? 0
  return [
    ...(ordered.length === submissions ? [] : [`${ordered.length} deliveries for ${submissions} submissions`]),
    ...ordered.filter((row) => row.state !== 'delivered').map((row) => `delivery ${row.id} is ${row.state}`),
    ...(accepted.size >= ordered.length ? [] : [`the receiver has ${accepted.size} of ${ordered.length}`]),
  ]
}
