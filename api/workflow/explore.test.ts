import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chain, definitionOf, flow, parseElements, userTask } from '../testing/processes.ts'
import { parseDefinition } from './definition.ts'
import { explore } from './explore.ts'
import { advance } from './machine.ts'

const NOW = Date.UTC(2026, 10, 27, 9)
const processes = globSync('content/{services,processes,templates}/**/*.bpmn').toSorted()

describe('every process of the demo', () => {
  it('is at least ten', () => {
    expect(processes.length).toBeGreaterThanOrEqual(10)
  })

  it.each(processes)(
    '%s: every way comes to an end, every step is on one, a restart between two steps changes nothing',
    async (file) => {
      const parsed = await parseDefinition(readFileSync(file, 'utf8').replaceAll(/\[\[\w+\]\]/g, 'own'), file)
      if (!parsed.ok) {
        throw new Error(JSON.stringify(parsed.findings))
      }
      const { definition } = parsed
      let steps = 0
      const ways = explore(definition, {
        nowMs: NOW,
        statesMax: 20_000,
        look: ({ before, event, after }) => {
          steps += 1
          const stored = JSON.parse(JSON.stringify(before))
          const again = advance(definition, stored, event, NOW)
          expect(again.ok && again.state).toStrictEqual(after)
          expect(JSON.parse(JSON.stringify(after))).toStrictEqual(after)
        },
      })
      expect(ways.isWhole).toBe(true)
      expect(ways.stuck).toEqual([])
      expect([...definition.nodes.keys()].filter((id) => !ways.entered.has(id))).toEqual([])
      expect(steps).toBeGreaterThan(0)
      expect(ways.ends.size).toBeGreaterThan(0)
    },
  )
})

const START = '<bpmn:startEvent id="s"/>'
const END = '<bpmn:endEvent id="e"/>'
const gateway = (id: string, otherwise = ''): string =>
  `<bpmn:exclusiveGateway id="${id}"${otherwise === '' ? '' : ` default="${otherwise}"`}/>`
const parallel = (id: string): string => `<bpmn:parallelGateway id="${id}"/>`

describe('a process with a planted fault', () => {
  it('whose join waits for a way that was not taken is refused, with the way there', async () => {
    const parsed = await parseElements(
      `${START}${userTask('check', ['yes', 'no'])}${gateway('g', 'g_a')}${userTask('a')}${userTask('b')}${parallel('j')}${END}${chain('s', 'check', 'g')}${flow('g', 'a')}${flow('g', 'b', 'check.outcome = "no"')}${chain('a', 'j', 'e')}${flow('b', 'j')}`,
    )
    expect(parsed).toMatchObject({
      ok: false,
      findings: [{ type: 'workflow/stuck', detail: expect.stringMatching(/"j" for ever.*check: yes, a: ok/) }],
    })
  })

  it('in which one of two ways may end before they meet is refused', async () => {
    const parsed = await parseElements(
      `${START}${parallel('f')}${userTask('a')}${userTask('b', ['on', 'back'])}${gateway('h', 'h_j')}<bpmn:endEvent id="e2"/>${parallel('j')}${END}${chain('s', 'f', 'a', 'j', 'e')}${chain('f', 'b', 'h')}${flow('h', 'e2', 'b.outcome = "back"')}${flow('h', 'j')}`,
    )
    expect(parsed).toMatchObject({ ok: false, findings: [{ type: 'workflow/stuck' }] })
  })

  it('is none where another person has to sign: somebody else is there', async () => {
    const definition = await definitionOf(
      `${START}${userTask('check')}${userTask('sign', ['ok'], 'stadttor:notBy="check"')}${END}${chain('s', 'check', 'sign', 'e')}`,
    )
    expect(explore(definition, { nowMs: NOW, statesMax: 100 })).toMatchObject({ stuck: [], isWhole: true })
  })

  it('is not claimed where there are more states than were looked at', async () => {
    const many = Array.from({ length: 8 }, (_, index) => `t${index}`)
    const definition = await definitionOf(
      `${START}${parallel('f')}${many.map((id) => userTask(id, ['a', 'b'])).join('')}${parallel('j')}${END}${flow('s', 'f')}${many.map((id) => chain('f', id, 'j')).join('')}${flow('j', 'e')}`,
    )
    expect(explore(definition, { nowMs: NOW, statesMax: 500 })).toMatchObject({ stuck: [], isWhole: false })
  })
})
