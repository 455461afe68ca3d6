/**
 * What is wrong at one place of a content file. An editor sees file, line, a text chosen by `type` and the suggestion;
 * `detail` is English, for the command line, logs and programs; pages show no more of it than the names it quotes. Lines count from 1.
 */
export type Finding = {
  readonly file: string
  readonly line: number
  readonly type: string
  readonly detail: string
  readonly suggestion?: string
}

/** One line for the command line: `file:line: detail Did you mean "suggestion"?`. */
export function findingLine(finding: Finding): string {
  const hint = finding.suggestion === undefined ? '' : ` Did you mean "${finding.suggestion}"?`
  return `${finding.file}:${finding.line}: ${finding.detail} (${finding.type})${hint}`
}

/**
 * Finds the name a person most likely meant: the nearest by edit distance, at most a third of its letters away.
 * Absent where nothing is near enough. Compares the first 100 characters of each.
 */
export function nearest(wanted: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(wanted.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const name of names) {
    const distance = editDistance(wanted.slice(0, 100).toLowerCase(), name.slice(0, 100).toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
