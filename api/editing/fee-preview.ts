import type { Answers } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { chooserWords, vocabularyOf } from '../forms/service.ts'
import type { Word } from '../forms/vocabulary.ts'
import type { Issue } from '../lib/problem.ts'
import type { FeeResult } from '../payments/service.ts'
import { factorRule, type NumberFactor } from './fee-factors.ts'
import type { Values } from './sent.ts'
import { centsOf, dayOf } from './typed-values.ts'

/** How often a fee may be owed: a number of the form as it is, exactly with its decimals, each begun unit of it, or every one after the first. */
export type CountChoice = {
  readonly rule: string
  readonly how: 'each' | 'exact' | 'begun' | 'further'
  readonly word: Word
}

/** Ways to count that a form offers; what was not asked counts as none. Pure. */
export function countChoices(form: Form): readonly CountChoice[] {
  return chooserWords(vocabularyOf(form))
    .filter(({ kind }) => kind === 'number')
    .flatMap((word): readonly CountChoice[] => {
      const path = /^(?:count|sum)\((.+)\)$/.exec(word.name)?.[1] ?? word.name
      const decimals = form.fields.get(path)?.limits.decimals ?? 0
      const asked = word.about === undefined ? path : (form.fields.get(path)?.loop ?? path)
      const ruleOf = (how: NumberFactor['how']): string => factorRule({ kind: 'number', name: word.name, how, asked })
      return decimals > 0
        ? [
            { rule: ruleOf('begun'), how: 'begun', word },
            { rule: ruleOf('each'), how: 'exact', word },
          ]
        : [
            { rule: ruleOf('each'), how: 'each', word },
            { rule: ruleOf('further'), how: 'further', word },
          ]
    })
}

const PROBE = 'probe/'
export const PROBE_DAY = 'probe-day'
/** Controls that try a table out; nothing of them is kept. */
export const isProbe = (name: string): boolean => name.startsWith('probe')

/** Questions that rules look at, so that somebody can try them out. */
export function askedBy(rules: readonly string[], words: readonly Word[]): readonly Word[] {
  return words.filter(({ name }) => rules.some((rule) => mentions(rule, name)))
}

function mentions(rule: string, name: string): boolean {
  const at = rule.indexOf(name)
  const isPart = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}_.]/u.test(sign)
  return at >= 0 && ((!isPart(rule[at - 1]) && !isPart(rule[at + name.length])) || mentions(rule.slice(at + 1), name))
}

/** The answers that somebody typed to try a table out, as an application would give them. What is not answered is missing. */
export function probeAnswers(values: Values, words: readonly Word[]): Answers {
  const answers: Record<string, unknown> = {}
  for (const word of words) {
    const text = (values[`${PROBE}${word.name}`] ?? '').trim()
    const value = text === '' ? undefined : answerOf(word, text)
    const [, total, path = ''] = /^(count|sum)\((.+)\)$/.exec(word.name) ?? []
    if (value === undefined) {
      continue
    }
    if (total === 'count') {
      addItems(answers, path, Number(value))
    } else if (total === 'sum') {
      addSum(answers, path, { value, words })
    } else {
      putAt(answers, path === '' ? word.name : path, value)
    }
  }
  return answers as Answers
}

const ITEMS_MAX = 500

function addItems(answers: Record<string, unknown>, list: string, count: number): void {
  const before = itemsAt(answers, list)
  const many = Math.min(ITEMS_MAX, Math.max(0, Math.trunc(count)))
  putAt(
    answers,
    list,
    Array.from({ length: many }, (_, index) => before[index] ?? {}),
  )
}

/** A sum over a list is the value of its first item; the others have none of it. */
function addSum(
  answers: Record<string, unknown>,
  path: string,
  { value, words }: { readonly value: unknown; readonly words: readonly Word[] },
): void {
  const list = words.find(({ name, about }) => about === 'count' && path.startsWith(`${name.slice(6, -1)}.`))
  const at = list === undefined ? path.split('.').slice(0, -1).join('.') : list.name.slice(6, -1)
  const items = itemsAt(answers, at)
  const all = items.length === 0 ? [{}] : items
  const name = path.slice(at.length + 1)
  putAt(answers, at, all.map((item, index) => ({ ...item, [name]: index === 0 ? value : 0 }))) // biome-ignore format: one thought
}

const itemsAt = (answers: Record<string, unknown>, path: string): readonly Record<string, unknown>[] => {
  const found = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], answers)
  return Array.isArray(found) ? (found as readonly Record<string, unknown>[]) : []
}

function putAt(answers: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const at = keys.reduce<Record<string, unknown>>((within, key) => {
    const next = (within[key] ?? {}) as Record<string, unknown>
    within[key] = next
    return next
  }, answers)
  at[last] = value
}

function answerOf({ kind, values }: Word, text: string): unknown {
  switch (kind) {
    case 'money':
      return centsOf(text)
    case 'number': {
      const number = Number(text.replace(',', '.'))
      return Number.isFinite(number) ? number : undefined
    }
    case 'bool':
      return text === 'true'
    case 'date':
      return dayOf(text)
    case 'several':
      return values.some(({ code }) => code === text) ? [text] : []
    case 'file':
      return undefined
    default:
      return text
  }
}

/** The day for which a table is tried; undefined where what was typed is none. */
export const probeDay = (values: Values, today: string): string | undefined =>
  (values[PROBE_DAY] ?? '').trim() === '' ? today : dayOf(values[PROBE_DAY] ?? '')

/** What would be charged, line by line, as a page can show it. */
export function chargedIssues(result: FeeResult, nameOf: (fee: string) => string): readonly Issue[] {
  if (!result.ok) {
    return [
      { pointer: '/preview', type: 'editing/fee-unclear', params: { reason: result.reason, label: nameOf(result.at) } },
    ]
  }
  const { items, totalCents, isExemptionClaimed } = result.fee
  return [
    ...items.map(({ label, count, unitCents, totalCents: total, bound }): Issue => {
      const params = { label, count, unit: unitCents, total, ...(bound === undefined ? {} : { bound }) }
      return { pointer: '/preview', type: 'editing/fee-item', params }
    }),
    { pointer: '/preview', type: 'editing/fee-total', params: { total: totalCents, exemption: isExemptionClaimed ? 'yes' : 'no' } },
  ] // biome-ignore format: one table
}
