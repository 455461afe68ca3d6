import { describe, expect, it } from 'vitest'
import { type Typed, valueAt } from './answers.ts'
import { stepView } from './step-view.ts'
import { loadChanged, PATHS, seedExamples, seedForm, seedWords, TODAY } from './testing.ts'
import { readStepBody } from './validate.ts'
import { walk } from './walk.ts'

const form = seedForm('alle-felder')
const today = { today: TODAY }
const options = { ...today, words: seedWords(), paths: PATHS }
const whole: Typed = seedExamples(form)[1]?.typed ?? {}

describe('a computed value', () => {
  it('is worked out from the answers, in each item, and from other computed values', () => {
    const { answers } = walk(form, whole, today)
    expect(
      ['/eintraege/0/anzahl', '/eintraege/0/summe', '/eintraege/1/summe', '/ende/gesamt', '/ende/doppelt'].map((at) =>
        valueAt(answers, at),
      ),
    ).toEqual([2, 90_950, 50_000, 140_950, 281_900])
    const { '/eintraege/1/posten/0/betrag': _, ...open } = whole
    expect(valueAt(walk(form, open, today).answers, '/ende/gesamt')).toBeUndefined()
  })

  it('is never taken from what was sent', () => {
    const entries = [
      ['/eintraege/0/anzahl', '99'],
      ['/ende/gesamt', '1'],
    ] as const
    expect(readStepBody(form, whole, 'eintraege-1-anzahl', { entries, ...today })?.typed).toEqual(whole)
    const forged = { ...whole, '/ende/gesamt': '1', '/eintraege/0/anzahl': '99' }
    expect(valueAt(walk(form, forged, today).answers, '/ende/gesamt')).toBe(140_950)
  })

  it('is shown in words where it stands on a page, without a control', () => {
    const [field] = stepView(form, whole, 'ende', options)?.fields ?? []
    expect(field).toMatchObject({ control: 'output', names: [], value: '1.409,50\u00a0€' })
    expect(stepView(form, {}, 'ende', options)?.fields[0]?.value ?? '').toBe('')
  })

  it.each<[string, string, string, string]>([
    ['depends on itself', 'compute: ende.gesamt * 2', 'compute: ende.doppelt * 2', 'forms/cycle'],
    [
      'is shown before what it uses',
      'compute: count(eintrag.posten) }',
      'compute: ende.doppelt / 100 }',
      'forms/later-answer',
    ],
    ['gives another type', 'compute: ende.gesamt * 2', 'compute: string(ende.gesamt)', 'feel/result'],
    ['uses an unknown name', 'compute: ende.gesamt * 2', 'compute: ende.gesant * 2', 'feel/unknown-name'],
    ['has no rule', 'compute: ende.gesamt * 2', 'kind: computed', 'forms/kind'],
    ['has a kind of its own', 'compute: ende.gesamt * 2', 'kind: money, compute: ende.gesamt * 2', 'forms/kind'],
  ])('is refused where it %s', (_, from, to, type) => {
    const result = loadChanged('alle-felder', 'form.de.yaml', [[from, to]])
    expect(result.ok ? [] : result.findings.map((finding) => finding.type)).toContain(type)
  })
})
