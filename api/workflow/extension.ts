/** Namespace of our attributes and elements in BPMN files; documented in docs/interfaces/processes.md. */
export const EXTENSION_URI = 'https://stadttor.example/bpmn'

/** What a service task may ask for. The workflow only names it; api/context.ts wires each to the module that does it. */
export const EFFECT_TYPES = [
  'notify',
  'deliver',
  'create-document',
  'set-retention',
  'wait-for-answer',
  'pay',
  'decide',
] as const
export type EffectType = (typeof EFFECT_TYPES)[number]

/** Outcomes of user tasks that do something of their own; every other one only says which way the process goes on. */
export const OUTCOME_TYPES = [
  'approve',
  'refuse',
  'request-information',
  'sign',
  'return',
  'remedy',
  'hand-over',
  'grant-exemption',
  'refuse-exemption',
  'opinion',
] as const
export type OutcomeType = (typeof OUTCOME_TYPES)[number]

const text = (name: string): object => ({ name, isAttr: true, type: 'String' })
const flag = (name: string, value: boolean): object => ({ name, isAttr: true, type: 'Boolean', default: value })
const element = (name: string, properties: readonly object[]): object => ({ name, superClass: ['Element'], properties })

/**
 * Our attributes, as bpmn-moddle's description of a package. Anything of this namespace that is not listed here is a
 * finding, so a misspelt attribute cannot be silently without effect.
 */
export const EXTENSION = {
  name: 'Stadttor',
  prefix: 'stadttor',
  uri: EXTENSION_URI,
  xml: { tagAlias: 'lowerCase' },
  types: [
    element('Variable', [text('name'), text('type'), text('options')]),
    element('Outcome', [text('id'), text('requires')]),
    element('Param', [text('name'), text('value')]),
    { name: 'Step', extends: ['bpmn:FlowNode'], properties: [flag('silent', false), text('activityGroup')] },
    { name: 'Work', extends: ['bpmn:UserTask'], properties: [text('postbox'), text('notBy'), text('due')] },
    { name: 'Service', extends: ['bpmn:ServiceTask'], properties: [text('effect'), flag('waits', true)] },
    { name: 'Timer', extends: ['bpmn:TimerEventDefinition'], properties: [text('deadline')] },
  ],
}
