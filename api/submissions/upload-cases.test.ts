import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, FILE_QUESTION, fillDraft, putFile, smallPdf } from '../testing/dog-tax.ts'
import { smallJpeg, smallPng, smallZip } from '../testing/files.ts'
import { openTown, type Town } from '../testing/town.ts'

/*
 * Upload cases, numbered as in the list of hostile files that the product is built against. Reaction: taken, or refused with
 * the type of the problem. Where the list allows a choice the stricter one stands here.
 */
const MAX = 20_000_000
const PDF = Buffer.from(smallPdf('case'))
const text = (value: string): Buffer => Buffer.from(value, 'latin1')

/** A PDF with other bytes in its trailer, which is put where it was. */
function pdfWith(trailer: string): Buffer {
  return text(PDF.toString('latin1').replace('/Root 1 0 R', `/Root 1 0 R${trailer}`))
}

/** A PDF whose cross-reference table is a stream, as newer programs write it. */
function streamPdf(more = ''): Buffer {
  const head = '%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n'
  const table = `3 0 obj<</Type/XRef/Size 4/W[1 2 1]/Root 1 0 R${more}/Length 0>>stream\n\nendstream endobj\n`
  return text(`${head}${table}startxref\n${head.length}\n%%EOF\n`)
}

/** An archive whose end says what its directory does not hold: it is not unpacked to find out. */
function lyingZip(): Buffer {
  const zip = smallZip()
  const end = zip.length - 22
  zip.writeUInt16LE(0xffff, end + 8)
  zip.writeUInt16LE(0xffff, end + 10)
  zip.writeUInt32LE(0xffffffff, end + 16)
  return zip
}

const TAKEN = 'taken'
type Case = readonly [number: string, what: string, name: string, bytes: Uint8Array, reaction: string]

