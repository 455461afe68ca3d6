import type { Names, Rule } from '../lib/feel.ts'
import { nearest } from '../lib/finding.ts'
import { type Computing, loadComputed, type PlacedStep } from './load-computed.ts'
import { reportUnknownSteps } from './load-signers.ts'
import type { Loading } from './loading.ts'
import type { Check, Field, Group, LoopStep, QuestionStep, Step } from './model.ts'
import { itemOfName, pathOfName, TODAY_NAME } from './names.ts'
import { type LoopStepOverlay, type QuestionStepOverlay, requiredRule, type StepOverlay } from './overlay.ts'
import { type Conditioned, reportDeadConditions } from './reachable-rules.ts'
import type { Place } from './yaml.ts'

type Fields = ReadonlyMap<string, Field>
type Laying = {
  readonly loading: Loading
  readonly fields: Fields
  readonly groups: ReadonlyMap<string, Group>
  /** Where each field is asked: pages are numbered in the order they come. */
  readonly pageOf: Map<string, number>
  readonly stepIds: Set<string>
  readonly conditioned: Conditioned[]
  readonly stepsIn: Map<string, PlacedStep[]>
  page: number
}
type LaidSteps = {
  readonly steps: readonly Step[]
  readonly checks: readonly Check[]
  readonly conditions: ReadonlyMap<string, Rule>
  /** By which an answer is obligatory, by path. */
  readonly obligations: ReadonlyMap<string, Rule>
  readonly computing: Computing
}

/** Lays out the steps of the overlay and checks every condition against the order in which questions are asked. */
export function loadSteps(loading: Loading, fields: Fields, groups: ReadonlyMap<string, Group>): LaidSteps {
  const laying: Laying = {
    loading,
    fields,
    groups,
    pageOf: new Map(),
    stepIds: new Set(),
    conditioned: [],
    stepsIn: new Map(),
    page: 0,
  }
  placeSteps(laying, loading.overlay.steps, { place: ['steps'], loops: [] })
  const computing = loadComputed(loading, { fields, pageOf: laying.pageOf, stepsIn: laying.stepsIn })
  laying.page = 0
  const sections = new Set(loading.overlay.sections.map((section) => section.id))
  const steps = loading.overlay.steps.map((step, index): Step => {
    const place = ['steps', index]
    if (step.section !== undefined && !sections.has(step.section)) {
      loading.report(
        [...place, 'section'],
        'forms/unknown-section',
        `The section "${step.section}" is not known.`,
        nearest(step.section, sections),
      )
    } else if (step.section === undefined) {
      loading.report(place, 'forms/missing-text', `The step "${step.id}" names no section.`)
    }
    return layStep(laying, step, { place, section: step.section ?? '', loops: [] })
  })
  for (const [path, field] of fields) {
    if (!laying.pageOf.has(path) && field.kind !== 'computed') {
      loading.report(['fields', path], 'forms/no-step', `"${path}" is asked in no step.`)
    }
    reportLater(laying, field)
  }
  const checks = loadChecks(laying)
  if (loading.findings.length === 0) {
    reportDeadConditions(loading, laying.conditioned, { fields, pageOf: (path) => laying.pageOf.get(path) ?? 0 })
  }
  const conditions = new Map(
    laying.conditioned.flatMap((entry) => (entry.field === undefined ? [] : [[entry.field, entry.rule] as const])),
  )
  const obligations = new Map(
    laying.conditioned.flatMap(({ requires, rule }) => (requires === undefined ? [] : [[requires, rule] as const])),
  )
  return { steps, checks, conditions, obligations, computing }
}

type StepAt = { readonly place: Place; readonly loops: readonly string[]; readonly section: string }

/** First pass: on which page every field is asked, so that rules can be checked against the order. */
function placeSteps(laying: Laying, steps: readonly StepOverlay[], at: Omit<StepAt, 'section'>): void {
  for (const [index, step] of steps.entries()) {
    const place = [...at.place, index]
    if ('loop' in step) {
      placeSteps(laying, step.steps, { place: [...place, 'steps'], loops: [...at.loops, step.loop] })
    }
    laying.page += 1
    const loop = at.loops.at(-1) ?? ''
    const placed = { id: step.id, page: laying.page, ...('loop' in step ? { list: step.loop } : {}) }
    laying.stepsIn.set(loop, [...(laying.stepsIn.get(loop) ?? []), placed])
    if (!('loop' in step)) {
      for (const [position, path] of step.fields.entries()) {
        placeField(laying, path, { place: [...place, 'fields', position], loop: at.loops.at(-1) })
      }
    }
  }
}

