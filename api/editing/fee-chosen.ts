import type { Issue } from '../lib/problem.ts'
import { countRule, FACTORS_MAX, type Factor, factorRule, factorsIn, SPANS } from './fee-factors.ts'
import type { Values } from './sent.ts'

/** Of what a fee is a multiple, as its controls show it: a rule for a number of the form, or `span:months` with two days. */
export type FactorView = { readonly as: string; readonly from: string; readonly to: string }

/** What the controls of a count show; undefined where its rule is written by hand. Pure. */
export const factorViews = (rule: string): readonly FactorView[] | undefined =>
  factorsIn(rule)?.map((factor) =>
    factor.kind === 'span'
      ? { as: `span:${factor.unit}`, from: factor.from, to: factor.to }
      : { as: factorRule(factor), from: '', to: '' },
  )

/** A rule that stands behind the controls, and is written by hand. */
const BY_HAND = 'own'
/** The controls of a factor: `<count>~as`, `~from` and `~to`, from the second on with their number. */
const CONTROLS = Array.from({ length: FACTORS_MAX }, (_, index) => (index === 0 ? '' : String(index + 1)))

/** The counts that were chosen from the lists, and what of them is only half; what was written by hand counts more. Pure. */
export function withCounts(values: Values): { readonly values: Values; readonly wrong: readonly Issue[] } {
  const next: Record<string, string> = { ...values }
  const wrong: Issue[] = []
  for (const name of Object.keys(values).filter((one) => one.endsWith('/count~as'))) {
    const control = name.slice(0, -'~as'.length)
    const isByHand = (values[control] ?? '').trim() !== (values[`${control}~was`] ?? '').trim()
    const sent = CONTROLS.map((number) => factorSent((key) => (values[`${control}~${key}${number}`] ?? '').trim()))
    const chosen = sent.filter((one) => one !== undefined)
    const factors = chosen.filter((one) => typeof one === 'object')
    const isOwn = isByHand || chosen.includes(BY_HAND)
    const isHalf =
      factors.length < chosen.length || (factors.length > 1 && factors.some(({ factor }) => factor === undefined))
    if (!isOwn && isHalf) {
      wrong.push({ pointer: `/${control}`, type: 'editing/fee-span' })
    }
    next[control] = isOwn ? (values[control] ?? '') : ruleOf(factors)
    for (const key of ['was', ...CONTROLS.flatMap((number) => [`as${number}`, `from${number}`, `to${number}`])]) {
      delete next[`${control}~${key}`]
    }
  }
  return { values: next, wrong }
}

type Sent = { readonly rule: string; readonly factor: Factor | undefined }

/** A single number stays as it is written in the file. */
function ruleOf(sent: readonly Sent[]): string {
  const [first, ...others] = sent
  const factors = sent.flatMap(({ factor }) => factor ?? [])
  return others.length === 0 ? (first?.rule ?? '') : countRule(factors)
}

function factorSent(sent: (key: string) => string): Sent | 'half' | typeof BY_HAND | undefined {
  const as = sent('as')
  if (as === '') {
    return undefined
  }
  if (as === BY_HAND) {
    return BY_HAND
  }
  const unit = SPANS.find((one) => as === `span:${one}`)
  if (unit === undefined) {
    const [factor, ...others] = factorsIn(as) ?? []
    return { rule: as, factor: others.length === 0 ? factor : undefined }
  }
  const [from, to] = [sent('from'), sent('to')]
  const factor: Factor = { kind: 'span', unit, from, to }
  return from === '' || to === '' || from === to ? 'half' : { rule: factorRule(factor), factor }
}
