import { describe, expect, it } from 'vitest'
import { chain, definitionOf, flow, userTask } from '../testing/processes.ts'
import { advance } from './machine.ts'
import { asksForFeeAtOnce, outcomesToPayment } from './payment-ahead.ts'
import type { ProcessEvent, ProcessState } from './state.ts'
import { waitOf } from './waiting.ts'

const START = '<bpmn:startEvent id="s"/>'
const END = '<bpmn:endEvent id="e"/>'
const ENDS = `${END}<bpmn:endEvent id="no"/>`
const effect = (id: string, type: string, param = '') =>
  `<bpmn:serviceTask id="${id}" stadttor:effect="${type}"><bpmn:extensionElements>${param}</bpmn:extensionElements></bpmn:serviceTask>`
const pay = (id = 'pay', param = '') => effect(id, 'pay', param)
const notice = effect('doc', 'create-document', '<stadttor:param name="kind" value="approval"/>')
const answer =
  '<bpmn:intermediateCatchEvent id="answer"><bpmn:messageEventDefinition messageRef="m_answer"/></bpmn:intermediateCatchEvent>'
const choice = (id: string, otherwise: string) => `<bpmn:exclusiveGateway id="${id}" default="${otherwise}"/>`
const way = (from: string, to: string, when: string) => flow(from, to, when)

const done = (task: string, outcome: string): ProcessEvent => ({
  type: 'task-completed',
  task,
  outcome,
  by: 'staff:a',
  values: {},
})

async function standing(xml: string, ...events: readonly ProcessEvent[]) {
  const definition = await definitionOf(xml)
  let state: ProcessState | null = null
  for (const event of [{ type: 'start', variables: {} } as const, ...events]) {
    const moved = advance(definition, state, event, 0)
    if (!moved.ok) {
      throw new Error(`${event.type}: ${moved.refusal} at ${moved.at}`)
    }
    state = moved.state
  }
  return { definition, state: state as ProcessState }
}
const outcomesOf = async (xml: string, key: string, ...events: readonly ProcessEvent[]) => {
  const { definition, state } = await standing(xml, ...events)
  return outcomesToPayment(definition, state, { key, nowMs: 0 })
}

describe('which outcomes lead to a payment', () => {
  it('only the one after which the fee is asked for; a request that leads back does not', async () => {
    const xml = `${START}${userTask('t', ['approve', 'refuse', 'request-information'])}${choice('g', 'g_doc')}${answer}${pay()}${notice}${END}${chain('s', 't', 'g', 'doc', 'e')}${way('g', 'pay', 't.outcome = "approve"')}${flow('pay', 'doc')}${way('g', 'answer', 't.outcome = "request-information"')}${flow('answer', 't')}`
    expect(await outcomesOf(xml, 't-1')).toEqual(['approve'])
  })

  it('through the second person, whose page says so, too; a refusal that is signed costs nothing', async () => {
    const xml = `${START}${userTask('t', ['approve', 'refuse'])}${userTask('sign', ['sign', 'return'], 'stadttor:notBy="t"')}${choice('g', 'g_doc')}${pay()}${notice}${END}${chain('s', 't', 'sign', 'g', 'doc', 'e')}${way('g', 't', 'sign.outcome = "return"')}${way('g', 'pay', 't.outcome = "approve"')}${flow('pay', 'doc')}`
    expect(await outcomesOf(xml, 't-1')).toEqual(['approve'])
    expect(await outcomesOf(xml, 'sign-2', done('t-1', 'approve'))).toEqual(['sign'])
    expect(await outcomesOf(xml, 'sign-2', done('t-1', 'refuse'))).toEqual([])
  })

  it('not where somebody decides first, and through steps that only go on', async () => {
    const xml = `${START}${userTask('look', ['complete'])}${userTask('t', ['approve', 'refuse'])}${choice('g', 'g_no')}${userTask('fix', ['done'])}${pay()}${ENDS}${chain('s', 'look', 't', 'g', 'no')}${way('g', 'fix', 't.outcome = "approve"')}${chain('fix', 'pay', 'e')}`
    expect(await outcomesOf(xml, 'look-1')).toEqual([])
    expect(await outcomesOf(xml, 't-2', done('look-1', 'complete'))).toEqual(['approve'])
    expect(await outcomesOf(xml, 'fix-3', done('look-1', 'complete'), done('t-2', 'approve'))).toEqual(['done'])
  })

  it('not where the payment is waived', async () => {
    const xml = `${START}${userTask('t', ['grant-exemption', 'refuse-exemption'])}${choice('g', 'g_pay')}${pay()}${pay('waive', '<stadttor:param name="exempt" value="=true"/>')}${ENDS}${chain('s', 't', 'g', 'pay', 'e')}${way('g', 'waive', 't.outcome = "grant-exemption"')}${flow('waive', 'no')}`
    expect(await outcomesOf(xml, 't-1')).toEqual(['refuse-exemption'])
  })

  it('says nothing of what is no open task', async () => {
    const xml = `${START}${pay()}${END}${chain('s', 'pay', 'e')}`
    expect(await outcomesOf(xml, 'pay-1')).toEqual([])
  })
})

describe('whether the fee is asked for at once', () => {
  const program = effect('auto', 'decide', '<stadttor:param name="outcome" value="approved"/>')
  it.each([
    ['before anything else', `${START}${pay()}${END}${chain('s', 'pay', 'e')}`, true],
    ['after what programs do', `${START}${program}${pay()}${END}${chain('s', 'auto', 'pay', 'e')}`, true],
    ['after somebody decided', `${START}${userTask('t')}${pay()}${END}${chain('s', 't', 'pay', 'e')}`, false],
    ['never', `${START}${userTask('t')}${END}${chain('s', 't', 'e')}`, false],
  ])('%s', async (_when, xml, isAtOnce) => {
    expect(asksForFeeAtOnce(await definitionOf(xml), {}, 0)).toBe(isAtOnce)
  })
})

describe('what a process waits for', () => {
  const wait = async (node: string, id: string): Promise<string | null> => {
    const { definition, state } = await standing(`${START}${node}${END}${chain('s', id, 'e')}`)
    return waitOf(definition, state)
  }

  it.each([
    ['payment', pay(), 'pay'],
    ['program', notice, 'doc'],
    ['delivery', effect('send', 'deliver', '<stadttor:param name="connector" value="x"/>'), 'send'],
    ['message', answer, 'answer'],
    [
      'deadline',
      '<bpmn:intermediateCatchEvent id="rest"><bpmn:timerEventDefinition stadttor:deadline="x"/></bpmn:intermediateCatchEvent>',
      'rest',
    ],
    [null, userTask('t'), 't'],
  ])('%s', async (expected, node, id) => {
    expect(await wait(node, id)).toBe(expected)
  })

  it('the payment first where it waits for more; nothing when it ended', async () => {
    const both = `${START}<bpmn:parallelGateway id="f"/>${answer}${pay()}${ENDS}${chain('s', 'f', 'answer', 'e')}${chain('f', 'pay', 'no')}`
    const { definition, state } = await standing(both)
    expect(waitOf(definition, state)).toBe('payment')
    const ended = await standing(`${START}${userTask('t')}${END}${chain('s', 't', 'e')}`, done('t-1', 'ok'))
    expect(waitOf(ended.definition, ended.state)).toBeNull()
  })
})