function placeField(laying: Laying, path: string, at: { place: Place; loop: string | undefined }): void {
  const field = laying.fields.get(path)
  const { report } = laying.loading
  if (field === undefined) {
    report(at.place, 'forms/unknown-field', `The field "${path}" is not known.`, nearest(path, laying.fields.keys()))
  } else if (laying.pageOf.has(path)) {
    report(at.place, 'forms/twice', `The field "${path}" is asked twice.`)
  }
  if (field !== undefined && field.loop !== at.loop) {
    const wanted = field.loop === undefined ? 'outside of a loop' : `in the loop of "${field.loop}"`
    report(at.place, 'forms/loop', `The field "${path}" has to be asked ${wanted}.`)
  }
  laying.pageOf.set(path, laying.page)
}

function layStep(laying: Laying, step: StepOverlay, at: StepAt): Step {
  return 'loop' in step ? layLoop(laying, step, at) : layQuestions(laying, step, at)
}

function layQuestions(laying: Laying, step: QuestionStepOverlay, { place, section, loops }: StepAt): QuestionStep {
  laying.page += 1
  checkId(laying, step.id, place)
  const [first] = step.fields.map((path) => laying.fields.get(path))
  const title = step.title ?? (step.fields.length === 1 ? first?.label : undefined)
  if (title === undefined) {
    laying.loading.report(place, 'forms/missing-text', `The step "${step.id}" has several fields and no title.`)
  }
  const when = condition(laying, step.when, { place: [...place, 'when'], loops, fields: step.fields })
  for (const path of step.fields) {
    const field = laying.loading.overlay.fields[path]
    condition(laying, field?.when, { place: ['fields', path, 'when'], loops, fields: [path], field: path })
    const place = ['fields', path, 'required']
    condition(laying, requiredRule(field), { place, loops, fields: [], asked: [path], requires: path })
  }
  return {
    kind: 'questions',
    id: step.id,
    section,
    title: title ?? step.id,
    ...(step.lead === undefined ? {} : { lead: step.lead }),
    fields: step.fields.filter((path) => laying.fields.has(path)),
    ...(when === undefined ? {} : { when }),
    ...(step.trustLevel === undefined ? {} : { trustLevel: step.trustLevel }),
    ...layDelegation(laying, step, { place, loops }),
  }
}

/** Only a page outside of repeating groups can be given to somebody else: it has one address. */
function layDelegation(
  { loading }: Laying,
  { id, delegate }: QuestionStepOverlay,
  { place, loops }: Pick<StepAt, 'place' | 'loops'>,
): Pick<QuestionStep, 'delegate'> {
  if (delegate === undefined) {
    return {}
  }
  if (loops.length > 0) {
    loading.report([...place, 'delegate'], 'forms/loop', `The step "${id}" of a loop cannot be given to somebody else.`)
  }
  reportUnknownSteps(loading, delegate.sees, [...place, 'delegate', 'sees'])
  return { delegate: { ...delegate, trustLevel: delegate.trustLevel ?? 'none' } }
}

function layLoop(laying: Laying, step: LoopStepOverlay, at: StepAt): LoopStep {
  const { place, section, loops } = at
  const { report } = laying.loading
  checkId(laying, step.id, place)
  const outer = loops.at(-1)
  const isInside = outer === undefined || step.loop.startsWith(`${outer}.`)
  if (laying.groups.get(step.loop)?.loop === undefined || !isInside) {
    const repeating = [...laying.groups.values()].filter((group) => group.loop !== undefined)
    const suggestion = nearest(
      step.loop,
      repeating.map((group) => group.path),
    )
    const where = outer === undefined ? '' : ` in "${outer}"`
    report([...place, 'loop'], 'forms/loop', `"${step.loop}" is no repeating group${where}.`, suggestion)
  }
  if (step.itemName !== undefined && laying.fields.get(step.itemName)?.loop !== step.loop) {
    report(
      [...place, 'itemName'],
      'forms/unknown-field',
      `"${step.itemName}" is no field of "${step.loop}".`,
      nearest(step.itemName, laying.fields.keys()),
    )
  }
  if (!step.itemTitle.includes('{number}')) {
    report([...place, 'itemTitle'], 'forms/missing-text', 'The title of an item contains {number}.')
  }
  const when = condition(laying, step.when, { place: [...place, 'when'], loops, fields: fieldsIn(step) })
  const steps = step.steps.map((inner, index) => {
    return layStep(laying, inner, { place: [...place, 'steps', index], section, loops: [...loops, step.loop] })
  })
  laying.page += 1
  return {
    kind: 'loop',
    id: step.id,
    section,
    title: step.title,
    group: step.loop,
    itemTitle: step.itemTitle,
    ...(step.itemName === undefined ? {} : { itemName: step.itemName }),
    another: step.another,
    steps,
    ...(when === undefined ? {} : { when }),
  }
}

const fieldsIn = (step: StepOverlay): readonly string[] => ('loop' in step ? step.steps.flatMap(fieldsIn) : step.fields)

function checkId(laying: Laying, id: string, place: Place): void {
  if (laying.stepIds.has(id) || /-\d+-/.test(`${id}-`)) {
    laying.loading.report(
      [...place, 'id'],
      'forms/step-id',
      `The step id "${id}" is used twice or looks like the page of an item.`,
    )
  }
  laying.stepIds.add(id)
}

