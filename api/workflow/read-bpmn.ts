import { BpmnModdle, type Element } from 'bpmn-moddle'
import { compileRule, type Names, type NameType, type ResultKind, type Rule } from '../lib/feel.ts'
import { type Finding, nearest } from '../lib/finding.ts'
import { child, list, reference, textOf } from './bpmn-element.ts'
import { EFFECT_TYPES, EXTENSION } from './extension.ts'
import type { Definition, Due, Expression, Flow, Node, NodeKind, Outcome, Trigger, Variable } from './model.ts'

/** Kinds of BPMN that we do not run, and what to write instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  Task: 'userTask',
  ManualTask: 'userTask',
  ScriptTask: 'serviceTask',
  SendTask: 'serviceTask',
  BusinessRuleTask: 'exclusiveGateway',
  ReceiveTask: 'intermediateCatchEvent',
  InclusiveGateway: 'exclusiveGateway',
  EventBasedGateway: 'boundaryEvent',
  ComplexGateway: 'exclusiveGateway',
  CallActivity: 'subProcess',
  Transaction: 'subProcess',
  IntermediateThrowEvent: 'serviceTask',
}
/** Parts of a diagram without effect on the process. */
const PICTURE_ONLY = new Set(['bpmn:DataObject', 'bpmn:DataObjectReference', 'bpmn:DataStoreReference'])
const VARIABLE_TYPES = ['string', 'number', 'money', 'boolean', 'date'] as const
/** Names of tasks and variables are names in FEEL too. */
const NAME = /^[a-z][A-Za-z0-9_]{0,39}$/
const DURATION =
  /^P(?=\d|T\d)(?:\d{1,3}W|(?:\d{1,2}Y)?(?:\d{1,3}M)?(?:\d{1,4}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,4}M)?(?:\d{1,4}S)?)?)$/
const DEADLINE = /^[a-z][a-z0-9_-]{0,39}$/

type Source = { readonly xml: string; readonly file: string; readonly digest: string }
type Reading = Source & {
  readonly findings: Finding[]
  readonly lines: ReadonlyMap<string, number>
  readonly nodes: Map<string, Node>
  readonly flows: Map<string, Flow>
  names: Names
}

/** Reads one BPMN file into a definition; every mistake of a single element is a finding. The whole is checked by check.ts. */
export async function readProcess(
  source: Source,
): Promise<{ definition: Definition | null; findings: readonly Finding[] }> {
  const reading: Reading = {
    ...source,
    findings: [],
    lines: linesOfIds(source.xml),
    nodes: new Map(),
    flows: new Map(),
    names: {},
  }
  const root = await readXml(reading)
  const process = root === null ? null : theProcess(reading, root)
  if (process === null) {
    return { definition: null, findings: reading.findings }
  }
  const variables = readVariables(reading, process)
  reading.names = namesOf(reading, variables, tasksOf(process))
  readScope(reading, process, '')
  hangBoundaries(reading)
  const start = startOf(reading, '')
  const { digest, nodes, flows, names, findings } = reading
  return { definition: { digest, id: textOf(process, 'id'), start, nodes, flows, variables, names }, findings }
}

async function readXml(reading: Reading): Promise<Element | null> {
  try {
    const { rootElement, warnings } = await new BpmnModdle({ stadttor: EXTENSION }).fromXML(reading.xml)
    for (const warning of warnings) {
      const line = Number(
        /line: (\d+)/.exec(warning.message)?.[1] ?? lineOf(reading, textOf(warning.element, 'id')) - 1,
      )
      report(reading, line + 1, 'workflow/bpmn', firstLine(warning.message))
    }
    return rootElement
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const line = Number(/line: (\d+)/.exec(message)?.[1] ?? 0)
    report(reading, line + 1, 'workflow/bpmn', firstLine(message))
    return null
  }
}

function theProcess(reading: Reading, root: Element): Element | null {
  const processes = list(root, 'rootElements').filter((element) => element.$type === 'bpmn:Process')
  const [process] = processes
  if (process === undefined || processes.length > 1) {
    report(reading, 1, 'workflow/process', `A file holds exactly one process; this one holds ${processes.length}.`)
    return null
  }
  return process
}

