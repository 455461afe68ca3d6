import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clamd, startClamd } from '../../e2e/servers/clamd/index.ts'
import { createClamdScanner } from '../adapters/clamd/scanner.ts'
import { createPress } from '../documents/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, FILE_QUESTION, fillDraft, putFile, smallPdf } from '../testing/dog-tax.ts'
import { smallJpeg, smallPng } from '../testing/files.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { UploadView } from './service-files.ts'
import type { StepPage } from './service-pages.ts'
import { movedPhotos, type PhotosPage } from './service-photos.ts'

const SIZE_MAX = '<xdf:maxSize>20000000</xdf:maxSize>'
let town: Town
let citizen: Caller
beforeAll(async () => {
  town = await openTown({ press: true })
  citizen = town.newCaller()
})
afterAll(() => town.close())

type File = StepPage['fields'][number]['file']
const path = (draftId: string): string => `${DRAFTS}/${draftId}/photos`
const asked = `?question=${encodeURIComponent(FILE_QUESTION)}`
const merge = (draftId: string, order: readonly string[], who = citizen): Promise<Response> =>
  who.post(path(draftId), { question: FILE_QUESTION, order: order.join(',') })
const shown = async (draftId: string, who = citizen): Promise<NonNullable<File>> => {
  const { fields } = await who.read<StepPage>(`${DRAFTS}/${draftId}/steps/unterlagen`)
  const file = fields.find(({ name }) => name === FILE_QUESTION)?.file
  if (file === undefined) {
    throw new Error('no question for files')
  }
  return file
}
const names = async (draftId: string): Promise<readonly string[]> =>
  (await shown(draftId)).files.map(({ name }) => name)
const bytesOf = async (draftId: string, id: string): Promise<Buffer> =>
  Buffer.from(await (await citizen.get(`${DRAFTS}/${draftId}/files/${id}`)).arrayBuffer())
const blobs = async (): Promise<number> => (await Array.fromAsync(town.ctx.blobs.list())).length
/** A photo that was taken upright somewhere; 24 pixels wide as the camera held it. */
const tall = (): Buffer => smallJpeg({ orientation: 6 })
/** A picture of 0.7 MB that does not become smaller. */
const grain = (): Buffer => {
  const dots = randomBytes(840 * 840)
  return smallPng(840, 840, (x, y) => dots[y * 840 + x] ?? 0)
}

/** How wide the pictures of a PDF are, page by page. */
const widths = (pdf: Buffer): readonly number[] =>
  [...pdf.toString('latin1').matchAll(/\/Width (\d+)/g)].map(([, width]) => Number(width))

/** A draft that waits for its evidence, with these files. */
async function withFiles(
  files: readonly (readonly [string, Uint8Array])[],
  who = citizen,
): Promise<{ draftId: string; ids: readonly string[] }> {
  const draftId = await fillDraft(who, { until: 'unterlagen' })
  const ids: string[] = []
  for (const [name, bytes] of files) {
    ids.push((await bodyOf<UploadView>(await putFile(who, draftId, bytes, { name }), 201)).id)
  }
  return { draftId, ids }
}
const two = (who = citizen) =>
  withFiles(
    [
      ['eins.jpg', tall()],
      ['zwei.png', smallPng(64)],
    ],
    who,
  )

