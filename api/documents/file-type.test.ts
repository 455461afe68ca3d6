import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanFileName, disposition, judgeType } from './file-type.ts'

const PDF = Buffer.from('%PDF-1.7\n')
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

describe('judgeType', () => {
  it.each([
    [PDF, 'a.pdf', 'application/pdf'],
    [PDF, 'A.PDF', 'application/pdf'],
    [PNG, 'a.png', 'image/png'],
    [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'a.JPEG', 'image/jpeg'],
  ])('goes by content and ending %#', (head, name, mediaType) => {
    expect(judgeType(head, name)).toMatchObject({ ok: true, type: { mediaType } })
  })

  it.each([
    [PDF, 'a.png', 'ending'],
    [PDF, 'a', 'ending'],
    [PDF, 'a.pdf.exe', 'ending'],
    [Buffer.from(' %PDF-'), 'a.pdf', 'type'],
    [Buffer.from('<svg/>'), 'a.png', 'type'],
    [Buffer.concat([PNG, Buffer.from('<HTML>')]), 'a.png', 'active'],
  ])('refuses %#', (head, name, reason) => {
    expect(judgeType(head, name)).toEqual({ ok: false, reason })
  })
})

describe('cleanFileName', () => {
  it.each([
    ['../../etc/passwd.pdf', 'passwd.pdf'],
    ['C:\\Bilder\\Hund.jpg', 'Hund.jpg'],
    ['a\u202Efdp.exe', 'afdp.exe'],
    ['a"b\r\nc.pdf', 'abc.pdf'],
    ['...pdf', 'file.pdf'],
    ['', 'file'],
    ['Ł\u0301.pdf', 'Ł\u0301.pdf'],
  ])('%j becomes %j', (given, clean) => {
    expect(cleanFileName(given)).toBe(clean)
  })

  it('whatever the name is, it is short, has no half signs and fits into a header', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.constantFrom('\u{1F436}'.repeat(150), `${'a'.repeat(195)}\u{1F436}.pdf`, `x.${'\u{1F436}'.repeat(20)}`),
    )
    fc.assert(
      fc.property(name, (given) => {
        const clean = cleanFileName(given)
        expect(clean.length).toBeLessThanOrEqual(200)
        expect(clean.isWellFormed()).toBe(true)
        expect(clean).not.toMatch(/[/\\\r\n"]/)
        new Headers({ 'Content-Disposition': disposition('attachment', clean) })
      }),
    )
  })
})
