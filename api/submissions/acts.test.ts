import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { DeadlineRules } from '../lib/deadlines.ts'
import { type ActIssue, fieldsOf, readAct } from './act-form.ts'
import { ACTS, type ActFacts, errandDueOn, possibleActs } from './acts.ts'

const content = (path: string): unknown =>
  parse(readFileSync(new URL(`../../content/${path}`, import.meta.url), 'utf8'))
const rules = content('deadlines.yaml') as DeadlineRules
const FRESH: ActFacts = {
  kind: 'application',
  isRunning: true,
  outcome: null,
  isBeingDecided: false,
  isKept: true,
  openRequests: [],
  openErrands: [],
  hasContact: true,
  hasOpenContactChange: false,
  inspectionUntilOn: null,
  notices: [],
  today: '2026-11-24',
}
const namesOf = (facts: Partial<ActFacts>): readonly string[] =>
  possibleActs({ ...FRESH, ...facts }).map(({ act }) => act)
const ALWAYS = ['call', 'help', 'contact', 'contact-off', 'inspection']
const NOTICE = { id: 'n', isObjectedTo: false, period: { notifiedOn: null, endsOn: null, isOver: false } }

describe('possibleActs', () => {
  it.each<[string, Partial<ActFacts>, readonly string[]]>([
    ['before the decision', {}, ['correct', 'document', ...ALWAYS, 'withdraw']],
    ['while a decision is made', { isBeingDecided: true }, ['document', ...ALWAYS, 'withdraw']],
    ['with an open question', { openRequests: ['q'] }, ['answer', 'correct', 'document', ...ALWAYS, 'withdraw']],
    ['once a notice is out', { isRunning: false, outcome: 'approved', notices: [NOTICE] }, ['object', ...ALWAYS]],
    ['once decided, though something still runs', { outcome: 'approved', notices: [NOTICE] }, ['object', ...ALWAYS]],
    [
      'once objected to',
      { isRunning: false, outcome: 'refused', notices: [{ ...NOTICE, isObjectedTo: true }] },
      ALWAYS,
    ],
    ['once taken back', { isRunning: false, outcome: 'withdrawn' }, ALWAYS],
    ['of an objection', { kind: 'objection' }, ['document', ...ALWAYS, 'withdraw']],
    [
      'while a call is asked for',
      { openErrands: ['call'] },
      ['correct', 'document', 'help', 'contact', 'contact-off', 'inspection', 'withdraw'],
    ],
    [
      'while the file lies open',
      { inspectionUntilOn: '2026-11-24' },
      ['correct', 'document', 'call', 'help', 'contact', 'contact-off', 'withdraw'],
    ],
    ['once that is over', { inspectionUntilOn: '2026-11-23' }, ['correct', 'document', ...ALWAYS, 'withdraw']],
    [
      'with an address that waits',
      { hasContact: false, hasOpenContactChange: true },
      ['correct', 'document', 'call', 'help', 'contact', 'contact-code', 'inspection', 'withdraw'],
    ],
    ['of a file that is destroyed', { isKept: false, openRequests: ['q'], notices: [NOTICE] }, []],
  ])('%s', (_name, facts, expected) => {
    expect(namesOf(facts)).toEqual(expected)
  })
})

describe('errandDueOn', () => {
  it.each([
    ['call', '2026-11-26'],
    ['help', '2026-12-01'],
    ['inspection', '2026-12-08'],
    ['bounce', '2026-11-27'],
  ])('gives a clerk for %s until %s', (kind, dueOn) => {
    expect(errandDueOn(kind, rules, '2026-11-24')).toBe(dueOn)
  })
})

describe('readAct', () => {
  it.each<[Parameters<typeof readAct>[0], Record<string, string>, number, readonly ActIssue[]]>([
    ['withdraw', {}, 0, [{ name: 'confirmed', type: 'missing' }]],
    ['call', { phone: '0355' }, 0, [{ name: 'phone', type: 'format' }]],
    ['call', { phone: 'ruf an' }, 0, [{ name: 'phone', type: 'format' }]],
    ['contact', { email: 'mara@' }, 0, [{ name: 'email', type: 'format' }]],
    ['contact', { email: '  ' }, 0, [{ name: 'email', type: 'missing' }]],
    ['help', { note: 'x' }, 0, [{ name: 'helps', type: 'missing' }]],
    ['document', { what: 'x'.repeat(201) }, 1, [{ name: 'what', type: 'too-long' }]],
    ['document', { what: 'Vertrag' }, 0, [{ name: 'file', type: 'missing' }]],
    ['answer', {}, 0, [{ name: 'text', type: 'missing' }]],
  ])('refuses %s with %o', (act, typed, files, issues) => {
    expect(readAct(act, typed, files)).toEqual({ ok: false, issues })
  })

  it.each<[Parameters<typeof readAct>[0], Record<string, string>, number]>([
    ['withdraw', { confirmed: 'yes' }, 0],
    ['call', { phone: '+49 (355) 612-0', 'times-noon': 'yes' }, 0],
    ['object', {}, 0],
    ['answer', {}, 1],
    ['help', { 'helps-braille': 'yes' }, 0],
  ])('takes %s with %o', (act, typed, files) => {
    expect(readAct(act, typed, files).ok).toBe(true)
  })
})

describe('the words', () => {
  const words = content('words/de.yaml') as { act: Record<string, Record<string, unknown>> }
  const isThere = (path: readonly string[]): boolean =>
    typeof path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], words) === 'string'

  it.each(ACTS.filter((act) => act !== 'answer'))('are there for every part of the page of %s', (act) => {
    const page = ['link', 'title', 'lead', 'button', 'done'].map((name) => ['act', act, name])
    const labels = fieldsOf(act).map(({ name }) => ['act', act, name, 'label'])
    const missing = fieldsOf(act).filter(({ isOptional }) => !isOptional)
    const errors = missing.map(({ name }) => ['act', act, name, 'error-missing'])
    const choices = fieldsOf(act).flatMap((field) => field.choices.map((code) => ['act', 'choice', code]))
    expect([...page, ...labels, ...errors, ...choices].filter((path) => !isThere(path))).toEqual([])
  })
})