type ConditionAt = {
  readonly place: Place
  readonly loops: readonly string[]
  readonly fields: readonly string[]
  readonly field?: string
  readonly requires?: string
  /** What is asked where the rule stands; the fields it stands before, where not named. */
  readonly asked?: readonly string[]
}

function condition(laying: Laying, source: string | undefined, at: ConditionAt): Rule | undefined {
  if (source === undefined) {
    return undefined
  }
  const rule = laying.loading.compile(source, at.place, laying.loading.namesIn(laying.fields, at.loops))
  if (rule === undefined) {
    return undefined
  }
  const page = Math.min(...(at.asked ?? at.fields).map((path) => laying.pageOf.get(path) ?? Number.POSITIVE_INFINITY))
  reportOrder(laying, rule, { place: at.place, page, loops: at.loops })
  laying.conditioned.push({ ...at, rule })
  return rule
}

/** A rule may use only what was asked on an earlier page; a list only after its last item. */
function reportOrder(laying: Laying, rule: Rule, at: { place: Place; page: number; loops: readonly string[] }): void {
  for (const used of rule.uses.filter((name) => name !== TODAY_NAME)) {
    const path = pathOfName(used, at.loops)
    const isAround = at.loops.some((loop) => path === loop || loop.startsWith(`${path}.`))
    const isOpenList = itemOfName(used) === undefined && isAround
    const later = [...laying.pageOf].find(
      ([asked, page]) => (asked === path || asked.startsWith(`${path}.`)) && (isOpenList || page >= at.page),
    )
    if (later !== undefined) {
      const [asked, page] = later
      if (page === at.page && !isAround) {
        laying.loading.report(
          at.place,
          'forms/same-page',
          `The condition uses "${asked}", which is asked on this page.`,
        )
      } else {
        laying.loading.report(
          at.place,
          'forms/later-answer',
          `The condition uses "${asked}", which is not asked before.`,
        )
      }
    }
  }
}

/** A `when` of a field that stands in no step was never looked at. */
function reportLater(laying: Laying, field: Field): void {
  const source = laying.loading.overlay.fields[field.path]?.when
  if (source !== undefined && !laying.pageOf.has(field.path)) {
    laying.loading.compile(source, ['fields', field.path, 'when'], laying.loading.namesIn(laying.fields, field.loops))
  }
}

function loadChecks(laying: Laying): readonly Check[] {
  const { loading, fields } = laying
  const seen = new Set<string>()
  return loading.overlay.checks.flatMap((check, index): readonly Check[] => {
    const place = ['checks', index]
    const field = fields.get(check.at)
    if (field === undefined) {
      loading.report(
        [...place, 'at'],
        'forms/unknown-field',
        `The field "${check.at}" is not known.`,
        nearest(check.at, fields.keys()),
      )
    }
    if (seen.has(check.id)) {
      loading.report([...place, 'id'], 'forms/twice', `The check "${check.id}" stands twice.`)
    }
    seen.add(check.id)
    const names: Names = loading.namesIn(fields, field?.loops)
    // Without its question it is not known which names the rule may use.
    const rule = field === undefined ? undefined : loading.compile(check.rule, [...place, 'rule'], names)
    if (rule === undefined || field === undefined) {
      return []
    }
    const asksForNothing = [...check.rule.matchAll(/([\p{L}\w.]+)\s*!=\s*null\b/gu)].find(([, name]) => rule.uses.includes(name ?? '')) // biome-ignore format: one thought
    if (asksForNothing !== undefined) {
      const detail = `A check says nothing while "${asksForNothing[1]}" is missing, so this is never false; "required" makes an answer obligatory.`
      loading.report([...place, 'rule'], 'forms/null-check', detail)
    }
    const own = { id: check.id, at: check.at, rule, text: check.text }
    const list = wholeList(rule, field)
    if (list === undefined) {
      const page = (laying.pageOf.get(field.path) ?? 0) + 1
      reportOrder(laying, rule, { place: [...place, 'rule'], page, loops: field.loops })
      return [own]
    }
    if (rule.uses.some((name) => itemOfName(name) !== undefined)) {
      const detail = `The rule looks at all items of "${list}" and at one of them, which is not both known at one time.`
      loading.report([...place, 'rule'], 'forms/list-check', detail)
    }
    const inList = [...laying.pageOf].filter(([path]) => path.startsWith(`${list}.`)).map(([, page]) => page)
    reportOrder(laying, rule, { place: [...place, 'rule'], page: Math.max(...inList) + 1, loops: [] })
    return [{ ...own, list }]
  })
}

/** The outermost list a field stands in, where a rule looks at all its items. */
function wholeList(rule: Rule, { loops }: Field): string | undefined {
  const [list] = loops
  const isWhole = (name: string): boolean => itemOfName(name) === undefined && (list === name || list?.startsWith(`${name}.`) === true) // biome-ignore format: one thought
  return rule.uses.some(isWhole) ? list : undefined
}
