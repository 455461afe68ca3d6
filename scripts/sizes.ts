/**
 * Refuses files of more than 400 lines and prints the sizes of files and functions (p50, p90, max).
 * The 70 lines of a function are Biome's rule; here they are measured only, tests and migrations excepted.
 */
import { globSync, readFileSync } from 'node:fs'
import ts from 'typescript'

const LINES_MAX = 400
const PATTERNS = [
  'api/**/*.ts',
  'db/*.ts',
  'db/schema/*.ts',
  'src/**/*.{ts,mjs,astro,css}',
  'scripts/**/*.{ts,mjs}',
  'e2e/**/*.ts',
  'bench/**/*.ts',
]

const lines = (text: string): number => text.split('\n').length - 1

const files = PATTERNS.flatMap((pattern) => globSync(pattern)).map((path) => {
  const text = readFileSync(path, 'utf8')
  return { path, text, lines: lines(text) }
})
const product = files.filter((file) => /^(api|db|src)\//.test(file.path) && !file.path.includes('.test.'))
const functions = product
  .filter((file) => file.path.endsWith('.ts'))
  .flatMap(({ path, text }) => functionsOf(path, text))

console.log(`files      ${spread(product.map((file) => file.lines))}`)
console.log(`functions  ${spread(functions.map((each) => each.lines))}`)
const tooLong = files.filter((file) => file.lines > LINES_MAX && !file.path.includes('.test.'))
for (const file of tooLong) {
  console.log(`${file.path}: ${file.lines} lines, at most ${LINES_MAX}`)
}
process.exit(tooLong.length === 0 && product.length > 0 ? 0 : 1)

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return `n ${sorted.length}  p50 ${at(0.5)}  p90 ${at(0.9)}  max ${at(1)}`
}

function functionsOf(path: string, text: string): { path: string; lines: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  const found: { path: string; lines: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      found.push({ path, lines: lines(text.slice(node.getStart(source), node.end)) + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}
