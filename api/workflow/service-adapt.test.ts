import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dayInBerlin } from '../lib/clock.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import type { Caller } from '../testing/caller.ts'
import { apply, bodyOf } from '../testing/dog-tax.ts'
import { applyForPermit } from '../testing/permit.ts'
import { openTown, type Town } from '../testing/town.ts'
import { unannounced } from './announced.ts'
import { unreadAnswers } from './answers.ts'
import { checkReferences } from './check.ts'
import { parseDefinition } from './definition.ts'
import {
  ADAPTING,
  type Adapted,
  type Around,
  adaptProcess,
  isForeign,
  type Mapping,
  readAdaptingTable,
} from './service-adapt.ts'
import { readProcessTexts } from './texts.ts'

const SPECIMENS = ['pools', 'plain', 'citizen-pool', 'payment'] as const
const specimen = (name: string): string => readFileSync(new URL(`testing/${name}.bpmn`, import.meta.url), 'utf8')
const table = (() => {
  const read = readAdaptingTable(readFileSync(new URL(`../../content/${ADAPTING}`, import.meta.url), 'utf8'))
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return read.value
})()
const AROUND: Around = {
  slug: 'leistung',
  title: 'Eine Leistung',
  postbox: 'steuern',
  postboxes: new Map([
    ['steuern', 'Steuern und Abgaben'],
    ['umwelt', 'Umwelt und Natur'],
  ]),
  deadlines: ['decision', 'first-look', 'answer-to-request'],
  connectors: new Map(),
}
type Good = Extract<Adapted, { ok: true }>
async function adapted(
  xml: string,
  more: { around?: Around; chosen?: Mapping; texts?: { now: string; ours: string } } = {},
): Promise<Good> {
  const result = await adaptProcess({ xml, file: 'x.bpmn', table, around: AROUND, ...more })
  if (!result.ok) {
    throw new Error(JSON.stringify(result.findings))
  }
  return result
}
const mappingOf = (made: Good): Mapping => parse(made.mapping) as Mapping
const findingsOf = async (made: Good): Promise<readonly unknown[]> => {
  const parsed = await parseDefinition(made.process, 'process.bpmn')
  if (!parsed.ok) {
    return parsed.findings
  }
  const known = { postboxes: [...AROUND.postboxes.keys()], deadlines: AROUND.deadlines, connectors: [] }
  const read = readProcessTexts(made.texts, 'process.de.yaml', parsed.definition)
  return [
    ...checkReferences(parsed.definition, 'process.bpmn', { ...known, documents: ['approval', 'refusal'] }),
    ...unreadAnswers(parsed.definition, 'process.bpmn'),
    ...(read.ok ? unannounced(parsed.definition, read.texts, 'process.bpmn') : read.findings),
  ]
}
/** A process in the shortest way of writing it, with the default namespace. */
const drawn = (elements: string, flows: readonly string[]): string =>
  `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="ablauf">${elements}${flows
    .map((flow, index) => {
      const [from, to, name = ''] = flow.split('>')
      return `<sequenceFlow id="f${index}" name="${name}" sourceRef="${from}" targetRef="${to}"/>`
    })
    .join('')}</process></definitions>`

