import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { addDays, dayOff } from '../lib/deadlines.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { apply, bodyOf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { parseDefinition } from './definition.ts'
import { ADAPTING, adaptProcess, type Mapping, readAdaptingTable } from './service-adapt.ts'

/** How offices draw that somebody is asked for documents and has two weeks: nodes and flows between the question and the check. */
const timer = (id: string): string =>
  `<intermediateCatchEvent id="${id}" name="14 Tage abwarten"><timerEventDefinition><timeDuration>P14D</timeDuration></timerEventDefinition></intermediateCatchEvent>`
const boundary = (on: string): string =>
  `<boundaryEvent id="t" name="nach 14 Tagen" attachedToRef="${on}"><timerEventDefinition><timeDuration>P14D</timeDuration></timerEventDefinition></boundaryEvent>`
const MESSAGE =
  '<intermediateCatchEvent id="m" name="Unterlagen eingegangen"><messageEventDefinition/></intermediateCatchEvent>'
const ASK = '<sendTask id="ask" name="Unterlagen nachfordern"/>'

type Shape = readonly [what: string, nodes: string, flows: readonly string[], isListed: boolean]
const SHAPES: readonly Shape[] = [
  ['a timer after the request', ASK + timer('t'), ['g>ask>nein', 'ask>t', 't>look'], true],
  ['a timer after a mail that follows the request', `${ASK}${timer('t')}<sendTask id="n" name="Person benachrichtigen"/>`, ['g>ask>nein', 'ask>n', 'n>t', 't>look'], true],
  ['a timer where the ways of two requests meet', `${ASK}${timer('t')}<exclusiveGateway id="x"/><sendTask id="ask2" name="Nachweise nachfordern"/>`, ['g>ask>nein', 'g>ask2>teilweise', 'ask>x', 'ask2>x', 'x>t', 't>look'], true],
  ['a timer on a way on which it is only asked', timer('t'), ['g>t>Unterlagen fehlen', 't>look'], true],
  ['a timer on the request', ASK + boundary('ask'), ['g>ask>nein', 'ask>look', 't>look'], false],
  ['a timer on the step that waits', `${ASK}<receiveTask id="m" name="Unterlagen eingegangen"/>${boundary('m')}`, ['g>ask>nein', 'ask>m', 'm>look', 't>look'], false],
  ['message or timer, whatever comes first', `${ASK}<eventBasedGateway id="x"/>${MESSAGE}${timer('t')}`, ['g>ask>nein', 'ask>x', 'x>m', 'x>t', 'm>look', 't>look'], false],
  ['message and timer beside each other, joined', `${ASK}<parallelGateway id="x"/>${MESSAGE}${timer('t')}<parallelGateway id="j"/>`, ['g>ask>nein', 'ask>x', 'x>m', 'x>t', 'm>j', 't>j', 'j>look'], true],
  ['message and timer beside each other, each to the check', `${ASK}${MESSAGE}${timer('t')}`, ['g>ask>nein', 'ask>m', 'ask>t', 'm>look', 't>look'], true],
  ['first the timer, then the message', ASK + timer('t') + MESSAGE, ['g>ask>nein', 'ask>t', 't>m', 'm>look'], true],
  ['a request that a person writes in a step of its own', `<userTask id="pre" name="Akte ansehen"/>${ASK}${timer('t')}`, ['g>pre>nein', 'pre>ask', 'ask>t', 't>look'], true],
  ['a request of its own with a timer on it', `<userTask id="pre" name="Akte ansehen"/>${ASK}${boundary('ask')}`, ['g>pre>nein', 'pre>ask', 'ask>look', 't>look'], false],
] // biome-ignore format: one shape, one line

const SKELETON =
  '<startEvent id="s"/><userTask id="look" name="Unterlagen prüfen"/><exclusiveGateway id="g" name="Unterlagen vollständig?"/><userTask id="d" name="Antrag entscheiden"/><userTask id="y" name="Bescheid erstellen"/><endEvent id="e"/>'
const drawn = (nodes: string, flows: readonly string[]): string =>
  `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="file" targetNamespace="x"><process id="ablauf">${SKELETON}${nodes}${[
    's>look',
    'look>g',
    'g>d>ja',
    'd>y',
    'y>e',
    ...flows,
  ]
    .map((flow, index) => {
      const [from, to, name = ''] = flow.split('>')
      return `<sequenceFlow id="f${index}" name="${name}" sourceRef="${from}" targetRef="${to}"/>`
    })
    .join('')}</process></definitions>`

