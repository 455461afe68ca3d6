import type { SummarySection } from '../forms/view.ts'

/** One answer that is another one now; empty where there was or is none. */
export type ChangedAnswer = {
  readonly section: string
  readonly label: string
  readonly before: string
  readonly after: string
}

/** Compares two summaries of the same form, field by field, in the order of the later one; what is gone comes last. Pure. */
export function differenceOf(
  before: readonly SummarySection[],
  after: readonly SummarySection[],
): readonly ChangedAnswer[] {
  const [old, now] = [rowsOf(before), rowsOf(after)]
  const changed = [...now].flatMap(([pointer, row]) => {
    const was = old.get(pointer)?.value ?? ''
    return was === row.value ? [] : [{ section: row.section, label: row.label, before: was, after: row.value }]
  })
  const gone = [...old].flatMap(([pointer, row]) =>
    now.has(pointer) || row.value === ''
      ? []
      : [{ section: row.section, label: row.label, before: row.value, after: '' }],
  )
  return [...changed, ...gone]
}

function rowsOf(sections: readonly SummarySection[]) {
  return new Map(
    sections.flatMap((section) =>
      section.rows.map(
        (row) =>
          [row.pointer, { section: section.title, label: row.label, value: row.isEmpty ? '' : row.value }] as const,
      ),
    ),
  )
}
