import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compileRule,
  EXPRESSION_LENGTH_MAX,
  evaluate,
  type FeelValue,
  type Names,
  type ResultKind,
  type Rule,
} from './feel.ts'

const NAMES: Names = {
  heute: { kind: 'date' },
  halter: {
    kind: 'context',
    names: {
      ort: { kind: 'string' },
      geburtsdatum: { kind: 'date' },
      anschrift: { kind: 'context', names: { plz: { kind: 'string' } } },
    },
  },
  zahlungsart: { kind: 'string', options: ['lastschrift', 'ueberweisung'] },
  kaufpreis: { kind: 'number', isMoney: true },
  ermaessigt: { kind: 'boolean' },
  hunde: {
    kind: 'list',
    of: {
      kind: 'context',
      names: { gefaehrlich: { kind: 'boolean' }, seit: { kind: 'date' }, preis: { kind: 'number' } },
    },
  },
}

function rule(source: string, result: ResultKind = 'boolean'): Rule {
  const compiled = compileRule(source, { file: 'form.de.yaml', line: 7, names: NAMES, result })
  if (!compiled.ok) {
    throw new Error(JSON.stringify(compiled.findings))
  }
  return compiled.rule
}

const problemsOf = (source: string, result: ResultKind = 'boolean') => {
  const compiled = compileRule(source, { file: 'form.de.yaml', line: 7, names: NAMES, result })
  return compiled.ok ? [] : compiled.findings
}

describe('compileRule', () => {
  it.each([
    'antrag.person.geburtsdatum <= heute - duration("P18Y")',
    'antrag.person.geburtsdatum <= heute',
    'antrag.person.eltern.erstes.geburtsdatum > antrag.person.geburtsdatum',
    'eintrag.person.geburtsdatum <= heute - duration("P18Y") and eintrag.person.groesse > 1',
    'every a in antraege satisfies a.person.eltern.erstes.geburtsdatum <= heute - duration("P18Y")',
  ])('takes a question however many groups it stands in: %s', (source) => {
    const born = { geburtsdatum: { kind: 'date' } } as const
    const first = { kind: 'context', names: { erstes: { kind: 'context', names: born } } } as const
    const person = { kind: 'context', names: { ...born, groesse: { kind: 'number' }, eltern: first } } as const
    const asked = { kind: 'context', names: { person } } as const
    const names: Names = {
      heute: { kind: 'date' },
      antrag: asked,
      eintrag: asked,
      antraege: { kind: 'list', of: asked },
    }
    const compiled = compileRule(source, { file: 'form.de.yaml', line: 7, names })
    expect(compiled.ok ? [] : compiled.findings).toEqual([])
    const day = { person: { geburtsdatum: '2008-11-27', groesse: 2, eltern: { erstes: { geburtsdatum: '2008-11-28' } } } } // biome-ignore format: one thought
    const answers = { heute: '2026-11-27', antrag: day, eintrag: day, antraege: [day] }
    const isChild = source.startsWith('every')
    expect(compiled.ok && evaluate(compiled.rule, answers)).toEqual({ ok: true, value: !isChild })
  })

  it.each<[string, string, string | undefined]>([
    ['zahlungart = "lastschrift"', 'feel/unknown-name', 'zahlungsart'],
    ['halter.geburtsdatun < heute', 'feel/unknown-name', 'geburtsdatum'],
    ['halter.anschrift.ort = "x"', 'feel/unknown-name', undefined],
    ['some h in hunde satisfies h.gefährlich', 'feel/unknown-name', 'gefaehrlich'],
    ['zahlungsart = "lastschrfit"', 'feel/unknown-option', 'lastschrift'],
    ['zahlungsart in ("lastschrift", "bar")', 'feel/unknown-option', undefined],
    ['kaufpreis > "100"', 'feel/type', undefined],
    ['heute < "2026-01-01"', 'feel/type', undefined],
    ['ermaessigt and zahlungsart', 'feel/type', undefined],
    ['halter.geburtsdatum + 14 > heute', 'feel/type', undefined],
    ['now() > heute', 'feel/clock', 'heute'],
    ['halter.geburtsdatum < today()', 'feel/clock', 'heute'],
    ['matches(halter.ort, "(a+)+")', 'feel/unknown-function', undefined],
    ['cout(hunde) > 1', 'feel/unknown-function', 'count'],
    ['count(for i in 1..1000000000 return i) > 1', 'feel/not-allowed', undefined],
    ['sum(for h in kaufpreis return h) > 1', 'feel/type', undefined],
    ['count(for h in hunde return h) > 1', 'feel/type', undefined],
    ['sum(for h in hunde return h.prei) > 1', 'feel/unknown-name', 'preis'],
    ['count(for a in hunde, b in hunde return a.preis) > 1', 'feel/not-allowed', undefined],
    ['sum(for a in (for b in hunde return b.preis) return a) > 1', 'feel/not-allowed', undefined],
    [
      'sum(for a in hunde return sum(for b in hunde return sum(for c in hunde return 1))) > 1',
      'feel/not-allowed',
      undefined,
    ],
    [
      'some a in hunde satisfies some b in hunde satisfies some c in hunde satisfies c.gefaehrlich',
      'feel/not-allowed',
      undefined,
    ],
    ['some i in 1..1000000000 satisfies i > 5', 'feel/not-allowed', undefined],
    ['(function(x) x)(true)', 'feel/unknown-function', undefined],
    ['kaufpreis ** 99 > 1', 'feel/not-allowed', undefined],
    ['ermaessigt and', 'feel/syntax', undefined],
    ['ermaessigt)', 'feel/syntax', undefined],
    ['kaufpreis + 1', 'feel/result', undefined],
    ['', 'feel/length', undefined],
    [`${'('.repeat(EXPRESSION_LENGTH_MAX)}1`, 'feel/length', undefined],
  ])('refuses %s as %s, suggesting %s', (source, type, suggestion) => {
    const found = problemsOf(source).find((problem) => problem.type === type)
    expect(found, JSON.stringify(problemsOf(source))).toBeDefined()
    expect(found?.suggestion).toBe(suggestion)
    expect(found).toMatchObject({ file: 'form.de.yaml', line: 7 })
  })

  it('names the line inside an expression of several lines', () => {
    expect(problemsOf('ermaessigt\nand zahlungart = "lastschrift"')).toMatchObject([{ line: 8 }])
  })

  it.each<[string, readonly string[]]>([
    ['ermaessigt', ['ermaessigt']],
    ['halter.anschrift.plz = "03046" and ermaessigt', ['halter.anschrift.plz', 'ermaessigt']],
    ['some h in hunde satisfies h.gefaehrlich and ermaessigt', ['hunde', 'ermaessigt']],
    ['count(hunde[preis > 100]) > 1', ['hunde']],
    ['sum(hunde.preis) > 5', ['hunde']],
    ['years and months duration(halter.geburtsdatum, heute).years >= 18', ['halter.geburtsdatum', 'heute']],
  ])('knows what %s uses', (source, uses) => {
    expect(rule(source).uses).toEqual(uses)
  })

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (source) => {
        compileRule(source, { file: 'x', line: 1, names: NAMES })
      }),
      { numRuns: 300 },
    )
  })
})

