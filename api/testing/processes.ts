import { type ParsedProcess, parseDefinition } from '../workflow/definition.ts'
import type { Definition } from '../workflow/model.ts'

/** A process file around some elements; line 1 is the head, the elements begin on line 2. */
export const processXml = (elements: string): string =>
  `<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:stadttor="https://stadttor.example/bpmn" id="d" targetNamespace="x"><bpmn:message id="m_answer" name="answer"/><bpmn:message id="m_stop" name="stop"/><bpmn:process id="p">\n${elements}\n</bpmn:process></bpmn:definitions>`

/** Parses the elements of a test process. */
export const parseElements = (elements: string): Promise<ParsedProcess> =>
  parseDefinition(processXml(elements), 'process.bpmn')

/** Parses the elements of a test process that must be right. */
export async function definitionOf(elements: string): Promise<Definition> {
  const parsed = await parseElements(elements)
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.findings))
  }
  return parsed.definition
}

/** A sequence flow; its id is `from_to`. */
export const flow = (from: string, to: string, condition = ''): string =>
  condition === ''
    ? `<bpmn:sequenceFlow id="${from}_${to}" sourceRef="${from}" targetRef="${to}"/>`
    : `<bpmn:sequenceFlow id="${from}_${to}" sourceRef="${from}" targetRef="${to}"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${condition}</bpmn:conditionExpression></bpmn:sequenceFlow>`

/** A chain of sequence flows. */
export const chain = (...ids: readonly string[]): string =>
  ids
    .slice(1)
    .map((id, index) => flow(ids[index] ?? '', id))
    .join('')

/** A user task in postbox `box`. */
export const userTask = (id: string, outcomes: readonly string[] = ['ok'], attributes = ''): string =>
  `<bpmn:userTask id="${id}" stadttor:postbox="box" ${attributes}><bpmn:extensionElements>${outcomes
    .map((outcome) => `<stadttor:outcome id="${outcome}"/>`)
    .join('')}</bpmn:extensionElements></bpmn:userTask>`
