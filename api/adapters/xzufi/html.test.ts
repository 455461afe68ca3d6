import fc from 'fast-check'
import { safeParse } from 'valibot'
import { describe, expect, it } from 'vitest'
import { isSafeLink, plainText, type RichText, RichTextSchema } from '../../lib/rich-text.ts'
import { cleanHtml } from './html.ts'

const paragraph = (text: string): RichText => [{ kind: 'paragraph', spans: [{ text }] }]

describe('cleanHtml', () => {
  it.each([
    ['<p>Eins</p><p>Zwei</p>', [...paragraph('Eins'), ...paragraph('Zwei')]],
    ['ohne Tags', paragraph('ohne Tags')],
    ['Preis &euro; 5&nbsp;&#8211;&#x20;7 &amp; mehr', paragraph('Preis € 5 – 7 & mehr')],
    ['<p>vor<script>alert("<p>x</p>")</script>nach</p>', paragraph('vornach')],
    ['<style>p{}</style><p>Text</p>', paragraph('Text')],
    ['<p onclick="x()">Text<img src=x onerror=y></p>', paragraph('Text')],
    ['<!-- <p>weg</p> --><p>da</p>', paragraph('da')],
    ['a < b', paragraph('a < b')],
    ['<p></p><p> &nbsp; </p>', []],
  ])('cleans %j', (html, expected) => {
    expect(cleanHtml(html)).toEqual(expected)
  })

  it('keeps nested lists with their order', () => {
    expect(cleanHtml('<ol><li>Eins<ul><li>A</li></ul></li><li><p>Zwei</p></li></ol>')).toEqual([
      {
        kind: 'list',
        ordered: true,
        items: [[...paragraph('Eins'), { kind: 'list', ordered: false, items: [paragraph('A')] }], paragraph('Zwei')],
      },
    ])
  })

  const cell = (text: string, more = {}) => ({ text: paragraph(text), ...more })
  const head = { header: true }

  it.each([
    [
      'header cells',
      '<table><thead><tr><th>Steg</th><th>größte Bootslänge</th></tr></thead><tbody><tr><td>Steg A (Allee)</td><td>6,00 m</td></tr></tbody></table>',
      [[cell('Steg', head), cell('größte Bootslänge', head)], [cell('Steg A (Allee)'), cell('6,00 m')]],
    ],
    [
      'a first row in bold',
      '<table><tr><td><b>Steg</b></td><td><strong>Länge</strong></td></tr><tr><td>A</td><td>6</td></tr></table>',
      [
        [{ text: [{ kind: 'paragraph', spans: [{ text: 'Steg', strong: true }] }], ...head }, { text: [{ kind: 'paragraph', spans: [{ text: 'Länge', strong: true }] }], ...head }],
        [cell('A'), cell('6')],
      ],
    ],
    [
      'rows without their ends, and cells over several',
      '<table><tr><th colspan="2">Stege<tr><td rowspan=2>A<td>6<tr><td>7',
      [[cell('Stege', { ...head, columns: 2 })], [cell('A', { rows: 2 }), cell('6')], [cell('7')]],
    ],
  ])('keeps a table with %s', (_, html, rows) => {
    expect(cleanHtml(html)).toEqual([{ kind: 'table', rows }])
    expect(safeParse(RichTextSchema, cleanHtml(html)).success).toBe(true)
  }) // biome-ignore format: a table

  it('parts the words of a table, keeps what stands around it, and reads one of a single column as text', () => {
    const html =
      '<p>vor</p><table><caption>Stege</caption><tr><th>Steg</th><th>Länge</th></tr><tr><td><ul><li>A</li></ul></td><td>6</td></tr></table><p>nach</p>'
    expect(plainText(cleanHtml(html))).toBe('vor Stege Steg Länge A 6 nach')
    expect(cleanHtml('<table><tr><td>nur</td></tr><tr><td>Text</td></tr></table>')).toEqual([
      ...paragraph('nur'),
      ...paragraph('Text'),
    ])
    expect(cleanHtml('<ul><li><table><tr><td>a</td><td>b</td></tr></table></li><li>c</li></ul>')).toMatchObject([
      { kind: 'list', items: [[{ kind: 'table' }], paragraph('c')] },
    ])
  })

  it('puts the highest heading at level 3 and all others at level 4', () => {
    const levels = cleanHtml('<h2>A</h2><h4>B</h4><h2>C</h2>').map((block) =>
      block.kind === 'heading' ? block.level : 0,
    )
    expect(levels).toEqual([3, 4, 3])
  })

  it.each([
    ['https://a.example/', 'https://a.example/'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
    ['tel:+49355', 'tel:+49355'],
    ['javascript:alert(1)', undefined],
    ['java&#115;cript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['//evil.example/', undefined],
    ['/amt/', undefined],
  ])('a link to %j is kept as %j', (href, expected) => {
    const [block] = cleanHtml(`<p><a href="${href}">Text</a></p>`)
    expect(block?.kind === 'paragraph' ? block.spans[0]?.href : null).toBe(expected)
  })

  it('always gives a rich text with safe links, whatever the input', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<p>',
        '</p>',
        '<table>',
        '</table>',
        '<tr>',
        '<td>',
        '<th colspan=3>',
        '</td>',
        '<ul>',
        '</ul>',
        '<li>',
        '</li>',
        '<a href="',
        '">',
        '</a>',
        '<script>',
        '</script>',
      ),
      fc.constantFrom('<h1>', '<b>', '</b>', '<!--', '-->', '&#', ';', '<', '>', 'javascript:', 'https://x.example'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = cleanHtml(pieces.join(''))
        expect(safeParse(RichTextSchema, text).success).toBe(true)
        expect(hrefs(text).every(isSafeLink)).toBe(true)
      }),
    )
  })

  it('ends within the time of a test on long hostile input, which quadratic work would not', () => {
    for (const unit of ['<a href=', '<ul>', '<h1 ', '&#x41; ', '<table>', '<table><tr><td>a', '<td>']) {
      expect(plainText(cleanHtml(unit.repeat(100_000))).length).toBeLessThan(1_000_000)
    }
  })
})

const hrefs = (text: RichText): readonly string[] =>
  text.flatMap((block) =>
    block.kind === 'list'
      ? block.items.flatMap(hrefs)
      : block.kind === 'table'
        ? block.rows.flat().flatMap((cell) => hrefs(cell.text))
        : block.spans.flatMap((span) => span.href ?? []),
  )
