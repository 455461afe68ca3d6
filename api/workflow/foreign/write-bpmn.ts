import { EXTENSION_URI } from '../extension.ts'
import type { Box } from './diagram.ts'
import type { Sketch, SketchFlow, SketchNode } from './sketch.ts'

const HEAD = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
    `xmlns:stadttor="${EXTENSION_URI}" id="definitions" targetNamespace="https://stadttor.example/processes" expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/">`,
]
/** Attributes of BPMN itself; all others are ours. */
const OWN = new Set(['attachedToRef', 'cancelActivity'])

/** Writes a process of our subset as BPMN 2.0, with its picture where the foreign one had one. */
export function writeBpmn(sketch: Sketch, { slug, title }: { readonly slug: string; readonly title: string }): string {
  const nodes = [...sketch.nodes.values()]
  const messages = [...new Set(nodes.map(({ message }) => message).filter((name) => name !== ''))]
  const lines = [
    ...HEAD,
    ...messages.map((name) => `  <bpmn:message id="message_${name}" name="${escapeXml(name)}" />`),
    `  <bpmn:process id="process_${slug}" name="${escapeXml(title)}" isExecutable="true">`,
    ...scopeLines(sketch, '', '    '),
    '  </bpmn:process>',
    ...pictureLines(sketch, `process_${slug}`),
    '</bpmn:definitions>',
  ]
  return `${lines.join('\n')}\n`
}

function scopeLines(sketch: Sketch, scope: string, pad: string): readonly string[] {
  const nodes = [...sketch.nodes.values()].filter((node) => node.scope === scope)
  const ids = new Set(nodes.map(({ id }) => id))
  return [
    ...nodes.flatMap((node) => nodeLines(sketch, node, pad)),
    ...sketch.flows.filter(({ from }) => ids.has(from)).flatMap((flow) => flowLines(flow, pad)),
  ]
}

function nodeLines(sketch: Sketch, node: SketchNode, pad: string): readonly string[] {
  const attributes = Object.entries(node.attributes).map(([key, value]) => {
    return ` ${OWN.has(key) ? '' : 'stadttor:'}${key}="${escapeXml(value)}"`
  })
  const name = node.name === '' ? '' : ` name="${escapeXml(node.name)}"`
  const inner = [
    ...extensionLines(node),
    ...sketch.flows.filter(({ to }) => to === node.id).map(({ id }) => `<bpmn:incoming>${id}</bpmn:incoming>`),
    ...sketch.flows.filter(({ from }) => from === node.id).map(({ id }) => `<bpmn:outgoing>${id}</bpmn:outgoing>`),
    ...eventLines(node),
  ].map((line) => `${pad}  ${line}`)
  return [
    `${pad}<bpmn:${node.tag} id="${node.id}"${name}${attributes.join('')}>`,
    ...inner,
    ...(node.tag === 'subProcess' ? scopeLines(sketch, node.id, `${pad}  `) : []),
    `${pad}</bpmn:${node.tag}>`,
  ]
}

function extensionLines({ outcomes, params }: SketchNode): readonly string[] {
  const lines = [
    ...outcomes.map(({ id, requires }) => {
      return `  <stadttor:outcome id="${id}"${requires === '' ? '' : ` requires="${requires}"`} />`
    }),
    ...Object.entries(params).map(([name, value]) => `  <stadttor:param name="${name}" value="${escapeXml(value)}" />`),
  ]
  return lines.length === 0 ? [] : ['<bpmn:extensionElements>', ...lines, '</bpmn:extensionElements>']
}

function eventLines({ id, timer, message }: SketchNode): readonly string[] {
  if (message !== '') {
    return [`<bpmn:messageEventDefinition id="${id}_message" messageRef="message_${message}" />`]
  }
  if (timer === null) {
    return []
  }
  return 'deadline' in timer
    ? [`<bpmn:timerEventDefinition id="${id}_timer" stadttor:deadline="${timer.deadline}" />`]
    : [
        `<bpmn:timerEventDefinition id="${id}_timer"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">${timer.duration}</bpmn:timeDuration></bpmn:timerEventDefinition>`,
      ]
}

function flowLines({ id, name, from, to, condition }: SketchFlow, pad: string): readonly string[] {
  const head = `<bpmn:sequenceFlow id="${id}"${name === '' ? '' : ` name="${escapeXml(name)}"`} sourceRef="${from}" targetRef="${to}"`
  return condition === ''
    ? [`${pad}${head} />`]
    : [
        `${pad}${head}>`,
        `${pad}  <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${escapeXml(condition)}</bpmn:conditionExpression>`,
        `${pad}</bpmn:sequenceFlow>`,
      ]
}

function pictureLines({ nodes, flows }: Sketch, process: string): readonly string[] {
  const drawn = [...nodes.values()].filter(({ box }) => box !== null)
  if (drawn.length === 0) {
    return []
  }
  const boxes = new Map(drawn.map(({ id, box }) => [id, box as Box]))
  return [
    '  <bpmndi:BPMNDiagram id="diagram">',
    `    <bpmndi:BPMNPlane id="plane" bpmnElement="${process}">`,
    ...drawn.map(({ id, tag }) => {
      const { x, y, width, height } = boxes.get(id) as Box
      const more =
        tag === 'subProcess' ? ' isExpanded="true"' : tag === 'exclusiveGateway' ? ' isMarkerVisible="true"' : ''
      return `      <bpmndi:BPMNShape id="${id}_di" bpmnElement="${id}"${more}><dc:Bounds x="${x}" y="${y}" width="${width}" height="${height}" /></bpmndi:BPMNShape>`
    }),
    ...flows.flatMap((flow) => edgeLine(flow, boxes)),
    '    </bpmndi:BPMNPlane>',
    '  </bpmndi:BPMNDiagram>',
  ]
}

function edgeLine({ id, from, to, points }: SketchFlow, boxes: ReadonlyMap<string, Box>): readonly string[] {
  const [start, end] = [boxes.get(from), boxes.get(to)]
  if (start === undefined || end === undefined) {
    return []
  }
  const middle = ({ x, y, width, height }: Box, isLeft: boolean) => ({
    x: isLeft ? x : x + width,
    y: y + Math.round(height / 2),
  })
  const way = points.length > 1 ? points : [middle(start, false), middle(end, true)]
  const inner = way.map(({ x, y }) => `<di:waypoint x="${x}" y="${y}" />`).join('')
  return [`      <bpmndi:BPMNEdge id="${id}_di" bpmnElement="${id}">${inner}</bpmndi:BPMNEdge>`]
}

/** Escapes what people wrote; control characters that XML forbids are left out. */
const escapeXml = (text: string): string =>
  text
    .replace(/[^\P{Cc}\t\n]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
