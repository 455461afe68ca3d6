import type { Finding } from '../lib/finding.ts'
import { type Issue, type Problem, problemType } from '../lib/problem.ts'

const refused = problemType('content/refused', 422)

/** Makes the refusal of a content revision; every finding is one of its errors. */
export const contentRefused = (findings: readonly Finding[]): Problem =>
  refused(`${findings.length} mistakes in the content`, { errors: findings.slice(0, 200).map(issueOf) })

function issueOf({ file, line, type, detail, suggestion }: Finding): Issue {
  const params = { file, line, detail, ...(suggestion === undefined ? {} : { suggestion }) }
  return { pointer: `/${file}`, type, params }
}
