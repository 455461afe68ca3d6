/**
 * `npm run forms -- report` prints what each service of a content folder has: steps, fields, rules, level, open points.
 * `npm run forms -- xml|csv <service>` writes its data schema as XDatenfelder 3 or as a table of questions.
 */
import { randomUUID } from 'node:crypto'
import { readXDatenfelder } from '../../api/adapters/xdatenfelder/read.ts'
import { writeXDatenfelder } from '../../api/adapters/xdatenfelder/write.ts'
import type { Content } from '../../api/content/snapshot.ts'
import { contentCheckers } from '../../api/context-checks.ts'
import { surveyService } from '../../api/editing/service.ts'
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
  console.log(line('service', 'level', 'steps', 'fields', 'rules', 'open', 'missing for the next level'))
  for (const name of [...names].sort()) {
    const { maturity, form } = await surveyService(from, name, tools)
    const counts = form === null ? ['-', '-', '-', '-'] : countsOf(form)
    console.log(line(name, String(maturity.level), ...counts, maturity.missing.join(', ')))
  }
  return 0
}

/** Steps, fields, rules (conditions, checks and notes) and open points. */
function countsOf(form: Form): readonly string[] {
  const steps = form.steps.flatMap((step) => (step.kind === 'loop' ? [step, ...step.steps] : [step]))
  const conditions = [...steps, ...form.fields.values()].filter((part) => part.when !== undefined).length
  const rules = conditions + form.checks.length + form.review.notes.length
  return [steps.length, form.fields.size, rules, form.openPoints.length].map(String)
}

function line(...cells: readonly string[]): string {
  const widths = [28, 6, 6, 7, 6, 5]
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd()
}
