import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import encodeQR from 'qr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallPdf } from '../testing/dog-tax.ts'
import { greyOf, largeJpeg, smallJpeg, smallPng } from '../testing/files.ts'
import { createPress } from './press.ts'
import { frame, readFrames } from './press-protocol.ts'
import { stripPicture } from './strip.ts'

const press = createPress()
const hasTools = existsSync('/usr/bin/qpdf') && existsSync('/usr/bin/pdfinfo')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stadttor-press-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A page with a line of text, and a script that runs when it is opened. */
const textPdf = (line: string): Uint8Array =>
  pdfOf([
    '<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(app.alert)>>]>>>>>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>',
    `<</Length ${line.length + 31}>>stream\nBT /F 24 Tf 72 700 Td (${line}) Tj ET \nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ])

/** One page with something in the catalogue and on the page. */
const onePage = ({ catalogue = '', page = '' }, ...more: readonly string[]): Uint8Array =>
  pdfOf([
    `<</Type/Catalog/Pages 2 0 R${catalogue}>>`,
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${page}>>`,
    ...more,
  ])

function pdfOf(objects: readonly string[]): Uint8Array {
  let body = '%PDF-1.7\n'
  const entries = objects.map((object, index) => {
    const entry = `${String(body.length).padStart(10, '0')} 00000 n \n`
    body += `${index + 1} 0 obj${object}endobj\n`
    return entry
  })
  const size = objects.length + 1
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${entries.join('')}trailer<</Size ${size}/Root 1 0 R>>\n`
  return Buffer.from(`${body}${table}startxref\n${body.length}\n%%EOF\n`)
}

describe('press', () => {
  it('draws the pages of a PDF, gives their text, and says what else is in it', async () => {
    const made = await press.pages(textPdf('Impfpass von Bello'), { pagesMax: 20, widthPixels: 620 })
    if (typeof made === 'string') {
      throw new Error(made)
    }
    expect([made.pageCount, made.flags]).toEqual([1, ['script']])
    const [page] = made.pages
    expect(page).toMatchObject({ number: 1, width: 620, height: 877, text: 'Impfpass von Bello' })
    expect(Buffer.from(page?.bytes ?? []).toString('latin1', 1, 4)).toBe('PNG')
  })

  it.each([
    ['a file in it', 'attachment', onePage({ catalogue: '/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>' }, '<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>', '<</Type/EmbeddedFile/Length 2>>stream\nMZ\nendstream')],
    ['a file on a page', 'attachment', onePage({ page: '/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</Type/Filespec/F(a.exe)>>>>]' })],
    ['rich media', 'media', onePage({ page: '/Annots[<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>]' })],
    ['a film', 'media', onePage({ page: '/Annots[<</Type/Annot/Subtype/Movie/Rect[0 0 9 9]>>]' })],
    ['a form of XFA', 'form', onePage({ catalogue: '/AcroForm<</Fields[]/XFA 4 0 R>>' }, '<</Length 23>>stream\n<xdp:xdp>evil</xdp:xdp>\nendstream')],
  ])('upload cases 9: says that there is %s', async (_what, flag, bytes) => {
    const made = await press.pages(bytes, { pagesMax: 20, widthPixels: 200 })
    expect(typeof made === 'string' ? made : [made.pageCount, made.flags]).toEqual([1, [flag]])
  }) // biome-ignore format: one row a case

  it('upload cases 13: of 100,000 pages draws as many as it is told, and counts the others', async () => {
    const count = 100_000
    const kids = Array.from({ length: count }, () => '3 0 R').join(' ')
    const many = pdfOf([
      '<</Type/Catalog/Pages 2 0 R>>',
      `<</Type/Pages/Kids[${kids}]/Count ${count}>>`,
      '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>',
    ])
    const made = await press.pages(many, { pagesMax: 20, widthPixels: 100 })
    expect(typeof made === 'string' ? made : [made.pageCount, made.pages.length]).toEqual([count, 20])
  })

  it.each([
    ['one that broke off', smallPdf('x').subarray(0, 60)],
    ['a text', Buffer.from('%PDF-1.7 nothing')],
    [
      'a page tree that goes round',
      Buffer.from(Buffer.from(textPdf('x')).toString('latin1').replace('/Kids[3 0 R]', '/Kids[2 0 R]')),
    ],
  ])('says that it cannot read %s', async (_what, bytes) => {
    expect(await press.pages(bytes, { pagesMax: 3, widthPixels: 200 })).toBe('unreadable')
  })

  it('draws no page larger than its bounds, whatever it says of itself', async () => {
    const huge = Buffer.from(
      Buffer.from(textPdf('x')).toString('latin1').replace('0 0 595 842', '0 0 9999999'.slice(0, 11)),
    )
    const made = await press.pages(huge, { pagesMax: 1, widthPixels: 100_000 })
    if (typeof made !== 'string') {
      expect((made.pages[0]?.width ?? 0) * (made.pages[0]?.height ?? 0)).toBeLessThanOrEqual(6_100_000)
    }
  })

  it('ends what takes too long or too much memory, and goes on', async () => {
    const impatient = createPress({ timeoutMs: 1 })
    expect(await impatient.pages(textPdf('x'), { pagesMax: 1, widthPixels: 200 })).toBe('too-much')
    const narrow = createPress({ memoryBytesMax: 1 })
    expect(await narrow.pages(textPdf('x'), { pagesMax: 1, widthPixels: 200 })).toBe('too-much')
    expect(typeof (await press.pages(textPdf('x'), { pagesMax: 1, widthPixels: 200 }))).toBe('object')
  })

  it('refuses with 503 when more wait than may', async () => {
    const small = createPress({ queueMax: 1 })
    const asked = await Promise.allSettled([1, 2, 3].map(() => small.opens(textPdf('x'))))
    expect(asked.filter((one) => one.status === 'rejected').map((one) => one.reason.status)).toEqual([503])
  })

  it.runIf(hasTools)('tells a PDF that wants a password from one that only forbids printing', async () => {
    const plain = join(folder, 'plain.pdf')
    writeFileSync(plain, textPdf('geheim'))
    const made = (name: string, user: string): Uint8Array => {
      execFileSync('qpdf', [
        '--warning-exit-0',
        '--encrypt',
        user,
        'owner',
        '256',
        '--print=none',
        '--',
        plain,
        join(folder, name),
      ])
      return readFileSync(join(folder, name))
    }
    expect(await press.opens(made('user.pdf', 'pw'))).toBe(false)
    expect(await press.opens(made('owner.pdf', ''))).toBe(true)
  })

  it('merges pictures into one PDF/A with a page for each, and refuses what is none', async () => {
    const pictures = [smallJpeg({ orientation: 6 }), smallPng(64)]
    const options = { title: 'Fotos', lang: 'de', createdAtMs: 0, labels: ['Foto 1', 'Foto 2'] }
    const made = await press.merge(pictures, options)
    if (typeof made === 'string') {
      throw new Error(made)
    }
    expect(Buffer.from(made).toString('latin1')).toMatch(/^%PDF-1\.7/)
    const seen = await press.pages(made, { pagesMax: 5, widthPixels: 300 })
    expect(seen).toMatchObject({ pageCount: 2 })
    expect(await press.merge([Buffer.from('no picture')], { ...options, labels: ['a'] })).toBe('unreadable')
  })

  it('makes large photos as large as a page needs them, upright, and leaves small ones', async () => {
    const taken = await largeJpeg(3200, 2400, { orientation: 6 })
    const read = async (start: number, end: number): Promise<Buffer> => taken.subarray(start, end)
    const photo = Buffer.concat(await Array.fromAsync(stripPicture('image/jpeg', read, taken.length)))
    const options = { title: 'Fotos', lang: 'de', createdAtMs: 0, labels: ['Foto 1', 'Foto 2'] }
    const made = await press.merge([photo, smallJpeg()], options)
    if (typeof made === 'string') {
      throw new Error(made)
    }
    const sizes = [
      ...Buffer.from(made)
        .toString('latin1')
        .matchAll(/\/Width (\d+)/g),
    ].map(([, width]) => Number(width))
    expect(sizes).toEqual([2500, 24])
    expect(made.length).toBeLessThan(photo.length / 2)
    const seen = await press.pages(made, { pagesMax: 1, widthPixels: 300 })
    if (typeof seen === 'string') {
      throw new Error(seen)
    }
    // Its left half is dark; held upright that is the upper one.
    const [page] = seen.pages
    const greyAt = greyOf(page?.bytes ?? new Uint8Array())
    expect([greyAt(150, 120) < 100, greyAt(150, 300) > 150]).toEqual([true, true])
  })

  it('reads the code on a page and on a photo', async () => {
    const gif = encodeQR('STADTTOR1.abc', 'raw', { border: 4 })
    const scale = 6
    const side = gif.length * scale
    const pixels = smallPng(side, side, (x, y) =>
      gif[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true ? 0 : 255,
    )
    expect(await press.codes(pixels, 'image/png')).toEqual(['STADTTOR1.abc'])
    const page = await press.merge([pixels], { title: 'x', lang: 'de', createdAtMs: 0, labels: ['x'] })
    expect(typeof page === 'string' ? page : await press.codes(page, 'application/pdf')).toEqual(['STADTTOR1.abc'])
  })
})

describe('frames', () => {
  it('come out as they went in, however the pipe cuts them; a broken one is noticed', async () => {
    const whole = Buffer.concat([frame({ a: 1 }, Buffer.from('xyz')), frame({ b: 'ä' })])
    async function* bytes(end = whole.length): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < end; at += 3) {
        yield whole.subarray(at, Math.min(end, at + 3))
      }
    }
    const read = await Array.fromAsync(readFrames(bytes(), 1_000))
    expect(read.map(({ head, bytes: body }) => [head, body.toString()])).toEqual([
      [{ a: 1 }, 'xyz'],
      [{ b: 'ä' }, ''],
    ])
    await expect(Array.fromAsync(readFrames(bytes(whole.length - 1), 1_000))).rejects.toThrow()
    await expect(Array.fromAsync(readFrames(bytes(), 4))).rejects.toThrow()
  })
})
