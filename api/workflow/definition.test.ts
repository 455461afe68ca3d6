import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chain, flow, parseElements, processXml, userTask } from '../testing/processes.ts'
import { checkReferences } from './check.ts'
import { parseDefinition } from './definition.ts'

const START = '<bpmn:startEvent id="s"/>'
const END = '<bpmn:endEvent id="e"/>'
const variable = (name: string, type: string) =>
  `<bpmn:extensionElements><stadttor:variable name="${name}" type="${type}"/></bpmn:extensionElements>`

describe('parseDefinition', () => {
  it('reads the process of the dog tax, with its rules, effects and four eyes', async () => {
    const xml = readFileSync('content/services/hund-anmelden/process.bpmn', 'utf8')
    const parsed = await parseDefinition(xml, 'process.bpmn')
    expect(parsed.ok ? [] : parsed.findings).toEqual([])
    if (!parsed.ok) {
      return
    }
    const { nodes, start } = parsed.definition
    expect(start).toBe('received')
    expect(nodes.get('cosign')).toMatchObject({ kind: 'user', notBy: 'check', name: 'Mitzeichnen' })
    expect(nodes.get('sendReceipt')).toMatchObject({ effect: 'notify', waits: false, isSilent: true })
    expect(nodes.get('waitForAnswer')).toMatchObject({ kind: 'subprocess', start: 'asked', boundaries: ['remind'] })
    expect(nodes.get('remind')).toMatchObject({
      interrupts: false,
      trigger: { kind: 'timer', due: { kind: 'deadline', id: 'answer-to-request' } },
    })
    expect(nodes.get('answer')).toMatchObject({ scope: 'waitForAnswer', trigger: { message: 'answer-received' } })
  })

  it.each([
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a "b">]><x/>', 'workflow/doctype'],
    ['a DOCTYPE in lower case with blanks', '<! doctype x><x/>', 'workflow/doctype'],
    ['a file that is too long', 'x'.repeat(500_001), 'workflow/too-long'],
    ['what is not well-formed', processXml('<bpmn:userTask id="u"'), 'workflow/bpmn'],
    ['two processes', processXml('</bpmn:process><bpmn:process id="q">'), 'workflow/process'],
  ])('refuses %s', async (_what, xml, type) => {
    const parsed = await parseDefinition(xml, 'process.bpmn')
    expect(parsed).toMatchObject({ ok: false })
    expect(parsed.ok ? [] : parsed.findings.map((finding) => finding.type)).toContain(type)
  })

  it.each([
    [
      'an element we do not run',
      `${START}\n<bpmn:scriptTask id="t"/>${END}${chain('s', 't', 'e')}`,
      3,
      'workflow/unknown-element',
      'serviceTask',
    ],
    [
      'an element that BPMN does not have',
      `${START}\n<bpmn:robotTask id="t"/>${END}${chain('s', 'e')}`,
      3,
      'workflow/bpmn',
      undefined,
    ],
    [
      'a misspelt attribute of ours',
      `${START}\n<bpmn:userTask id="t" stadttor:postbux="a"/>${END}${chain('s', 't', 'e')}`,
      3,
      'workflow/bpmn',
      undefined,
    ],
    [
      'a flow to nothing',
      `${START}${END}${chain('s', 'e')}\n<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="nope"/>`,
      3,
      'workflow/flow',
      undefined,
    ],
    [
      'a node that is never reached',
      `${START}${END}${chain('s', 'e')}\n${userTask('t')}${flow('t', 'e')}`,
      3,
      'workflow/unreachable',
      undefined,
    ],
    [
      'a way that ends nowhere',
      `${START}<bpmn:parallelGateway id="g"/>${END}\n${userTask('t')}${chain('s', 'g', 'e')}${flow('g', 't')}`,
      3,
      'workflow/no-end',
      undefined,
    ],
    [
      'an unknown type of service task',
      `${START}\n<bpmn:serviceTask id="t" stadttor:effect="notfy"/>${END}${chain('s', 't', 'e')}`,
      3,
      'workflow/effect',
      'notify',
    ],
    [
      'a user task without postbox',
      `${START}\n${userTask('t').replace('stadttor:postbox="box"', '')}${END}${chain('s', 't', 'e')}`,
      3,
      'workflow/postbox',
      undefined,
    ],
    [
      'a user task without outcomes',
      `${START}\n${userTask('t', [])}${END}${chain('s', 't', 'e')}`,
      3,
      'workflow/outcome',
      undefined,
    ],
    [
      'two outcomes of one name',
      `${START}\n${userTask('t', ['a', 'a'])}${END}${chain('s', 't', 'e')}`,
      3,
      'workflow/outcome',
      undefined,
    ],
    [
      'an id of a task that is no name in rules',
      `${START}\n${userTask('my-task')}${END}${chain('s', 'my-task', 'e')}`,
      3,
      'workflow/task-id',
      undefined,
    ],
    [
      'an unknown name in a rule',
      `${START}<bpmn:exclusiveGateway id="g" default="g_e"/>${userTask('check')}${END}${chain('s', 'check', 'g', 'e')}\n${flow('g', 'check', 'chekc.outcome = "ok"')}`,
      3,
      'feel/unknown-name',
      'check',
    ],
    [
      'an outcome that the task does not have',
      `${START}<bpmn:exclusiveGateway id="g" default="g_e"/>${userTask('check')}${END}${chain('s', 'check', 'g', 'e')}\n${flow('g', 'check', 'check.outcome = "okay"')}`,
      3,
      undefined,
      'ok',
    ],
    [
      'a gateway without default that is not exhaustive',
      `${START}\n<bpmn:exclusiveGateway id="g"/>${userTask('t', ['a', 'b'])}${END}<bpmn:endEvent id="e2"/>${chain('s', 't', 'g')}${flow('g', 'e', 't.outcome = "a"')}${flow('g', 'e2', 't.outcome = "a"')}`,
      3,
      'workflow/default',
      'default',
    ],
    [
      'a condition on a way that is not chosen',
      `${START}${userTask('t')}${END}${chain('s', 't')}\n${flow('t', 'e', 't.outcome = "ok"')}`,
      3,
      'workflow/condition',
      undefined,
    ],
    [
      'two ways on without a gateway',
      `${START}\n${userTask('t')}${END}<bpmn:endEvent id="e2"/>${chain('s', 't', 'e')}${flow('t', 'e2')}`,
      3,
      'workflow/split',
      undefined,
    ],
    [
      'four eyes on an unknown task',
      `${START}${userTask('check')}\n${userTask('sign', ['ok'], 'stadttor:notBy="chek"')}${END}${chain('s', 'check', 'sign', 'e')}`,
      3,
      'workflow/co-sign',
      'check',
    ],
    [
      'four eyes on itself',
      `${START}\n${userTask('sign', ['ok'], 'stadttor:notBy="sign"')}${END}${chain('s', 'sign', 'e')}`,
      3,
      'workflow/co-sign',
      undefined,
    ],
    [
      'a way past the task that four eyes watch',
      `${START}<bpmn:exclusiveGateway id="g" default="g_sign"/>${userTask('check')}\n${userTask('sign', ['ok'], 'stadttor:notBy="check"')}${END}${chain('s', 'g', 'sign', 'e')}${flow('g', 'check', 'heute = heute')}${flow('check', 'sign')}`,
      3,
      'workflow/co-sign',
      undefined,
    ],
    [
      'signing by anyone, which must name the task of the other person',
      `${START}${userTask('look')}${userTask('check', ['approve'])}\n${userTask('cosign', ['sign', 'return'])}<bpmn:exclusiveGateway id="g" default="g_e"/>${END}${chain('s', 'look', 'check', 'cosign', 'g', 'e')}${flow('g', 'check', 'cosign.outcome = "return"')}`,
      3,
      'workflow/sign-by-anyone',
      'notBy="check"',
    ],
    [
      'signing where nobody decided for sure',
      `${START}\n${userTask('cosign', ['sign'])}${END}${chain('s', 'cosign', 'e')}`,
      3,
      'workflow/sign-by-anyone',
      undefined,
    ],
    [
      'a loop that waits for nothing',
      `${START}\n<bpmn:exclusiveGateway id="g" default="g_h"/><bpmn:exclusiveGateway id="h" default="h_g"/>${END}${chain('s', 'g', 'h')}${flow('h', 'g')}${flow('h', 'e', 'heute = heute')}`,
      3,
      'workflow/endless',
      undefined,
    ],
    [
      'two start events',
      `${START}\n<bpmn:startEvent id="s2"/>${END}${chain('s', 'e')}${flow('s2', 'e')}`,
      undefined,
      'workflow/start',
      undefined,
    ],
    [
      'a timer that is neither duration nor deadline',
      `${START}\n<bpmn:intermediateCatchEvent id="c"><bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">14 Tage</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>${END}${chain('s', 'c', 'e')}`,
      3,
      'workflow/due',
      undefined,
    ],
    [
      'a message without name',
      `${START}\n<bpmn:intermediateCatchEvent id="c"><bpmn:messageEventDefinition/></bpmn:intermediateCatchEvent>${END}${chain('s', 'c', 'e')}`,
      3,
      'workflow/message',
      undefined,
    ],
    [
      'a boundary event on a gateway',
      `${START}<bpmn:exclusiveGateway id="g"/>\n<bpmn:boundaryEvent id="b" attachedToRef="g"><bpmn:messageEventDefinition messageRef="m_answer"/></bpmn:boundaryEvent>${END}${chain('s', 'g', 'e')}${flow('b', 'e')}`,
      3,
      undefined,
      undefined,
    ],
    [
      'a variable of unknown type',
      `${variable('amount', 'mony')}${START}${END}${chain('s', 'e')}`,
      2,
      'workflow/variable',
      'money',
    ],
    [
      'a sub-process without start',
      `${START}\n<bpmn:subProcess id="sub"><bpmn:endEvent id="i"/></bpmn:subProcess>${END}${chain('s', 'sub', 'e')}`,
      3,
      'workflow/start',
      undefined,
    ],
  ])('refuses %s with file, line, reason and suggestion', async (_what, elements, line, type, suggestion) => {
    const parsed = await parseElements(elements)
    const findings = parsed.ok ? [] : parsed.findings
    const found = type === undefined ? findings[0] : findings.find((finding) => finding.type === type)
    expect(found, JSON.stringify(findings)).toBeDefined()
    expect(found?.file).toBe('process.bpmn')
    expect(found?.detail).not.toBe('')
    if (line !== undefined) {
      expect(found?.line).toBe(line)
    }
    expect(found?.suggestion).toBe(suggestion)
  })

  it('takes a gateway without default whose conditions name every outcome of one task', async () => {
    const elements = `${START}<bpmn:exclusiveGateway id="g"/>${userTask('t', ['a', 'b'])}${END}<bpmn:endEvent id="e2"/>${chain('s', 't', 'g')}${flow('g', 'e', 't.outcome = "a"')}${flow('g', 'e2', 't.outcome = "b"')}`
    expect(await parseElements(elements)).toMatchObject({ ok: true })
  })
})

