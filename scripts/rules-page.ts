import ts from 'typescript'
import * as v from 'valibot'
import { parse } from 'yaml'

const NamedTest = v.strictObject({
  file: v.pipe(v.string(), v.endsWith('.ts')),
  name: v.pipe(v.string(), v.nonEmpty()),
})
const Rule = v.pipe(
  v.strictObject({
    nr: v.pipe(v.number(), v.integer(), v.minValue(1)),
    /** The rule in our own words. */
    rule: v.pipe(v.string(), v.minLength(10)),
    tests: v.optional(v.array(NamedTest), []),
    /** What a person saw, and when, where no machine can tell. */
    seen: v.exactOptional(v.pipe(v.string(), v.minLength(20))),
    /** What of the rule is not there yet. */
    open: v.exactOptional(v.pipe(v.string(), v.minLength(10))),
  }),
  v.check(
    ({ tests, seen, open }) => tests.length > 0 || seen !== undefined || open !== undefined,
    'names no test and says neither what a person saw nor what is open',
  ),
)
const List = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z-]+$/)),
  title: v.string(),
  source: v.string(),
  /** Numbers that must be there: 1 to this. */
  upTo: v.exactOptional(v.number()),
  numbers: v.exactOptional(v.array(v.number())),
  rules: v.array(Rule),
})
const Lists = v.strictObject({ lists: v.array(List) })

export type RuleList = Omit<v.InferOutput<typeof List>, 'upTo'>

/** Reads docs/rules.yaml; throws with the place of what does not fit. */
export function readRules(source: string): readonly RuleList[] {
  const result = v.safeParse(Lists, parse(source))
  if (!result.success) {
    throw new Error(result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('\n'))
  }
  return result.output.lists.map(({ upTo, ...list }) =>
    upTo === undefined ? list : { ...list, numbers: Array.from({ length: upTo }, (_, index) => index + 1) },
  )
}

/** The page that shows every rule with the tests that keep it. */
export function renderRules(lists: readonly RuleList[]): string {
  const head =
    '<!-- Made by scripts/rules.ts from docs/rules.yaml; do not edit. -->\n# Rules and the tests that keep them\n\n' +
    'A named test that is deleted or renamed fails `npm run check`. "By a person" says what was looked at, because no machine can tell.\n'
  return head + lists.map(renderList).join('')
}

const renderList = (list: RuleList): string =>
  `\n## ${list.title}\n\n${list.source}\n\n| | Rule | Kept by |\n|--:|---|---|\n${list.rules
    .map((rule) => `| ${rule.nr} | ${cell(rule.rule)} | ${keptBy(rule)} |\n`)
    .join('')}`

function keptBy({ tests, seen, open }: RuleList['rules'][number]): string {
  return [
    ...tests.map(({ file, name }) => `\`${file}\`: ${cell(name)}`),
    ...(seen === undefined ? [] : [`By a person: ${cell(seen)}`]),
    ...(open === undefined ? [] : [`**Open:** ${cell(open)}`]),
  ].join('<br>')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim()

/** Titles of the tests a file declares; templates with gaps count by their text, each gap written `…`. */
export function testTitles(source: string, path: string): ReadonlySet<string> {
  const titles = new Set<string>()
  const visit = (node: ts.Node): void => {
    const [title] = ts.isCallExpression(node) && isTest(node.expression) ? node.arguments : []
    const text = title === undefined ? undefined : textOf(title)
    if (text !== undefined) {
      titles.add(text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest))
  return titles
}

/** `it`, `test`, `it.each(…)`, `it.for(…)`, `it.runIf(…)` (a program may be missing); not `it.skip` or `it.todo`, which keep nothing. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) {
    return callee.text === 'it' || callee.text === 'test'
  }
  if (ts.isPropertyAccessExpression(callee)) {
    return isTest(callee.expression) && ['each', 'for', 'concurrent', 'runIf'].includes(callee.name.text)
  }
  return (
    (ts.isCallExpression(callee) || ts.isTaggedTemplateExpression(callee)) &&
    isTest(ts.isCallExpression(callee) ? callee.expression : callee.tag)
  )
}

function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) {
    return node.text
  }
  return ts.isTemplateExpression(node)
    ? node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('')
    : undefined
}