const CASES: readonly Case[] = [
  ['2', 'HTML that says it is a PDF', 'a.pdf', text('<!doctype html><script>1</script>'), 'documents/file-type'],
  ['3', 'a PDF named .jpg', 'a.jpg', PDF, 'documents/file-ending'],
  ['4', 'a PDF that is an archive, too', 'a.pdf', Buffer.concat([PDF, smallZip()]), 'documents/file-type'],
  ['4', 'an archive with a comment behind a photo', 'a.jpg', Buffer.concat([smallJpeg(), smallZip('a', 'comment')]), 'documents/file-type'],
  ['4', 'a photo with a page in its tail', 'a.jpg', Buffer.concat([smallJpeg(), text('<HTML><body>')]), 'documents/file-type'],
  ['4', 'a picture with a script in its head', 'a.png', Buffer.concat([smallPng().subarray(0, 33), text('<script>')]), 'documents/file-type'],
  ['5', 'a PDF that does not begin at its beginning', 'a.pdf', Buffer.concat([text('\n\n'), PDF]), 'documents/file-type'],
  ['6', 'SVG with a script', 'a.svg', text('<svg onload="alert(1)"/>'), 'documents/file-type'],
  ['7', 'a PDF that opens with a script', 'a.pdf', pdfWith('/OpenAction<</S/JavaScript/JS(app.alert)>>'), TAKEN],
  // What is in it is found by the press, which a clerk reads beside the file: press.test.ts.
  ['9', 'a PDF that carries a file', 'a.pdf', pdfWith('/Names<</EmbeddedFiles 9 0 R>>'), TAKEN],
  ['10', 'an encrypted PDF', 'a.pdf', pdfWith('/Encrypt 9 0 R'), 'documents/file-password'],
  ['10', 'an encrypted PDF of the newer kind', 'a.pdf', streamPdf('/Encrypt<</Filter/Standard>>'), 'documents/file-password'],
  ['10', 'a PDF that only speaks of encryption', 'a.pdf', Buffer.from(smallPdf('/Encrypt 9 0 R')), TAKEN],
  ['11', 'a PDF of the newer kind', 'a.pdf', streamPdf(), TAKEN],
  ['11', 'a PDF that broke off', 'a.pdf', PDF.subarray(0, PDF.length - 40), 'documents/file-damaged'],
  ['11', 'a PDF whose table is elsewhere', 'a.pdf', text(PDF.toString('latin1').replace(/startxref\n\d+/, 'startxref\n7')), 'documents/file-damaged'],
  ['11', 'a PDF whose table is beyond its end', 'a.pdf', text(PDF.toString('latin1').replace(/startxref\n\d+/, 'startxref\n99999999')), 'documents/file-damaged'],
  ['11', 'a PDF without a catalogue', 'a.pdf', text(PDF.toString('latin1').replace('/Root', '/Boot')), 'documents/file-damaged'],
  ['12', 'a PDF with something appended (signed)', 'a.pdf', Buffer.concat([PDF, text('\n% signature\n')]), TAKEN],
  ['14', 'a photo that says where it was taken', 'a.jpg', smallJpeg({ orientation: 6 }), TAKEN],
  ['15', 'a photo of 65,535 pixels a side', 'a.jpg', smallJpeg({ claims: 65_535 }), 'documents/file-pixels'],
  ['15', 'a picture of 60,000 pixels a side', 'a.png', smallPng(8, 60_000), 'documents/file-pixels'],
  ['15', 'a GIF', 'a.gif', text('GIF89a\u0001\u0000'), 'documents/file-type'],
  ['16', 'HEIC', 'a.heic', text('\0\0\0\u0018ftypheic\0\0\0\0'), 'documents/file-heic'],
  ['16', 'HEIC named .jpg', 'a.jpg', text('\0\0\0\u0018ftypmif1\0\0\0\0'), 'documents/file-heic'],
  ['16', 'TIFF', 'a.tif', text('II*\0'), 'documents/file-type'],
  ['16', 'WebP', 'a.webp', text('RIFF\0\0\0\0WEBPVP8 '), 'documents/file-type'],
  ['16', 'a photo that broke off', 'a.jpg', smallJpeg().subarray(0, -2), 'documents/file-damaged'],
  ['16', 'a photo without pixels', 'a.jpg', smallJpeg({ claims: 0 }), 'documents/file-damaged'],
  ['16', 'a picture that broke off', 'a.png', smallPng().subarray(0, -4), 'documents/file-damaged'],
  ['17', 'PostScript named .jpg', 'a.jpg', text('%!PS-Adobe-3.0 EPSF-3.0\n'), 'documents/file-type'],
  ['17', 'commands for ImageMagick named .png', 'a.png', text('push graphic-context\nviewbox 0 0 1 1\n'), 'documents/file-type'],
  ['18', 'an archive', 'a.zip', smallZip(), 'documents/file-archive'],
  ['19', 'an archive that climbs out', 'a.zip', smallZip('../../etc/x'), 'documents/file-archive'],
  ['21', 'another archive', 'a.7z', text('7z\xbc\xaf\x27\x1c\0\x04'), 'documents/file-archive'],
  ['22', 'an archive with the same name twice', 'a.zip', Buffer.concat([smallZip('a.pdf').subarray(0, 35), smallZip('a.pdf')]), 'documents/file-archive'],
  ['22', 'an archive whose directory names another file than its head', 'a.zip', text(smallZip('a.pdf').toString('latin1').replace('a.pdf', 'b.exe')), 'documents/file-archive'],
  ['22', 'an archive with bytes behind its end', 'a.zip', Buffer.concat([smallZip(), text('more')]), 'documents/file-archive'],
  ['22', 'an archive that says it has 65,535 files of zip64', 'a.zip', lyingZip(), 'documents/file-archive'],
  ['23', 'a Word file', 'a.docx', smallZip('[Content_Types].xml'), 'documents/file-office'],
  ['23', 'a Word file named .pdf', 'a.pdf', smallZip('word/vbaProject.bin'), 'documents/file-office'],
  ['23', 'an old Word file', 'a.doc', text('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), 'documents/file-office'],
  ['23', 'a table with a link to elsewhere, named .pdf', 'a.pdf', smallZip('xl/externalLinks/externalLink1.xml'), 'documents/file-office'],
  ['24', 'a table that unpacks to more than any disk holds', 'a.xlsx', smallZip('xl/sharedStrings.xml'), 'documents/file-office'],
  ['25', 'a table with a formula', 'a.csv', text('=cmd|"/c calc"!A0'), 'documents/file-type'],
  ['26', 'XML with entities', 'a.xml', text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'), 'documents/file-type'],
  ['27', 'a mail', 'a.eml', text('From: a@b.example\r\n\r\n'), 'documents/file-type'],
  ['28', 'nothing', 'a.pdf', new Uint8Array(), 'documents/file-empty'],
  ['29', 'exactly as much as is allowed', 'a.pdf', smallPdf('max', MAX), TAKEN],
  ['29', 'one byte more', 'a.pdf', smallPdf('max', MAX + 1), 'documents/file-too-large'],
  ['46', 'a blank page', 'a.pdf', PDF, TAKEN],
] // biome-ignore format: one row a case

/** What becomes of a name: as it is kept, or refused because its ending is another type's. */
const NAMES: readonly (readonly [number: string, given: string, kept: string])[] = [
  ['31', '../../x.pdf', 'x.pdf'],
  ['31', '..\\..\\x.pdf', 'x.pdf'],
  ['31', '%2e%2e%2fx.pdf', '%2e%2e%2fx.pdf'],
  ['31', '/etc/x\u0000.pdf', 'x.pdf'],
  ['32', `${'a'.repeat(255)}.pdf`, `${'a'.repeat(196)}.pdf`],
  ['32', `${'\u{1F436}'.repeat(300)}.pdf`, `${'\u{1F436}'.repeat(98)}.pdf`],
  ['33', 'Rechnung\u202Efdp.exe', 'documents/file-ending'],
  ['33', 'Rechnung\u202E\u2066.pdf', 'Rechnung.pdf'],
  ['34', 'aux.pdf', 'aux.pdf'],
  ['34', 'x.pdf.', 'x.pdf'],
  ['34', 'x.pdf ', 'x.pdf'],
  ['34', 'x.pdf::$DATA', 'documents/file-ending'],
  ['34', '.htaccess', 'documents/file-ending'],
  ['34', '-rf.pdf', '-rf.pdf'],
  ['34', 'x;y.pdf', 'x;y.pdf'],
  ['35', 'a.pdf.exe', 'documents/file-ending'],
  ['35', 'a.pHp', 'documents/file-ending'],
  ['35', 'ohne', 'documents/file-ending'],
  ['36', 'a"\r\nSet-Cookie: x=y;filename*=b.pdf', 'aSet-Cookie x=y;filename=b.pdf'],
  ['37', 'U\u0308bersicht.pdf', 'Übersicht.pdf'],
  ['37', 'a.\u0440df', 'documents/file-ending'],
]

let town: Town
let citizen: Caller
let draftId: string
beforeAll(async () => {
  town = await openTown()
  citizen = town.newCaller()
  draftId = await fillDraft(citizen, { until: 'unterlagen' })
})
afterAll(() => town.close())

/** Puts a file in and takes it out again; answers its name, or why it was refused. */
async function reactionTo(name: string, bytes: Uint8Array): Promise<string> {
  const answer = await putFile(citizen, draftId, bytes, { name })
  expect(answer.headers.get('content-type')).not.toMatch(/html/)
  if (answer.status !== 201) {
    const problem = await problemOf(answer)
    expect(problem.status).toBe(problem.type === 'documents/file-too-large' ? 413 : 422)
    return problem.type
  }
  const { id, name: given } = await bodyOf<{ id: string; name: string }>(answer, 201)
  const back = await citizen.get(`${DRAFTS}/${draftId}/files/${id}`)
  expect(Buffer.from(await back.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
  expect(back.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"\r\n]*"; filename\*=UTF-8''\S+$/)
  expect(back.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
  await citizen.delete(`${DRAFTS}/${draftId}/files/${id}?question=${encodeURIComponent(FILE_QUESTION)}`)
  return given
}

describe('upload cases', () => {
  it.each(CASES)('%s: %s', async (_number, _what, name, bytes, reaction) => {
    expect(await reactionTo(name, bytes)).toBe(reaction === TAKEN ? name : reaction)
  })

  it.each(NAMES)('%s: the name %j', async (_number, given, reaction) => {
    expect(await reactionTo(given, PDF)).toBe(reaction)
  })

  it('every refusal has words on its page', async () => {
    const types = [...new Set(CASES.map(([, , , , reaction]) => reaction))].filter((reaction) => reaction !== TAKEN)
    const words = (await town.ctx.content.at(town.ctx.content.live().revisionId)).file('words/de.yaml')
    for (const type of types) {
      expect(new TextDecoder().decode(words)).toContain(`\n  ${type}: `)
    }
  })

  it('38: what the sender calls the type is not looked at', async () => {
    draftId = await fillDraft(citizen, { until: 'unterlagen' })
    const headers = { 'content-type': 'text/html; charset=utf-7' }
    const answer = await putFile(citizen, draftId, PDF, { name: 'a.pdf', headers })
    expect(await bodyOf(answer, 201)).toMatchObject({ mediaType: 'application/pdf' })
  })

  it('40: the same file of two people is stored twice, under names that have nothing in common', async () => {
    const other = town.newCaller()
    const otherDraft = await fillDraft(other, { until: 'unterlagen' })
    const stored = async (): Promise<readonly string[]> =>
      (await Array.fromAsync(town.ctx.blobs.list())).map((blob) => blob.id)
    const before = await stored()
    await bodyOf(await putFile(citizen, draftId, PDF), 201)
    await bodyOf(await putFile(other, otherDraft, PDF), 201)
    const added = (await stored()).filter((id) => !before.includes(id))
    expect(new Set(added).size).toBe(2)
  })

  it('44: nobody reads, adds to or takes out what belongs to somebody else', async () => {
    const other = town.newCaller()
    await fillDraft(other, { until: 'unterlagen' })
    const { id } = await bodyOf<{ id: string }>(await putFile(citizen, draftId, PDF), 201)
    const path = `${DRAFTS}/${draftId}/files/${id}`
    expect((await other.get(path)).status).toBe(404)
    expect((await other.delete(`${path}?question=${encodeURIComponent(FILE_QUESTION)}`)).status).toBe(404)
    expect((await putFile(other, draftId, PDF)).status).toBe(404)
  })

  it('45: of a file one range is given at most', async () => {
    const { id } = await bodyOf<{ id: string }>(await putFile(citizen, draftId, PDF), 201)
    const path = `${DRAFTS}/${draftId}/files/${id}`
    const many = await citizen.get(path, { range: `bytes=${Array.from({ length: 1000 }, () => '0-1').join(',')}` })
    expect([many.status, (await many.arrayBuffer()).byteLength]).toEqual([200, PDF.length])
    expect((await citizen.get(path, { range: 'bytes=999999-' })).status).toBe(416)
  })
})
