import type { ProcessEdge, ProcessShape } from './api.ts'

/** One line of text, with the place of its middle. */
export type TextLine = { readonly x: number; readonly y: number; readonly text: string }

const LINE_HEIGHT = 15
/** What a letter is wide on the average, at the size of the picture's letters. */
const LETTER = 6.4
const LABEL_WIDTH = 110
const TASK_LINES = 5

type Place = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** Breaks a text into lines between words; a word that is longer than a line is broken itself. */
export function broken(text: string, width: number, linesMax: number): readonly string[] {
  const length = Math.max(4, Math.floor(width / LETTER))
  const words = text.split(/\s+/).flatMap((word) => piecesOf(word, length))
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= length) {
      lines[lines.length - 1] = `${last} ${word}`
    } else {
      lines.push(word)
    }
  }
  return lines.length <= linesMax ? lines : [...lines.slice(0, linesMax - 1), `${lines[linesMax - 1] ?? ''} …`]
}

/** Without knowing syllables: the hyphen says that the word goes on. */
function piecesOf(word: string, length: number): readonly string[] {
  const letters = [...word]
  return letters.length <= length
    ? [word].filter(Boolean)
    : [`${letters.slice(0, length - 1).join('')}-`, ...piecesOf(letters.slice(length - 1).join(''), length)]
}

const stacked = (lines: readonly string[], x: number, top: number): readonly TextLine[] =>
  lines.map((text, index) => ({ x, y: top + (index + 0.8) * LINE_HEIGHT, text }))

/** Where the name of a shape stands: within a task and at the top of a frame, below everything else. */
export function nameLines({ kind, name, box, label }: ProcessShape): readonly TextLine[] {
  const middle = box.x + box.width / 2
  if (kind === 'user' || kind === 'service' || kind === 'task' || kind === 'plain') {
    const lines = broken(name, box.width - 8, TASK_LINES)
    return stacked(lines, middle, box.y + (box.height - lines.length * LINE_HEIGHT) / 2)
  }
  if (kind === 'subprocess' || kind === 'pool' || kind === 'lane') {
    return stacked(broken(name, box.width - 16, 1), middle, box.y + 4)
  }
  return below(name, label ?? { x: middle - LABEL_WIDTH / 2, y: box.y + box.height + 4, width: LABEL_WIDTH, height: 1 })
}

const below = (name: string, place: Place): readonly TextLine[] =>
  stacked(broken(name, Math.max(place.width, LABEL_WIDTH), 4), place.x + place.width / 2, place.y)

/** The name of a way: where its author put it, else above the longest piece of the line. */
export function edgeLines({ name, points, label }: ProcessEdge): readonly TextLine[] {
  if (name === '' || label !== null) {
    return label === null ? [] : below(name, label)
  }
  const pieces = points.slice(1).map((to, index) => ({ from: points[index] ?? to, to }))
  const length = ({ from, to }: (typeof pieces)[number]): number => Math.hypot(to.x - from.x, to.y - from.y)
  const [longest] = pieces.toSorted((a, b) => length(b) - length(a))
  if (longest === undefined) {
    return []
  }
  const { from, to } = longest
  const isUpright = Math.abs(to.x - from.x) < Math.abs(to.y - from.y)
  const lines = broken(name, isUpright ? LABEL_WIDTH : Math.max(LABEL_WIDTH, Math.abs(to.x - from.x)), 2)
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2]
  return stacked(lines, isUpright ? x + LABEL_WIDTH / 2 + 4 : x, y - lines.length * LINE_HEIGHT - 4)
}
