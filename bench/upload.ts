import { createHash, randomBytes } from 'node:crypto'
import { startTownProcess, type TownProcess } from './product.ts'
import { inParallel, judge, median, percentile, round, type Verdict } from './report.ts'
import type { PreparedDraft } from './servers/drafts.ts'
import type { Ran } from './servers/town-process.ts'
import { pdfEnd, UPLOAD_BYTES } from './upload-size.ts'
import { openWire } from './wire.ts'

const CALLERS = [1, 16, 64] as const
const UPLOADS = { 1: 10, 16: 32, 64: 64 } as const
const ROUNDS = 3
const RATIO_MIN = 0.6

const KINDS = ['raw PUT', 'multipart'] as const
type Kind = (typeof KINDS)[number]

const END = pdfEnd(UPLOAD_BYTES)
const PDF = Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(UPLOAD_BYTES - 9 - END.length), END])
const DIGEST = createHash('sha256').update(PDF).digest('base64')
const BOUNDARY = 'stadttor-bench-boundary'

/**
 * Uploads of 2 MB against what cannot be left out: reading the body into nowhere, then encrypting, hashing and syncing as
 * many bytes. Both servers live in one process and take turns; each upload belongs to a draft of its own.
 */
export async function benchUpload(): Promise<readonly Verdict[]> {
  const town = await startTownProcess()
  try {
    const barePort = await town.ask<number>({ op: 'bare' })
    const rows: Record<string, Record<string, number>> = {}
    const verdicts: Verdict[] = []
    for (const kind of KINDS) {
      for (const callers of CALLERS) {
        const { ratio, row } = await measure(town, barePort, kind, callers)
        rows[`${kind}, ${callers} callers`] = row
        const name = `upload of 2 MB, ${kind}, ${callers} callers`
        verdicts.push(judge(name, `≥ ${RATIO_MIN} of the bare`, `${round(ratio, 2)}`, ratio >= RATIO_MIN))
      }
    }
    console.log(`\nUploads of 2 MB (medians of ${ROUNDS} rounds; ratios within a round)`)
    console.table(rows)
    return verdicts
  } finally {
    await town.close()
  }
}

async function measure(town: TownProcess, barePort: number, kind: Kind, callers: (typeof CALLERS)[number]) {
  const ours: Ran[] = []
  const bare: Ran[] = []
  for (let index = -1; index < ROUNDS; index += 1) {
    const drafts = await town.ask<readonly PreparedDraft[]>({ op: 'drafts', count: UPLOADS[callers], withFile: false })
    const requests = drafts.map((draft) => requestOf(town, kind, draft))
    const ranOurs = await send(town.port, requests, callers, kind === 'multipart' ? 303 : 201)
    const ranBare = await send(barePort, requests, callers, 201)
    // The first round warms everything up.
    if (index >= 0) {
      ours.push(ranOurs)
      bare.push(ranBare)
    }
  }
  const perSecond = ({ seconds, eachMs }: Ran): number => eachMs.length / seconds
  const ratio = median(ours.map((one, index) => perSecond(one) / perSecond(bare[index] ?? one)))
  const each = ours.flatMap((one) => one.eachMs)
  const row = {
    'uploads /s': round(median(ours.map(perSecond)), 1),
    'bare /s': round(median(bare.map(perSecond)), 1),
    ratio: round(ratio, 2),
    'p50 ms': round(percentile(each, 50)),
    'p99 ms': round(percentile(each, 99)),
  }
  return { ratio, row }
}

async function send(port: number, requests: readonly Buffer[], callers: number, expected: number): Promise<Ran> {
  const wires = await Promise.all(Array.from({ length: callers }, () => openWire(port)))
  try {
    return await inParallel(requests, callers, async (request, caller) => {
      const status = await wires[caller]?.send(request)
      if (status !== expected) {
        throw new Error(`an upload was answered ${status}`)
      }
    })
  } finally {
    for (const wire of wires) {
      wire.close()
    }
  }
}

export function requestOf({ port, question, step }: TownProcess, kind: Kind, { id, cookie }: PreparedDraft): Buffer {
  const common = [`Host: localhost:${port}`, `Origin: http://localhost:${port}`, `Cookie: ${cookie}`]
  if (kind === 'raw PUT') {
    return wholeRequest(
      `PUT /api/v1/submissions/drafts/${id}/files?question=${encodeURIComponent(question)}`,
      [...common, 'Content-Type: application/pdf', 'X-File-Name: impfpass.pdf', `Content-Digest: sha-256=:${DIGEST}:`],
      PDF,
    )
  }
  const body = Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${question}"; filename="impfpass.pdf"\r\n` +
        'Content-Type: application/pdf\r\n\r\n',
    ),
    PDF,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ])
  return wholeRequest(
    `POST /api/v1/submissions/drafts/${id}/steps/${step}`,
    [...common, 'Accept: text/html', `Content-Type: multipart/form-data; boundary=${BOUNDARY}`],
    body,
  )
}

function wholeRequest(line: string, headers: readonly string[], body: Buffer): Buffer {
  const head = [`${line} HTTP/1.1`, ...headers, `Content-Length: ${body.length}`, '\r\n'].join('\r\n')
  return Buffer.concat([Buffer.from(head), body])
}
