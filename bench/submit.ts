import { startTownProcess, type TownProcess } from './product.ts'
import { inParallel, judge, median, percentile, round, type Verdict } from './report.ts'
import type { PreparedDraft } from './servers/drafts.ts'
import type { Ran, Stats } from './servers/town-process.ts'
import { openWire } from './wire.ts'

const CALLERS = [1, 16, 64] as const
const DRAFTS = { 1: 120, 16: 320, 64: 512 } as const
const ROUNDS = 5
const RATIO_MIN = 0.5
const ATTEMPTS_MAX = 1.05

type Round = { readonly perSecond: number; readonly eachMs: readonly number[] }
type Line = { http: Round[]; useCase: Round[]; batch: Round[]; attempts: number; cpuMs: number }

/**
 * Final button over HTTP against the same use case in process and against the bare batch, at 1, 16 and 64 callers.
 * Every round runs the three one after the other in one process and on one database, so the machine's mood hits all alike.
 */
export async function benchSubmit(): Promise<readonly Verdict[]> {
  const town = await startTownProcess()
  try {
    const rows: Record<string, Record<string, number>> = {}
    const verdicts: Verdict[] = []
    for (const callers of CALLERS) {
      const line = await measureCallers(town, callers)
      rows[`${callers} callers`] = rowOf(line)
      const ratio = ratioOf(line, 'http', 'batch')
      const { attempts } = line
      verdicts.push(
        judge(
          `final button, ${callers} callers`,
          `≥ ${RATIO_MIN} of the batch`,
          `${round(ratio, 2)}`,
          ratio >= RATIO_MIN,
        ),
      )
      if (callers === 64) {
        verdicts.push(
          judge(
            'attempts per write, 64 callers',
            `≤ ${ATTEMPTS_MAX}`,
            `${round(attempts, 3)}`,
            attempts <= ATTEMPTS_MAX,
          ),
        )
      }
    }
    console.log(`\nFinal button (medians of ${ROUNDS} rounds; ratios within a round)`)
    console.table(rows)
    return verdicts
  } finally {
    await town.close()
  }
}

async function measureCallers(town: TownProcess, callers: (typeof CALLERS)[number]): Promise<Line> {
  const line: Line = { http: [], useCase: [], batch: [], attempts: 0, cpuMs: 0 }
  const count = DRAFTS[callers]
  for (let index = -1; index < ROUNDS; index += 1) {
    const [forHttp, forUseCase, forBatch] = await Promise.all([]).then(async () => [
      await makeDrafts(town, count),
      await makeDrafts(town, count),
      await makeDrafts(town, count),
    ])
    await town.ask({ op: 'capture', drafts: forBatch ?? [] })
    const before = await town.ask<Stats>({ op: 'stats' })
    const http = await postAll(town.port, forHttp ?? [], callers)
    const after = await town.ask<Stats>({ op: 'stats' })
    const useCase = await town.ask<Ran>({ op: 'submit', drafts: forUseCase ?? [], callers })
    const batch = await town.ask<Ran>({ op: 'write', callers })
    // The first round warms everything up.
    if (index >= 0) {
      line.http.push(perSecond(http))
      line.useCase.push(perSecond(useCase))
      line.batch.push(perSecond(batch))
      line.attempts = Math.max(line.attempts, (after.attempts - before.attempts) / (after.batches - before.batches))
      line.cpuMs = (after.cpuMs - before.cpuMs) / count
    }
  }
  return line
}

const makeDrafts = (town: TownProcess, count: number): Promise<readonly PreparedDraft[]> =>
  town.ask({ op: 'drafts', count, withFile: true })

const perSecond = ({ seconds, eachMs }: Ran): Round => ({ perSecond: eachMs.length / seconds, eachMs })

/** Presses the final button of each draft as a browser does, over kept-alive connections. Throws unless each leads on. */
export async function postAll(port: number, drafts: readonly PreparedDraft[], callers: number): Promise<Ran> {
  const wires = await Promise.all(Array.from({ length: callers }, () => openWire(port)))
  const requests = drafts.map((draft) => requestOf(port, draft))
  try {
    return await inParallel(requests, callers, async (request, caller) => {
      const status = await wires[caller]?.send(request)
      if (status !== 303) {
        throw new Error(`the final button answered ${status}`)
      }
    })
  } finally {
    for (const wire of wires) {
      wire.close()
    }
  }
}

/** What the review page sends: the version that the person saw. */
const FORM = 'version=1'

function requestOf(port: number, { id, cookie }: PreparedDraft): string {
  return [
    `POST /api/v1/submissions/drafts/${id}/submit HTTP/1.1`,
    `Host: localhost:${port}`,
    `Origin: http://localhost:${port}`,
    'Accept: text/html',
    'Content-Type: application/x-www-form-urlencoded',
    `Cookie: ${cookie}`,
    `Content-Length: ${FORM.length}`,
    `\r\n${FORM}`,
  ].join('\r\n')
}

function ratioOf(line: Line, above: 'http' | 'useCase', below: 'useCase' | 'batch'): number {
  return median(line[above].map((round, index) => round.perSecond / (line[below][index]?.perSecond ?? 1)))
}

function rowOf(line: Line): Record<string, number> {
  const figures = (rounds: readonly Round[]) => round(median(rounds.map((one) => one.perSecond)))
  const each = line.http.flatMap((one) => one.eachMs)
  return {
    'HTTP /s': figures(line.http),
    'use case /s': figures(line.useCase),
    'batch /s': figures(line.batch),
    'HTTP : batch': round(ratioOf(line, 'http', 'batch'), 2),
    'use case : batch': round(ratioOf(line, 'useCase', 'batch'), 2),
    'attempts per write': round(line.attempts, 3),
    'p50 ms': round(percentile(each, 50), 1),
    'p99 ms': round(percentile(each, 99), 1),
    'CPU ms each': round(line.cpuMs, 2),
  }
}
