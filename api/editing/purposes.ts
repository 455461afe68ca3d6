import { recordAt } from './sheet-rows.ts'

/** Purposes with the questions that are asked for them: by those people know which one it is. */
export function purposesIn(source: string): readonly { id: string; asked: string; text: string }[] {
  const fields = Object.values(recordAt(source, 'fields')) as readonly {
    why?: unknown
    short?: unknown
    label?: unknown
  }[]
  return Object.entries(recordAt(source, 'purposes')).map(([id, entry]) => {
    const { purpose, legalBasis } = (entry ?? {}) as { purpose?: unknown; legalBasis?: unknown }
    const labels = fields.filter((field) => field?.why === id).map(({ short, label }) => String(short ?? label ?? ''))
    const asked = `${labels.slice(0, 3).join(', ')}${labels.length > 3 ? ' …' : ''}` || id
    const basis = legalBasis === undefined ? '' : ` (${String(legalBasis).slice(0, 60)})`
    return { id, asked, text: `${String(purpose ?? '').slice(0, 80)}${basis}: ${asked}` }
  })
}
