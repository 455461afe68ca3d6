import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { unannounced } from './announced.ts'
import { parseDefinition } from './definition.ts'
import type { Definition, Node } from './model.ts'
import { readProcessTexts } from './texts.ts'

const SERVICES = readdirSync('content/services').filter((slug) => existsSync(`content/services/${slug}/process.bpmn`))

async function processOf(slug: string) {
  const folder = `content/services/${slug}`
  const parsed = await parseDefinition(readFileSync(`${folder}/process.bpmn`, 'utf8'), `${folder}/process.bpmn`)
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.findings))
  }
  const file = `${folder}/process.de.yaml`
  const read = readProcessTexts(readFileSync(file, 'utf8'), file, parsed.definition)
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return { definition: parsed.definition, texts: read.texts, file }
}

/** The process with one node changed. */
const withNode = (definition: Definition, node: Node): Definition => ({
  ...definition,
  nodes: new Map([...definition.nodes, [node.id, node]]),
})

it.each(SERVICES)(
  'every turn of the person and every end of %s is told by a mail, and a lost mail is found',
  async (slug) => {
    const { definition, texts, file } = await processOf(slug)
    expect(unannounced(definition, texts, file)).toEqual([])
    const mails = [...definition.nodes.values()].filter((node) => node.kind === 'service' && node.effect === 'notify')
    const silent = mails.reduce<Definition>((now, node) => {
      return node.kind === 'service' ? withNode(now, { ...node, effect: 'create-document' }) : now
    }, definition)
    const found = unannounced(silent, texts, file)
    expect(found.map(({ type }) => type)).toContain('workflow/no-mail')
    expect(found.every(({ line }) => line > 1)).toBe(true)
  },
)
