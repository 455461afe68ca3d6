import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepBlobs } from '../documents/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, FILE_QUESTION, fillDraft, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

const PIECE = 400_000
let town: Town
let citizen: Caller
let draftId: string
let uploadId: string
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())
beforeEach(async () => {
  citizen = town.newCaller()
  draftId = await fillDraft(citizen, { until: 'unterlagen' })
  uploadId = town.ctx.newId()
})

const path = (caller = draftId): string =>
  `${DRAFTS}/${caller}/parts/${uploadId}?question=${encodeURIComponent(FILE_QUESTION)}`
const send = (bytes: Uint8Array, from: number, to: number, who = citizen): Promise<Response> =>
  who.put(path(), bytes.subarray(from, to), {
    'x-file-name': 'gross.pdf',
    'content-range': `bytes ${from}-${to - 1}/${bytes.length}`,
  })
const received = async (): Promise<number> =>
  (await citizen.read<{ receivedBytes: number }>(`${DRAFTS}/${draftId}/parts/${uploadId}`)).receivedBytes
const blobs = async (): Promise<number> => (await Array.fromAsync(town.ctx.blobs.list())).length

describe('PUT /submissions/drafts/:draft/parts/:upload', () => {
  it('a file in pieces is one file in the end; a piece that broke off is sent again, no more', async () => {
    const before = await blobs()
    const bytes = smallPdf('pieces', 1_000_000)
    expect(await bodyOf(await send(bytes, 0, PIECE), 200)).toEqual({ receivedBytes: PIECE })
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes.subarray(PIECE, PIECE + 1_000)),
      pull: (controller) => controller.error(new Error('connection reset')),
    })
    const range = `bytes ${PIECE}-${2 * PIECE - 1}/${bytes.length}`
    const cut = await citizen.put(path(), broken, { 'x-file-name': 'gross.pdf', 'content-range': range })
    expect(cut.status).toBe(400)
    expect(await received()).toBe(PIECE)
    await bodyOf(await send(bytes, PIECE, 2 * PIECE), 200)
    const { file } = await bodyOf<{ file: { id: string } }>(await send(bytes, 2 * PIECE, bytes.length), 201)
    const back = await citizen.get(`${DRAFTS}/${draftId}/files/${file.id}`)
    expect(Buffer.from(await back.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
    expect(await blobs()).toBe(before + 1)
    expect(await received()).toBe(0)
  })

  it('the last piece, sent fifty times at once and once more, is one file', async () => {
    const before = await blobs()
    const bytes = smallPdf('once', 600_000)
    await bodyOf(await send(bytes, 0, PIECE), 200)
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(bytes, PIECE, bytes.length)))
    const last = [...answers, await send(bytes, PIECE, bytes.length)]
    const files = await Promise.all(last.map((answer) => bodyOf<{ file: { id: string } }>(answer, 201)))
    expect(new Set(files.map(({ file }) => file.id)).size).toBe(1)
    const back = await citizen.get(`${DRAFTS}/${draftId}/files/${files[0]?.file.id}`)
    expect(Buffer.from(await back.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
    expect(await blobs()).toBe(before + 1)
    const rows = await town.ctx.db.all(`SELECT id FROM uploads WHERE draft_id = '${draftId}'`)
    expect(rows).toHaveLength(1)
  })

  it('409 for a piece that does not follow, with how much is here', async () => {
    const bytes = smallPdf('gap', 1_000_000)
    await send(bytes, 0, PIECE)
    const answer = await send(bytes, 2 * PIECE, bytes.length)
    expect(await problemOf(answer)).toMatchObject({
      status: 409,
      type: 'submissions/part-order',
      errors: [{ params: { receivedBytes: PIECE } }],
    })
  })

  it('a file that is refused in the end leaves nothing behind', async () => {
    const before = await blobs()
    const bytes = Buffer.alloc(900_000, 'x')
    await send(bytes, 0, PIECE)
    expect(await problemOf(await send(bytes, PIECE, bytes.length))).toMatchObject({ type: 'documents/file-type' })
    expect(await blobs()).toBe(before)
    expect(await received()).toBe(0)
  })

  it('413 at the first piece of a file that is too large, 400 without a range', async () => {
    const headers = { 'x-file-name': 'a.pdf', 'content-range': 'bytes 0-99/100000000' }
    expect((await citizen.put(path(), Buffer.alloc(100), headers)).status).toBe(413)
    expect((await citizen.put(path(), Buffer.alloc(100), { 'x-file-name': 'a.pdf' })).status).toBe(400)
  })

  it('404 for somebody else, who learns nothing of what is here', async () => {
    const other = town.newCaller()
    await fillDraft(other, { until: 'unterlagen' })
    expect((await send(smallPdf('x', 900_000), 0, PIECE, other)).status).toBe(404)
    expect((await other.get(`${DRAFTS}/${draftId}/parts/${uploadId}`)).status).toBe(404)
  })

  it('pieces of a file that never became whole go after a day', async () => {
    await send(smallPdf('lost', 1_000_000), 0, PIECE)
    town.clock.advance(25 * 3_600_000)
    await town.tick()
    expect(await town.ctx.db.all(`SELECT upload_id FROM upload_parts WHERE upload_id = '${uploadId}'`)).toEqual([])
    expect(await sweepBlobs({ ...town.ctx, now: () => Date.now() + 25 * 3_600_000 })).toBeGreaterThan(0)
  })
})