describe('a foreign process', () => {
  it('is told from ours', () => {
    expect(SPECIMENS.map((name) => isForeign(specimen(name)))).toEqual([true, true, true, true])
    expect(isForeign(readFileSync(new URL('../../content/processes/objection.bpmn', import.meta.url), 'utf8'))).toBe(
      false,
    )
  })

  it.each(SPECIMENS)('%s becomes one of ours without any finding', async (name) => {
    expect(await findingsOf(await adapted(specimen(name)))).toEqual([])
  })

  it('with pools and lanes: what each step becomes, by structure and words', async () => {
    const { steps, assumed, unmapped } = mappingOf(await adapted(specimen('pools')))
    expect(Object.fromEntries(Object.entries(steps).map(([id, { as }]) => [id, as]))).toEqual({
      Activity_Vollst: 'person',
      Activity_Beurt: 'person',
      Activity_Nachf: 'request',
      Activity_Gebuehr: 'nothing',
      Activity_Anhoer: 'request',
      Activity_Zahlung: 'pay',
      Activity_BescheidNein: 'document',
      Activity_BescheidJa: 'document',
      Activity_ZustNein: 'nothing',
      Activity_ZustJa: 'nothing',
    })
    expect(steps['Activity_Vollst']?.outcomes).toEqual({
      Flow_03: { label: 'Weiter: Sachverhalt beurteilen', as: 'continue' },
      Flow_04: { label: 'Angaben nachfordern', as: 'request-information' },
    })
    expect(steps['Activity_Beurt']?.outcomes).toEqual({
      Flow_07: { label: 'Bewilligen', as: 'approve' },
      Flow_08: { label: 'Ablehnen', as: 'refuse' },
    })
    expect(assumed).toContain('„Bescheid bekannt geben“ geschieht zusammen mit dem Bescheid.')
    expect(assumed).toContain('Im Schritt „Sachverhalt beurteilen“ wird entschieden.')
    expect(unmapped).toEqual([])
    expect(assumed).toContainEqual(
      expect.stringMatching(
        /^„Anhörung durchführen“ geschieht im Schritt „Sachverhalt beurteilen“ mit dem Knopf „Anhörung durchführen“: .* kommt zu „Sachverhalt beurteilen“ zurück/,
      ),
    )
  })

  it.each([
    ['heard after the refusal', ['s>look', 'look>g', 'g>ok>ja', 'g>hear>nein', 'hear>no', 'ok>e', 'no>e'], 1, 1],
    [
      'asked after the refusal',
      ['s>look', 'look>g', 'g>ok>ja', 'g>prep>ablehnen', 'prep>ask', 'ask>no', 'ok>e', 'no>e'],
      0,
      1,
    ],
    ['heard before the decision', ['s>hear', 'hear>look', 'look>g', 'g>ok>ja', 'g>no>nein', 'ok>e', 'no>e'], 0, 0],
    ['heard after an approval', ['s>look', 'look>g', 'g>hear>ja', 'g>no>nein', 'hear>ok', 'ok>e', 'no>e'], 0, 1],
    ['heard before another decision', ['s>look', 'look>g', 'g>ok>ja', 'g>hear>nein', 'hear>look', 'ok>e'], 0, 0],
    ['asked before the decision', ['s>look', 'look>g', 'g>ok>ja', 'g>ask>nein', 'ask>look', 'ok>e'], 0, 0],
  ])(
    'a person %s is answered to: where it is decided already, the answer comes back to the decision',
    async (_what, flows, warnings, moved) => {
      const nodes = [
        '<userTask id="look" name="Antrag prüfen"/>',
        '<userTask id="hear" name="Anhörung durchführen"/>',
        '<userTask id="prep" name="Akte ergänzen"/>',
        '<sendTask id="ask" name="Unterlagen nachfordern"/>',
        '<userTask id="ok" name="Bewilligung erstellen"/>',
        '<userTask id="no" name="Ablehnung erstellen"/>',
      ].filter((node) => flows.some((one) => one.includes(`>${/id="(\w+)"/.exec(node)?.[1]}`)))
      const all = `<startEvent id="s"/><exclusiveGateway id="g" name="Bewilligen?"/>${nodes.join('')}<endEvent id="e"/>`
      const made = await adapted(drawn(all, flows))
      const { steps, assumed, unmapped } = mappingOf(made)
      expect(assumed.filter((text) => text.includes('kommt zu „Antrag prüfen“ zurück')).length).toBe(moved)
      expect(unmapped.filter((text) => text.includes('§ 28 VwVfG'))).toEqual([])
      expect(await findingsOf(made)).toEqual([])
      // A task of somebody does not ask the person: there is only the warning.
      const task = { name: 'Anhörung durchführen', as: 'person' } as const
      const chosen: Mapping = { version: 1, steps: { ...steps, hear: task }, assumed: [], unmapped: [] }
      const warned = mappingOf(await adapted(drawn(all, flows), { chosen })).unmapped
      expect(warned.filter((text) => text.includes('§ 28 VwVfG')).length).toBe(warnings)
    },
  )

  it('keeps ids, names and the picture', async () => {
    const { process } = await adapted(specimen('pools'))
    expect(process).toContain(
      '<bpmn:userTask id="activity_Beurt" name="Sachverhalt beurteilen" stadttor:postbox="steuern"',
    )
    expect(process).toContain('bpmnElement="activity_Beurt"><dc:Bounds x="560" y="120" width="100" height="80" />')
    expect(process).toContain('activity_Beurt.outcome = &quot;approve&quot;')
  })

  it('with a citizen’s pool: that is not run, and who waits for an answer or a deadline does', async () => {
    const made = await adapted(specimen('citizen-pool'))
    const { steps, assumed } = mappingOf(made)
    expect(steps['Event_4']?.as).toBe('wait')
    expect(steps['Gateway_2_ask']).toMatchObject({
      as: 'person',
      outcomes: { a11: { as: 'approve' }, a13: { as: 'refuse' } },
    })
    expect(assumed).toContain(
      'Der Ablauf von „Bürgerin / Bürger“ wird nicht ausgeführt: Das tun die Menschen auf der Website.',
    )
    expect(made.process).toMatch(/<bpmn:boundaryEvent id="event_5"[^>]* attachedToRef="event_4">/)
    expect(made.process).toContain('>P4W</bpmn:timeDuration>')
    expect(made.process).not.toContain('b_send')
  })

  it('with lanes: a lane named as a postbox is that postbox, in sub-processes too; what is lost is told', async () => {
    const { steps, unmapped } = mappingOf(await adapted(specimen('payment')))
    expect(steps['sachlich']).toMatchObject({ postbox: 'umwelt', outcomes: { approve: {}, refuse: {} } })
    expect(steps['zahlung']?.as).toBe('pay')
    expect(unmapped).toEqual([
      'Das Ereignis „Fehler im Fachverfahren“ gibt es hier nicht. Es wurde weggelassen.',
      '„Kataster abfragen“ soll ein Programm tun, das wir nicht kennen. Hier erledigt es eine Person.',
    ])
  })

  it('with four eyes on one answer only has none', async () => {
    const xml = drawn(
      '<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><exclusiveGateway id="g"/><userTask id="b" name="Freigabe"/><endEvent id="e" name="Bewilligt"/><endEvent id="n" name="Abgelehnt"/>',
      ['s>a', 'a>g', 'g>b>bewilligen', 'g>n>ablehnen', 'b>e'],
    )
    const made = await adapted(xml)
    expect(mappingOf(made).unmapped).toEqual([expect.stringContaining('kein Vier-Augen-Prinzip')])
    expect(mappingOf(made).unmapped.join()).toContain('niemand mitzeichnet: „ablehnen“.')
    expect(mappingOf(made).told?.['b']?.join()).toContain('Das hilft')
    expect(made.process).not.toContain('notBy')
    expect(made.texts).not.toContain('Danach wird der Bescheid erstellt und bereitgestellt.')
    expect(await findingsOf(made)).toEqual([])
  })

  it('of a program alone gets somebody who decides', async () => {
    const xml = drawn('<startEvent id="s"/><serviceTask id="a" name="Bescheid erzeugen"/><endEvent id="e"/>', [
      's>a',
      'a>e',
    ])
    const made = await adapted(xml)
    expect(mappingOf(made).steps['a_decide']).toMatchObject({ as: 'person', outcomes: { approve: {}, refuse: {} } })
    expect(await findingsOf(made)).toEqual([])
  })

  it('whose branches run beside each other closes the file only where they have met', async () => {
    const parts =
      '<startEvent id="s"/><parallelGateway id="p"/><task id="a" name="Feuerwehr beteiligen"/><task id="b" name="Nachbarn anhören"/>'
    const apart = await adapted(
      drawn(`${parts}<endEvent id="e"/><endEvent id="f"/>`, ['s>p', 'p>a', 'p>b', 'a>e', 'b>f']),
    )
    const joined = await adapted(
      drawn(`${parts}<parallelGateway id="j"/><endEvent id="e"/>`, ['s>p', 'p>a', 'p>b', 'a>j', 'b>j', 'j>e']),
    )
    expect([apart, joined].map(({ process }) => process.includes('set-retention'))).toEqual([false, true])
    expect([await findingsOf(apart), await findingsOf(joined)]).toEqual([[], []])
  })

  it.each([
    [
      'a picture without a process',
      '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"/>',
      'foreign/no-process',
    ],
    ['a process without start', drawn('<task id="a" name="x"/><endEvent id="e"/>', ['a>e']), 'foreign/no-start'],
    ['a process without steps', drawn('<startEvent id="s"/><endEvent id="e"/>', ['s>e']), 'foreign/no-steps'],
    ['steps that nothing joins', drawn('<startEvent id="s"/><task id="a" name="x"/>', []), 'foreign/no-flows'],
    [
      'more than anybody can read',
      drawn(`<startEvent id="s"/>${Array.from({ length: 300 }, (_, index) => `<task id="t${index}"/>`).join('')}`, [
        's>t0',
      ]),
      'foreign/too-large',
    ],
    ['no BPMN', '<definitions><a></definitions>', 'foreign/unreadable'],
    ['a DOCTYPE', `<!DOCTYPE x>${drawn('<startEvent id="s"/>', [])}`, 'workflow/doctype'],
  ])('%s is refused, and it is said what is missing', async (_, xml, type) => {
    const result = await adaptProcess({ xml, file: 'x.bpmn', table, around: AROUND })
    expect(result).toMatchObject({ ok: false, findings: [{ file: 'x.bpmn', type }] })
  })
})

