import { OUTCOME_KINDS, STEP_KINDS, TIMER_KINDS } from '../workflow/service-adapt.ts'
import { mappingOf } from './adapt.ts'
import type { Building, Row, RowOption } from './sheet-rows.ts'

const plain = (values: readonly string[]): readonly RowOption[] => values.map((value) => ({ value, text: '' }))

/** Outcomes that need a decision before them. */
const OF_A_DECISION: readonly string[] = ['sign', 'return']

/** What each step of a foreign process became: its kind, and for a person's step the postbox and each way to finish it. */
export function mappingRows({ state, content }: Building): readonly Row[] {
  const mapping = mappingOf(state)
  const postboxes = [...content.postboxes].map(([value, { name }]) => ({ value, text: name.de }))
  return Object.entries(mapping?.steps ?? {}).flatMap(([id, step]) => {
    const at = `steps/${id}`
    const row = (name: string, label: string, more: Partial<Row>): Row => {
      return { name: `${at}/${name}`, label, kind: 'choice', value: '', options: [], group: step.name, ...more }
    }
    const isTimer = TIMER_KINDS.some((one) => one === step.as)
    // A step that is asked how it ended stays a person's.
    const kind =
      step.asks === true
        ? []
        : [row('as', 'step-kind', { value: step.as, options: plain(isTimer ? TIMER_KINDS : STEP_KINDS) })]
    const isUndecided = mapping?.undecided?.includes(id) === true
    const kindsFor = (as: string) =>
      OUTCOME_KINDS.filter((one) => one === as || !isUndecided || !OF_A_DECISION.includes(one))
    const outcomes = Object.entries(step.outcomes ?? {}).flatMap(([key, { label, as }]) => [
      row(`outcomes/${key}/label`, 'step-outcome', { kind: 'line', value: label }),
      row(`outcomes/${key}/as`, 'step-outcome-kind', { value: as, options: plain(kindsFor(as)) }),
    ])
    const postbox = row('postbox', 'step-postbox', { value: step.postbox ?? '', options: postboxes })
    // Said where a second person signs as drawn, and nobody does.
    const isUnsigned = mapping?.unsigned?.[id] !== undefined
    const alone = isUnsigned ? [row('alone', 'step-alone', { kind: 'line', value: step.alone?.reason ?? '' })] : []
    return [...kind, ...alone, ...(step.as === 'person' ? [postbox, ...outcomes] : [])]
  })
}
