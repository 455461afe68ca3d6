import { describe, expect, it } from 'vitest'
import { splitReply } from '../../messages/reply-text.ts'
import { writeMail, writeReport } from '../../testing/inbound.ts'
import { textOfHtml } from './html-text.ts'
import { readMime } from './reader.ts'

const HEAD = 'From: a@b.example\r\n'
const MIXED = `${HEAD}Content-Type: multipart/mixed; boundary=x\r\n\r\n`

describe('readMime', () => {
  it('reads author, subject, text and files of a mail in several charsets', async () => {
    const plain = [
      'From: =?iso-8859-1?Q?J=F6rg?= <joerg@b.example>',
      'Subject: =?utf-8?B?xYHDs8W8a28=?= =?iso-8859-1?Q?_gr=FC=DFt?=',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: text/plain; charset=iso-8859-15',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Sch=F6ne Gr=FC=DFe, 5 =A4',
      '--x',
      'Content-Type: application/pdf',
      "Content-Disposition: attachment; filename*=utf-8''Geb%C3%BChr.pdf",
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERi0=',
      '--x--',
    ]
    const mail = await readMime(Buffer.from(plain.join('\r\n'), 'latin1'))
    expect(mail).toMatchObject({ from: 'joerg@b.example', subject: 'Łóżko grüßt', report: null })
    expect(mail?.text.trim()).toBe('Schöne Grüße, 5 €')
    expect(mail?.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['Gebühr.pdf', '%PDF-'],
    ])
  })

  it('takes the text, not the HTML, of a mail that has both, and keeps mails within a mail as files', async () => {
    const text =
      '--y\r\nContent-Type: text/plain\r\n\r\nText\r\n--y\r\nContent-Type: text/html\r\n\r\n<b>HTML</b>\r\n--y--\r\n'
    const inner = 'Content-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: Innen\r\n\r\nGeheim'
    const mail = await readMime(
      Buffer.from(
        `${MIXED}--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n${text}--x\r\n${inner}\r\n--x--`,
      ),
    )
    expect(mail?.text.trim()).toBe('Text')
    expect(mail?.files).toHaveLength(1)
  })

  it('tells a report of failure from one of delay and from a receipt', async () => {
    const kinds = [
      writeReport('failed'),
      writeReport('delayed', '4.4.1'),
      writeReport('displayed', '', 'disposition-notification'),
    ]
    expect((await Promise.all(kinds.map(readMime))).map((mail) => mail?.report)).toEqual(['failed', 'other', 'other'])
    expect((await readMime(writeMail({ text: 'Action: failed' })))?.report).toBeNull()
  })

  it.each([
    ['nothing', ''],
    ['no mail', 'PK\x03\x04 nothing of a mail'],
    ['no author', 'Subject: x\r\n\r\ny'],
    ['an empty author', 'From: \r\n\r\ny'],
    ['300 multiparts within each other', nested(300)],
    ['headers of 300 kB', `${HEAD}${`X: ${'y'.repeat(900)}\r\n`.repeat(340)}\r\nx`],
    ['two hundred parts', `${MIXED}${'--x\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(200)}--x--`],
    ['200,000 parts', `${MIXED}${'--x\r\n\r\nx\r\n'.repeat(200_000)}--x--`],
    ['35 MB of empty lines', `${HEAD}\r\n${'\n'.repeat(35_000_000)}`],
  ])('null for %s', async (_name, text) => {
    expect(await readMime(Buffer.from(text))).toBeNull()
  })

  it.each([
    ['an author of 35,000 addresses', `From: ${'a@b.example,'.repeat(20_000)}\r\n\r\nx`],
    ['an author of brackets', `From: ${'<('.repeat(100_000)}\r\n\r\nx`],
    ['a subject of unfinished words', `${HEAD}Subject: ${'=?utf-8?B?'.repeat(20_000)}\r\n\r\nx`],
    ['parameters without end', `${HEAD}Content-Type: text/plain; ${'a*0*=x;'.repeat(30_000)}\r\n\r\nx`],
    ['HTML of unfinished tags', `${HEAD}Content-Type: text/html\r\n\r\n${'<a <!-- '.repeat(1_000_000)}`],
  ])('reads %s without being held up', async (_name, text) => {
    const mail = await readMime(Buffer.from(text))
    expect(mail?.from.length).toBeLessThanOrEqual(254)
    expect(mail?.subject.length).toBeLessThanOrEqual(300)
  })
})

function nested(depth: number): string {
  const parts = Array.from(
    { length: depth },
    (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}\r\n`,
  )
  return HEAD + parts.join('')
}

describe('textOfHtml', () => {
  it('keeps lines and paragraphs, marks what is quoted, and drops what nobody sees', () => {
    const html =
      '<style>x</style><div>Guten Tag,</div><div><br></div><p>Bello &amp; ich &lt;3<br/>wohnen hier.</p><!-- <b>no</b> --><div>Am Di. schrieb Stadt &lt;a@b&gt;:</div><blockquote type="cite"><p>Ihr Antrag</p><p>ist da</p></blockquote>'
    expect(textOfHtml(html)).toBe(
      'Guten Tag,\n\nBello & ich <3\nwohnen hier.\n\nAm Di. schrieb Stadt <a@b>:\n\n> Ihr Antrag\n>\n> ist da',
    )
    expect(splitReply(textOfHtml(html)).own).toBe('Guten Tag,\n\nBello & ich <3\nwohnen hier.')
  })
})
