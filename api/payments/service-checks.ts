import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Names } from '../lib/feel.ts'
import type { Finding } from '../lib/finding.ts'
import { compileFee } from './fee-rules.ts'

/**
 * Checks what every service costs: names, inputs, rules; and that versions of one fee do not overlap.
 * @param formNames names of a form's rules; null where the form is broken, which its own check reports.
 */
export function checkFees(formNames: (content: Content, slug: string, lang: string) => Names | null): ContentChecker {
  return (content) => {
    const services = [...content.services].filter(([, service]) => service.fee !== undefined)
    const uses = services.flatMap(([slug]) => {
      const names = formNames(content, slug, 'de')
      const compiled = names === null ? null : compileFee(content, slug, names)
      return compiled === null || compiled.ok ? [] : compiled.findings
    })
    return [...overlaps(content), ...uses]
  }
}

function overlaps(content: Content): readonly Finding[] {
  const { fees } = content.fees
  return fees.flatMap((fee, index) =>
    fees
      .slice(index + 1)
      .filter((other) => other.id === fee.id && meets(fee, other))
      .map(() => ({
        file: 'fees.yaml',
        line: 1,
        type: 'payments/overlap',
        detail: `Two versions of the fee "${fee.id}" are in force on the same day.`,
      })),
  )
}

type Span = { readonly validFrom: string; readonly validTo?: string }
const meets = (one: Span, two: Span): boolean =>
  one.validFrom <= (two.validTo ?? '9999-12-31') && two.validFrom <= (one.validTo ?? '9999-12-31')
