import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { coverageOf, loadLetterFonts, unpackWoff } from './fonts.ts'
import { createTypesetter, TypesetError, type TypesetSource, type Typesetter } from './typeset.ts'

const LETTER = `#let letter(data) = {
  set document(title: data.title)
  set text(lang: "de", font: "Noto Sans", fallback: false)
  heading(data.title)
  for line in data.lines { par(line) }
}
`
const source: TypesetSource = { template: '/letters/test.typ', files: { '/letters/test.typ': LETTER } }
const options = { standard: 'ua-1', createdAtMs: Date.UTC(2026, 10, 23, 9, 30) } as const
const limits = { queueMax: 50, timeoutMs: 20_000, documentsPerHost: 3 }

let typesetter: Typesetter
let folder: string
beforeAll(() => {
  typesetter = createTypesetter(limits)
  folder = mkdtempSync(join(tmpdir(), 'stadttor-typeset-'))
})
afterAll(async () => {
  await typesetter.close()
  rmSync(folder, { recursive: true })
})

function keep(pdf: Uint8Array): string {
  const path = join(folder, 'document.pdf')
  writeFileSync(path, pdf)
  return path
}
const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })
const hasTools = ['pdftotext', 'pdfinfo', 'qpdf', 'pdfdetach'].every((tool) => {
  try {
    run('which', tool)
    return true
  } catch {
    return false
  }
})

