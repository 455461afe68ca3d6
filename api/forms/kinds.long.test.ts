import { describe, expect, it } from 'vitest'
import { readAnswer } from './kinds.ts'
import { seedForm, TODAY } from './testing.ts'

const form = seedForm('alle-felder')

describe('time', () => {
  it('stays in proportion to the text, whatever the text', () => {
    const long = ['x ', ' y', 'a\n', ' \n', '1 ', '- ', ',-', '1.', 'a@', '.', 'ä', '\t', '€', 'EUR'].flatMap(
      (unit) => {
        return [unit.repeat(10_000), `x${unit.repeat(9_000)}y`, `x${unit[0]?.repeat(19_000) ?? ''}y`]
      },
    )
    for (const field of form.fields.values()) {
      for (const text of long) {
        const before = performance.now()
        readAnswer(field, field.kind === 'date' ? [text, text, text] : [text], {
          today: TODAY,
          monthNames: form.monthNames,
        })
        // A quadratic pattern takes seconds here; a machine that is busy takes some milliseconds.
        expect(performance.now() - before, `${field.kind} ${JSON.stringify(text.slice(0, 4))}`).toBeLessThan(400)
      }
    }
  })
})