describe('a second person', () => {
  const parts =
    '<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><exclusiveGateway id="g" name="Bewilligen?"/><userTask id="b" name="Bewilligung mitzeichnen"/><userTask id="c" name="Ablehnung mitzeichnen"/><userTask id="y" name="Bewilligung erstellen"/><userTask id="n" name="Ablehnung erstellen"/><endEvent id="e"/>'
  const apart = ['s>a', 'a>g', 'g>b>ja', 'g>c>nein', 'b>y', 'c>n', 'y>e', 'n>e']
  const withoutUnused = (all: string, flows: readonly string[]): string =>
    all.replace(/<(?:userTask|exclusiveGateway) id="(\w)"[^>]*>/g, (node, id: string) =>
      flows.some((flow) => flow.split('>').slice(0, 2).includes(id)) ? node : '',
    )
  const watching = ({ process }: Good): readonly string[] =>
    [...process.matchAll(/id="(\w+)"[^>]*stadttor:notBy="(\w+)"/g)].map(([, id, by]) => `${id} ${by}`)

  it('on each way of a decision counts, however many steps it takes', async () => {
    const made = await adapted(drawn(parts, apart))
    expect(watching(made)).toEqual(['b a', 'c a'])
    expect(mappingOf(made).unmapped).toEqual([])
    expect(mappingOf(made).told?.['c']?.join()).toContain('macht eine andere Person als „Antrag prüfen“')
    expect(await findingsOf(made)).toEqual([])
  })

  it.each([
    ['the last, where the first always leads to it', ['b>l', 'l>y', 'g>c>nein', 'c>n'], ['l a', 'c a'], 'b'],
    ['the last for both ways', ['b>l', 'l>y', 'g>l>nein'], ['l a'], 'b'],
  ])('is asked once: of two one behind the other counts %s', async (_what, flows, expected, other) => {
    const used = ['s>a', 'a>g', 'g>b>ja', 'y>e', ...(flows.includes('c>n') ? ['n>e'] : []), ...flows]
    const all = `${parts}<userTask id="l" name="Freigabe durch die Leitung"/>`
    const made = await adapted(drawn(withoutUnused(all, used), used))
    expect([...watching(made)].sort()).toEqual([...expected].sort())
    expect(mappingOf(made).told?.[other]?.join()).toContain('hier im Schritt „Freigabe durch die Leitung“')
    expect(await findingsOf(made)).toEqual([])
  })

  it('that an editor takes from one way is none on the other either, and both say which outcome lacks it', async () => {
    const { steps, ...rest } = mappingOf(await adapted(drawn(parts, apart)))
    const done = { name: 'Ablehnung mitzeichnen', as: 'person', outcomes: { done: { label: 'Gelesen', as: 'continue' } } } as const // biome-ignore format: one thought
    const made = await adapted(drawn(parts, apart), { chosen: { ...rest, steps: { ...steps, c: done } } })
    expect(watching(made)).toEqual([])
    expect(mappingOf(made).unmapped).toEqual([
      expect.stringMatching(/^„Bewilligung mitzeichnen“ zählt nicht .*: „Ablehnen“\. .*Das hilft/),
    ])
    expect(mappingOf(made).told?.['c']?.join()).not.toContain('Vier-Augen')
    expect(await findingsOf(made)).toEqual([])
    // Chosen again, both count again.
    const sign = { ...done, outcomes: { done: { label: 'Mitzeichnen', as: 'sign' } } } as const
    const back = { ...mappingOf(made), steps: { ...mappingOf(made).steps, c: sign } }
    expect(watching(await adapted(drawn(parts, apart), { chosen: back }))).toEqual(['b a', 'c a'])
  })

  it.each([
    [
      'before anybody decides',
      ['s>b', 'b>a', 'a>g', 'g>y>ja', 'g>n>nein', 'y>e', 'n>e'],
      'Davor hat niemand entschieden',
    ],
    [
      'that is reached without a decision, too',
      ['s>q', 'q>h', 'h>a>streitig', 'h>z>einfach', 'a>g', 'g>z>ja', 'g>z>nein', 'z>e'],
      'auf einem Weg, auf dem niemand entschieden hat',
    ],
  ])('%s is none, and it is said what helps', async (_what, flows, words) => {
    const all = `${parts}<userTask id="q" name="Eingang sichten"/><exclusiveGateway id="h" name="Wie ist der Fall?"/><userTask id="z" name="Mitzeichnen"/>`
    const made = await adapted(drawn(withoutUnused(all, flows), flows))
    expect(watching(made)).toEqual([])
    expect(mappingOf(made).told?.[flows.includes('z>e') ? 'z' : 'b']?.join()).toContain(words)
  })

  it.each([
    ['without a gateway', ['s>a', 'a>y', 'y>b', 'b>v', 'v>e']],
    ['who may give it back', ['s>a', 'a>y', 'y>b', 'b>k', 'k>v>ja', 'k>y>nein', 'v>e']],
  ])('behind the notice that is only a draft yet, %s, signs before it is made', async (_what, flows) => {
    const gateway = flows.some((flow) => flow.startsWith('k>')) ? '<exclusiveGateway id="k" name="In Ordnung?"/>' : ''
    const nodes = `<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><userTask id="y" name="Bescheid entwerfen"/><userTask id="b" name="Mitzeichnen"/>${gateway}<sendTask id="v" name="Bescheid versenden"/><endEvent id="e"/>`
    const made = await adapted(drawn(nodes, flows))
    expect(watching(made)).toEqual(['b a'])
    expect(mappingOf(made).steps['v']?.as).toBe('nothing')
    expect(mappingOf(made).told?.['y']?.join()).toContain('geschieht erst nach „Mitzeichnen“')
    expect(Object.values(mappingOf(made).steps['b']?.outcomes ?? {}).map(({ as }) => as)).toEqual(
      gateway === '' ? ['sign'] : ['sign', 'return'],
    )
    expect(await findingsOf(made)).toEqual([])
  })
})