function readVariables(reading: Reading, process: Element): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>()
  for (const element of extensions(process, 'stadttor:Variable')) {
    const name = textOf(element, 'name')
    const type = VARIABLE_TYPES.find((known) => known === textOf(element, 'type'))
    const line = lineOfText(reading, `name="${name}"`)
    if (!NAME.test(name) || variables.has(name)) {
      report(reading, line, 'workflow/variable', `"${name}" is no name of a variable, or is declared twice.`)
    } else if (type === undefined) {
      const hint = nearest(textOf(element, 'type'), VARIABLE_TYPES)
      report(reading, line, 'workflow/variable', `The variable "${name}" has an unknown type.`, hint)
    } else {
      variables.set(name, { name, type, options: words(element, 'options') })
    }
  }
  return variables
}

/** Names of rules: variables, each user task with its outcome (`pruefen.outcome = "approve"`), and today's date. */
function namesOf(reading: Reading, variables: ReadonlyMap<string, Variable>, tasks: readonly Element[]): Names {
  const names: Record<string, NameType> = { heute: { kind: 'date' } }
  for (const { name, type, options } of variables.values()) {
    const money: NameType = { kind: 'number', isMoney: true }
    const plain: NameType = type === 'string' && options.length > 0 ? { kind: type, options } : { kind: kindOf(type) }
    names[name] = type === 'money' ? money : plain
  }
  for (const task of tasks) {
    const id = textOf(task, 'id')
    if (!NAME.test(id) || Object.hasOwn(names, id)) {
      const detail = `The id "${id}" of a user task must be a name (letters, digits, _) and unlike every variable.`
      report(reading, lineOf(reading, id), 'workflow/task-id', detail)
    } else {
      const options = extensions(task, 'stadttor:Outcome').map((outcome) => textOf(outcome, 'id'))
      names[id] = { kind: 'context', names: { outcome: { kind: 'string', options } } }
    }
  }
  return names
}

function readScope(reading: Reading, holder: Element, scope: string): void {
  const elements = list(holder, 'flowElements')
  for (const flow of elements.filter((element) => element.$type === 'bpmn:SequenceFlow')) {
    readFlow(reading, flow)
  }
  for (const element of elements) {
    if (element.$type !== 'bpmn:SequenceFlow' && !PICTURE_ONLY.has(element.$type)) {
      readNode(reading, element, scope)
    }
    if (element.$type === 'bpmn:SubProcess') {
      readScope(reading, element, textOf(element, 'id'))
      const node = reading.nodes.get(textOf(element, 'id'))
      if (node?.kind === 'subprocess') {
        reading.nodes.set(node.id, { ...node, start: startOf(reading, node.id) })
      }
    }
  }
}

function readFlow(reading: Reading, element: Element): void {
  const [id, from, to] = [textOf(element, 'id'), reference(element, 'sourceRef'), reference(element, 'targetRef')]
  const line = lineOf(reading, id)
  if (from === '' || to === '') {
    report(reading, line, 'workflow/flow', `The sequence flow "${id}" begins or ends at nothing.`)
    return
  }
  const source = textOf(child(element, 'conditionExpression'), 'body').trim()
  const condition = source === '' ? null : ruleOf(reading, source, line, 'boolean')
  reading.flows.set(id, { id, from, to, name: textOf(element, 'name'), condition, line })
}

function readNode(reading: Reading, element: Element, scope: string): void {
  const id = textOf(element, 'id')
  const line = lineOf(reading, id)
  const kind = kindOfNode(reading, element, line)
  if (kind === null) {
    return
  }
  const flows = [...reading.flows.values()]
  reading.nodes.set(id, {
    id,
    name: textOf(element, 'name'),
    scope,
    incoming: flows.filter((flow) => flow.to === id).map((flow) => flow.id),
    outgoing: flows.filter((flow) => flow.from === id).map((flow) => flow.id),
    boundaries: [],
    isSilent: element['silent'] === true,
    activityGroup: textOf(element, 'activityGroup') || null,
    line,
    ...kind,
  })
}

