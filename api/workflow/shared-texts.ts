import * as v from 'valibot'
import { readContentFile } from '../lib/content-file.ts'
import { type Finding, nearest } from '../lib/finding.ts'
import { WITHDRAWN } from './state.ts'
import { finding, Message, type ProcessTexts, State, unknownMailNames } from './texts.ts'

/** Path of the words that all processes share, without language and ending. */
export const SHARED_TEXTS = 'processes/shared'

/** Mails that tell of what can happen to every Vorgang, whatever its process says. */
export const SHARED_MESSAGES = [
  'withdrawn',
  'reopened',
  'message',
  'contact-changed',
  'objection-received',
  'inspection-granted',
] as const

const Id = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/))
const Line = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1000))
const Shared = v.strictObject({
  version: v.literal(1),
  lang: v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/)),
  states: v.record(Id, v.omit(State, ['stage'])),
  messages: v.record(Id, Message),
  withdrawal: v.strictObject({ consequences: v.pipe(v.array(Line), v.minLength(1), v.maxLength(8)) }),
})
export type SharedTexts = v.InferOutput<typeof Shared>

/** Reads content/processes/shared.<lang>.yaml; a message or state that every process needs and that is missing is a finding. */
export function readSharedTexts(
  source: string,
  file: string,
): { readonly ok: true; readonly texts: SharedTexts } | { readonly ok: false; readonly findings: readonly Finding[] } {
  const read = readContentFile(source, file, Shared)
  if (!read.ok) {
    return read
  }
  const place = { file, lineOf: read.lineOf }
  const lacks = (section: 'states' | 'messages', names: readonly string[]): Finding[] => {
    const there = Object.keys(read.value[section])
    return names
      .filter((name) => !there.includes(name))
      .map((name) => {
        const detail = `"${name}" has no text under "${section}".`
        return finding(place, [section], 'workflow/missing-text', detail, nearest(name, there) ?? `${section}.${name}`)
      })
  }
  const findings = [
    ...lacks('states', [WITHDRAWN]),
    ...lacks('messages', SHARED_MESSAGES),
    ...unknownMailNames(read.value.messages, place),
  ]
  return findings.length > 0 ? { ok: false, findings } : { ok: true, texts: read.value }
}

/** The words of a process with the shared ones beneath: what the process says itself comes first. */
export function withShared(own: ProcessTexts, shared: SharedTexts): ProcessTexts {
  const last = own.stages.at(-1)?.id ?? ''
  const states = Object.entries(shared.states).map(([id, state]) => [id, { ...state, stage: last }] as const)
  return {
    ...own,
    states: { ...Object.fromEntries(states), ...own.states },
    messages: { ...shared.messages, ...own.messages },
    withdrawal: own.withdrawal ?? shared.withdrawal,
  }
}
