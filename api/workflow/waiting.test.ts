import { describe, expect, it } from 'vitest'
import { readyMade } from '../testing/ready-made.ts'
import { parseDefinition } from './definition.ts'
import { payUntilOn } from './waiting.ts'

const XML = readyMade('pay-decide', 'services/neu/process.bpmn', { service: 'neu', postbox: 'steuern' }) ?? ''
const END = '<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P30D</bpmn:timeDuration>'
const TIMER = `<bpmn:timerEventDefinition id="neverPaid_timer">${END}</bpmn:timerEventDefinition>`

async function untilOn(xml: string, waitsFor: 'payment' | 'answer' = 'payment'): Promise<string | null> {
  const parsed = await parseDefinition(xml, 'process.bpmn')
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.findings))
  }
  const { definition } = parsed
  const tokens = [{ key: 'pay-1', node: 'pay', scope: '' }]
  return payUntilOn({ definition, state: { tokens }, item: { waitsFor, dueOn: '2026-12-26' } })
}

describe('last day for paying', () => {
  it('is the last whole day of a period, the day itself of a deadline', async () => {
    expect(XML).toContain(TIMER)
    expect(await untilOn(XML)).toBe('2026-12-25')
    const deadline = '<bpmn:timerEventDefinition id="neverPaid_timer" stadttor:deadline="answer-to-request" />'
    expect(await untilOn(XML.replace(TIMER, deadline))).toBe('2026-12-26')
  })

  it('is none where nothing is waited for, where hours are counted, and where the wait has no end', async () => {
    expect(await untilOn(XML, 'answer')).toBeNull()
    expect(await untilOn(XML.replace('>P30D<', '>PT36H<'))).toBeNull()
    expect(
      await untilOn(XML.replace(/(id="neverPaid"[^>]*attachedToRef="pay")/, '$1 cancelActivity="false"')),
    ).toBeNull()
  })
})