describe('photos of a question', () => {
  it('become one PDF in their place, in the order that was chosen, without where they were taken', async () => {
    const { draftId, ids } = await withFiles([
      ['vorher.pdf', smallPdf('before')],
      ['eins.jpg', tall()],
      ['zwei.png', smallPng(64)],
      ['nachher.pdf', smallPdf('after')],
    ])
    const [, first = '', second = ''] = ids
    expect(await shown(draftId)).toMatchObject({ canMerge: true })
    const before = await blobs()
    const made = await bodyOf<UploadView>(await merge(draftId, [second, first]), 200)
    expect(made).toMatchObject({ mediaType: 'application/pdf', pointer: FILE_QUESTION })
    expect(made.name).toMatch(/^\p{L}.*\.pdf$/u)
    expect(await names(draftId)).toEqual(['vorher.pdf', made.name, 'nachher.pdf'])
    expect(await shown(draftId)).toMatchObject({ canMerge: false })
    expect(await blobs()).toBe(before - 1)
    const pdf = await bytesOf(draftId, made.id)
    expect(pdf.toString('latin1')).toMatch(/^%PDF-1\.7/)
    expect(pdf.includes('GPS')).toBe(false)
    expect(pdf.includes('51.7563')).toBe(false)
    expect(await createPress().pages(pdf, { pagesMax: 5, widthPixels: 200 })).toMatchObject({ pageCount: 2 })
    expect(widths(pdf)).toEqual([64, 24])
    expect((await citizen.get(`${DRAFTS}/${draftId}/files/${first}`)).status).toBe(404)
  })

  it('asked for twice become one file, at once or one after the other', async () => {
    const { draftId, ids } = await two()
    const answers = await Promise.all([merge(draftId, ids), merge(draftId, ids)])
    const [one, other] = await Promise.all(answers.map((answer) => bodyOf<UploadView>(answer, 200)))
    expect(one).toEqual(other)
    expect(await bodyOf(await merge(draftId, ids), 200)).toEqual(one)
    expect(await names(draftId)).toEqual([one?.name])
  })

  it('go up and down by a form that leads back to the page; what is left out stays a photo', async () => {
    const { draftId, ids } = await withFiles([
      ['eins.jpg', tall()],
      ['zwei.png', smallPng(64)],
      ['drei.png', smallPng(32)],
    ])
    const [first = '', second = '', third = ''] = ids
    const form = { question: FILE_QUESTION, step: 'unterlagen', [`without-${second}`]: 'true' }
    const back = await citizen.form(path(draftId), { ...form, order: ids.join(','), action: `up:${third}` })
    const page = new URL(back.headers.get('location') ?? '', 'http://x')
    expect([back.status, page.pathname]).toEqual([303, `/antrag/${draftId}/fotos`])
    const order = page.searchParams.get('ordnung') ?? ''
    expect(order).toBe([first, third, second].join(','))
    expect(page.searchParams.get('ohne')).toBe(second)
    const view = await citizen.read<PhotosPage>(`${path(draftId)}${asked}&order=${order}`)
    expect(view.photos.map(({ name }) => name)).toEqual(['eins.jpg', 'drei.png', 'zwei.png'])
    const merged = await citizen.form(path(draftId), { ...form, order, action: 'merge' })
    expect(merged.headers.get('location')).toBe(`/antrag/${draftId}/unterlagen`)
    expect(await names(draftId)).toEqual([expect.stringMatching(/\.pdf$/), 'zwei.png'])
    expect(widths(await bytesOf(draftId, (await shown(draftId)).files[0]?.id ?? ''))).toEqual([24, 32])
    expect(movedPhotos(['a', 'b'], 'a', -1)).toEqual(['a', 'b'])
    expect(movedPhotos(['a', 'b'], 'b', 1)).toEqual(['a', 'b'])
    expect(movedPhotos(['a', 'b'], 'a', 1)).toEqual(['b', 'a'])
  })
})