describe('evaluate', () => {
  const answers = {
    heute: '2026-11-24',
    halter: { ort: 'Cottbus', geburtsdatum: '2000-11-24', anschrift: { plz: '03046' } },
    zahlungsart: 'lastschrift',
    kaufpreis: 123_456,
    ermaessigt: true,
    hunde: [
      { gefaehrlich: false, seit: '2026-11-01', preis: 100 },
      { gefaehrlich: true, seit: '2026-11-20', preis: 0.2 },
    ],
  }
  it.each<[string, FeelValue, ResultKind]>([
    ['zahlungsart = "lastschrift" and ermaessigt', true, 'boolean'],
    ['zahlungsart in ("ueberweisung")', false, 'boolean'],
    ['kaufpreis > 100000', true, 'boolean'],
    ['some h in hunde satisfies h.gefaehrlich', true, 'boolean'],
    ['sum(for h in hunde return h.preis * 2)', 200.4, 'number'],
    ['sum(for h in hunde return if h.gefaehrlich then h.preis else 0) < 100000', true, 'boolean'],
    ['count(for h in hunde return h.preis) = count(hunde)', true, 'boolean'],
    ['every h in hunde satisfies h.seit + duration("P14D") >= heute', false, 'boolean'],
    ['count(hunde)', 2, 'number'],
    ['halter.geburtsdatum + duration("P14D")', '2000-12-08', 'date'],
    ['years and months duration(halter.geburtsdatum, heute).years', 26, 'number'],
    ['if ermaessigt then kaufpreis else 0', 123_456, 'number'],
    ['halter.anschrift.plz', '03046', 'string'],
    ['kaufpreis / 0', null, 'any'],
  ])('%s gives %j', (source, value, result) => {
    const evaluation = evaluate(rule(source, result), answers)
    expect(evaluation.ok ? evaluation.value : evaluation).toEqual(value)
  })

  it.each([
    ['kaufpreis > 5', { kaufpreis: null }],
    ['kaufpreis > 5', {}],
    ['halter.anschrift.plz = "1" and kaufpreis > 5', { halter: { anschrift: { plz: '1' } } }],
    ['halter.geburtsdatum + duration("P14D") > heute', { heute: '2026-01-01' }],
  ])('is null while an answer is missing: %s %j', (source, context) => {
    expect(evaluate(rule(source), context)).toEqual({ ok: true, value: null })
  })

  it.each([
    ['kaufpreis > 5', { kaufpreis: '5' }],
    ['kaufpreis > 5', { kaufpreis: 5.5 }],
    ['kaufpreis > 5', { kaufpreis: Number.NaN }],
    ['ermaessigt', { ermaessigt: 'true' }],
    ['halter.geburtsdatum < heute', { heute: '2026-01-01', halter: { geburtsdatum: '2026-02-30' } }],
    ['halter.ort = "x"', { halter: { ort: 'x'.repeat(20_001) } }],
    ['count(hunde) > 1', { hunde: { length: 5 } }],
    ['count(hunde) > 1', { hunde: Array.from({ length: 501 }, () => ({})) }],
  ])('refuses a value that is not of its type: %s (%#)', (source, context) => {
    expect(evaluate(rule(source), context)).toMatchObject({ ok: false, findings: [{ type: 'feel/value', line: 7 }] })
  })

  it('does not take a name from the prototype', () => {
    const context = Object.create({ ermaessigt: true })
    expect(evaluate(rule('ermaessigt'), context)).toEqual({ ok: true, value: null })
  })

  it('keeps results by value, at most 64, and no values in the memo', () => {
    const cheap = rule('kaufpreis * 1 > 5')
    for (let price = 0; price < 200; price += 1) {
      expect(evaluate(cheap, { kaufpreis: price })).toEqual({ ok: true, value: price > 5 })
      expect(evaluate(cheap, { kaufpreis: price })).toEqual({ ok: true, value: price > 5 })
    }
    expect(cheap.memo.size).toBe(64)
    expect([...cheap.memo.keys()].every((key) => /^[A-Za-z0-9+/=]{44}$/.test(key))).toBe(true)
  })

  it('never throws, whatever the values', () => {
    const rules = [
      'ermaessigt',
      'kaufpreis > 5',
      'contains(halter.ort, "x")',
      'some h in hunde satisfies h.preis > 1',
    ].map((s) => rule(s))
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...rules), (value, hostile) => {
        evaluate(hostile, {
          ermaessigt: value,
          kaufpreis: value,
          halter: { ort: value },
          hunde: [value, { preis: value }],
        })
      }),
    )
  })
})

