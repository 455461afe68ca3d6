import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseDefinition } from './definition.ts'
import { advance } from './machine.ts'
import type { Definition } from './model.ts'
import type { ProcessEvent, ProcessState } from './state.ts'
import { describeState, type ProcessTexts, readProcessTexts } from './texts.ts'

const FOLDER = 'content/services/hund-anmelden'
const FILE = `${FOLDER}/process.de.yaml`
const source = readFileSync(FILE, 'utf8')
let definition: Definition
beforeAll(async () => {
  const parsed = await parseDefinition(readFileSync(`${FOLDER}/process.bpmn`, 'utf8'), `${FOLDER}/process.bpmn`)
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.findings))
  }
  definition = parsed.definition
})

function textsOf(yaml: string): ProcessTexts {
  const read = readProcessTexts(yaml, FILE, definition)
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return read.texts
}

describe('readProcessTexts', () => {
  it('finds a text for every state, task, outcome and mail of the dog tax', () => {
    expect(readProcessTexts(source, FILE, definition)).toMatchObject({ ok: true })
  })

  it.each([
    ['a state without text', /^ {2}answer:\n(?: {4}.*\n)+/m, '', 'workflow/missing-text', 'states.answer'],
    [
      'an outcome without text',
      /^ {6}return:\n(?: {8}.*\n)+/m,
      '',
      'workflow/missing-text',
      'tasks.cosign.outcomes.return',
    ],
    ['a misspelt state', '  notified:\n', '  notifed:\n', 'workflow/missing-text', 'notifed'],
    [
      'a task without text',
      /^ {2}cosign:\n {4}title: Ent(?:.*\n)(?: {4}.*\n)+/m,
      '',
      'workflow/missing-text',
      'tasks.cosign',
    ],
    [
      'a mail without text',
      /^ {2}notice-ready:\n(?: {4}.*\n|\n)+/m,
      '',
      'workflow/missing-text',
      'messages.notice-ready',
    ],
    ['a text for no state', '  notified:\n', '  notifed:\n', 'workflow/unknown-name', 'notified'],
    ['an unknown stage', 'stage: decision', 'stage: decison', 'workflow/unknown-name', 'decision'],
    [
      'a name that a mail may not carry',
      'Vorgang {vorgangsnummer}\n    text',
      'von {familienname}\n    text',
      'workflow/unknown-name',
      undefined,
    ],
    ['an unknown key', 'turn: citizen', 'trun: citizen', 'content/unknown-key', 'turn'],
    ['a missing key', /^ {4}who: Sie\n/m, '', 'content/value', undefined],
    ['what is no YAML', 'states:', 'states: [', 'content/yaml', undefined],
    ['an alias', 'version: 1', 'version: &a 1\nlong: *a', 'content/yaml', undefined],
  ])('refuses %s with file, line and suggestion', (_what, found, put, type, suggestion) => {
    const changed = source.replace(found, put)
    expect(changed).not.toBe(source)
    const read = readProcessTexts(changed, FILE, definition)
    const findings = read.ok ? [] : read.findings
    const finding = findings.find((one) => one.type === type)
    expect(finding, JSON.stringify(findings)).toBeDefined()
    expect(finding).toMatchObject({ file: FILE })
    expect(finding?.line).toBeGreaterThan(0)
    expect(finding?.suggestion).toBe(suggestion)
  })

  it('names the line of the mistake', () => {
    const line = source.split('\n').findIndex((text) => text.includes('turn: citizen')) + 1
    const read = readProcessTexts(source.replace('turn: citizen', 'turn: nobdy'), FILE, definition)
    expect(read.ok ? [] : read.findings.map((finding) => finding.line)).toEqual([line])
  })
})

describe('the process of the dog tax', () => {
  const by = (person: string, task: string, outcome: string, values = {}): ProcessEvent => ({
    type: 'task-completed',
    task,
    outcome,
    by: `staff:${person}`,
    values,
  })
  const ok = (key: string): ProcessEvent => ({ type: 'effect-result', key, ok: true, values: {} })

  it('goes from receipt over request, answer, return and co-signature to the notice, told at every state', () => {
    const texts = textsOf(source)
    let state: ProcessState | null = null
    const effects: string[] = []
    const take = (event: ProcessEvent): string => {
      const moved = advance(definition, state, event, Date.UTC(2026, 10, 23))
      if (!moved.ok) {
        throw new Error(`${moved.refusal} at ${moved.at}`)
      }
      state = moved.state
      effects.push(...moved.effects.map((effect) => [effect.type, ...Object.values(effect.params)].join(' ')))
      return describeState(texts, moved.state)?.text.title ?? ''
    }
    const task = (node: string): string =>
      (state as ProcessState | null)?.tokens.find((token) => token.node === node)?.key ?? ''

    expect(take({ type: 'start', variables: {} })).toBe('Wir prüfen Ihre Anmeldung')
    expect(take(ok(task('deliverSubmission')))).toBe('Wir prüfen Ihre Anmeldung')
    expect(take(by('a', task('check'), 'request-information', { message: 'Bitte …' }))).toBe(
      'Wir brauchen noch etwas von Ihnen',
    )
    expect(take({ type: 'timer', key: `${task('waitForAnswer')}/remind` })).toBe('Wir brauchen noch etwas von Ihnen')
    expect(take({ type: 'message', name: 'answer-received', values: {} })).toBe('Wir prüfen Ihre Anmeldung')
    expect(take(by('a', task('check'), 'refuse', { reasons: 'weil' }))).toBe('Ihr Bescheid wird gegengelesen')
    expect(() => take(by('a', task('cosign'), 'sign'))).toThrow('same-person')
    expect(take(by('b', task('cosign'), 'return', { comment: 'bitte prüfen' }))).toBe('Wir prüfen Ihre Anmeldung')
    expect(take(by('a', task('check'), 'approve'))).toBe('Ihr Bescheid wird gegengelesen')
    expect(take(by('b', task('cosign'), 'sign'))).toBe('Ihr Bescheid wird erstellt')
    expect(take(ok(task('createNotice')))).toBe('Ihr Bescheid ist da')
    expect(state).toMatchObject({ status: 'ended', tokens: [] })
    expect(effects).toEqual([
      'notify receipt',
      'deliver hundesteuer-fachverfahren',
      'notify request',
      'notify reminder',
      'create-document approval true',
      'notify notice-ready',
      'set-retention',
    ])
    expect(JSON.stringify(state).length).toBeLessThan(1000)
  })

  it('shows the stages with the one the case is in', () => {
    const started = advance(definition, null, { type: 'start', variables: {} }, 0)
    expect(started.ok && describeState(textsOf(source), started.state)?.stages.map((stage) => stage.state)).toEqual([
      'current',
      'ahead',
      'ahead',
    ])
  })
})
