import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Names } from '../lib/feel.ts'
import { FORM_NAMES } from '../testing/dog-tax-names.ts'
import { readLetterKit } from './letter-kit.ts'
import { checkPlaceholders, fillPlaceholders } from './placeholders.ts'
import { readNoticeTemplate } from './template.ts'

const text = { kind: 'string' } as const
const FEES = ['hundesteuer-erster', 'hundesteuer-weiterer', 'hundesteuer-gefaehrlich']
const around = { form: FORM_NAMES, fees: FEES, remedies: ['widerspruch', 'widerspruch-abgaben'] }
const FOLDER = 'content/services/hund-anmelden'
const approval = readFileSync(`${FOLDER}/notice.approval.de.yaml`, 'utf8')
const refusal = readFileSync(`${FOLDER}/notice.refusal.de.yaml`, 'utf8')

describe('readNoticeTemplate', () => {
  it.each([
    ['approval', approval],
    ['refusal', refusal],
  ])('takes the %s of the dog tax', (kind, source) => {
    expect(readNoticeTemplate(source, 'notice.yaml', around)).toMatchObject({ ok: true, template: { kind } })
  })

  it.each<[string, string, string | RegExp, string, string, string | undefined]>([
    [
      'an unknown placeholder',
      approval,
      '{halter.familienname},',
      '{halter.familienname}, {halter.famliennamen}',
      'notices/unknown-placeholder',
      'halter.familienname',
    ],
    [
      'a placeholder of an entry outside of its table',
      approval,
      '{summe.jahressteuer}',
      '{hund.steuer}',
      'notices/unknown-placeholder',
      undefined,
    ],
    [
      'a placeholder that would print a code',
      approval,
      '{aktenzeichen} an',
      '{zahlung.art} an',
      'notices/not-readable',
      undefined,
    ],
    ['a lonely brace', approval, 'wir so fest.', 'wir so fest.}', 'notices/brace', undefined],
    [
      'a rule with an unknown name',
      approval,
      'when: zahlung.art = "lastschrift"',
      'when: zahlung.ard = "lastschrift"',
      'feel/unknown-name',
      'art',
    ],
    [
      'a fee that does not exist',
      approval,
      'gebuehr.hundesteuer_erster',
      'gebuehr.hundesteuer_ester',
      'feel/unknown-name',
      'hundesteuer_erster',
    ],
    [
      'an unknown remedy',
      approval,
      'remedy: widerspruch-abgaben',
      'remedy: einspruch',
      'notices/unknown-remedy',
      undefined,
    ],
    ['no remedy', approval, 'remedy: widerspruch-abgaben\n', '', 'content/value', undefined],
    ['nothing decided', refusal, /operative:\n( .*\n)+/, 'operative: []\n', 'content/value', undefined],
    ['a refusal without reasons', refusal, /reasons:\n( .*\n)+/, '', 'content/value', undefined],
    [
      'a refusal that does not quote the reasons',
      refusal,
      "'{entscheidung.gruende}'",
      'Wegen der Satzung.',
      'notices/reasons',
      undefined,
    ],
    [
      'a table over what is no list',
      approval,
      '- table:\n      each: hunde',
      '- table:\n      each: halter',
      'notices/no-list',
      undefined,
    ],
    ['an unknown key', approval, 'salutation:', 'saluation:', 'content/unknown-key', 'salutation'],
    [
      'a block that is two things',
      approval,
      "- text: '{entscheidung.gruende}'",
      "- list: [a]\n    text: '{entscheidung.gruende}'",
      'content/value',
      undefined,
    ],
  ])('refuses %s with file, line and suggestion', (_what, source, found, put, type, suggestion) => {
    const changed = source.replace(found, put)
    expect(changed).not.toBe(source)
    const read = readNoticeTemplate(changed, 'notice.yaml', around)
    const findings = read.ok ? [] : read.findings
    const finding = findings.find((one) => one.type === type)
    expect(finding, JSON.stringify(findings)).toMatchObject({ file: 'notice.yaml' })
    expect(finding?.suggestion).toBe(suggestion)
    const firstChange = changed.split('\n').findIndex((line, index) => line !== source.split('\n')[index]) + 1
    if (type.startsWith('notices/unknown') || type === 'notices/brace') {
      expect(finding?.line).toBe(firstChange)
    }
  })
})

describe('placeholders', () => {
  const names: Names = {
    tag: { kind: 'date' },
    betrag: { kind: 'number', isMoney: true },
    zahl: { kind: 'number' },
    wort: text,
  }

  it('fills dates in words, money with its currency, numbers and texts as they are', () => {
    const values = { tag: '2026-11-24', betrag: 123_450, zahl: 1234.5, wort: '#panic() {tag} $x$' }
    expect(fillPlaceholders('{tag}|{betrag}|{zahl}|{wort}', values, { names, lang: 'de' })).toEqual({
      text: '24. November 2026|1.234,50\u00a0€|1.234,5|#panic() {tag} $x$',
      missing: [],
    })
  })

  it('names what is missing instead of leaving a blank', () => {
    const values = { tag: null, wort: '' }
    expect(fillPlaceholders('{tag} {betrag} {wort}', values, { names, lang: 'de' }).missing).toEqual([
      'tag',
      'betrag',
      'wort',
    ])
  })

  it('does not reach what objects inherit', () => {
    expect(checkPlaceholders('{constructor} {wort.length}', { file: 'f', line: 1, names })).toHaveLength(2)
  })
})

describe('readLetterKit', () => {
  const file = (path: string): Uint8Array => readFileSync(`content/${path}`)

  it('reads what letters share', () => {
    expect(readLetterKit(file, 'de', ['objection'])).toMatchObject({ ok: true, kit: { lang: 'de' } })
  })

  it.each([
    ['without the seat of the authority', '{behoerde.anschrift}', 'hier'],
    ['with an unknown name', '{behoerde.name}, ', '{behoerde.name}, {halter.familienname} '],
  ])('refuses a remedy %s', (_what, found, put) => {
    const changed = (path: string): Uint8Array =>
      path.includes('remedies') ? Buffer.from(file(path).toString().replace(found, put)) : file(path)
    expect(readLetterKit(changed, 'de', ['objection'])).toMatchObject({ ok: false })
  })

  it('refuses a remedy without a known deadline, and a language without files', () => {
    expect(readLetterKit(file, 'de', [])).toMatchObject({ ok: false })
    const none = readLetterKit((path) => (path.includes('.dsb.') ? undefined : file(path)), 'dsb', ['objection'])
    expect(none.ok ? [] : none.findings.map((finding) => finding.file)).toEqual([
      'letters/letter.dsb.yaml',
      'letters/remedies.dsb.yaml',
    ])
  })
})
