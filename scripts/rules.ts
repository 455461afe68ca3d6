/**
 * Which test keeps which rule: writes docs/rules.md from docs/rules.yaml. With `--check` (part of `npm run check`) it
 * writes nothing and refuses a named test that no longer exists, a rule without an answer, a gap in the numbers of a
 * list, and a page that is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type RuleList, readRules, renderRules, testTitles } from './rules-page.ts'

const SOURCE = 'docs/rules.yaml'
const PAGE = 'docs/rules.md'
const isCheck = process.argv.includes('--check')

const lists = readRules(readFileSync(SOURCE, 'utf8'))
const page = renderRules(lists)
const findings = [...missingTests(lists), ...gaps(lists)]
if (isCheck && (!existsSync(PAGE) || readFileSync(PAGE, 'utf8') !== page)) {
  findings.push(`${PAGE} is out of date: node scripts/rules.ts writes it`)
}
if (!isCheck) {
  writeFileSync(PAGE, page)
}
const rules = lists.flatMap((list) => list.rules)
console.log(findings.join('\n') || `${rules.length} rules, each with its tests or what a person saw`)
process.exit(findings.length === 0 ? 0 : 1)

function missingTests(all: readonly RuleList[]): readonly string[] {
  const titles = new Map<string, ReadonlySet<string>>()
  return all.flatMap((list) =>
    list.rules.flatMap((rule) =>
      rule.tests.flatMap(({ file, name }) => {
        if (!existsSync(file)) {
          return [`${list.id} ${rule.nr}: ${file} does not exist`]
        }
        const known = titles.get(file) ?? testTitles(readFileSync(file, 'utf8'), file)
        titles.set(file, known)
        return known.has(name) ? [] : [`${list.id} ${rule.nr}: ${file} has no test "${name}"`]
      }),
    ),
  )
}

function gaps(all: readonly RuleList[]): readonly string[] {
  return all.flatMap((list) => {
    const numbers = new Set(list.rules.map((rule) => rule.nr))
    const twice = list.rules.length === numbers.size ? [] : [`${list.id}: a number stands twice`]
    const lost = (list.numbers ?? []).filter((nr) => !numbers.has(nr))
    return [...twice, ...lost.map((nr) => `${list.id}: rule ${nr} is missing`)]
  })
}