function kindOfNode(reading: Reading, element: Element, line: number): NodeKind | null {
  const events = list(element, 'eventDefinitions')
  switch (element.$type) {
    case 'bpmn:StartEvent':
      return events.length === 0 ? { kind: 'start' } : unknown(reading, 'StartEvent with a trigger', line)
    case 'bpmn:EndEvent':
      return endEvent(reading, events, line)
    case 'bpmn:UserTask':
      return userTask(reading, element, line)
    case 'bpmn:ServiceTask':
      return serviceTask(reading, element, line)
    case 'bpmn:ExclusiveGateway':
      return { kind: 'choice', otherwise: reference(element, 'default') || null }
    case 'bpmn:ParallelGateway':
      return { kind: 'parallel' }
    case 'bpmn:SubProcess':
      return element['triggeredByEvent'] === true
        ? unknown(reading, 'event sub-process', line)
        : { kind: 'subprocess', start: '' }
    case 'bpmn:IntermediateCatchEvent': {
      const trigger = triggerOf(reading, events, line)
      return trigger === null ? null : { kind: 'catch', trigger }
    }
    case 'bpmn:BoundaryEvent': {
      const trigger = triggerOf(reading, events, line)
      const [on, interrupts] = [reference(element, 'attachedToRef'), element['cancelActivity'] !== false]
      return trigger === null ? null : { kind: 'boundary', on, interrupts, trigger }
    }
    default:
      return unknown(reading, element.$type.replace('bpmn:', ''), line)
  }
}

function endEvent(reading: Reading, events: readonly Element[], line: number): NodeKind | null {
  const isTerminate = events[0]?.$type === 'bpmn:TerminateEventDefinition'
  return events.length === 0 || (events.length === 1 && isTerminate)
    ? { kind: 'end', isTerminate }
    : unknown(reading, 'EndEvent with a trigger', line)
}

function userTask(reading: Reading, element: Element, line: number): NodeKind {
  const postbox = textOf(element, 'postbox')
  if (postbox === '') {
    report(reading, line, 'workflow/postbox', `The user task "${textOf(element, 'id')}" has no stadttor:postbox.`)
  }
  const outcomes: Outcome[] = extensions(element, 'stadttor:Outcome').map((outcome) => ({
    id: textOf(outcome, 'id'),
    requires: words(outcome, 'requires'),
  }))
  const ids = new Set(outcomes.map((outcome) => outcome.id))
  if (outcomes.length === 0 || ids.size < outcomes.length || ids.has('')) {
    const detail = `The user task "${textOf(element, 'id')}" needs stadttor:outcome elements with different ids.`
    report(reading, line, 'workflow/outcome', detail)
  }
  const due = textOf(element, 'due')
  return {
    kind: 'user',
    postbox: expression(reading, postbox, line),
    outcomes,
    notBy: textOf(element, 'notBy') || null,
    due: due === '' ? null : dueOf(reading, due, line),
  }
}

function serviceTask(reading: Reading, element: Element, line: number): NodeKind | null {
  const wanted = textOf(element, 'effect')
  const effect = EFFECT_TYPES.find((type) => type === wanted)
  if (effect === undefined) {
    const detail = `"${wanted}" is no type of service task; known are ${EFFECT_TYPES.join(', ')}.`
    report(reading, line, 'workflow/effect', detail, nearest(wanted, EFFECT_TYPES))
    return null
  }
  const params = new Map<string, Expression>()
  for (const param of extensions(element, 'stadttor:Param')) {
    params.set(textOf(param, 'name'), expression(reading, textOf(param, 'value'), line))
  }
  return { kind: 'service', effect, params, waits: effect === 'wait-for-answer' || element['waits'] !== false }
}

