import * as v from 'valibot'
import { readContentFile } from '../lib/content-file.ts'
import { type Finding, nearest } from '../lib/finding.ts'
import { type Definition, isNoticeable, type Node } from './model.ts'
import { type ProcessState, WITHDRAWN } from './state.ts'

const Text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1000))
const Id = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/))

/** How a citizen reads one state. `until` may hold `{bis}`, the day by which something is due. */
export const State = v.strictObject({
  stage: Id,
  title: Text,
  sentence: Text,
  who: Text,
  turn: v.picklist(['office', 'citizen', 'nobody']),
  until: v.optional(Text),
})
const OutcomeTexts = v.strictObject({ label: Text, hint: v.optional(Text), done: Text })
const Task = v.strictObject({ title: Text, action: Text, outcomes: v.record(Id, OutcomeTexts) })
/** A mail: reference and link only, nothing about the matter or the person. */
export const Message = v.strictObject({ subject: Text, text: v.pipe(Text, v.maxLength(4000)) })

const Texts = v.strictObject({
  version: v.literal(1),
  lang: v.pipe(v.string(), v.regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/)),
  stages: v.pipe(v.array(v.strictObject({ id: Id, title: Text })), v.minLength(1), v.maxLength(12)),
  states: v.record(Id, State),
  tasks: v.record(Id, Task),
  messages: v.record(Id, Message),
  /** What it means to take the application back; shown before it is done. */
  withdrawal: v.optional(v.strictObject({ consequences: v.pipe(v.array(Text), v.minLength(1), v.maxLength(8)) })),
})

/** The words of one process in one language: content/services/<slug>/process.<lang>.yaml. */
export type ProcessTexts = v.InferOutput<typeof Texts>
export type StateText = ProcessTexts['states'][string]

/** What a citizen reads of where a case stands: the words, and the stages with the one it is in. */
export type StateView = {
  readonly node: string
  readonly text: StateText
  readonly stages: readonly {
    readonly id: string
    readonly title: string
    readonly state: 'done' | 'current' | 'ahead'
  }[]
}

const MAIL_NAMES = ['vorgangsnummer', 'link', 'behoerde']

/** Reads the words of a process and checks them against it; every state that a citizen can notice must have some. */
export function readProcessTexts(
  source: string,
  file: string,
  definition: Definition,
): { readonly ok: true; readonly texts: ProcessTexts } | { readonly ok: false; readonly findings: readonly Finding[] } {
  const read = readContentFile(source, file, Texts)
  if (!read.ok) {
    return read
  }
  const findings = checkTexts(definition, read.value, { file, lineOf: read.lineOf })
  return findings.length > 0 ? { ok: false, findings } : { ok: true, texts: read.value }
}

/** Words where a case stands; null before the first state that a citizen notices. */
export function describeState(texts: ProcessTexts, state: ProcessState): StateView | null {
  const text = state.shown === null ? undefined : texts.states[state.shown]
  if (state.shown === null || text === undefined) {
    return null
  }
  const current = texts.stages.findIndex((stage) => stage.id === text.stage)
  const isOver = state.status === 'ended'
  const stages = texts.stages.map((stage, index) => {
    const isBehind = index < current || (isOver && index === current)
    return {
      ...stage,
      state: isBehind ? ('done' as const) : index === current ? ('current' as const) : ('ahead' as const),
    }
  })
  return { node: state.shown, text, stages }
}

export type Place = { readonly file: string; readonly lineOf: (path: readonly (string | number)[]) => number }

function checkTexts(definition: Definition, texts: ProcessTexts, place: Place): Finding[] {
  const nodes = [...definition.nodes.values()]
  return [
    ...nodes.flatMap((node) => missingTexts(node, texts, place)),
    ...strayTexts(definition, texts, place),
    ...checkMails(definition, texts, place),
  ]
}

function missingTexts(node: Node, texts: ProcessTexts, place: Place): Finding[] {
  const lacks = (section: 'states' | 'tasks', name: string): Finding[] => [
    finding(
      place,
      [section],
      'workflow/missing-text',
      `"${name}" (line ${node.line} of the diagram) has no text under "${section}".`,
      nearest(name, Object.keys(texts[section])) ?? `${section}.${name}`,
    ),
  ]
  const state = isNoticeable(node) && texts.states[node.id] === undefined ? lacks('states', node.id) : []
  if (node.kind !== 'user') {
    return state
  }
  const task = texts.tasks[node.id]
  if (task === undefined) {
    return [...state, ...lacks('tasks', node.id)]
  }
  const outcomes = node.outcomes.filter((outcome) => task.outcomes[outcome.id] === undefined)
  return [...state, ...outcomes.flatMap((outcome) => lacks('tasks', `${node.id}.outcomes.${outcome.id}`))]
}

function strayTexts(definition: Definition, texts: ProcessTexts, place: Place): Finding[] {
  const stages = texts.stages.map((stage) => stage.id)
  const nodes = [...definition.nodes.values()]
  const noticeable = nodes.filter(isNoticeable).map((node) => node.id)
  const tasks = nodes.filter((node) => node.kind === 'user').map((node) => node.id)
  return [
    ...Object.entries(texts.states).flatMap(([id, state]) => [
      ...known(id, [...noticeable, WITHDRAWN], { place, path: ['states', id], what: 'state of the process' }),
      ...known(state.stage, stages, { place, path: ['states', id, 'stage'], what: 'stage' }),
    ]),
    ...Object.keys(texts.tasks).flatMap((id) =>
      known(id, tasks, { place, path: ['tasks', id], what: 'user task of the process' }),
    ),
  ]
}

/** Every mail that the process sends has its words, and words hold no names but those that a mail may carry. */
function checkMails(definition: Definition, texts: ProcessTexts, place: Place): Finding[] {
  const findings: Finding[] = []
  for (const node of definition.nodes.values()) {
    const template = node.kind === 'service' && node.effect === 'notify' ? node.params.get('template') : undefined
    if (template?.kind === 'fixed' && texts.messages[template.value] === undefined) {
      const detail = `"${node.id}" sends "${template.value}", which has no text under "messages".`
      const hint = nearest(template.value, Object.keys(texts.messages)) ?? `messages.${template.value}`
      findings.push(finding(place, ['messages'], 'workflow/missing-text', detail, hint))
    }
  }
  return [...findings, ...unknownMailNames(texts.messages, place)]
}

/** Names in mails that no mail may carry: nothing about the matter, nothing about the person. */
export function unknownMailNames(messages: ProcessTexts['messages'], place: Place): Finding[] {
  const findings: Finding[] = []
  for (const [id, message] of Object.entries(messages)) {
    for (const part of ['subject', 'text'] as const) {
      const path = ['messages', id, part]
      for (const match of message[part].matchAll(/\{([^{}\n]{0,60})\}/g)) {
        findings.push(...known(match[1] ?? '', MAIL_NAMES, { place, path, what: 'name for a mail' }))
      }
    }
  }
  return findings
}

function known(
  name: string,
  names: readonly string[],
  at: { place: Place; path: readonly string[]; what: string },
): Finding[] {
  if (names.includes(name)) {
    return []
  }
  const detail = `"${name}" is no ${at.what}.`
  return [finding(at.place, at.path, 'workflow/unknown-name', detail, nearest(name, names))]
}

export function finding(
  place: Place,
  path: readonly string[],
  type: string,
  detail: string,
  suggestion?: string,
): Finding {
  const hint = suggestion === undefined ? {} : { suggestion }
  return { file: place.file, line: place.lineOf(path), type, detail, ...hint }
}
