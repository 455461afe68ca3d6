import { readXDatenfelder } from '../../api/adapters/xdatenfelder/read.ts'
import { loadForm } from '../../api/forms/load.ts'
import type { Form } from '../../api/forms/model.ts'

const KINDS = ['text', 'integer', 'date', 'bool', 'select', 'money'] as const
const FIELDS_PER_STEP = 10

/** A generated form: `fields` questions of six kinds on pages of ten, `rules` conditions and checks between them. */
export function largeForm(
  fields: number,
  rules: number,
): { readonly form: Form; readonly typed: Readonly<Record<string, string>> } {
  const kindOf = (index: number) => KINDS[index % KINDS.length] ?? 'text'
  const all = Array.from({ length: fields }, (_, index) => ({ index, id: `f${index}`, kind: kindOf(index) }))
  const conditions = Math.min(50, rules)
  const schema = {
    format: 1,
    id: 'gross',
    version: '1.0.0',
    name: 'Groß',
    legalBasis: 'Demo',
    children: all.map(({ id, kind }) => ({
      field: id,
      name: id,
      type: kind,
      ...(kind === 'select' ? { codes: { a: 'A', b: 'B', c: 'C' } } : {}),
    })),
  }
  const overlay = {
    format: 1,
    element: 'gross',
    version: '1.0.0',
    title: 'Groß',
    purposes: { demo: { purpose: 'Demo', legalBasis: 'Demo' } },
    groups: {},
    fields: Object.fromEntries(
      all.map(({ index, id }) => [
        id,
        {
          element: id,
          label: `Frage ${index}`,
          subject: 'Die Antwort',
          why: 'demo',
          // Every so many fields one that hangs on a yes and a choice of the pages before.
          ...(isConditioned(index, fields, rules - conditions) ? { when: conditionFor(index) } : {}),
        },
      ]),
    ),
    sections: [{ id: 'alles', title: 'Alles' }],
    steps: Array.from({ length: Math.ceil(fields / FIELDS_PER_STEP) }, (_, step) => ({
      id: `seite-${String.fromCharCode(97 + Math.floor(step / 26))}${String.fromCharCode(97 + (step % 26))}`,
      section: 'alles',
      title: `Seite ${step}`,
      fields: all.slice(step * FIELDS_PER_STEP, (step + 1) * FIELDS_PER_STEP).map(({ id }) => id),
    })),
    checks: Array.from({ length: conditions }, (_, check) => {
      const at = 60 + check * 6 * Math.max(1, Math.floor((fields - 80) / 6 / conditions)) + 1
      return { id: `pruefung-${check}`, at: `f${at}`, rule: `f${at} >= f${at - 6}`, text: 'Das passt nicht.' }
    }),
    start: { lead: 'x', minutes: 1, fee: 'x', deadline: 'x', recipients: 'x', retention: 'x' },
    review: { title: 'x', legalEffect: 'x', button: 'x' },
    receipt: { title: 'x', next: [] },
  }
  const files = { 'form.yaml': JSON.stringify(schema), 'form.de.yaml': JSON.stringify(overlay) }
  const loaded = loadForm(files, { slug: 'gross', readXml: readXDatenfelder })
  if (!loaded.ok) {
    throw new Error(JSON.stringify(loaded.findings.slice(0, 3)))
  }
  return {
    form: loaded.form,
    typed: Object.fromEntries(all.flatMap(({ id, kind, index }) => answerOf(id, kind, index))),
  }
}

const isConditioned = (index: number, fields: number, count: number): boolean =>
  index >= 60 &&
  index % 6 === 0 &&
  (index - 60) / 6 < count * Math.floor((fields - 60) / 6 / count) &&
  ((index - 60) / 6) % Math.floor((fields - 60) / 6 / count) === 0

const conditionFor = (index: number): string =>
  `f${index - 27} and f${index - 26} in ("a", "b") and f${index - 25} > 100`

function answerOf(id: string, kind: (typeof KINDS)[number], index: number): readonly (readonly [string, string])[] {
  switch (kind) {
    case 'date':
      return [
        [`/${id}/day`, '13'],
        [`/${id}/month`, '4'],
        [`/${id}/year`, '1985'],
      ]
    case 'bool':
      return [[`/${id}`, 'true']]
    case 'select':
      return [[`/${id}`, 'a']]
    case 'money':
      return [[`/${id}`, '1.234,50']]
    case 'integer':
      return [[`/${id}`, String(index)]]
    default:
      return [[`/${id}`, `Text zur Frage ${index}`]]
  }
}