describe('a postbox', () => {
  const inLane = (lane: string): string =>
    `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="p"><laneSet id="l"><lane id="l1" name="${lane}"><flowNodeRef>a</flowNodeRef></lane></laneSet><startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/><sequenceFlow id="h" sourceRef="a" targetRef="e"/></process></definitions>`
  it.each([
    ['Umwelt und Natur', 'umwelt'],
    ['Fachbereich Umwelt und Natur', 'umwelt'],
    ['umwelt', 'umwelt'],
    ['Umweltamt', undefined],
    ['Sachbearbeitung', undefined],
    ['Umwelt und Natur, Steuern und Abgaben', undefined],
  ])('of the lane %s is %s', async (lane, postbox) => {
    const { steps, assumed, told } = mappingOf(await adapted(inLane(lane)))
    expect(steps['a']?.postbox).toBe(postbox)
    expect(assumed.join().includes(`heißt wie die Bahn „${lane}“`)).toBe(postbox === undefined)
    expect(told?.['a']?.join()).toContain(
      postbox === undefined ? 'Postkorb der Leistung („Steuern und Abgaben“)' : 'an den Postkorb „Umwelt und Natur“',
    )
  })

  it('that nobody has chosen yet is not named', async () => {
    const { assumed } = mappingOf(await adapted(inLane(''), { around: { ...AROUND, isPostboxOpen: true } }))
    expect(assumed.join()).toContain('„Antrag prüfen“ geht an den Postkorb der Leistung. Welcher')
    expect(assumed.join()).not.toContain('Steuern und Abgaben')
  })
})

