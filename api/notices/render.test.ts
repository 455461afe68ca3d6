import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTypesetter, type Typesetter } from '../documents/typeset.ts'
import { FORM_NAMES } from '../testing/dog-tax-names.ts'
import { readLetterKit } from './letter-kit.ts'
import { type NoticeInput, renderNotice, renderReceipt } from './render.ts'
import { readNoticeTemplate } from './template.ts'

const FEES = { 'hundesteuer-erster': 7500, 'hundesteuer-weiterer': 10_800, 'hundesteuer-gefaehrlich': 27_000 }
const around = { form: FORM_NAMES, fees: Object.keys(FEES), remedies: ['widerspruch', 'widerspruch-abgaben'] }

function kitOf() {
  const read = readLetterKit((path) => readFileSync(`content/${path}`), 'de', ['objection'])
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return read.kit
}
function templateOf(kind: 'approval' | 'refusal') {
  const file = `content/services/hund-anmelden/notice.${kind}.de.yaml`
  const read = readNoticeTemplate(readFileSync(file, 'utf8'), file, around)
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return read.template
}

const sender = {
  name: 'Stadtverwaltung Cottbus/Chóśebuz',
  nameDsb: 'Měsćańske zastojnstwo Chóśebuz',
  street: 'Neumarkt 5',
  postalCode: '03046',
  town: 'Cottbus',
  phone: '0355 612-0000',
  email: 'steuern@stadt.example',
  office: 'Fachbereich Finanzen und Steuern',
}
const answers = {
  halter: {
    vornamen: 'Měto #panic("x")',
    familienname: 'Nowakojc *fett* $1$',
    anschrift: { strasse: 'Bahnhofstraße', hausnummer: '7 a', plz: '03046', ort: 'Cottbus/Chóśebuz' },
  },
  hunde: [
    { rufname: 'Žolty', rasse: 'Dackel', chipnummer: '276098102345678', gefaehrlich: false },
    { rufname: 'Bruno', rasse: 'Mischling @x', chipnummer: null, gefaehrlich: false },
    { rufname: 'Rex', rasse: 'Rottweiler', chipnummer: '276098102345679', gefaehrlich: true },
  ],
  ermaessigung: { gewuenscht: true },
  zahlung: { art: 'lastschrift' },
}
const noticeOf = (kind: 'approval' | 'refusal', changes: Partial<NoticeInput> = {}): NoticeInput => ({
  kind,
  template: templateOf(kind),
  kit: kitOf(),
  sender,
  serviceTitle: 'Hund zur Hundesteuer anmelden',
  aktenzeichen: '22.3/2026-0001',
  reference: 'CB-2026-7K4M-Q2XW',
  receivedOn: '2026-11-23',
  issuedOn: '2026-11-24',
  createdAtMs: Date.UTC(2026, 10, 24, 9),
  answers,
  summary: [],
  feesCents: FEES,
  reasons: 'Erster Absatz.\nZweite Zeile.\n\nZweiter Absatz.',
  totalCents: 0,
  draftedBy: 'Jana Lehmann',
  signedBy: 'Pawel Krawc',
  isDemo: false,
  ...changes,
})

let typesetter: Typesetter
let folder: string
beforeAll(() => {
  typesetter = createTypesetter({ queueMax: 20, timeoutMs: 20_000, documentsPerHost: 100 })
  folder = mkdtempSync(join(tmpdir(), 'stadttor-notice-'))
})
afterAll(async () => {
  await typesetter.close()
  rmSync(folder, { recursive: true })
})
const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' })
const hasTools = ['pdftotext', 'pdfinfo', 'pdfdetach', 'qpdf'].every((tool) => {
  try {
    run('which', tool)
    return true
  } catch {
    return false
  }
})
function textOf(pdf: Uint8Array, ...pages: string[]): string {
  const path = join(folder, 'letter.pdf')
  writeFileSync(path, pdf)
  run('qpdf', '--check', path)
  return run('pdftotext', '-layout', ...pages, path, '-')
    .normalize('NFC')
    .replaceAll(/[\s\u00a0]+/g, ' ')
}