describe('checkReferences', () => {
  const known = {
    postboxes: ['steuern'],
    deadlines: ['answer-to-request', 'dog-tax-decision', 'first-look'],
    documents: ['approval', 'refusal'],
    connectors: ['hundesteuer-fachverfahren'],
  }
  it('finds nothing wrong with the process of the dog tax, and what is missing otherwise', async () => {
    const file = 'content/services/hund-anmelden/process.bpmn'
    const parsed = await parseDefinition(readFileSync(file, 'utf8'), file)
    expect(parsed.ok).toBe(true)
    if (parsed.ok) {
      expect(checkReferences(parsed.definition, file, known)).toEqual([])
      const poorer = { ...known, postboxes: ['steuer'], deadlines: [], connectors: [] }
      expect(checkReferences(parsed.definition, file, poorer)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ type: 'workflow/unknown-postbox', suggestion: 'steuer', file }),
          expect.objectContaining({ type: 'workflow/unknown-deadline' }),
          expect.objectContaining({ type: 'workflow/unknown-connector' }),
        ]),
      )
    }
  })
})

describe('parseDefinition asked again', () => {
  it('reads the same file once, and another of the same name apart from it', async () => {
    const [a, b] = ['a', 'b'].map((id) => processXml(`${START}${userTask(id)}${END}${chain('s', id, 'e')}`))
    const first = parseDefinition(a ?? '', 'process.bpmn')
    expect(parseDefinition(a ?? '', 'process.bpmn')).toBe(first)
    expect(await parseDefinition(b ?? '', 'process.bpmn')).not.toEqual(await first)
    expect(await first).toMatchObject({ ok: true })
  })
})
