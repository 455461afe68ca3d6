import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chain, definitionOf, flow, userTask } from '../testing/processes.ts'
import { checkDecided } from './decided.ts'
import { parseDefinition } from './definition.ts'
import { checkNeeds } from './needs.ts'

const START = '<bpmn:startEvent id="s"/>'
const END = '<bpmn:endEvent id="e"/>'
const gateway = (id: string): string => `<bpmn:exclusiveGateway id="${id}"/>`
const notice = (id: string): string => `<bpmn:serviceTask id="${id}" stadttor:effect="create-document"/>`
const way = (task: string, to: string, outcome: string): string =>
  flow(`${task}_g`, to, `${task}.outcome = "${outcome}"`)
/** A task with a gateway behind it, and where each outcome leads. */
const asked = (id: string, ways: Readonly<Record<string, string>>, attributes = ''): string =>
  `${userTask(id, Object.keys(ways), attributes)}${gateway(`${id}_g`)}${chain(id, `${id}_g`)}${Object.entries(ways)
    .map(([outcome, to]) => way(id, to, outcome))
    .join('')}`
const found = async (elements: string) => checkDecided(await definitionOf(`${START}${END}${elements}`), 'process.bpmn')

const SIGNED = asked('sign', { sign: 'n', return: 'check' }, 'stadttor:notBy="check"') + notice('n') + chain('n', 'e')

describe('what a step needs', () => {
  it('is there where a decision is drafted, signed and made a notice of', async () => {
    expect(
      await found(
        `${chain('s', 'check')}${userTask('check', ['approve', 'refuse'])}${chain('check', 'sign')}${SIGNED}`,
      ),
    ).toEqual([])
  })

  it('is missing where somebody gives back before anybody decided, named with its step and line', async () => {
    const elements = `${chain('s', 'look')}\n${asked('look', { return: 'e', done: 'check' })}${userTask('check', ['approve', 'refuse'])}${chain('check', 'sign')}${SIGNED}`
    expect(await found(elements)).toEqual([
      { file: 'process.bpmn', line: 3, type: 'workflow/nothing-decided', detail: expect.stringContaining('"look"') },
    ])
  })

  it('is missing where the decision counts already: nothing waits for a second person', async () => {
    const elements = `${chain('s', 'check')}${userTask('check', ['approve', 'refuse'])}${chain('check', 'read')}${asked('read', { return: 'check', done: 'n' })}${notice('n')}${chain('n', 'e')}`
    expect(await found(elements)).toMatchObject([{ type: 'workflow/nothing-decided' }])
  })

  it('is missing on one way of several: past the decision, or after a draft was given back', async () => {
    const past = `${chain('s', 'check')}${asked('check', { approve: 'sign', done: 'other' })}${userTask('other', ['done'])}${chain('other', 'sign')}${SIGNED}`
    expect(await found(past)).toMatchObject([
      { type: 'workflow/nothing-decided', detail: expect.stringContaining('"sign"') },
    ])
    const back = `${chain('s', 'check')}${userTask('check', ['approve', 'refuse'])}${chain('check', 'sign')}${asked('sign', { sign: 'n', return: 'more' }, 'stadttor:notBy="check"')}${userTask('more')}${chain('more', 'n')}${notice('n')}${chain('n', 'e')}`
    expect(await found(back)).toMatchObject([{ type: 'workflow/no-decision', detail: expect.stringContaining('"n"') }])
  })
})

describe('what was decided', () => {
  it('does not end without a notice on any way', async () => {
    const elements = `${chain('s', 'check')}${asked('check', { approve: 'n', refuse: 'e2' })}<bpmn:endEvent id="e2"/>${notice('n')}${chain('n', 'e')}`
    expect(await found(elements)).toEqual([
      { file: 'process.bpmn', line: 2, type: 'workflow/no-notice', detail: expect.stringContaining('"e2"') },
    ])
  })

  it('may end without one where the fee that comes before the notice is not paid', async () => {
    const elements = `${chain('s', 'check')}${userTask('check', ['approve'])}<bpmn:serviceTask id="fee" stadttor:effect="pay"/><bpmn:boundaryEvent id="never" attachedToRef="fee"><bpmn:timerEventDefinition><bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="e2"/>${chain('never', 'e2')}${chain('check', 'fee', 'n', 'e')}${notice('n')}`
    expect(await found(elements)).toEqual([])
  })
})

describe('an outcome', () => {
  const needs = async (task: string, file = 'services/x/process.bpmn') =>
    checkNeeds(await definitionOf(`${START}${END}${chain('s', 't', 'e')}${task}`), file)
  const task = (outcome: string, requires = ''): string =>
    `<bpmn:userTask id="t" stadttor:postbox="box"><bpmn:extensionElements><stadttor:outcome id="${outcome}" requires="${requires}"/></bpmn:extensionElements></bpmn:userTask>`

  it.each([
    ['refuse', 'reasons'],
    ['request-information', 'message'],
    ['return', 'comment'],
    ['refuse-exemption', 'reasons'],
  ])('%s asks for its text (%s)', async (outcome, text) => {
    const isAboutText = { type: 'workflow/outcome-text', suggestion: `requires="${text}"` }
    expect(await needs(task(outcome))).toContainEqual(expect.objectContaining(isAboutText))
    expect(await needs(task(outcome, text))).not.toContainEqual(
      expect.objectContaining({ type: 'workflow/outcome-text' }),
    )
  })

  it.each(['remedy', 'hand-over'])('%s answers an objection, and only its process has one', async (outcome) => {
    expect(await needs(task(outcome, 'message'))).toMatchObject([{ type: 'workflow/no-objection' }])
    expect(await needs(task(outcome, 'message'), 'processes/objection.bpmn')).toEqual([])
  })

  it('that frees from a fee stands before one', async () => {
    expect(await needs(task('grant-exemption'))).toMatchObject([{ type: 'workflow/nothing-to-pay' }])
    const paid = `${START}${END}${chain('s', 't', 'fee', 'e')}${task('grant-exemption')}<bpmn:serviceTask id="fee" stadttor:effect="pay"/>`
    expect(checkNeeds(await definitionOf(paid), 'services/x/process.bpmn')).toEqual([])
  })
})

it('every process of the demo has what its steps need', async () => {
  for (const path of globSync('content/{services,processes,templates}/**/*.bpmn')) {
    const parsed = await parseDefinition(readFileSync(path, 'utf8').replaceAll(/\[\[\w+\]\]/g, 'own'), path)
    const file = path.replace('content/', '')
    expect(
      parsed.ok && [...checkDecided(parsed.definition, file), ...checkNeeds(parsed.definition, file)],
      path,
    ).toEqual([])
  }
})