function triggerOf(reading: Reading, events: readonly Element[], line: number): Trigger | null {
  const [event] = events
  if (event?.$type === 'bpmn:MessageEventDefinition') {
    const message = textOf(child(event, 'messageRef'), 'name')
    if (message !== '') {
      return { kind: 'message', message }
    }
    report(reading, line, 'workflow/message', 'A message event needs a message with a name.')
    return null
  }
  if (event?.$type === 'bpmn:TimerEventDefinition' && events.length === 1) {
    const written = textOf(event, 'deadline') || textOf(child(event, 'timeDuration'), 'body').trim()
    const due = dueOf(reading, written, line)
    return due === null ? null : { kind: 'timer', due }
  }
  unknown(reading, 'event without message or timer', line)
  return null
}

function dueOf(reading: Reading, written: string, line: number): Due | null {
  if (DURATION.test(written)) {
    return { kind: 'duration', iso: written }
  }
  if (DEADLINE.test(written)) {
    return { kind: 'deadline', id: written }
  }
  const detail = `"${written}" is neither an ISO 8601 duration (P14D) nor the id of a deadline.`
  report(reading, line, 'workflow/due', detail)
  return null
}

function expression(reading: Reading, written: string, line: number): Expression {
  const rule = written.startsWith('=') ? ruleOf(reading, written.slice(1).trim(), line, 'any') : null
  return rule === null ? { kind: 'fixed', value: written } : { kind: 'rule', rule }
}

function ruleOf(reading: Reading, source: string, line: number, result: ResultKind): Rule | null {
  const compiled = compileRule(source, { file: reading.file, line, names: reading.names, result })
  if (compiled.ok) {
    return compiled.rule
  }
  reading.findings.push(...compiled.findings)
  return null
}

function hangBoundaries(reading: Reading): void {
  for (const node of reading.nodes.values()) {
    const host = node.kind === 'boundary' ? reading.nodes.get(node.on) : undefined
    if (host !== undefined) {
      reading.nodes.set(host.id, { ...host, boundaries: [...host.boundaries, node.id] })
    }
  }
}

function startOf(reading: Reading, scope: string): string {
  const starts = [...reading.nodes.values()].filter((node) => node.kind === 'start' && node.scope === scope)
  const [start] = starts
  if (start === undefined || starts.length > 1) {
    const where = scope === '' ? 'The process' : `The sub-process "${scope}"`
    report(reading, lineOf(reading, scope), 'workflow/start', `${where} needs exactly one start event.`)
  }
  return start?.id ?? ''
}

function tasksOf(holder: Element): readonly Element[] {
  return list(holder, 'flowElements').flatMap((element) =>
    element.$type === 'bpmn:UserTask' ? [element] : element.$type === 'bpmn:SubProcess' ? tasksOf(element) : [],
  )
}

function unknown(reading: Reading, kind: string, line: number): null {
  report(reading, line, 'workflow/unknown-element', `"${kind}" is not part of our subset of BPMN.`, INSTEAD[kind])
  return null
}

function report(reading: Reading, line: number, type: string, detail: string, suggestion?: string): void {
  reading.findings.push({ file: reading.file, line, type, detail, ...(suggestion === undefined ? {} : { suggestion }) })
}

const kindOf = (type: Variable['type']): 'string' | 'number' | 'boolean' | 'date' =>
  type === 'money' ? 'number' : type
const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300)
const lineOf = (reading: Reading, id: string): number => reading.lines.get(id) ?? 1
const words = (element: Element, name: string): string[] => textOf(element, name).split(/\s+/).filter(Boolean)

function linesOfIds(xml: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  for (const [index, line] of xml.split('\n').entries()) {
    for (const match of line.matchAll(/\sid="([^"]{1,200})"/g)) {
      lines.set(match[1] ?? '', index + 1)
    }
  }
  return lines
}

function lineOfText(reading: Reading, text: string): number {
  const at = reading.xml.indexOf(text)
  return at < 0 ? 1 : reading.xml.slice(0, at).split('\n').length
}

const extensions = (element: Element, type: string): readonly Element[] =>
  list(child(element, 'extensionElements'), 'values').filter((value) => value.$type === type)