describe('typeset', () => {
  it('gives the same bytes for the same input, also after the worker was replaced', async () => {
    const data = { title: 'Bescheid', lines: ['Guten Tag'] }
    const first = await typesetter.typeset(source, data, options)
    for (let round = 0; round < 4; round += 1) {
      expect(Buffer.from(await typesetter.typeset(source, data, options)).equals(first)).toBe(true)
    }
    const other = await typesetter.typeset(source, { ...data, lines: ['Guten Abend'] }, options)
    expect(Buffer.from(other).equals(first)).toBe(false)
  })

  it('is tagged, with language, title and creation time, and declares PDF/UA-1', async () => {
    const pdf = Buffer.from(
      await typesetter.typeset(source, { title: 'Bescheid über Hundesteuer', lines: [] }, options),
    )
    const text = pdf.toString('latin1')
    expect(text).toMatch(/\/MarkInfo\s*<<\s*\/Marked true/)
    expect(text).toMatch(/\/Lang\s*\(de\)/)
    expect(text).toMatch(/<pdfuaid:part>1</)
    expect(text).toContain('D:20261123093000')
  })

  it.runIf(hasTools)(
    'passes qpdf and shows every letter of German and Lower Sorbian, and markup as plain text',
    async () => {
      const lines = [
        'ÄÖÜäöüß ČčĆćĚěŁłŃńÓóŘřŔŕŠšŚśŽžŹź',
        '#panic("x") $a_b$ \\u{41} "q" \'s\' *bold* _it_ @ref <label> = h `raw` // c /* c */ [x] {y} ~ --- https://example.org',
        '#import "/x": y',
        'D\u0328 a\u0300',
      ]
      const path = keep(await typesetter.typeset(source, { title: '#x *t* $1$', lines }, options))
      run('qpdf', '--check', path)
      const text = run('pdftotext', '-layout', path, '-').normalize('NFC').replaceAll(/\s+/g, ' ')
      for (const line of ['#x *t* $1$', ...lines]) {
        expect(text).toContain(line.normalize('NFC'))
      }
      const info = run('pdfinfo', path)
      expect(info).toMatch(/Title:\s+#x \*t\* \$1\$/)
      expect(info).toMatch(/Tagged:\s+yes/)
    },
  )

  it.runIf(hasTools)(
    'writes letters that the font lacks, and direction marks, as code points instead of failing',
    async () => {
      const path = keep(
        await typesetter.typeset(source, { title: 'T', lines: ['Hund 😀 人 \u202Egpj.exe\u0007'] }, options),
      )
      expect(run('pdftotext', path, '-')).toContain('Hund [U+1F600] [U+4EBA] [U+202E]gpj.exe')
    },
  )

  it.runIf(hasTools)('attaches data to a PDF/A-3a', async () => {
    const bytes = Buffer.from('{"a":1}')
    const attachment = {
      name: 'antrag.json',
      bytes,
      mediaType: 'application/json',
      description: 'Daten',
      relationship: 'data',
    } as const
    const path = keep(
      await typesetter.typeset(
        source,
        { title: 'T', lines: [] },
        { ...options, standard: 'a-3a', attachments: [attachment] },
      ),
    )
    run('qpdf', '--check', path)
    expect(run('pdfdetach', '-list', path)).toContain('antrag.json')
  })

  it.each([
    ['a package from the network', '#import "@preview/cetz:0.3.0": x', 1],
    ['a computed import', '#let p = "/a.typ"\n#import p: x', 2],
    ['a relative path', '#include "../secret.typ"', 1],
    ['evaluated text', '\n\n#eval("1")', 3],
  ])('refuses %s in a template, with its line', async (_what, text, line) => {
    const files = { '/letters/bad.typ': text }
    const failed = typesetter.typeset({ template: '/letters/bad.typ', files }, {}, options)
    await expect(failed).rejects.toMatchObject({
      name: 'TypesetError',
      diagnostics: [{ file: '/letters/bad.typ', line }],
    })
  })

  it('names file and line of a mistake in a template, and works on afterwards', async () => {
    const files = { '/letters/bad.typ': '#let letter(data) = {\n  data.nothing\n}\n' }
    const failed = typesetter.typeset({ template: '/letters/bad.typ', files }, { title: 'T' }, options)
    await expect(failed).rejects.toMatchObject({ diagnostics: [{ file: '/letters/bad.typ', line: 2 }, {}] })
    await expect(typesetter.typeset(source, { title: 'T', lines: [] }, options)).resolves.toBeInstanceOf(Uint8Array)
  })

  it('reads no file of the machine', async () => {
    const files = { '/letters/bad.typ': '#let letter(data) = read("/etc/passwd")' }
    await expect(typesetter.typeset({ template: '/letters/bad.typ', files }, {}, options)).rejects.toThrow(TypesetError)
  })

  it('refuses more than its queue holds with 503 and sets the rest', async () => {
    const small = createTypesetter({ ...limits, queueMax: 2 })
    const data = { title: 'T', lines: [] }
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => small.typeset(source, data, options)))
    await small.close()
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3)
    expect(results.filter((result) => result.status === 'rejected' && result.reason.status === 503)).toHaveLength(2)
  })

  it('gives up on a document that never ends and sets the next one', async () => {
    const endless = '#let letter(data) = for n in range(1000000000) { let m = n }'
    const small = createTypesetter({ ...limits, timeoutMs: 1500 })
    const slow = small.typeset({ template: '/letters/s.typ', files: { '/letters/s.typ': endless } }, {}, options)
    const after = small.typeset(source, { title: 'T', lines: [] }, options)
    await expect(slow).rejects.toMatchObject({ diagnostics: [{ message: 'the document took too long' }] })
    await expect(after).resolves.toBeInstanceOf(Uint8Array)
    await small.close()
  })
})

describe('fonts', () => {
  it('both cuts hold every letter of German and Lower Sorbian and the combining marks of DIN 91379', () => {
    for (const font of loadLetterFonts()) {
      const covers = coverageOf(font)
      const letters =
        'ÄÖÜäöüßẞČčĆćĚěŁłŃńÓóŘřŔŕŠšŚśŽžŹź„“–€§\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0328'
      expect(Array.from(letters).filter((letter) => !covers(letter.codePointAt(0) ?? 0))).toEqual([])
      expect(covers(0x1f600)).toBe(false)
    }
  })

  it('refuses what is no WOFF font', () => {
    expect(() => unpackWoff(Buffer.from('wOF2 something else entirely'))).toThrow(TypeError)
  })
})
