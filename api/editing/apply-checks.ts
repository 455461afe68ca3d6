import { computedRef, type Locked, lockedAt, withComputed, withoutComputed } from './locked.ts'
import type { Values } from './sent.ts'
import { COMPUTE, checksIn, ownCheckOf, POINT_WAYS, type PointWay, refsIn } from './sheet-checks.ts'
import { recordAt } from './sheet-rows.ts'
import { editYaml, spliceYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

type Sent = { readonly values: Values; readonly edits: readonly YamlEdit[] }

/** Changes checks, takes away those that are ticked, adds a new one. Rules that a check answered are open again without it. */
export function applyChecks(source: string, sent: Sent): string {
  const value = valueIn(sent)
  const kept = withoutTicked(editYaml(source, sent.edits), sent)
  return value('new-check-rule') === '' ? kept : withCheck(kept, checkIdFor(kept, value('new-check-at')), sent)
}

/** Who answers, and on which day (Berlin): kept with a sentence why a rule is not needed. */
export type Answerer = { readonly name: string; readonly today: string }

/**
 * Puts the answer to a rule in words in place: what of the form keeps it, a check of its own, the clerk, or why it is not needed. A
 * check that was made for this rule alone goes when the answer is another. Where nobody says how, what was filled in does.
 */
export function applyAnswer(source: string, id: string, sent: Sent, who: Answerer): string {
  const edits = sent.edits.filter(({ path }) => path[0] === 'checks')
  const kept = withoutTicked(editYaml(source, edits), sent)
  const how = waySent(id, sent.values)
  const own = ownCheckOf(id)
  const locked = lockedAt(source, id)
  const hasOwn = checksIn(kept).some((check) => check.id === own)
  if (how === undefined || (how === 'own' && valueIn(sent)('new-check-rule') === '')) {
    return how === 'own' && hasOwn ? editYaml(kept, [{ path: ['rules', id], value: { check: own } }]) : kept
  }
  const worked = locked === undefined ? kept : how === 'computed' ? withComputed(kept, locked, computeSent(sent.values)) : unless(kept, locked, sent) // biome-ignore format: one thought
  const made = how === 'own' ? withCheck(worked, own, sent) : worked
  const next = editYaml(made, [{ path: ['rules', id], value: answerOf(source, id, { how, values: sent.values, who }) }])
  return how !== 'own' && hasOwn && !answeredBy(next).includes(own) ? withoutCheck(next, own) : next
}

/** How an editor says a rule is kept; by what was filled in where they do not say. */
export function waySent(id: string, values: Values): PointWay | undefined {
  const how = POINT_WAYS.find((way) => way === values['how'])
  if (how !== undefined) {
    return how
  }
  if ((values['new-check-rule'] ?? '').trim() !== '') {
    return 'own'
  }
  return keptSent(id, values).length > 0
    ? 'kept'
    : (values[`rules/${id}/reason`] ?? '').trim() === ''
      ? undefined
      : 'reason'
}

/** How a locked field is worked out. */
export const computeSent = (values: Values): string =>
  (values[COMPUTE.count] ?? values[COMPUTE.rule] ?? '').replaceAll('\r\n', '\n').trim()

/** A value that was worked out for this rule alone goes when the answer is another. */
const unless = (source: string, locked: Locked, { values }: Sent): string =>
  Object.keys(values).some((name) => name.endsWith(`/kept~${computedRef(locked)}`)) && values['how'] === 'kept'
    ? source
    : withoutComputed(source, locked)

/** What of the form was ticked. */
export function keptSent(id: string, values: Values): readonly string[] {
  const begin = `rules/${id}/kept~`
  return Object.keys(values).flatMap((name) =>
    name.startsWith(begin) && name !== begin ? [name.slice(begin.length)] : [],
  )
}

function answerOf(
  source: string,
  id: string,
  { how, values, who }: { readonly how: PointWay; readonly values: Values; readonly who: Answerer },
): unknown {
  switch (how) {
    case 'own':
      return { check: ownCheckOf(id) }
    case 'computed': {
      const locked = lockedAt(source, id)
      return { kept: locked === undefined ? [] : [computedRef(locked)] }
    }
    case 'kept':
      return { kept: keptSent(id, values) }
    case 'clerk':
      return { clerk: true }
    default: {
      const reason = (values[`rules/${id}/reason`] ?? '').replaceAll('\r\n', '\n').trim()
      const before = recordAt(source, 'rules', id)
      // Said again in the same words, it stays who said it first.
      return before['reason'] === reason && before['by'] !== undefined
        ? before
        : { reason, by: who.name, on: who.today }
    }
  }
}

const valueIn =
  ({ values }: Sent) =>
  (name: string): string =>
    (values[name] ?? '').trim()

function withCheck(source: string, id: string, sent: Sent): string {
  const value = valueIn(sent)
  const check = { id, at: value('new-check-at'), rule: value('new-check-rule'), text: value('new-check-text') }
  const others = withoutCheck(source, id)
  return checksIn(others).length === 0
    ? editYaml(others, [{ path: ['checks'], value: [check] }])
    : spliceYaml(others, { list: ['checks'], at: checksIn(others).length, insert: [check] })
}

function withoutTicked(source: string, { values }: Sent): string {
  const ticked = checksIn(source).flatMap(({ id }, index) =>
    values[`remove-check/${index}`] === undefined ? [] : [id],
  )
  return ticked.reduce((text, id) => {
    const answered = Object.keys(recordAt(text, 'rules')).filter(
      (rule) => yamlAt(text, ['rules', rule, 'check']) === id,
    )
    const open = editYaml(
      text,
      answered.map((rule) => ({ path: ['rules', rule], value: undefined })),
    )
    return withoutCheck(open, id)
  }, source)
}

function withoutCheck(source: string, id: string): string {
  const index = checksIn(source).findIndex((check) => check.id === id)
  if (index < 0) {
    return source
  }
  const rest = spliceYaml(source, { list: ['checks'], at: index, remove: 1 })
  return checksIn(rest).length === 0 ? editYaml(rest, [{ path: ['checks'], value: undefined }]) : rest
}

/** Ids of the checks that answer a rule. */
const answeredBy = (source: string): readonly string[] =>
  Object.keys(recordAt(source, 'rules')).flatMap((id) =>
    refsIn(source, id).flatMap((ref) => (ref.startsWith('check:') ? [ref.slice('check:'.length)] : [])),
  )

/** An id made of the question's name, each once. */
function checkIdFor(source: string, path: string): string {
  const base = (path.split('.').at(-1) ?? '').replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`).slice(0, 40)
  const known = new Set(checksIn(source).map(({ id }) => id))
  const names = Array.from({ length: known.size + 1 }, (_, index) => `${base}-${index + 1}`)
  return names.find((name) => !known.has(name)) ?? base
}