describe('renderNotice', () => {
  it('is the same document for the same facts: the preview is the notice', async () => {
    const first = await renderNotice(typesetter, noticeOf('approval'))
    expect(Buffer.from(await renderNotice(typesetter, noticeOf('approval'))).equals(first)).toBe(true)
    const pdf = Buffer.from(first).toString('latin1')
    expect(pdf).toMatch(/<pdfaid:part>3<[\s\S]*<pdfaid:conformance>A</)
    expect(pdf).toMatch(/\/Lang\s*\(de\)/)
    expect(pdf).toMatch(/\/Marked true/)
  })

  it('keeps to PDF/UA-1, too', async () => {
    const strict: Typesetter = { ...typesetter, typeset: (source, data, how) => typesetter.typeset(source, data, { ...how, standard: 'ua-1' }) } // biome-ignore format: one thought
    for (const kind of ['approval', 'refusal'] as const) {
      expect(Buffer.from(await renderNotice(strict, noticeOf(kind))).toString('latin1')).toMatch(/<pdfuaid:part>1</)
    }
  })

  it.runIf(hasTools)('carries what it was made of as data, whatever was typed', async () => {
    const path = join(folder, 'data.pdf')
    writeFileSync(path, await renderNotice(typesetter, noticeOf('refusal', { totalCents: 1250 })))
    expect(run('pdfinfo', '-struct', path)).toMatch(/H1[\s\S]*H2/)
    run('pdfdetach', '-save', '1', '-o', join(folder, 'data.json'), path)
    expect(JSON.parse(readFileSync(join(folder, 'data.json'), 'utf8'))).toMatchObject({
      v: 1,
      kind: 'refusal',
      aktenzeichen: '22.3/2026-0001',
      issuedOn: '2026-11-24',
      totalCents: 1250,
      answers: { halter: { vornamen: 'Měto #panic("x")' } },
    })
  })

  it.runIf(hasTools)('says all that a notice must say, with answers as plain text', async () => {
    const text = textOf(await renderNotice(typesetter, noticeOf('approval')))
    for (const part of [
      'Stadtverwaltung Cottbus/Chóśebuz',
      'Měsćańske zastojnstwo Chóśebuz',
      'Měto #panic("x") Nowakojc *fett* $1$',
      'Bahnhofstraße 7 a',
      '22.3/2026-0001',
      'CB-2026-7K4M-Q2XW',
      '24. November 2026',
      'Bescheid über Hundesteuer',
      'Žolty Dackel 276098102345678 75,00 €',
      'Bruno Mischling @x – 108,00 €',
      'Rex Rottweiler 276098102345679 270,00 €',
      '453,00 € im Jahr',
      'Ermäßigung entscheiden wir in einem eigenen Bescheid',
      'Begründung',
      'SEPA-Lastschriftmandat',
      'Rechtsbehelfsbelehrung',
      'Widerspruch',
      'Neumarkt 5, 03046 Cottbus',
      'Im Auftrag',
      'Pawel Krawc',
      'Jana Lehmann',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).not.toContain('überweisen Sie')
    expect(text).not.toContain('Entwurf')
    expect(text).not.toContain('Demo')
  })

  it.runIf(hasTools)('carries the reference on every page', async () => {
    const reasons = Array.from({ length: 60 }, (_, index) => `Absatz ${index} mit einigen Worten.`).join('\n\n')
    const pdf = await renderNotice(typesetter, noticeOf('refusal', { reasons }))
    writeFileSync(join(folder, 'long.pdf'), pdf)
    const info = run('pdfinfo', join(folder, 'long.pdf'))
    const pages = Number(/Pages:\s+(\d+)/.exec(info)?.[1])
    expect(pages).toBeGreaterThan(1)
    expect(info).toMatch(/Tagged:\s+yes/)
    expect(info).toMatch(/Title:\s+Ablehnung Ihrer Anmeldung/)
    for (let page = 1; page <= pages; page += 1) {
      const text = textOf(pdf, '-f', String(page), '-l', String(page))
      expect(text).toContain('CB-2026-7K4M-Q2XW')
      expect(text).toContain(`Seite ${page} von ${pages}`)
    }
  })

  it.runIf(hasTools)('quotes the reasons of a refusal, and says what is a draft and what is a demo', async () => {
    const text = textOf(await renderNotice(typesetter, noticeOf('refusal', { signedBy: '', isDemo: true })))
    expect(text).toContain('Erster Absatz. Zweite Zeile. Zweiter Absatz.')
    expect(text).toContain('Entwurf.')
    expect(text).toContain('Mitzeichnung steht noch aus')
    expect(text).toContain('Beispiel aus der Demo')
  })

  it('refuses a notice with a value missing, naming it and nothing else', async () => {
    const halter = { ...answers.halter, familienname: null }
    const failed = renderNotice(typesetter, noticeOf('approval', { answers: { ...answers, halter } }))
    await expect(failed).rejects.toMatchObject({
      type: 'notices/value-missing',
      errors: [{ pointer: '/halter/familienname', type: 'missing' }],
    })
  })

  it('refuses a refusal without reasons, and a day before the remedy is in force', async () => {
    await expect(renderNotice(typesetter, noticeOf('refusal', { reasons: '' }))).rejects.toMatchObject({
      errors: [{ pointer: '/entscheidung/gruende', type: 'missing' }],
    })
    await expect(renderNotice(typesetter, noticeOf('approval', { issuedOn: '2024-12-31' }))).rejects.toMatchObject({
      type: 'notices/remedy-missing',
    })
  })
})

describe('renderReceipt', () => {
  const receipt = {
    kit: kitOf(),
    sender,
    serviceTitle: 'Hund zur Hundesteuer anmelden',
    reference: 'CB-2026-7K4M-Q2XW',
    receivedAtMs: Date.UTC(2026, 10, 23, 22, 59),
    sections: [
      {
        title: 'Hund 1',
        rows: [
          { label: 'Rufname', value: 'Bello #x 😀' },
          { label: 'Bemerkung', value: 'erste\nzweite' },
        ],
      },
      { title: 'Leer', rows: [] },
    ],
    attachments: [{ name: 'impfpass.pdf', sizeBytes: 1_234_567, sha256: 'ab'.repeat(32) }],
    dataJson: '{"answers":{"hunde":[{"rufname":"Bello"}]}}',
    isDemo: true,
  }

  it.runIf(hasTools)('shows every answer, the moment in the city, and each file with its digest', async () => {
    const text = textOf(await renderReceipt(typesetter, receipt))
    for (const part of [
      'Kopie Ihrer Angaben: Hund zur Hundesteuer anmelden',
      'CB-2026-7K4M-Q2XW',
      '23. November 2026, 23:59 Uhr',
      'Rufname Bello #x [U+1F600]',
      'impfpass.pdf (1,2 MB)',
      'ab'.repeat(32),
    ]) {
      expect(text).toContain(part)
    }
    expect(text).not.toContain('Leer')
  })

  it.runIf(hasTools)('is tagged PDF/A-3a with the answers as JSON attached', async () => {
    const pdf = await renderReceipt(typesetter, receipt)
    const path = join(folder, 'copy.pdf')
    writeFileSync(path, pdf)
    run('qpdf', '--check', path)
    expect(run('pdfinfo', path)).toMatch(/Tagged:\s+yes/)
    const plain = Buffer.from(pdf).toString('latin1')
    expect(plain).toMatch(/pdfaid:part>3</)
    expect(plain).toMatch(/pdfaid:conformance>A</)
    expect(run('pdfdetach', '-list', path)).toContain('CB-2026-7K4M-Q2XW.json')
    run('pdfdetach', '-save', '1', '-o', join(folder, 'data.json'), path)
    expect(readFileSync(join(folder, 'data.json'), 'utf8')).toBe(receipt.dataJson)
  })

  it('gives the same bytes for the same submission', async () => {
    const first = await renderReceipt(typesetter, receipt)
    expect(Buffer.from(await renderReceipt(typesetter, receipt)).equals(first)).toBe(true)
  })
})
