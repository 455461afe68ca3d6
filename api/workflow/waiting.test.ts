import { describe, expect, it } from 'vitest'
import { readyMade } from '../testing/ready-made.ts'
import { parseDefinition } from './definition.ts'
import { lastDayOf, payUntilOn } from './waiting.ts'

const XML = readyMade('pay-decide', 'services/neu/process.bpmn', { service: 'neu', postbox: 'steuern' }) ?? ''
const END = '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P30D</bpmn:timeDuration>'
const TIMER = `<bpmn:timerEventDefinition id="neverPaid_timer">${END}</bpmn:timerEventDefinition>`

async function definitionOf(xml: string) {
  const parsed = await parseDefinition(xml, 'process.bpmn')
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.findings))
  }
  return parsed.definition
}
async function untilOn(xml: string, waitsFor: 'payment' | 'answer' = 'payment'): Promise<string | null> {
  const definition = await definitionOf(xml)
  const tokens = [{ key: 'pay-1', node: 'pay', scope: '' }]
  return payUntilOn({ definition, state: { tokens }, item: { waitsFor, dueOn: '2026-12-26' } })
}

describe('last day for paying', () => {
  it('is the last whole day of a period, the day itself of a deadline', async () => {
    expect(XML).toContain(TIMER)
    const lastDay = async (xml: string) => lastDayOf(await definitionOf(xml), 'neverPaid', '2026-12-26')
    expect(await lastDay(XML)).toBe('2026-12-25')
    expect(await lastDay(XML.replace('>P30D<', '>PT36H<'))).toBe('2026-12-26')
    const deadline = '<bpmn:timerEventDefinition id="neverPaid_timer" stadttor:deadline="answer-to-request" />'
    expect(await lastDay(XML.replace(TIMER, deadline))).toBe('2026-12-26')
  })

  it('is the day by which the Vorgang is due, so that everybody names the same', async () => {
    expect(await untilOn(XML)).toBe('2026-12-26')
  })

  it('is none where nothing is waited for, where hours are counted, and where the wait has no end', async () => {
    expect(await untilOn(XML, 'answer')).toBeNull()
    expect(await untilOn(XML.replace('>P30D<', '>PT36H<'))).toBeNull()
    expect(
      await untilOn(XML.replace(/(id="neverPaid"[^>]*attachedToRef="pay")/, '$1 cancelActivity="false"')),
    ).toBeNull()
  })
})
