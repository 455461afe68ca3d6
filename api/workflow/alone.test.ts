import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { checkDecisions, checkOutcomes, isCosigned } from './decisions.ts'
import { parseDefinition } from './definition.ts'

const TEMPLATES = new URL('../../content/templates/processes/', import.meta.url)
const PLACES: Readonly<Record<string, string>> = {
  service: 'neu', title: 'Neue Leistung', postbox: 'steuern', office: 'Steuern',
} // biome-ignore format: one thought
const filled = (template: string, file: string): string =>
  readFileSync(new URL(`${template}/${file}`, TEMPLATES), 'utf8').replaceAll(
    /\[\[(\w+)\]\]/g,
    (_, name: string) => PLACES[name] ?? '',
  )
const definitionOf = async (xml: string) => {
  const parsed = await parseDefinition(xml, 'process.bpmn')
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.findings))
  }
  return parsed.definition
}

describe('ready-made processes', () => {
  it.each(readdirSync(TEMPLATES))('%s: no notice without a decision, none past a second person', async (template) => {
    const definition = await definitionOf(filled(template, 'process.bpmn'))
    expect(checkDecisions(definition, 'process.bpmn')).toEqual([])
    expect(checkOutcomes(definition, 'process.bpmn')).toEqual([])
    const deciding = [...definition.nodes.values()].filter(
      (node) => node.kind === 'user' && node.outcomes.some(({ id }) => id === 'approve'),
    )
    expect(deciding.map(({ id }) => isCosigned(definition, id))).toEqual(
      deciding.map(() => template.includes('cosign')),
    )
  })

  it('a way past the second person, and a notice without a decision, are found', async () => {
    const way =
      '<bpmn:sequenceFlow id="fx" sourceRef="decided" targetRef="createNotice"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">check.outcome = "refuse"</bpmn:conditionExpression></bpmn:sequenceFlow>'
    const past = filled('decide-cosign', 'process.bpmn')
      .replace(/(<bpmn:exclusiveGateway id="decided"[^>]*>)/, '$1<bpmn:outgoing>fx</bpmn:outgoing>')
      .replace('<bpmn:sequenceFlow id="f1"', `${way}<bpmn:sequenceFlow id="f1"`)
    const undecided = filled('decide', 'process.bpmn')
      .replace(/(<bpmn:parallelGateway id="fork"[^>]*>)/, '$1<bpmn:outgoing>fy</bpmn:outgoing>')
      .replace('<bpmn:sequenceFlow id="f1"', '<bpmn:sequenceFlow id="fy" sourceRef="fork" targetRef="createNotice" /><bpmn:sequenceFlow id="f1"') // biome-ignore format: one thought
    const found = await Promise.all(
      [past, undecided].map(async (xml) =>
        checkDecisions(await definitionOf(xml), 'process.bpmn').map(({ type }) => type),
      ),
    )
    expect(found).toEqual([['workflow/unsigned'], ['workflow/no-decision']])
  })
})

it('an outcome that is nearly the name of one that does something is a slip; any other says which way to go', async () => {
  const named = (id: string): string =>
    filled('report', 'process.bpmn').replaceAll(/(outcome id="|outcome = &quot;|outcome = ")done/g, `$1${id}`)
  const found = async (id: string) => checkOutcomes(await definitionOf(named(id)), 'process.bpmn')
  expect(await found('aprove')).toMatchObject([{ type: 'workflow/outcome-name', suggestion: 'approve' }])
  expect(await found('way-2')).toEqual([])
})

/** A town whose dog tax runs by a ready-made process. */
const townWith = (template: string): Promise<Town> =>
  openTown({
    edit: (path, text) => {
      const file = /^services\/hund-anmelden\/(process\.(?:bpmn|de\.yaml))$/.exec(path)?.[1]
      return file === undefined ? text : filled(template, file)
    },
  })

async function taken(town: Town) {
  const citizen = town.newCaller()
  const { vorgangId } = await apply(citizen, smallPdf('x'))
  await town.tick()
  const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  await bodyOf(await clerk.post(`/postboxes/items/${vorgangId}/take`), 200)
  const { task } = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
  const complete = async (outcome: object): Promise<void> => {
    await bodyOf(await clerk.post(`/workflow/vorgaenge/${vorgangId}/tasks/${task?.id}/complete`, outcome), 200)
    await town.tick()
  }
  return { citizen, clerk, vorgangId, complete }
}

it('a report without a decision is finished, and the citizen reads so', async () => {
  const town = await townWith('report')
  try {
    const { citizen, clerk, vorgangId, complete } = await taken(town)
    await complete({ outcome: 'done' })
    expect(await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)).toMatchObject({
      itemState: 'done',
      notices: [],
    })
    expect((await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)).requests).toEqual([])
  } finally {
    await town.close()
  }
})

describe('a clerk who decides alone', () => {
  let town: Town
  beforeAll(async () => {
    town = await townWith('decide')
  })
  afterAll(() => town.close())

  it.each([
    ['approve', { outcome: 'approve' }],
    ['refuse', { outcome: 'refuse', reasons: 'Der Hund ist schon angemeldet.', hearing: 'no-interference' }],
  ])('%s: the notice goes out at once, and says who decided', async (_, outcome) => {
    const { citizen, clerk, vorgangId, complete } = await taken(town)
    await complete(outcome)
    const { decision, notices } = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
    expect(decision).toMatchObject({ state: 'signed', signedBy: null })
    expect(decision?.draftedBy).not.toBe('')
    expect(notices).toHaveLength(1)
    const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(JSON.stringify(status)).toContain('Ihr Bescheid ist da')
  })
})
