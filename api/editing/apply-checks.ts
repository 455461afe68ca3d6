import type { Values } from './sent.ts'
import { checksIn } from './sheet-checks.ts'
import { recordAt } from './sheet-rows.ts'
import { editYaml, spliceYaml, type YamlEdit, yamlAt } from './yaml-edit.ts'

type Sent = { readonly values: Values; readonly edits: readonly YamlEdit[] }

/** Changes checks, takes away those that are ticked, adds a new one. Rules that a check answered are open again without it. */
export function applyChecks(source: string, sent: Sent): string {
  const value = valueIn(sent)
  const kept = withoutTicked(editYaml(source, sent.edits), sent)
  return value('new-check-rule') === '' ? kept : withCheck(kept, checkIdFor(kept, value('new-check-at')), sent)
}

/**
 * Puts the answer to a rule in words in place: its check, a condition, or a sentence. What was just filled in counts, not what
 * stood there before; a check that was made for this rule alone goes when the answer is another.
 */
export function applyAnswer(source: string, id: string, sent: Sent): string {
  const value = valueIn(sent)
  const before = yamlAt(source, ['rules', id, 'check'])
  const edits = sent.edits.filter(({ path }) => path[0] === 'checks')
  const kept = withoutTicked(editYaml(source, edits), sent)
  if (value('new-check-rule') !== '') {
    const checkId = `regel-${id.toLowerCase()}`
    return editYaml(withCheck(kept, checkId, sent), [{ path: ['rules', id], value: { check: checkId } }])
  }
  const checks = checksIn(kept).map((check) => check.id)
  const answers = (['check', 'condition', 'reason'] as const).flatMap((kind) => {
    const name = `rules/${id}/${kind}`
    // A control that was not sent leaves what stands there.
    const text = sent.values[name] === undefined ? String(yamlAt(source, ['rules', id, kind]) ?? '') : value(name)
    return text === '' || (kind === 'check' && !checks.includes(text)) ? [] : [[kind, text] as const]
  })
  const fresh = answers.filter(([kind]) => sent.edits.some(({ path }) => path[0] === 'rules' && path.at(-1) === kind))
  const [chosen] = fresh.length > 0 ? fresh : answers
  const answer = chosen === undefined ? undefined : { [chosen[0]]: chosen[1] }
  const next = editYaml(kept, [{ path: ['rules', id], value: answer }])
  const isLeft = typeof before === 'string' && before.startsWith('regel-') && chosen?.[1] !== before
  return isLeft && !answeredBy(next).includes(before) ? withoutCheck(next, before) : next
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
const answeredBy = (source: string): readonly unknown[] =>
  Object.values(recordAt(source, 'rules')).map((answer) => (answer as { check?: unknown } | null)?.check)

/** An id made of the question's name, each once. */
function checkIdFor(source: string, path: string): string {
  const base = (path.split('.').at(-1) ?? '').replace(/[A-Z]/g, (sign) => `-${sign.toLowerCase()}`).slice(0, 40)
  const known = new Set(checksIn(source).map(({ id }) => id))
  const names = Array.from({ length: known.size + 1 }, (_, index) => `${base}-${index + 1}`)
  return names.find((name) => !known.has(name)) ?? base
}
