import { describe, expect, it } from 'vitest'
import { delegableSteps, neededSigners, partOf } from './signing.ts'
import { loadChanged, seedExamples, seedForm, seedWords, TODAY } from './testing.ts'

const SLUG = 'kita-platz'
const FILE = 'form.de.yaml'
const form = seedForm(SLUG)
const [alone, joint] = seedExamples(form)
const typed = joint?.typed ?? {}
const words = seedWords()
const options = { today: TODAY, words }

describe('signers of a form', () => {
  it('are needed by the answers', () => {
    expect(neededSigners(form, typed, options).map(({ id }) => id)).toEqual(['sorge'])
    expect(neededSigners(form, alone?.typed ?? {}, options)).toEqual([])
    expect(delegableSteps(form, typed, options).map(({ id }) => id)).toEqual(['nachweis'])
    expect(delegableSteps(form, alone?.typed ?? {}, options)).toEqual([])
  })

  it('read the pages named for them, and what they sign changes with those answers and no others', () => {
    const sees = neededSigners(form, typed, options)[0]?.sees ?? []
    const part = partOf(form, typed, sees, options)
    expect(part.isComplete).toBe(true)
    const rows = part.sections.flatMap((section) => section.rows.map(({ pointer }) => pointer))
    expect(rows).toContain('/kind/vornamen')
    expect(rows).not.toContain('/elternteil/anschrift/strasse')
    const digestOf = (changes: Readonly<Record<string, string>>): string =>
      partOf(form, { ...typed, ...changes }, sees, options).digest
    expect(digestOf({ '/elternteil/anschrift/strasse': 'Neustädter Straße' })).toBe(part.digest)
    expect(digestOf({ '/wuensche/erste': 'madlow' })).not.toBe(part.digest)
    expect(partOf(form, typed, sees, { ...options, declarations: [{ id: 'a', text: '' }] }).digest).not.toBe(
      part.digest,
    )
    expect(partOf(form, { ...typed, '/kind/vornamen': '' }, sees, options).isComplete).toBe(false)
  })

  it('read every item of a loop', () => {
    const part = partOf(form, typed, ['geschwister'], options)
    expect(part.sections.flatMap((section) => section.rows).map(({ value }) => value)).toEqual([
      'Mia',
      'Kita Spreeufer',
    ])
  })

  it.each([
    ['a step that is none', 'sees: [kind, geboren', 'sees: [kind, geborn', 'forms/no-such-step', 'geboren'],
    [
      'a name that is none',
      'when: sorge.gemeinsam = "gemeinsam"\n    sees',
      'when: sorge.gemeinsm = "gemeinsam"\n    sees',
      'feel/unknown-name',
      'gemeinsam',
    ],
    ['a declaration twice', '- id: einverstanden', '- id: sorgerecht', 'forms/twice', undefined],
    [
      'a page for somebody else that shows a step that is none',
      'sees: [name, stunden]',
      'sees: [name, stundn]',
      'forms/no-such-step',
      'stunden',
    ],
    ['nothing to declare', 'declarations:\n', 'declarations: []\n    x:\n', 'forms/unknown-entry', undefined],
  ])('are refused with %s, saying where', (_, from, to, type, suggestion) => {
    const result = loadChanged(SLUG, FILE, [[from, to]])
    const findings = result.ok ? [] : result.findings
    expect(findings).toContainEqual(
      expect.objectContaining({ type, line: expect.any(Number), ...(suggestion === undefined ? {} : { suggestion }) }),
    )
    expect(findings.every(({ line }) => line > 200)).toBe(true)
  })
})

describe('for whom somebody applies', () => {
  const OWN = 'applicant: { question: sorge.gemeinsam, kinds: { gemeinsam: child, allein: child } }'
  const add = (text: string) => loadChanged(SLUG, FILE, [[OWN, text]])
  const kinds = '{ gemeinsam: child, allein: child }'

  it('is known by an answer, every code of which has a kind', () => {
    expect(add(`applicant: { question: sorge.gemeinsam, kinds: ${kinds} }`).ok).toBe(true)
    expect(add('applicant: { question: sorge.gemeinsam, kinds: { gemeinsam: child } }')).toMatchObject({
      findings: [{ type: 'forms/missing-entry', detail: 'The answer "allein" is of no kind.' }],
    })
    expect(
      add('applicant: { question: sorge.gemeinsam, kinds: { gemeinsam: child, alein: self, allein: self } }'),
    ).toMatchObject({
      findings: [{ type: 'forms/unknown-code', suggestion: 'allein' }],
    })
    expect(add(`applicant: { question: kind.vornamen, kinds: ${kinds} }`)).toMatchObject({
      findings: [{ type: 'forms/kind' }, { type: 'forms/unknown-code' }, { type: 'forms/unknown-code' }],
    })
  })

  it('has to be proved for a mandate and a company, by what cannot be left empty', () => {
    const mandate = 'applicant: { question: sorge.gemeinsam, kinds: { gemeinsam: mandate, allein: self }'
    expect(add(`${mandate} }`)).toMatchObject({ findings: [{ type: 'forms/missing-entry' }] })
    expect(add(`${mandate}, mandate: { proof: unterlagen.geburtsurkunde } }`).ok).toBe(true)
    expect(add(`${mandate}, mandate: { proof: kind.vornamen } }`)).toMatchObject({ findings: [{ type: 'forms/kind' }] })
    const company = 'applicant: { question: sorge.gemeinsam, kinds: { gemeinsam: company, allein: self }'
    expect(add(`${company} }`)).toMatchObject({ findings: [{ type: 'forms/missing-entry' }] })
    const optional = 'company: { name: kind.vornamen, representation: elternteil.kontakt.telefon }'
    expect(add(`${company}, ${optional} }`)).toMatchObject({ findings: [{ type: 'forms/optional-proof' }] })
  })
})
