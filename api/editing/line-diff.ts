import type { DiffLine } from './view.ts'

const LINES_MAX = 1_500
const AROUND = 2

/**
 * Says which lines of a text came and went, with two lines around each change. Longest common subsequence; texts of more
 * than 1,500 lines that differ in many places are shown as a whole removed and added.
 */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) {
    start += 1
  }
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) {
    end += 1
  }
  const middle = between(old.slice(start, old.length - end), now.slice(start, now.length - end))
  const same = (text: string): DiffLine => ({ what: 'same', text })
  return onlyAround([...old.slice(0, start).map(same), ...middle, ...old.slice(old.length - end).map(same)])
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

function between(old: readonly string[], now: readonly string[]): readonly DiffLine[] {
  if (old.length > LINES_MAX || now.length > LINES_MAX || old.length === 0 || now.length === 0) {
    return [
      ...old.map((text): DiffLine => ({ what: 'removed', text })),
      ...now.map((text): DiffLine => ({ what: 'added', text })),
    ]
  }
  const width = now.length + 1
  const lengths = new Uint16Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const isSame = old[i] === now[j]
      const skip = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
      lengths[i * width + j] = isSame ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : skip
    }
  }
  return walk(old, now, (i, j) => lengths[i * width + j] ?? 0)
}

function walk(
  old: readonly string[],
  now: readonly string[],
  rest: (i: number, j: number) => number,
): readonly DiffLine[] {
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ what: 'same', text: old[i] ?? '' })
      i += 1
      j += 1
    } else if (j >= now.length || (i < old.length && rest(i + 1, j) >= rest(i, j + 1))) {
      lines.push({ what: 'removed', text: old[i] ?? '' })
      i += 1
    } else {
      lines.push({ what: 'added', text: now[j] ?? '' })
      j += 1
    }
  }
  return lines
}

function onlyAround(lines: readonly DiffLine[]): readonly DiffLine[] {
  const near = new Set<number>()
  for (const [index, line] of lines.entries()) {
    if (line.what !== 'same') {
      for (let at = index - AROUND; at <= index + AROUND; at += 1) {
        near.add(at)
      }
    }
  }
  return lines.filter((_, index) => near.has(index))
}