describe('a step named as a hearing', () => {
  const asked = async (name: string): Promise<string | undefined> => {
    const nodes = `<startEvent id="s"/><userTask id="a" name="${name}"/><userTask id="b" name="Antrag prüfen"/><endEvent id="e"/>`
    return mappingOf(await adapted(drawn(nodes, ['s>a', 'a>b', 'b>e']))).steps['a']?.as
  }
  it.each([
    ['Anhörung durchführen', 'request'],
    ['Gelegenheit zur Stellungnahme geben', 'request'],
    ['Anhörung auswerten', 'person'],
    ['Nachbarn anhören', 'person'],
  ])('%s becomes %s', async (name, as) => {
    expect(await asked(name)).toBe(as)
  })

  it('that whoever decides has a button for already asks with that one, and is no step', async () => {
    const nodes =
      '<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><exclusiveGateway id="g"/><sendTask id="q" name="Unterlagen nachfordern"/><userTask id="h" name="Anhörung durchführen"/><userTask id="n" name="Ablehnung erstellen"/><userTask id="y" name="Bewilligung erstellen"/><endEvent id="e"/>'
    const flows = ['s>a', 'a>g', 'g>q>unvollständig', 'q>a', 'g>y>bewilligen', 'g>h>ablehnen', 'h>n', 'n>e', 'y>e']
    const made = await adapted(drawn(nodes, flows))
    expect(await findingsOf(made)).toEqual([])
    expect(made.process).not.toContain('Anhörung durchführen')
    expect(mappingOf(made).assumed.join()).toContain('im Schritt „Antrag prüfen“ mit dem Knopf „unvollständig“')
    expect(made.process.match(/<stadttor:outcome id="[a-z-]+"/g)).toEqual([
      '<stadttor:outcome id="request-information"',
      '<stadttor:outcome id="approve"',
      '<stadttor:outcome id="refuse"',
    ])
  })

  it('behind a decision whose ways do not part gets a way of its own from there', async () => {
    const nodes =
      '<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><userTask id="h" name="Anhörung durchführen"/><sendTask id="b" name="Bescheid erstellen"/><endEvent id="e"/>'
    const made = await adapted(drawn(nodes, ['s>a', 'a>h', 'h>b', 'b>e']))
    expect(await findingsOf(made)).toEqual([])
    const parsed = await parseDefinition(made.process, 'process.bpmn')
    const node = parsed.ok ? parsed.definition.nodes.get('a') : undefined
    expect(node?.kind === 'user' && node.outcomes.map(({ id }) => id)).toEqual([
      'approve',
      'refuse',
      'request-information',
    ])
  })
})