const table = readAdaptingTable(readFileSync(new URL(`../../content/${ADAPTING}`, import.meta.url), 'utf8'))
async function adapted(nodes: string, flows: readonly string[], chosen?: Mapping) {
  if (!table.ok) {
    throw new Error(JSON.stringify(table.findings))
  }
  const around = {
    slug: 'hund-anmelden',
    title: 'Eine Leistung',
    postbox: 'steuern',
    postboxes: new Map<string, string>(),
    deadlines: ['decision', 'first-look', 'answer-to-request'],
    connectors: new Map<string, string>(),
  }
  const more = chosen === undefined ? {} : { chosen }
  const made = await adaptProcess({ xml: drawn(nodes, flows), file: 'x.bpmn', table: table.value, around, ...more })
  if (!made.ok) {
    throw new Error(JSON.stringify(made.findings))
  }
  const read = await parseDefinition(made.process, 'process.bpmn')
  expect(read.ok ? [] : read.findings).toEqual([])
  return { ...made, mapped: parse(made.mapping) as Mapping }
}

describe('the time for an answer', () => {
  let town: Town
  beforeAll(async () => {
    town = await openTown()
  })
  afterAll(() => town.close())

  const DAY = 86_400_000
  const clerk = () => town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
  const taskOf = async (id: string) => (await (await clerk()).read<VorgangView>(`/submissions/vorgaenge/${id}`)).task
  const dayAfter = (days: number): string => new Date(town.clock.now() + days * DAY).toISOString().slice(0, 10)

  /** Applies, and asks for documents until `days` from now. */
  async function asked(made: { process: string; texts: string }, days: number) {
    await town.edit((path, text) => {
      const name = path.replace('services/hund-anmelden/', '')
      return name === 'process.bpmn' ? made.process : name === 'process.de.yaml' ? made.texts : text
    })
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen)
    await town.tick()
    const who = await clerk()
    for (let pressed = ''; pressed !== 'request-information'; ) {
      const task = await taskOf(vorgangId)
      const ids = task?.outcomes.map(({ id }) => id) ?? []
      // Where the question is a step of its own, the way with "nein" leads to it.
      pressed = ids.find((id) => id === 'request-information') ?? ids.at(-1) ?? ''
      await bodyOf(await who.post(`/postboxes/items/${vorgangId}/take`), 200)
      const body = { outcome: pressed, message: 'Bitte den Plan.', dueOn: dayAfter(days) }
      await bodyOf(await who.post(`/workflow/vorgaenge/${vorgangId}/tasks/${task?.id}/complete`, body), 200)
      await town.tick()
    }
    const { requests } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    const answer = () =>
      citizen.form(`/submissions/status/${vorgangId}/requests/${requests[0]?.id}`, { text: 'Hier ist er.' })
    return { vorgangId, answer }
  }

  it.each(SHAPES)('%s: the answer opens the check at once, and no answer opens it when the time is over', async (_what, nodes, flows, isListed) => {
    const made = await adapted(nodes, flows)
    expect(made.mapped.steps['t']?.as).toBe(isListed ? 'deadline' : undefined)
    expect(made.mapped.assumed.join('\n')).toContain('ist die Frist für die Antwort')
    const first = await asked(made, 14)
    expect(await taskOf(first.vorgangId)).toBeNull()
    expect((await first.answer()).status).toBe(303)
    await town.tick()
    expect((await taskOf(first.vorgangId))?.node).toBe('look')

    const second = await asked(made, 14)
    town.clock.advance(13 * DAY)
    await town.tick()
    expect(await taskOf(second.vorgangId)).toBeNull()
    town.clock.advance(2 * DAY)
    await town.tick()
    expect((await taskOf(second.vorgangId))?.node).toBe('look')
  }) // biome-ignore format: one table

  it('ends on the day that the person was told, however long the process says', async () => {
    const made = await adapted(ASK + timer('t'), ['g>ask>nein', 'ask>t', 't>look'])
    const { vorgangId } = await asked(made, 30)
    town.clock.advance(29 * DAY)
    await town.tick()
    expect(await taskOf(vorgangId)).toBeNull()
    town.clock.advance(2 * DAY)
    await town.tick()
    expect((await taskOf(vorgangId))?.node).toBe('look')
  })

  it('is named where the clerk asks: the day of the timer, else of the reminder, never a day off', async () => {
    const waiting = `${ASK}<receiveTask id="m" name="Unterlagen eingegangen"/>`
    const flows = ['g>ask>nein', 'ask>m', 'm>look']
    for (const [nodes, more, day] of [
      [waiting + boundary('m'), ['t>look'], dayAfter(14)],
      [ASK + timer('t'), ['ask>t', 't>look'], dayAfter(14)],
      [waiting, [], null],
    ] as const) {
      const made = await adapted(nodes, nodes === ASK + timer('t') ? ['g>ask>nein', ...more] : [...flows, ...more])
      await town.edit((path, text) => {
        const name = path.replace('services/hund-anmelden/', '')
        return name === 'process.bpmn' ? made.process : name === 'process.de.yaml' ? made.texts : text
      })
      const { vorgangId } = await apply(town.newCaller())
      await town.tick()
      const outcomes = (await taskOf(vorgangId))?.outcomes ?? []
      const asking = outcomes.find(({ id }) => id === 'request-information')?.answerOn ?? ''
      const { deadlines } = town.ctx.content.live().content
      expect(dayOff(asking, deadlines.holidays)).toBeNull()
      // Without a timer of its own the process reminds after the town's deadline.
      expect(asking >= (day ?? dayAfter(10)) && asking <= addDays(day ?? dayAfter(31), 4)).toBe(true)
      expect(outcomes.filter(({ id }) => id !== 'request-information').map(({ answerOn }) => answerOn)).toEqual([null])
    }
  })

  it('is reminded of while there is time', async () => {
    const made = await adapted(ASK + timer('t'), ['g>ask>nein', 'ask>t', 't>look'])
    const { vorgangId } = await asked(made, 14)
    const reminders = () => town.mails.filter(({ messageId, subject }) => messageId.includes(vorgangId) && subject.startsWith('Erinnerung')).length // biome-ignore format: one rule
    expect(reminders()).toBe(0)
    town.clock.advance(8 * DAY)
    await town.tick()
    expect([reminders(), await taskOf(vorgangId)]).toEqual([1, null])
  })

  it('is a rest where an editor says so: even who has answered waits until it is over', async () => {
    const flows = ['g>ask>nein', 'ask>t', 't>look']
    const { mapped } = await adapted(ASK + timer('t'), flows)
    expect(Object.keys(mapped.steps).indexOf('t')).toBe(Object.keys(mapped.steps).indexOf('ask') + 1)
    const t = { name: '14 Tage abwarten', as: 'hold' } as const
    const made = await adapted(ASK + timer('t'), flows, { ...mapped, steps: { ...mapped.steps, t } })
    expect(made.mapped.steps['t']).toEqual(t)
    expect(made.mapped.told?.['t']?.join()).toContain('ruht der Vorgang auch dann, wenn die Antwort schon da ist')
    const { vorgangId, answer } = await asked(made, 14)
    await answer()
    await town.tick()
    expect(await taskOf(vorgangId)).toBeNull()
    town.clock.advance(15 * DAY)
    await town.tick()
    expect((await taskOf(vorgangId))?.node).toBe('look')
  })

  it('is none where nobody was asked: the timer stays a rest, which is said, and is no choice', async () => {
    const made = await adapted(`<userTask id="w" name="Aushang veranlassen"/>${timer('t')}`, ['g>w>nein', 'w>t', 't>look'])
    expect(made.mapped.steps['t']).toBeUndefined()
    expect(made.mapped.assumed).toContain('Bei „14 Tage abwarten“ ruht der Vorgang: Erst wenn diese Zeit um ist (14 Tage), geht es weiter.')
    expect(made.process).toMatch(/<bpmn:intermediateCatchEvent id="t"/)
  }) // biome-ignore format: one table

  it('beside another task leaves that task its own time', async () => {
    const nodes = `${ASK}<parallelGateway id="x"/>${MESSAGE}${timer('t')}<userTask id="w" name="Ort ansehen"/><parallelGateway id="j"/>`
    const made = await adapted(nodes, ['g>ask>nein', 'ask>x', 'x>m', 'x>t', 'x>w', 'm>j', 't>j', 'w>j', 'j>look'])
    expect(made.mapped.steps['t']?.as).toBe('deadline')
  })
})