describe('conditions as functions', () => {
  const sources = [
    'ermaessigt',
    'not(ermaessigt)',
    'ermaessigt = true',
    'ermaessigt != false and kaufpreis > 50000',
    'zahlungsart = "lastschrift"',
    'zahlungsart != "lastschrift" or ermaessigt',
    'zahlungsart in ("lastschrift", "ueberweisung") and not(ermaessigt)',
    'kaufpreis = 5',
    'kaufpreis in (5, 100)',
    'kaufpreis >= 5 and (kaufpreis <= 100 or ermaessigt)',
    'halter.geburtsdatum <= heute',
    'halter.geburtsdatum = heute',
    'halter.anschrift.plz = "03046" or halter.ort = "Cottbus"',
    'count(hunde) > 1',
    'count(hunde) = 0 or ermaessigt',
    'list contains(merkmale, "a")',
    'not(list contains(merkmale, "b")) and ermaessigt',
    'halter.ort = zahlungsart',
  ]
  const names: Names = { ...NAMES, merkmale: { kind: 'list', of: { kind: 'string', options: ['a', 'b'] } } }
  const context = fc.record({
    heute: fc.constant('2026-11-24'),
    ermaessigt: fc.constantFrom<unknown>(true, false, null, undefined, 'true'),
    zahlungsart: fc.constantFrom<unknown>('lastschrift', 'ueberweisung', '', null, undefined, 7),
    kaufpreis: fc.constantFrom<unknown>(0, 5, 100, 50_001, 1.5, Number.NaN, null, undefined, '5'),
    halter: fc.constantFrom<unknown>(null, undefined, {}, { ort: 'Cottbus', geburtsdatum: '1985-04-13', anschrift: { plz: '03046' } },
      { ort: 'lastschrift', geburtsdatum: '2026-11-24', anschrift: {} }, { geburtsdatum: '2026-11-25' }, { geburtsdatum: '2026-02-30' }), // biome-ignore format: one list
    hunde: fc.constantFrom<unknown>([], [{ gefaehrlich: true }], [{}, {}], null, undefined),
    merkmale: fc.constantFrom<unknown>([], ['a'], ['b', 'a'], null, undefined),
  })

  it.each(sources)('give what the engine gives: %s', (source) => {
    const compiled = compileRule(source, { file: 'x', line: 1, names })
    const quick = compiled.ok ? compiled.rule : undefined
    if (quick?.fast === undefined) {
      throw new Error(`${source} is no function`)
    }
    const { fast: _, ...slow } = quick
    fc.assert(
      fc.property(context, (values) => {
        expect(evaluate(quick, values)).toEqual(evaluate(slow, values))
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    'zahlungsart in ["lastschrift"]',
    'sum(hunde.preis) > 5',
    'kaufpreis * 2 > 5',
    'halter.geburtsdatum > date("2020-01-01")',
    'some h in hunde satisfies h.gefaehrlich',
  ])('leave to the engine what they do not know: %s', (source) => {
    const compiled = compileRule(source, { file: 'x', line: 1, names })
    expect(compiled.ok && compiled.rule.fast).toBe(compiled.ok ? undefined : false)
  })
})