describe('a fee', () => {
  it.each([
    ['after an approval is asked for with the good news', 'g>p>ja', 'p>y', 'können ihm zustimmen'],
    ['after an approval on which others still work is not', 'g>p>ja', 'p>w', 'Danach geht es weiter'],
  ])('%s', async (_what, into, out, words) => {
    const nodes =
      '<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><exclusiveGateway id="g" name="Bewilligen?"/><serviceTask id="p" name="Gebühr einziehen"/><userTask id="w" name="Akte ergänzen"/><userTask id="y" name="Bewilligung erstellen"/><userTask id="n" name="Ablehnung erstellen"/><endEvent id="e"/>'
    const work = out === 'p>w' ? ['w>y'] : []
    const made = await adapted(drawn(nodes, ['s>a', 'a>g', into, out, ...work, 'g>n>nein', 'y>e', 'n>e']))
    expect(await findingsOf(made)).toEqual([])
    const { states } = parse(made.texts) as { states: Record<string, { sentence: string }> }
    expect(states['p']?.sentence).toContain(words)
  })

  it('before anybody decided says nothing of a decision', async () => {
    expect((await adapted(specimen('payment'))).texts).not.toContain('können ihm zustimmen')
  })
})

describe('what an editor chose', () => {
  it('counts instead of what was guessed, and words that were written stay', async () => {
    const first = await adapted(specimen('pools'))
    const mapping = mappingOf(first)
    const chosen: Mapping = {
      ...mapping,
      steps: {
        ...mapping.steps,
        Activity_Beurt: {
          ...(mapping.steps['Activity_Beurt'] as Mapping['steps'][string]),
          postbox: 'umwelt',
          outcomes: {
            Flow_07: { label: 'Ausnahme zulassen', as: 'approve' },
            Flow_08: { label: 'Ablehnen', as: 'refuse' },
          },
        },
        Activity_Gebuehr: { name: 'Gebühr festsetzen', as: 'person' },
        Activity_Anhoer: { name: 'Anhörung durchführen', as: 'notify' },
      },
    }
    const texts = { ours: first.texts, now: first.texts.replace('Wir prüfen Ihren Antrag', 'Das Ordnungsamt prüft') }
    const made = await adapted(specimen('pools'), { chosen, texts })
    expect(await findingsOf(made)).toEqual([])
    expect(made.process).toMatch(/id="activity_Beurt"[^>]*stadttor:postbox="umwelt"/)
    expect(made.process).toContain('activity_Gebuehr')
    expect(made.process).toMatch(/id="activity_Anhoer"[^>]*stadttor:effect="notify"/)
    expect(made.texts).toContain('label: Ausnahme zulassen')
    expect(made.texts).toContain('Das Ordnungsamt prüft')
    expect(mappingOf(made).assumed).toContain(
      'Der Schritt „Sachverhalt beurteilen“ geht an den Postkorb „Umwelt und Natur“.',
    )
    expect(mappingOf(made).assumed.join()).not.toContain('„Gebühr festsetzen“ entfällt')
    expect(mappingOf(made).unmapped.join()).toContain('In „Gebühr festsetzen“ trägt niemand einen Betrag ein')
  })

  it.each(['person', 'request', 'wait', 'receipt', 'notify', 'document', 'pay', 'nothing'] as const)(
    'any step may become %s: the process still can be read and run to an end',
    async (as) => {
      for (const name of SPECIMENS) {
        const { steps, ...rest } = mappingOf(await adapted(specimen(name)))
        for (const [id, step] of Object.entries(steps)) {
          const isAsker = Object.keys(step.outcomes ?? {}).some((key) => specimen(name).includes(`id="${key}"`))
          if (isAsker) {
            continue
          }
          const chosen = { ...rest, steps: { ...steps, [id]: { name: step.name, as } } }
          const parsed = await parseDefinition((await adapted(specimen(name), { chosen })).process, `${name} ${id}`)
          const types = parsed.ok ? [] : parsed.findings.map(({ type }) => type)
          // A notice before anybody decided is the editor's to put right; everything else must hold.
          expect(
            types.filter((type) => type !== 'workflow/no-decision'),
            `${name} ${id}`,
          ).toEqual([])
        }
      }
    },
  )
})

