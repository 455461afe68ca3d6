import type { Finding } from '../lib/finding.ts'
import { placesIn, type Step } from './page-places.ts'
import { pathOf } from './sheet-rows.ts'
import { type YamlPath, yamlAt } from './yaml-edit.ts'

/** What a rule looks at that is not asked before it, for people who know no paths: and which page has to move. */
export type LaterAnswer = {
  /** Label of the question, and the list it stands in, as far as the rule does not stand in it too. */
  readonly question: string
  readonly list: string
  /** Heading of the page or list that asks it. */
  readonly asked: string
  /** Heading and id of the page or list where the rule stands; the id is empty where moving it does not help. */
  readonly own: string
  readonly page: string
  /** Id of the page that asks it and holds the rule too; empty where they stand apart. */
  readonly shared: string
}

const TYPES = ['forms/later-answer', 'forms/same-page']

/** Says of a rule that looks ahead what it looks at and what may be moved; undefined for any other finding. Pure. */
export function laterAnswer(
  { type, detail }: Finding,
  row: string | undefined,
  source: string,
): LaterAnswer | undefined {
  const path = TYPES.includes(type) ? /"([^"]{1,120})"/.exec(detail)?.[1] : undefined
  const at = path === undefined || row === undefined ? undefined : placeOf(source, pathOf(row))
  const asked = path === undefined ? undefined : pageOf(source, path)
  if (path === undefined || at === undefined || asked === undefined) {
    return undefined
  }
  // The outermost place that holds only one of the two: that is what changes places.
  const depth = asked.findIndex((part, index) => part !== at[index])
  const list = listAround(source, asked.slice(0, Math.max(0, depth)))
  const isWhole = list !== undefined && new RegExp(`(?<![\\w.])${list.loop}\\b`).test(textOf(source, pathOf(row ?? '')))
  const isSame = depth < 0 || depth >= at.length
  const [first, second] = isSame || isWhole ? [asked, at] : [asked.slice(0, depth + 1), at.slice(0, depth + 1)]
  const [step, own] = [isWhole ? list : stepAt(source, first), stepAt(source, second)]
  const group = yamlAt(source, ['groups', String(step?.loop ?? ''), 'title'])
  return {
    question: textOf(source, ['fields', path, 'label']) || path,
    list: step?.steps === undefined ? '' : String(group ?? step.title ?? ''),
    asked: headingOf(source, step),
    own: headingOf(source, own),
    page: isSame || isWhole ? '' : String(own?.id ?? ''),
    shared: isSame && !isWhole ? String(step?.id ?? '') : '',
  }
}

/** The innermost list on the way. */
function listAround(source: string, way: YamlPath): Step | undefined {
  return way
    .flatMap((part, index) => (typeof part === 'number' ? [stepAt(source, way.slice(0, index + 1))] : []))
    .findLast((step) => step?.steps !== undefined)
}

/** Way to the page or list on which a rule stands: its own condition, or that of a question. */
function placeOf(source: string, [entry, ...rest]: YamlPath): YamlPath | undefined {
  switch (entry) {
    case 'steps': {
      const last = rest.findLastIndex((part) => typeof part === 'number')
      return rest[last - 1] === 'fields' ? ['steps', ...rest.slice(0, last - 1)] : ['steps', ...rest.slice(0, last + 1)]
    }
    case 'fields':
      return pageOf(source, String(rest[0]))
    case 'checks':
      return pageOf(source, textOf(source, ['checks', rest[0] ?? '', 'at']))
    default:
      return undefined
  }
}

function pageOf(source: string, question: string): YamlPath | undefined {
  const place = placesIn(source).find(({ step }) => step.fields?.includes(question))
  return place === undefined ? undefined : [...place.list, place.index]
}

function stepAt(source: string, way: YamlPath): Step | undefined {
  return placesIn(source).find(({ list, index }) => [...list, index].join('/') === way.join('/'))?.step
}

function headingOf(source: string, step: Step | undefined): string {
  const [first = ''] = step?.fields ?? []
  return String(step?.title ?? (textOf(source, ['fields', first, 'label']) || (step?.id ?? '')))
}

function textOf(source: string, path: YamlPath): string {
  const value = yamlAt(source, path)
  return typeof value === 'string' ? value : ''
}
