import type { TextPlace } from '../forms/service.ts'
import { purposesIn } from './purposes.ts'
import { firstQuestion, type Row } from './sheet-rows.ts'
import { yamlAt } from './yaml-edit.ts'

/**
 * What a text of a form is and where it is seen, worded in content (`editing.row.<label>`), by the way to it: `#` stands for a place
 * in a list, `*` for a name. Pages within lists are like others.
 */
const LABELS: Readonly<Record<string, string>> = {
  title: 'say-title',
  'purposes/*/purpose': 'say-purpose',
  'groups/*/title': 'say-group',
  'fields/*/label': 'label',
  'fields/*/short': 'short',
  'fields/*/hint': 'hint',
  'fields/*/subject': 'subject',
  'fields/*/object': 'object',
  'fields/*/text': 'field-text',
  'fields/*/unit': 'say-unit',
  'fields/*/options/*/label': 'option',
  'fields/*/options/*/hint': 'say-option-hint',
  'fields/*/evidence/#/name': 'say-evidence',
  'fields/*/evidence/#/condition': 'say-evidence-when',
  'sections/#/title': 'say-section',
  'steps/#/title': 'say-page',
  'steps/#/lead': 'say-page-lead',
  'steps/#/itemTitle': 'say-item',
  'steps/#/another': 'say-another',
  'steps/#/delegate/title': 'say-delegate',
  'steps/#/delegate/text': 'say-delegate-text',
  'checks/#/text': 'say-check',
  'eligibility/title': 'say-eligibility',
  'eligibility/next': 'say-eligibility-next',
  'eligibility/conditions/#/unmet': 'say-unmet',
  'eligibility/conditions/#/unclear': 'say-unclear',
  'precheck/lead': 'say-precheck',
  'signers/#/title': 'say-signer',
  'signers/#/text': 'say-signer-text',
  'signers/#/declarations/#/text': 'say-signer-declaration',
  'start/lead': 'lead',
  'start/eligible': 'eligible',
  'start/needed': 'needed',
  'start/fee': 'fee-text',
  'start/deadline': 'deadline',
  'start/otherWays': 'otherWays',
  'start/recipients': 'recipients',
  'start/retention': 'retention-text',
  'review/title': 'say-review',
  'review/legalEffect': 'legalEffect',
  'review/button': 'button',
  'review/notes/#/text': 'say-review-note',
  'receipt/title': 'receipt',
  'receipt/next/#/when': 'say-next-when',
  'receipt/next/#/text': 'say-next-text',
}
/** Whose entries have names instead of places. */
const NAMED = new Set(['purposes', 'groups', 'fields', 'options'])

/** What a row of a translation is called, and which of several it is. A place without words of its own is named by the way to it. */
export function calledAt(german: string, { place, text }: TextPlace): Pick<Row, 'label' | 'of'> {
  const shape = place.map((part, at) =>
    typeof part === 'number' ? '#' : NAMED.has(String(place[at - 1])) ? '*' : part,
  )
  const label = LABELS[shape.join('/').replace(/^(steps\/#\/)+/, 'steps/#/')]
  const said = Array.isArray(text) ? text.join(' ') : String(text)
  return label === undefined
    ? { label: 'entry', of: quoted(place.join(' › ')) }
    : { label, ...ofSeveral(german, place, said) }
}

function ofSeveral(german: string, place: TextPlace['place'], text: string): Pick<Row, 'of'> {
  const [top, name, inner] = place
  if (top === 'purposes') {
    return { of: quoted(purposesIn(german).find(({ id }) => id === name)?.asked ?? String(name)) }
  }
  if (top === 'groups') {
    return { of: quoted(text) }
  }
  if (top === 'fields' && inner === 'options') {
    return { of: quoted(textAt(german, [...place.slice(0, -1), 'label']) || String(place.at(-2))) }
  }
  const numbers = place.filter((part) => typeof part === 'number').map((part) => part + 1)
  if (numbers.length === 0) {
    return {}
  }
  const title =
    top === 'steps' ? pageTitle(german, place) : top === 'signers' ? textAt(german, [top, name ?? 0, 'title']) : ''
  return { of: `${numbers.join('.')}${title === '' ? '' : ` ${quoted(title)}`}` }
}

/** Title of the page a text stands on, or its first question. */
function pageTitle(german: string, place: TextPlace['place']): string {
  const step = yamlAt(german, place.slice(0, place.findLastIndex((part) => typeof part === 'number') + 1))
  const title = typeof step === 'object' && step !== null && 'title' in step ? step.title : undefined
  return typeof title === 'string' ? title : textAt(german, ['fields', firstQuestion(step) ?? '', 'label'])
}

const textAt = (german: string, place: TextPlace['place']): string => {
  const value = yamlAt(german, place)
  return typeof value === 'string' ? value : ''
}

const quoted = (text: string): string => `„${text.length > 60 ? `${text.slice(0, 60)} …` : text}“`

/** Heading over the texts of a question: its label, and what it belongs to where another question has the same. */
export function questionHeading(german: string, path: string): string {
  const label = textAt(german, ['fields', path, 'label']) || path
  const fields = yamlAt(german, ['fields'])
  const all = typeof fields === 'object' && fields !== null ? Object.entries(fields) : []
  const same = all.filter(([, field]) => (field as { label?: unknown } | null)?.label === label)
  if (same.length < 2) {
    return label
  }
  const around = textAt(german, ['groups', path.split('.').slice(0, -1).join('.'), 'title'])
  const place = same.findIndex(([name]) => name === path) + 1
  return `${label} (${[around, `${place}/${same.length}`].filter((part) => part !== '').join(', ')})`
}
