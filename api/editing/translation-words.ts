import type { TextPlace } from '../forms/service.ts'
import { firstQuestion, type Row } from './sheet-rows.ts'

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

/** Calls the texts of a German form, read once: what each is, which of several, and over what heading. */
export function callTexts(german: unknown) {
  const at = (place: TextPlace['place']): string => {
    const value = valueAt(german, place)
    return typeof value === 'string' ? value : ''
  }
  const fields = Object.entries((valueAt(german, ['fields']) ?? {}) as Readonly<Record<string, FieldTexts | null>>)
  const askedFor = (purpose: unknown): string => {
    const labels = fields.flatMap(([, one]) => (one?.why === purpose ? [String(one?.short ?? one?.label ?? '')] : []))
    return `${labels.slice(0, 3).join(', ')}${labels.length > 3 ? ' …' : ''}` || String(purpose)
  }
  /** Title of the page a text stands on, or its first question. */
  const pageTitle = (place: TextPlace['place']): string => {
    const whole = place.slice(0, place.findLastIndex((part) => typeof part === 'number') + 1)
    return at([...whole, 'title']) || at(['fields', firstQuestion(valueAt(german, whole)) ?? '', 'label'])
  }
  /** Titles of the groups a group stands in, from the outermost. */
  const groupTrail = (path: string): readonly string[] => {
    const parts = path.split('.')
    return parts.slice(1).map((_, depth) => {
      const outer = parts.slice(0, depth + 1).join('.')
      return at(['groups', outer, 'title']) || outer
    })
  }
  const ofSeveral = (place: TextPlace['place'], text: string): Pick<Row, 'of'> => {
    const [top, name, inner] = place
    if (top === 'purposes') {
      return { of: quoted(askedFor(name)) }
    }
    if (top === 'groups') {
      return { of: quoted(groupTrail(String(name)).concat(text).join(' › ')) }
    }
    if (top === 'fields' && inner === 'options') {
      return { of: quoted(at([...place.slice(0, -1), 'label']) || String(place.at(-2))) }
    }
    const numbers = place.filter((part) => typeof part === 'number').map((part) => part + 1)
    const title = top === 'steps' ? pageTitle(place) : top === 'signers' ? at([top, name ?? 0, 'title']) : ''
    return numbers.length === 0 ? {} : { of: `${numbers.join('.')}${title === '' ? '' : ` ${quoted(title)}`}` }
  }
  return {
    /** A place without words of its own is named by the way to it. */
    called: ({ place, text }: TextPlace): Pick<Row, 'label' | 'of'> => {
      const label = LABELS[shapeOf(place)]
      const said = Array.isArray(text) ? text.join(' ') : String(text)
      return label === undefined
        ? { label: 'entry', of: quoted(place.join(' › ')) }
        : { label, ...ofSeveral(place, said) }
    },
    /** Over the texts of a question stands its label, and what it belongs to where another question has the same. */
    heading: (path: string): string => {
      const label = at(['fields', path, 'label']) || path
      const same = fields.filter(([, field]) => field?.label === label)
      const around = at(['groups', path.split('.').slice(0, -1).join('.'), 'title'])
      const place = `${same.findIndex(([name]) => name === path) + 1}/${same.length}`
      return same.length < 2 ? label : `${label} (${[around, place].filter((part) => part !== '').join(', ')})`
    },
  }
}

type FieldTexts = { readonly label?: unknown; readonly short?: unknown; readonly why?: unknown }

/** The way to a text with a sign for each place and name; pages within lists are like others. */
const shapeOf = (place: TextPlace['place']): string =>
  place
    .map((part, at) => (typeof part === 'number' ? '#' : NAMED.has(String(place[at - 1])) ? '*' : part))
    .join('/')
    .replace(/^(steps\/#\/)+/, 'steps/#/')

const valueAt = (value: unknown, place: TextPlace['place']): unknown =>
  place.reduce<unknown>(
    (within, part) =>
      typeof within === 'object' && within !== null && Object.hasOwn(within, part)
        ? (within as Readonly<Record<string | number, unknown>>)[part]
        : undefined,
    value,
  )

const quoted = (text: string): string => `„${text.length > 60 ? `${text.slice(0, 60)} …` : text}“`
