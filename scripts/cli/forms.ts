/**
 * `npm run forms -- report` prints what each service of a content folder has: steps, fields, rules, level, open points; it
 * runs the cases made from each form, and plants faults to see how many the cases find. `report <service>` for one alone.
 * `npm run forms -- xml|csv <service>` writes its data schema as XDatenfelder 3 or as a table of questions.
 */
import { randomUUID } from 'node:crypto'
import { readXDatenfelder } from '../../api/adapters/xdatenfelder/read.ts'
import { writeXDatenfelder } from '../../api/adapters/xdatenfelder/write.ts'
import type { Content } from '../../api/content/snapshot.ts'
import { contentCheckers } from '../../api/context-checks.ts'
import { surveyService } from '../../api/editing/service.ts'
import { CASE_KINDS } from '../../api/forms/cases/cases.ts'
import { type CaseReport, reportCases } from '../../api/forms/cases/report.ts'
import { caseSource } from '../../api/forms/cases/source.ts'
import { createForms, type Form, readModel, writeQuestionTable } from '../../api/forms/service.ts'
import { readCheckedContent } from '../content.ts'

const [what = 'report', slug = ''] = process.argv.slice(2)
const content = await readCheckedContent(process.env['STADTTOR_CONTENT'] ?? 'content')
process.exit(content === null ? 1 : await run(content))

async function run(from: Content): Promise<number> {
  if (what === 'report') {
    return await report(from)
  }
  const model = what === 'xml' || what === 'csv' ? readModel(from, slug, readXDatenfelder) : null
  if (model === null || !model.ok) {
    console.error('usage: npm run forms -- report | xml <service> | csv <service>, of a service with a form')
    return 2
  }
  if (what === 'csv') {
    process.stdout.write(writeQuestionTable(model.model))
    return 0
  }
  const written = writeXDatenfelder(model.model, { messageId: randomUUID(), writtenAt: new Date().toISOString() })
  console.log(written.ok ? written.xml : written.findings.map(({ detail }) => detail).join('\n'))
  return written.ok ? 0 : 1
}

async function report(from: Content): Promise<number> {
  const tools = { contentCheckers: contentCheckers(readXDatenfelder), form: createForms(readXDatenfelder) }
  const names = new Set(from.paths.flatMap((path) => /^services\/([^/]+)\//.exec(path)?.[1] ?? []))
  const remarks: string[] = []
  const found = { mutants: 0, survivors: 0, failures: 0 }
  console.log(line('service', 'level', 'steps', 'fields', 'rules', 'open', ...CASE_KINDS, 'failed', 'mutants found'))
  for (const name of [...names].filter((one) => slug === '' || one === slug).sort()) {
    const { maturity, form } = await surveyService(from, name, tools)
    const cases = form === null ? null : casesOfService(from, form)
    console.log(line(name, String(maturity.level), ...countsOf(form, cases)))
    if (maturity.missing.length > 0) {
      remarks.push(`${name}: missing for the next level: ${maturity.missing.join(', ')}`)
    }
    remarks.push(...remarksOf(name, cases))
    found.mutants += cases?.mutants ?? 0
    found.survivors += cases?.survivors.length ?? 0
    found.failures += cases?.failures.length ?? 0
  }
  const share = found.mutants === 0 ? 0 : (100 * (found.mutants - found.survivors)) / found.mutants
  console.log(`\n${found.mutants - found.survivors} of ${found.mutants} mutants found (${share.toFixed(1)} %)`)
  console.log(remarks.join('\n'))
  return found.failures === 0 ? 0 : 1
}

function casesOfService(from: Content, form: Form): CaseReport {
  const folder = `services/${form.slug}/`
  const files = Object.fromEntries(
    from.paths
      .filter((path) => path.startsWith(folder))
      .map((path) => [path.slice(folder.length), new TextDecoder().decode(from.file(path))]),
  )
  return reportCases(caseSource(files, form, readXDatenfelder))
}

/** Steps, fields, rules, open points, cases of each kind, cases that failed, mutants. */
function countsOf(form: Form | null, cases: CaseReport | null): readonly string[] {
  if (form === null || cases === null) {
    return Array.from({ length: 6 + CASE_KINDS.length }, () => '-')
  }
  const { steps, fields, rules, kinds, failures, mutants, survivors } = cases
  const counts = [
    steps,
    fields,
    rules,
    form.openPoints.length,
    ...CASE_KINDS.map((kind) => kinds[kind]),
    failures.length,
  ]
  return [...counts.map(String), `${mutants - survivors.length}/${mutants}`]
}

function remarksOf(name: string, cases: CaseReport | null): readonly string[] {
  return [
    ...(cases?.failures ?? []).map((text) => `${name}: failed: ${text}`),
    ...(cases?.missed ?? []).map((text) => `${name}: no case reaches ${text}`),
    ...(cases?.survivors ?? []).map((one) => `${name}: no case finds ${one.name} (${one.reason ?? 'no reason known'})`),
  ]
}

function line(...cells: readonly string[]): string {
  const widths = [28, 6, 6, 7, 6, 5, 6, 9, 8, 6, 8, 7]
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd()
}
