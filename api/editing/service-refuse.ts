import type { Finding } from '../lib/finding.ts'
import { problemType } from '../lib/problem.ts'

export const filesRefused = problemType('editing/files-refused', 422)

/** Refuses dropped files; every finding is shown with its file and line. */
export const refuse = (findings: readonly Finding[]) =>
  filesRefused(`${findings.length} findings in dropped files`, {
    errors: findings.slice(0, 50).map(({ file, line, type, detail, suggestion }) => ({
      pointer: `/${file}`,
      type,
      params: { file, line, detail, ...(suggestion === undefined ? {} : { suggestion }) },
    })),
  })