describe('photos are refused and stay', () => {
  it('where they are fewer than two, twice the same, no pictures, or gone', async () => {
    const { draftId, ids } = await withFiles([
      ['eins.jpg', tall()],
      ['zwei.png', smallPng(64)],
      ['drei.pdf', smallPdf('three')],
    ])
    const [first = '', second = '', third = ''] = ids
    expect(await problemOf(await merge(draftId, [first]))).toMatchObject({
      status: 422,
      type: 'submissions/photos-few',
    })
    for (const order of [
      [first, first],
      [first, third],
      [second, '01900000-0000-7000-8000-000000000001'],
    ]) {
      expect(await problemOf(await merge(draftId, order))).toMatchObject({
        status: 409,
        type: 'submissions/photos-changed',
      })
    }
    expect(await names(draftId)).toEqual(['eins.jpg', 'zwei.png', 'drei.pdf'])
    expect((await citizen.get(`${path(draftId)}?question=%2Fhalter%2Ffamilienname`)).status).toBe(404)
  })

  it('to whoever does not own the draft', async () => {
    const { draftId, ids } = await two()
    const eve = town.newCaller()
    await two(eve)
    expect((await eve.get(`${path(draftId)}${asked}`)).status).toBe(404)
    expect((await merge(draftId, ids, eve)).status).toBe(404)
    expect(await names(draftId)).toEqual(['eins.jpg', 'zwei.png'])
  })

  it('where one cannot be read: it is named, to a browser on its page', async () => {
    // Whole by its head and its end; what stands between is no picture.
    const broken = smallPng(64)
    broken.fill(0, broken.indexOf('IDAT') + 4, broken.indexOf('IEND') - 8)
    const { draftId, ids } = await withFiles([
      ['eins.jpg', tall()],
      ['kaputt.png', broken],
    ])
    const before = await blobs()
    expect(await problemOf(await merge(draftId, ids))).toMatchObject({
      status: 422,
      type: 'submissions/photo-unreadable',
      errors: [{ pointer: '/order/1' }],
    })
    const back = await citizen.form(path(draftId), { question: FILE_QUESTION, order: ids.join(',') })
    const page = new URL(back.headers.get('location') ?? '', 'http://x')
    expect(page.searchParams.get('fehler')).toBe('submissions/photo-unreadable')
    expect(page.searchParams.get('foto')).toBe(ids[1])
    expect(await names(draftId)).toEqual(['eins.jpg', 'kaputt.png'])
    expect(await blobs()).toBe(before)
  })

  it('where the press has no time, or the write fails', async () => {
    const { draftId, ids } = await two()
    const { press, write } = town.ctx
    Object.assign(town.ctx, { press: createPress({ queueMax: 0, atOnceMax: 0 }) })
    expect(await problemOf(await merge(draftId, ids))).toMatchObject({ status: 503, type: 'documents/press-busy' })
    Object.assign(town.ctx, { press, write: () => Promise.reject(new Error('no disk')) })
    expect((await merge(draftId, ids)).status).toBe(500)
    Object.assign(town.ctx, { write })
    expect(await names(draftId)).toEqual(['eins.jpg', 'zwei.png'])
    expect((await bytesOf(draftId, ids[0] ?? '')).equals(tall())).toBe(true)
    expect((await merge(draftId, ids)).status).toBe(200)
  })

  it('where nothing may be started: no link, and no page', async () => {
    const { draftId, ids } = await two()
    const { press } = town.ctx
    Object.assign(town.ctx, { press: null })
    expect((await citizen.read<StepPage>(`${DRAFTS}/${draftId}/steps/unterlagen`)).canMergePhotos).toBe(false)
    expect((await citizen.get(`${path(draftId)}${asked}`)).status).toBe(409)
    expect((await merge(draftId, ids)).status).toBe(409)
    Object.assign(town.ctx, { press })
  })

  it('while they are in quarantine; the PDF goes there, too', async () => {
    const clamd: Clamd = await startClamd()
    const scanner = createClamdScanner({ host: '127.0.0.1', port: Number(new URL(clamd.url).port) }, 300)
    Object.assign(town.ctx, { scanner })
    try {
      const { draftId, ids } = await two()
      expect(await problemOf(await merge(draftId, ids))).toMatchObject({
        status: 409,
        type: 'submissions/photos-waiting',
        errors: [{ pointer: '/order/0' }],
      })
      await town.tick()
      const made = await bodyOf<UploadView>(await merge(draftId, ids), 200)
      expect((await citizen.get(`${DRAFTS}/${draftId}/files/${made.id}`)).status).toBe(403)
      await town.tick()
      expect((await citizen.get(`${DRAFTS}/${draftId}/files/${made.id}`)).status).toBe(200)
    } finally {
      Object.assign(town.ctx, { scanner: null })
      await clamd.close()
    }
  })

  it('where the PDF is larger than the question takes', async () => {
    await town.edit((file, text) =>
      file.endsWith('hund-anmelden/form.xml') ? text.replaceAll(SIZE_MAX, '<xdf:maxSize>1000000</xdf:maxSize>') : text,
    )
    const { draftId, ids } = await withFiles([
      ['eins.png', grain()],
      ['zwei.png', grain()],
    ])
    const before = await blobs()
    expect(await problemOf(await merge(draftId, ids))).toMatchObject({
      status: 422,
      type: 'submissions/photos-too-large',
    })
    expect(await names(draftId)).toEqual(['eins.png', 'zwei.png'])
    expect(await blobs()).toBe(before)
  })
})
