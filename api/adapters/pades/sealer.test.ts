import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoSeal } from '../../../e2e/servers/seal/certificate.ts'
import { createTypesetter, type Typesetter } from '../../documents/typeset.ts'
import { openForSeal, PdfNotSealable } from './pdf-update.ts'
import { createPadesSealer, SealRefused } from './sealer.ts'

const AT = Date.UTC(2026, 10, 27, 9, 30)
const HOSTILE = '<< /Contents <00> /ByteRange [0 ********** ********** **********] >> endobj %%EOF startxref 0'
const LETTER = `#let letter(data) = {
  set document(title: data.title)
  heading(level: 1, data.title)
  if data.link { link("https://stadt.example/")[Stadt] }
  table(columns: 2, table.header([Hund], [Steuer]), [Bello], [75,00 €])
  par(data.text)
}
`
let typesetter: Typesetter
let folder: string
beforeAll(() => {
  typesetter = createTypesetter({ queueMax: 20, timeoutMs: 20_000, documentsPerHost: 100 })
  folder = mkdtempSync(join(tmpdir(), 'stadttor-seal-'))
})
afterAll(async () => {
  await typesetter.close()
  rmSync(folder, { recursive: true })
})

const letter = (link: boolean, standard: 'a-3a' | 'ua-1' = 'a-3a') =>
  typesetter.typeset(
    { template: '/letters/l.typ', files: { '/letters/l.typ': LETTER } },
    { title: 'Bescheid', text: HOSTILE, link },
    {
      standard,
      createdAtMs: AT,
      attachments: [
        {
          name: 'a.json',
          bytes: Buffer.from(HOSTILE),
          mediaType: 'application/json',
          description: 'x',
          relationship: 'data',
        },
      ],
    },
  )
function run(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? '')
  }
}
const sealerOf = (certificate: string, key: string) => createPadesSealer({ certificates: [certificate], key })
const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
const hasTools = ['pdfsig', 'qpdf', 'pdfinfo', 'pdfdetach'].every((tool) => run('which', [tool]) !== '')

describe('createPadesSealer', () => {
  it.runIf(hasTools).each(['rsa', 'ec'] as const)('seals the whole document with a key of kind %s', async (kind) => {
    const { certificate, key } = demoSeal('Stadt Chóśebuz', kind, AT - 1000)
    const sealer = sealerOf(certificate, key)
    expect(sealer.name).toBe('Stadt Chóśebuz')
    for (const hasLink of [true, false]) {
      const pdf = await letter(hasLink)
      const sealed = await sealer.seal(pdf, AT)
      expect(Buffer.from(sealed.subarray(0, pdf.byteLength)).equals(pdf)).toBe(true)
      const path = write('sealed.pdf', sealed)
      const said = run('pdfsig', [path])
      expect(said).toContain('Signature is Valid')
      expect(said).toContain('Total document signed')
      expect(said).toContain('Stadt Chóśebuz')
      expect(said).toContain('ETSI.CAdES.detached')
      expect(run('qpdf', ['--check', path])).toContain('No syntax or stream encoding errors found')
      expect(run('pdfinfo', ['-struct', path])).toMatch(/H1[\s\S]*Table/)
      expect(run('pdfdetach', ['-list', path])).toContain('a.json')
      // A link of the page is still one.
      expect(/\/Subtype\s*\/Link/.test(Buffer.from(pdf).toString('latin1'))).toBe(hasLink)
      const page = run('qpdf', ['--json', '--json-key=qpdf', path])
      expect(page).toContain('/Widget')
    }
  })

  it.runIf(hasTools)('is broken by any one byte, before and behind the seal', async () => {
    const { certificate, key } = demoSeal()
    const sealed = Buffer.from(await sealerOf(certificate, key).seal(await letter(true), AT))
    const places = [1000, Math.floor(sealed.byteLength / 3), sealed.indexOf('/M (D:2026') + 6]
    for (const place of places) {
      const changed = Buffer.from(sealed)
      changed[place] = (changed[place] ?? 0) ^ 1
      expect(run('pdfsig', [write('changed.pdf', changed)]), `byte ${place}`).not.toContain('Signature is Valid')
    }
    const longer = Buffer.concat([sealed, Buffer.from('\n% more\n')])
    expect(run('pdfsig', [write('longer.pdf', longer)])).not.toContain('Total document signed')
  })

  it('gives the same bytes again, so that what is tried twice is one document', async () => {
    const { certificate, key } = demoSeal()
    const sealer = sealerOf(certificate, key)
    const pdf = await letter(false)
    expect(Buffer.from(await sealer.seal(pdf, AT)).equals(await sealer.seal(pdf, AT))).toBe(true)
  })

  it('refuses a key that is not the certificate’s, and what is no PEM', () => {
    const [one, other] = [demoSeal(), demoSeal()]
    expect(() => sealerOf(one.certificate, other.key)).toThrow(SealRefused)
    expect(() => createPadesSealer({ certificates: [], key: one.key })).toThrow(SealRefused)
    expect(() => sealerOf('no certificate', one.key)).toThrow(SealRefused)
    expect(() => sealerOf(one.certificate, 'no key')).toThrow(SealRefused)
    expect(() => createPadesSealer({ certificates: [one.certificate], key: one.key }, { isTrustNeeded: true })).toThrow(
      /signed by itself/,
    )
  })

  it('seals nothing that is no PDF, or is sealed already', async () => {
    const frame = { name: 'Stadt', atMs: AT, sizeBytes: 100 }
    expect(() => openForSeal(Buffer.from('%PDF-1.7\nnothing'), frame)).toThrow(PdfNotSealable)
    const { certificate, key } = demoSeal()
    const sealer = sealerOf(certificate, key)
    await expect(sealer.seal(await sealer.seal(await letter(false), AT), AT)).rejects.toThrow(PdfNotSealable)
  })
})