describe('a service with a foreign process', () => {
  let town: Town
  beforeAll(async () => {
    town = await openTown()
  })
  afterAll(() => town.close())

  const install = async (name: string, service = 'hund-anmelden', postbox = 'steuern'): Promise<void> =>
    await installXml(specimen(name), service, postbox)
  const installXml = async (xml: string, service: string, postbox: string): Promise<void> => {
    const made = await adapted(xml, { around: { ...AROUND, slug: service, postbox, postboxes: new Map() } })
    const files = new Map([
      [`services/${service}/process.bpmn`, made.process],
      [`services/${service}/process.de.yaml`, made.texts],
    ])
    const own = `services/${service}/service.yaml`
    const asWritten = readFileSync(`content/${own}`, 'utf8')
    // A step that takes a fee needs one; nobody owes this one, who registers one dog.
    const fee = 'fee:\n  items:\n    - { fee: personenstandsurkunde, when: count(hunde) > 1 }\n'
    const needsFee = made.process.includes('effect="pay"') && !/^fee:/m.test(asWritten)
    files.set(own, needsFee ? asWritten.replace(/^fees: \[/m, `${fee}fees: [personenstandsurkunde, `) : asWritten)
    await town.edit((path, text) => files.get(path) ?? text)
  }
  const clerk = (name: string, postbox: string): Promise<Caller> =>
    town.signIn(name, { roles: name === 'bert' ? ['clerk', 'lead'] : ['clerk'], teams: [postbox] })
  const view = (caller: Caller, id: string): Promise<VorgangView> => caller.read(`/submissions/vorgaenge/${id}`)

  /** One step of whoever's turn it is in the office; answers what was pressed. */
  async function press(id: string, wanted: readonly string[], postbox = 'steuern'): Promise<string | null> {
    await town.tick()
    const { task } = await view(await clerk('anna', postbox), id)
    if (task === null) {
      return null
    }
    const ids = task.outcomes.map((outcome) => outcome.id)
    const outcome = wanted.find((one) => ids.includes(one)) ?? ids[0] ?? ''
    const who = await clerk(outcome === 'sign' ? 'bert' : 'anna', postbox)
    await bodyOf(await who.post(`/postboxes/items/${id}/take`), 200)
    const { decision } = await view(who, id)
    const body = {
      outcome,
      reasons: 'Weil es so ist.',
      ...(outcome === 'sign' ? { decisionHash: decision?.hash } : {}),
      ...(outcome === 'request-information' ? { message: 'Bitte den Plan.', dueOn: '2026-12-15', why: 'hearing' } : {}),
      ...(outcome === 'refuse' ? { hearing: 'no-interference' } : {}),
    }
    await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task.id}/complete`, body), 200)
    await town.tick()
    return `${task.node} ${outcome}`
  }

  const WALKS: readonly (readonly [string, string, readonly string[]])[] = [
    ['pools', 'approve', ['activity_Vollst way-1', 'activity_Beurt approve']],
    ['pools', 'refuse', ['activity_Vollst way-1', 'activity_Beurt refuse']],
    ['plain', 'approve', ['step approve', 'step_5 sign']],
    ['plain', 'refuse', ['step refuse', 'step_5 sign']],
    ['citizen-pool', 'approve', ['activity_1pr way-1', 'gateway_2_ask approve']],
    ['citizen-pool', 'refuse', ['activity_1pr way-1', 'gateway_2_ask refuse']],
    ['payment', 'approve', ['register done', 'ortstermin done', 'sachlich approve']],
    ['payment', 'refuse', ['register done', 'ortstermin done', 'sachlich refuse']],
  ]
  it.each(WALKS)('%s runs from submission to a notice: %s', async (name, wanted, expected) => {
    await install(name)
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen)
    const pressed: string[] = []
    for (
      let step = await press(vorgangId, [wanted, 'sign']);
      step !== null && pressed.length < 9;
      step = await press(vorgangId, [wanted, 'sign'])
    ) {
      pressed.push(step)
    }
    expect(pressed.map((step) => step.split(' ')[1])).toEqual(expected.map((step) => step.split(' ')[1]))
    const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status.notices).toHaveLength(1)
    expect(status.state?.text.title).toBe('Ihr Bescheid ist da')
    const { itemState, outcome } = (await view(await clerk('anna', 'steuern'), vorgangId)) as VorgangView & {
      outcome?: string
    }
    expect(itemState).toBe('done')
    expect(outcome ?? (wanted === 'approve' ? 'approved' : 'refused')).toBe(
      wanted === 'approve' ? 'approved' : 'refused',
    )
    const mails = town.mails.filter((mail) => mail.messageId.includes(vorgangId)).map(({ subject }) => subject)
    expect(mails[0]).toMatch(/^Eingang bestätigt/)
    expect(mails.at(-1)).toMatch(/^Ihr Bescheid ist da/)
  })

  it.each(['pools', 'plain', 'citizen-pool'])(
    '%s: what is asked is answered, and the Vorgang comes back',
    async (name) => {
      await install(name)
      const citizen = town.newCaller()
      const { vorgangId } = await apply(citizen)
      const asked = await press(vorgangId, ['request-information'])
      expect(asked).toContain(' request-information')
      const { requests, state } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
      expect(state?.text.turn).toBe('citizen')
      const path = `/submissions/status/${vorgangId}/requests/${requests[0]?.id}`
      expect((await citizen.form(path, { text: 'Hier ist er.' })).status).toBe(303)
      expect((await view(await clerk('anna', 'steuern'), vorgangId)).task?.node).toBe(asked?.split(' ')[0])
    },
  )

  it('pools: who is heard answers whoever decides, and is refused only then', async () => {
    await install('pools')
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen)
    await press(vorgangId, ['way-1'])
    expect(await press(vorgangId, ['request-information'])).toBe('activity_Beurt request-information')
    const asked = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect([asked.state?.text.turn, asked.requests.length, asked.notices.length]).toEqual(['citizen', 1, 0])
    const path = `/submissions/status/${vorgangId}/requests/${asked.requests[0]?.id}`
    expect((await citizen.form(path, { text: 'Ich bin dagegen.' })).status).toBe(303)
    await town.tick()
    const heard = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(heard.notices).toEqual([])
    const { task } = await view(await clerk('anna', 'steuern'), vorgangId)
    expect(task?.outcomes.map(({ id, label }) => [id, label])).toEqual([
      ['approve', 'Bewilligen'],
      ['refuse', 'Ablehnen'],
      ['request-information', 'Anhörung durchführen'],
    ])
    await press(vorgangId, ['refuse'])
    const { decision } = await view(await clerk('anna', 'steuern'), vorgangId)
    expect(decision?.hearing).toEqual({ kind: 'held' })
    expect((await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)).notices).toHaveLength(1)
  })

  it('citizen-pool: who does not answer for four weeks gets a mail, and it has ended', async () => {
    await install('citizen-pool')
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen)
    await press(vorgangId, ['request-information'])
    town.clock.advance(29 * 86_400_000)
    await town.tick()
    const mails = town.mails.filter((mail) => mail.messageId.includes(vorgangId)).map(({ subject }) => subject)
    expect(mails.filter((subject) => subject.startsWith('Vorgang abgeschlossen'))).toHaveLength(1)
    const list = await (await clerk('anna', 'steuern')).read<ItemList>('/postboxes/steuern/items?view=waiting')
    expect(list.items.some((item) => item.vorgangId === vorgangId)).toBe(false)
  })

  it('payment: where something is owed, it waits until it is paid', async () => {
    await install('payment', 'bewohnerparkausweis', 'verkehr')
    const citizen = town.newCaller()
    const { vorgangId } = await applyForPermit(citizen)
    await town.tick()
    const { state, payments } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(state?.text.title).toBe('Die Gebühr ist noch offen')
    expect(payments).toHaveLength(1)
  })

  it('a fee after an approval: good news for the person, and for the office the day by which it is paid', async () => {
    const nodes =
      '<startEvent id="s"/><userTask id="a" name="Antrag prüfen"/><exclusiveGateway id="g" name="Bewilligen?"/><userTask id="w" name="Gebühr berechnen"/><serviceTask id="p" name="Gebühr einziehen"/><userTask id="y" name="Bewilligung erstellen"/><userTask id="n" name="Ablehnung erstellen"/><endEvent id="e"/>'
    const flows = ['s>a', 'a>g', 'g>w>ja', 'w>p', 'p>y', 'g>n>nein', 'y>e', 'n>e']
    await installXml(drawn(nodes, flows), 'bewohnerparkausweis', 'verkehr')
    const citizen = town.newCaller()
    const { vorgangId } = await applyForPermit(citizen)
    expect(await press(vorgangId, ['approve'], 'verkehr')).toBe('a approve')
    const { state, payments } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(state?.text.sentence).toContain('Wir haben Ihren Antrag geprüft und können ihm zustimmen.')
    expect(payments).toHaveLength(1)
    const list = await (await clerk('anna', 'verkehr')).read<ItemList>('/postboxes/verkehr/items?view=waiting')
    expect(list.items.find((item) => item.vorgangId === vorgangId)?.dueOn).toBe(
      dayInBerlin(town.clock.now() + 29 * 86_400_000),
    )
  })
})
