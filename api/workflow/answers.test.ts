import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { unreadAnswers } from './answers.ts'
import { parseDefinition } from './definition.ts'
import type { Definition } from './model.ts'

const FILES = [
  'content/processes/objection.bpmn',
  ...['content/services', 'content/templates/processes'].flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}/process.bpmn`),
  ),
].filter((file) => existsSync(file))

async function parsed(xml: string): Promise<Definition> {
  const result = await parseDefinition(xml, 'process.bpmn')
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  return result.definition
}
const tree = readFileSync('content/services/baum-faellen/process.bpmn', 'utf8')
/** The answer leads somewhere else than back to whoever asked. */
const leading = (to: string): string =>
  tree
    .replace('sourceRef="waitForAnswer" targetRef="check"', `sourceRef="waitForAnswer" targetRef="${to}"`)
    .replace('<bpmn:incoming>f7</bpmn:incoming>', '')
    .replace(new RegExp(`(id="${to}"[\\s\\S]*?)(<bpmn:incoming>)`), '$1<bpmn:incoming>f7</bpmn:incoming>$2')

describe('an answer', () => {
  it.each(FILES)('is read by somebody in %s', async (file) => {
    expect(unreadAnswers(await parsed(readFileSync(file, 'utf8').replace(/\[\[\w+\]\]/g, 'x')), file)).toEqual([])
  })

  it.each([
    ['a notice', 'createNotice', 'Bescheid ausfertigen'],
    ['an end', 'setRetention', 'Bescheid bekannt gegeben'],
    ['an end beside all others', 'receiptSent', 'Eingang bestätigt'],
  ])('after which %s comes at once is found, with line and step', async (_what, to, unread) => {
    const definition = await parsed(leading(to))
    expect(unreadAnswers(definition, 'process.bpmn')).toEqual([
      {
        file: 'process.bpmn',
        line: definition.nodes.get('answer')?.line,
        type: 'workflow/answer-unread',
        detail: `After the answer at "Auf Antwort warten" nobody reads it before "${unread}".`,
      },
    ])
  })

  it('that a second person reads first is none of these', async () => {
    expect(unreadAnswers(await parsed(leading('cosign')), 'process.bpmn')).toEqual([])
  })
})
