import { globSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import type { Caller } from '../testing/caller.ts'
import { apply, bodyOf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { checkDecided } from './decided.ts'
import { checkDecisions } from './decisions.ts'
import { parseDefinition } from './definition.ts'
import { checkNeeds } from './needs.ts'
import { ADAPTING, adaptProcess, type Mapping, readAdaptingTable } from './service-adapt.ts'

/** What follows a decision in processes drawn elsewhere: refusals without a choice, second persons, what is given back. */
const table = readAdaptingTable(readFileSync(new URL(`../../content/${ADAPTING}`, import.meta.url), 'utf8'))
const timer = (on: string): string =>
  `<boundaryEvent id="late" name="keine Antwort in 3 Wochen" attachedToRef="${on}"><timerEventDefinition><timeDuration>P3W</timeDuration></timerEventDefinition></boundaryEvent>`
const NODES = `<startEvent id="s"/><userTask id="look" name="Unterlagen prüfen"/><exclusiveGateway id="g" name="Unterlagen vollständig?"/><sendTask id="ask" name="Unterlagen nachfordern"/><receiveTask id="wait" name="Auf Unterlagen warten"/>${timer('wait')}<userTask id="d" name="Über Antrag entscheiden"/><exclusiveGateway id="h" name="Erlaubnis erteilen?"/><userTask id="yes" name="Erlaubnisbescheid erstellen"/><userTask id="no" name="Ablehnungsbescheid erstellen"/><endEvent id="e"/><endEvent id="e2" name="Antrag abgelehnt"/><endEvent id="over" name="Verfahren eingestellt"/>`
const FLOWS = ['s>look', 'look>g', 'g>d>ja', 'g>ask>nein', 'ask>wait', 'wait>look', 'd>h', 'h>yes>ja', 'h>no>nein']
const UNSIGNED = [...FLOWS, 'yes>e', 'no>e2']
const SIGNERS = '<userTask id="sy" name="Bescheid mitzeichnen"/><userTask id="sn" name="Ablehnung mitzeichnen"/>'
const SIGNED = [...FLOWS, 'yes>sy', 'sy>e', 'no>sn', 'sn>e2']
const REFUSING = '<userTask id="stop" name="Antrag wegen fehlender Mitwirkung ablehnen"/>'

async function adapted(nodes: string, flows: readonly string[], chosen?: Mapping) {
  if (!table.ok) {
    throw new Error(JSON.stringify(table.findings))
  }
  const arrows = flows.map((flow, index) => {
    const [from, to, name = ''] = flow.split('>')
    return `<sequenceFlow id="f${index}" name="${name}" sourceRef="${from}" targetRef="${to}"/>`
  })
  const xml = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="file" targetNamespace="x"><process id="ablauf">${NODES}${nodes}${arrows.join('')}</process></definitions>`
  const around = {
    slug: 'hund-anmelden',
    title: 'Eine Leistung',
    postbox: 'steuern',
    postboxes: new Map([
      ['steuern', 'Steuern und Abgaben'],
      ['umwelt', 'Umwelt und Natur'],
    ]),
    deadlines: ['decision', 'first-look', 'answer-to-request'],
    connectors: new Map<string, string>(),
  }
  const more = chosen === undefined ? {} : { chosen }
  const made = await adaptProcess({ xml, file: 'x.bpmn', table: table.value, around, ...more })
  if (!made.ok) {
    throw new Error(JSON.stringify(made.findings))
  }
  return { ...made, mapped: parse(made.mapping) as Mapping }
}
type Made = Awaited<ReturnType<typeof adapted>>
async function findings({ process }: Made): Promise<readonly unknown[]> {
  const read = await parseDefinition(process, 'process.bpmn')
  return read.ok
    ? [checkDecisions, checkDecided, checkNeeds].flatMap((check) => check(read.definition, 'process.bpmn'))
    : read.findings
}

describe('a step of a foreign process in which is refused by its name', () => {
  it('decides, though a timer leads there: reasons, notice, and no open point', async () => {
    const made = await adapted(REFUSING, [...UNSIGNED, 'late>stop', 'stop>over'])
    expect(made.mapped.steps['stop']).toMatchObject({ as: 'person', outcomes: { refuse: { as: 'refuse' } } })
    expect(made.process).toMatch(/<bpmn:userTask id="stop".*?<stadttor:outcome id="refuse" requires="reasons" \/>/s)
    expect(made.mapped.told?.['stop']?.join()).toContain('bekommt die Person den Bescheid mit Rechtsbehelf')
    expect(await findings(made)).toEqual([])
  })

  it('decides also where a choice leads there too: the choice then only goes on', async () => {
    const made = await adapted(REFUSING, [...UNSIGNED, 'late>stop', 'g>stop>Angaben falsch', 'stop>over'])
    expect(Object.values(made.mapped.steps['look']?.outcomes ?? {}).map(({ as }) => as)).toEqual([
      'continue',
      'request-information',
      'continue',
    ])
    expect(await findings(made)).toEqual([])
  })

  it('is written by a notice where only that is drawn behind the timer: somebody decides before it', async () => {
    const made = await adapted('<userTask id="stop" name="Ablehnungsbescheid erstellen"/>', [...UNSIGNED, 'late>stop', 'stop>over']) // biome-ignore format: one thought
    expect(made.mapped.steps['late_decide']).toMatchObject({ as: 'person', outcomes: { refuse: { as: 'refuse' } } })
    expect(await findings(made)).toEqual([])
  })

  it('has a second person where the process has some, which is said', async () => {
    const made = await adapted(REFUSING + SIGNERS, [...SIGNED, 'late>stop', 'stop>over'])
    expect(made.process).toMatch(/<bpmn:userTask id="stop_sign"[^>]*stadttor:notBy="stop"/)
    expect(made.mapped.assumed.join()).toContain('Nach „Antrag wegen fehlender Mitwirkung ablehnen“ kommt ein Schritt')
    expect(await findings(made)).toEqual([])
  })
})

describe('a second person of a foreign process', () => {
  it('can give the draft back to who decided, though nobody drew it, and it is said', async () => {
    const made = await adapted(SIGNERS, [...SIGNED, 'late>over'])
    for (const id of ['sy', 'sn']) {
      expect(made.process).toContain(
        `<bpmn:sequenceFlow id="${id}_signed_to_d" sourceRef="${id}_signed" targetRef="d">`,
      )
      expect(made.mapped.told?.[id]?.join()).toContain('mit einer Anmerkung an „Über Antrag entscheiden“ zurückgeben')
    }
    expect(parse(made.texts).tasks.sy.outcomes).toMatchObject({ return: { label: 'Zurückgeben' } })
    expect(await findings(made)).toEqual([])
  })
})

describe('a fee', () => {
  const FEE = '<receiveTask id="fee" name="Zahlungseingang überwachen"/>'
  const states = (made: Made) => (parse(made.texts) as { states: Record<string, { sentence: string }> }).states

  it('behind the notice: nothing is kept for it, and unpaid the notice still holds', async () => {
    const made = await adapted(FEE, [...FLOWS, 'yes>fee', 'fee>e', 'no>e2', 'late>over'])
    expect(made.paysAfter).toBe(true)
    expect(states(made)['fee']?.sentence).toBe(
      'Ihr Bescheid liegt auf dieser Seite. Bezahlen Sie bitte innerhalb von 30 Tagen die Gebühr auf dieser Seite.',
    )
    expect(states(made)['fee_unpaid']?.sentence).toContain('Ihr Bescheid gilt weiter')
    expect(await findings(made)).toEqual([])
  })

  it('before the notice: the notice comes with the payment', async () => {
    const made = await adapted(FEE, [...FLOWS.filter((flow) => flow !== 'h>yes>ja'), 'h>fee>ja', 'fee>yes', 'yes>e', 'no>e2', 'late>over']) // biome-ignore format: one thought
    expect(made.paysAfter).toBe(false)
    expect(states(made)['fee']?.sentence).toContain('Danach bekommen Sie den Bescheid.')
    expect(states(made)['fee_unpaid']?.sentence).toContain('neu stellen')
    expect(await findings(made)).toEqual([])
  })

  it('is named in the notices of every ready-made process by the sentence that follows the order', () => {
    const sentences = globSync('content/templates/processes/*pay*/notice.approval.de.yaml').map((path) => readFileSync(path, 'utf8')) // biome-ignore format: one thought
    expect(sentences.length).toBeGreaterThan(2)
    expect(sentences.filter((text) => !(table.ok && text.includes(table.value.fees.paid)))).toEqual([])
  })
})

describe('another office that is asked', () => {
  const ASKED = FLOWS.filter((flow) => flow !== 'g>d>ja')

  it('writes its opinion, whichever postbox is chosen for it', async () => {
    const flows = [...ASKED, 'g>o>ja', 'o>d', 'yes>e', 'no>e2', 'late>over']
    const made = await adapted('<userTask id="o" name="Stellungnahme der Wasserbehörde einholen"/>', flows)
    expect(made.mapped.steps['o']?.outcomes).toEqual({ opinion: { label: 'Stellungnahme abgeben', as: 'opinion' } })
    expect(made.mapped.told?.['o']?.join()).toContain('wählen Sie für den Schritt deren Postkorb')
    expect(made.process).toContain('<stadttor:outcome id="opinion" requires="opinion" />')
    expect(await findings(made)).toEqual([])
    const o = { ...made.mapped.steps['o'], postbox: 'umwelt' } as NonNullable<Mapping['steps'][string]>
    const elsewhere = await adapted('<userTask id="o" name="Stellungnahme der Wasserbehörde einholen"/>', flows, {
      ...made.mapped,
      steps: { ...made.mapped.steps, o },
    })
    expect(elsewhere.process).toMatch(/<bpmn:userTask id="o"[^>]*stadttor:postbox="umwelt"/)
    expect(elsewhere.process).toContain('<stadttor:outcome id="opinion" requires="opinion" />')
  })

  it('writes it on each way where it is also asked how it thinks', async () => {
    const nodes = '<userTask id="o" name="Fachamt beteiligen"/><exclusiveGateway id="b" name="Bedenken?"/>'
    const made = await adapted(nodes, [...ASKED, 'g>o>ja', 'o>b', 'b>d>keine Bedenken', 'b>look>noch einmal prüfen', 'yes>e', 'no>e2', 'late>over']) // biome-ignore format: one thought
    expect(made.process.match(/<stadttor:outcome id="[^"]+" requires="opinion" \/>/g)?.length).toBe(2)
    expect(await findings(made)).toEqual([])
  })
})

describe('taking back', () => {
  it('is said to be possible at any time where it is drawn as an event, and nothing is said to be lost', async () => {
    const event = '<boundaryEvent id="back" name="Rücknahme des Antrags" attachedToRef="d"><messageEventDefinition/></boundaryEvent><boundaryEvent id="call" name="Anruf der Presse" attachedToRef="d"><messageEventDefinition/></boundaryEvent><endEvent id="gone" name="Antrag zurückgezogen"/>' // biome-ignore format: one line
    const made = await adapted(event, [...UNSIGNED, 'late>over', 'back>gone', 'call>over'])
    expect(made.mapped.assumed.join()).toContain('„Rücknahme des Antrags“ geht hier von selbst')
    expect(made.mapped.unmapped).toEqual(['Das Ereignis „Anruf der Presse“ gibt es hier nicht. Es wurde weggelassen.'])
  })
})

describe('giving back', () => {
  const giving = (made: Made): Mapping => {
    const look = made.mapped.steps['look'] as NonNullable<Mapping['steps'][string]>
    const ways = Object.entries(look.outcomes ?? {}).map(([id, one], index) => [id, index === 0 ? { ...one, as: 'return' as const } : one] as const) // biome-ignore format: one thought
    return { ...made.mapped, steps: { ...made.mapped.steps, look: { ...look, outcomes: Object.fromEntries(ways) } } }
  }

  it('is no button where a case comes to the step before anybody decided: it goes on, and it is said why', async () => {
    const flows = [...UNSIGNED, 'late>over']
    const guessed = await adapted('', flows)
    expect(guessed.mapped.undecided).toContain('look')
    expect(guessed.mapped.undecided).toContain('d')
    const made = await adapted('', flows, giving(guessed))
    expect(made.process).not.toContain('id="return"')
    expect(made.mapped.unmapped.join()).toContain('heißt hier nur „weiter“')
    expect(await findings(made)).toEqual([])
  })
})

describe('a case', () => {
  let town: Town
  beforeAll(async () => {
    town = await openTown()
  })
  afterAll(() => town.close())
  const DAY = 86_400_000
  const view = (who: Caller, id: string) => who.read<VorgangView>(`/submissions/vorgaenge/${id}`)
  const done = async (who: Caller, id: string, body: Readonly<Record<string, string>>): Promise<void> => {
    const { task, assignee } = await view(who, id)
    if (assignee === null) {
      await bodyOf(await who.post(`/postboxes/items/${id}/take`), 200)
    }
    await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body), 200)
    await town.tick()
  }

  it('tells the person of a state once, however many steps are told in the same words', async () => {
    const nodes = '<userTask id="o" name="Ort ansehen"/><userTask id="q" name="Akte ergänzen"/>'
    const flows = FLOWS.filter((flow) => flow !== 'g>d>ja')
    const made = await adapted(nodes, [...flows, 'g>o>ja', 'o>q', 'q>d', 'yes>e', 'no>e2', 'late>over'])
    await town.edit((path, text) => {
      const name = path.replace('services/hund-anmelden/', '')
      return name === 'process.bpmn' ? made.process : name === 'process.de.yaml' ? made.texts : text
    })
    const citizen = town.newCaller()
    const { vorgangId: id } = await apply(citizen)
    await town.tick()
    for (const _ of ['look', 'o', 'q']) {
      const anna = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
      const onward = (await view(anna, id)).task?.outcomes.find((one) => one.id !== 'request-information')?.id ?? ''
      town.clock.advance(60_000)
      await done(anna, id, { outcome: onward })
    }
    const { events } = await citizen.read<StatusView>(`/submissions/status/${id}`)
    const titles = events.filter(({ type }) => type === 'state-changed').map(({ title }) => title)
    expect(titles).toEqual(['Wir bearbeiten Ihren Antrag', 'Wir prüfen Ihren Antrag'])
  })

  it('that is refused after a time ran out: given back once, signed, and the person gets a notice with the reasons', async () => {
    const made = await adapted(REFUSING + SIGNERS, [...SIGNED, 'late>stop', 'stop>over'])
    await town.edit((path, text) => {
      const name = path.replace('services/hund-anmelden/', '')
      return name === 'process.bpmn' ? made.process : name === 'process.de.yaml' ? made.texts : text
    })
    const { vorgangId: id } = await apply(town.newCaller())
    await town.tick()
    const anna = () => town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const lead = () => town.signIn('lea', { roles: ['lead'], teams: ['steuern'] })
    const dueOn = new Date(town.clock.now() + 21 * DAY).toISOString().slice(0, 10)
    await done(await anna(), id, { outcome: 'request-information', message: 'Bitte den Plan.', dueOn })
    town.clock.advance(23 * DAY)
    await town.tick()
    await done(await anna(), id, { outcome: 'refuse', reasons: 'Kein Plan.', hearing: 'no-interference' })
    await done(await lead(), id, { outcome: 'return', comment: 'Bitte die Frist nennen.' })
    expect(await view(await anna(), id)).toMatchObject({ task: { node: 'stop' }, decision: { state: 'returned' } })
    await done(await anna(), id, {
      outcome: 'refuse',
      reasons: 'Kein Plan bis zum Ende der Frist.',
      hearing: 'no-interference',
    })
    const hash = (await view(await lead(), id)).decision?.hash ?? ''
    await done(await lead(), id, { outcome: 'sign', decisionHash: hash })
    const over = await view(await anna(), id)
    expect(over).toMatchObject({ itemState: 'done', decision: { state: 'signed', outcome: 'refused' } })
    expect(over.notices.length).toBe(1)
    expect(over.state?.text.title).toBe('Ihr Bescheid ist da')
  })
})
