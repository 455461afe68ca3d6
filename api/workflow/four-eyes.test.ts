import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkReferences } from './check.ts'
import { parseDefinition } from './definition.ts'
import { ADAPTING, type Adapted, adaptProcess, type Mapping, readAdaptingTable } from './service-adapt.ts'

const table = (() => {
  const read = readAdaptingTable(readFileSync(new URL(`../../content/${ADAPTING}`, import.meta.url), 'utf8'))
  if (!read.ok) {
    throw new Error(JSON.stringify(read.findings))
  }
  return read.value
})()

type Good = Extract<Adapted, { ok: true }>
const STEPS: Readonly<Record<string, string>> = {
  s: '<startEvent id="s"/>',
  a: '<userTask id="a" name="Über den Antrag entscheiden"/>',
  g: '<exclusiveGateway id="g" name="Bewilligen?"/>',
  y: '<userTask id="y" name="Zuweisung entwerfen"/>',
  b: '<userTask id="b" name="Vier-Augen-Prüfung und Unterschrift"/>',
  p: '<userTask id="p" name="Standgebühr erheben"/>',
  v: '<sendTask id="v" name="Zuweisungsbescheid versenden"/>',
  n: '<userTask id="n" name="Ablehnung entwerfen"/>',
  c: '<userTask id="c" name="Vier-Augen-Prüfung der Ablehnung"/>',
  w: '<sendTask id="w" name="Ablehnungsbescheid versenden"/>',
  e: '<endEvent id="e"/>',
}
const APART = ['s>a', 'a>g', 'g>y>ja', 'y>b', 'b>p', 'p>v', 'v>e', 'g>n>nein', 'n>c', 'c>w', 'w>e']

async function adapted(
  more: { steps?: Readonly<Record<string, string>>; flows?: readonly string[]; chosen?: Mapping } = {},
): Promise<Good> {
  const { steps = {}, flows = APART, chosen } = more
  const used = new Set(flows.flatMap((flow) => flow.split('>').slice(0, 2)))
  const all = Object.entries({ ...STEPS, ...steps }).filter(([id]) => used.has(id))
  const arrows = flows.map((flow, index) => {
    const [from, to, name = ''] = flow.split('>')
    return `<sequenceFlow id="f${index}" name="${name}" sourceRef="${from}" targetRef="${to}"/>`
  })
  const xml = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="ablauf">${all.map(([, one]) => one).join('')}${arrows.join('')}</process></definitions>`
  const around = {
    slug: 'leistung',
    title: 'Eine Leistung',
    postbox: 'steuern',
    postboxes: new Map([['steuern', 'Steuern']]),
    deadlines: ['decision'],
    connectors: new Map(),
  }
  const made = await adaptProcess({ xml, file: 'x.bpmn', table, around, ...(chosen === undefined ? {} : { chosen }) })
  if (!made.ok) {
    throw new Error(JSON.stringify(made.findings))
  }
  return made
}
const mappingOf = (made: Good): Mapping => parse(made.mapping) as Mapping
const kindsOf = (made: Good): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(mappingOf(made).steps).map(([id, { as }]) => [id, as]))
/** Who signs, and whose decision. */
const watching = (made: Good): readonly string[] =>
  [...made.process.matchAll(/id="([^"]+)"[^>]*stadttor:notBy="([^"]+)"/g)].map(([, by, of]) => `${by} ${of}`)
async function findingsOf(made: Good): Promise<readonly unknown[]> {
  const parsed = await parseDefinition(made.process, 'process.bpmn')
  const known = { postboxes: ['steuern'], deadlines: ['decision'], connectors: [], documents: ['approval', 'refusal'] }
  return parsed.ok ? checkReferences(parsed.definition, 'process.bpmn', known) : parsed.findings
}
const named = (kind: string, id: string, name: string): Readonly<Record<string, string>> => ({
  [id]: `<${kind} id="${id}" name="${name}"/>`,
})

describe('a signature that is drawn on both ways of a decision', () => {
  it('comes before the notice on both: what is drafted before it is a draft, and what sends behind it issues', async () => {
    const made = await adapted()
    expect(watching(made)).toEqual(['b a', 'c a'])
    expect(kindsOf(made)).toMatchObject({ y: 'person', p: 'pay', v: 'document', n: 'person', w: 'document' })
    expect(mappingOf(made).unmapped).toEqual([])
    expect(mappingOf(made).told?.['n']).toContain(
      'Was in „Ablehnung entwerfen“ geschrieben wird, ist ein Entwurf: Der Bescheid entsteht erst, wenn in „Vier-Augen-Prüfung der Ablehnung“ mitgezeichnet ist.',
    )
    expect(await findingsOf(made)).toEqual([])
  })

  it.each([
    'Ablehnung vorbereiten',
    'Ablehnungsschreiben aufsetzen',
    'Ablehnung erstellen',
    'Bescheid entwerfen',
    'Ablehnungsbescheid schreiben',
  ])('also where the refusal is drafted as „%s“', async (name) => {
    const made = await adapted({ steps: named('userTask', 'n', name) })
    expect(watching(made)).toEqual(['b a', 'c a'])
    expect(await findingsOf(made)).toEqual([])
  })

  it.each([
    'Vier‑Augen‑Prüfung der Ablehnung',
    'Ablehnung mitzeichnen',
    'Gegenzeichnung der Ablehnung',
    'Zweite Unterschrift',
    'Ablehnung freigeben durch Leitung',
    'Unterschrift der Amtsleitung',
  ])('also where it is named „%s“', async (name) => {
    const made = await adapted({ steps: named('userTask', 'c', name) })
    expect(watching(made)).toEqual(['b a', 'c a'])
    expect(kindsOf(made)).toMatchObject({ n: 'person', w: 'document' })
  })

  it('also where somebody else works between draft and signature', async () => {
    const flows = [...APART.filter((flow) => flow !== 'n>c'), 'n>q', 'q>c']
    const made = await adapted({
      steps: { ...named('serviceTask', 'n', 'Ablehnungsbescheid erzeugen'), ...named('userTask', 'q', 'Akte ordnen') },
      flows,
    })
    expect(watching(made)).toEqual(['b a', 'c a'])
    expect(kindsOf(made)).toMatchObject({ n: 'nothing', w: 'document' })
    expect(await findingsOf(made)).toEqual([])
  })

  it.each(['Ablehnung zustellen', 'Zuweisung bekannt geben', 'Schreiben versenden'])(
    'is followed by the notice in „%s“, whatever it calls what it sends',
    async (name) => {
      const made = await adapted({ steps: named('sendTask', 'w', name) })
      expect(watching(made)).toEqual(['b a', 'c a'])
      expect(kindsOf(made)['w']).toBe('document')
      expect(made.process.match(/effect="create-document"/g)).toHaveLength(2)
    },
  )

  it('gives back to who decided, though it is drawn back to the draft: what comes then is signed again', async () => {
    const steps = { k: '<exclusiveGateway id="k" name="Ok?"/>', l: '<exclusiveGateway id="l" name="In Ordnung?"/>' }
    const back = ['b>k', 'k>v>ja', 'k>y>nein', 'c>l', 'l>w>ja', 'l>n>nein']
    const flows = ['s>a', 'a>g', 'g>y>ja', 'y>b', 'v>e', 'g>n>nein', 'n>c', 'w>e', ...back]
    const made = await adapted({ steps, flows })
    expect(watching(made)).toEqual(['b a', 'c a'])
    expect(made.process.match(/<stadttor:outcome id="sign"/g)).toHaveLength(2)
    expect(made.process.match(/sourceRef="[kl]" targetRef="a"/g)).toHaveLength(2)
    expect(mappingOf(made).told?.['c']?.join()).toContain('geht an „Über den Antrag entscheiden“')
    expect(mappingOf(made).unmapped).toEqual([])
    expect(mappingOf(made).unsigned).toBeUndefined()
  })

  it('is not drawn a second time behind a step that is named as a refusal', async () => {
    const flows = [...APART.filter((flow) => flow !== 'g>n>nein'), 'g>q>nein', 'q>n']
    const made = await adapted({ steps: named('userTask', 'q', 'Akte ordnen'), flows })
    expect(watching(made)).toEqual(['b a', 'c n'])
    expect(made.process.match(/<stadttor:outcome id="sign"/g)).toHaveLength(2)
    expect(mappingOf(made).unsigned).toBeUndefined()
  })

  it('is none where the notice has gone out before: it does not count, and it is said which step issues too early', async () => {
    const flows = ['s>a', 'a>g', 'g>v>ja', 'v>b', 'b>e', 'g>w>nein', 'w>c', 'c>e']
    const made = await adapted({ flows })
    expect(kindsOf(made)).toMatchObject({ v: 'document', w: 'document' })
    expect(watching(made)).toEqual([])
    expect(mappingOf(made).unsigned?.['b']).toContain('Zuweisungsbescheid versenden')
    expect(mappingOf(made).unsigned?.['c']).toContain('Ablehnungsbescheid versenden')
  })
})

describe('a signature that is drawn and that nobody gives', () => {
  const chosenFor = async (id: string, more: Partial<Mapping['steps'][string]>): Promise<Mapping> => {
    const mapping = mappingOf(await adapted())
    const step = mapping.steps[id] as Mapping['steps'][string]
    return { ...mapping, steps: { ...mapping.steps, [id]: { ...step, ...more } } }
  }

  it('is none where all are given', async () => {
    expect(mappingOf(await adapted()).unsigned).toBeUndefined()
  })

  it('is named where an editor lets the draft issue, with the step that does so, in German', async () => {
    const chosen = await chosenFor('n', { as: 'document' })
    const mapping = mappingOf(await adapted({ chosen }))
    expect(mapping.unsigned).toEqual({ b: ['Ablehnung entwerfen'], c: ['Ablehnung entwerfen'] })
    expect(mapping.told?.['c']?.join()).toContain(
      'Den Bescheid zu „Über den Antrag entscheiden“ erstellt schon „Ablehnung entwerfen“',
    )
  })

  it.each([
    ['its button goes on', { outcomes: { done: { label: 'Gelesen', as: 'continue' } } }],
    ['the step does nothing', { as: 'nothing' }],
  ] as const)('is named where %s', async (_what, more) => {
    const chosen = await chosenFor('c', more as Partial<Mapping['steps'][string]>)
    expect(Object.keys(mappingOf(await adapted({ chosen })).unsigned ?? {})).toEqual(['b', 'c'])
  })

  it('is named where only one way of the decision has one', async () => {
    const flows = ['s>a', 'a>g', 'g>y>ja', 'y>b', 'b>v', 'v>e', 'g>w>nein', 'w>e']
    expect(mappingOf(await adapted({ flows })).unsigned).toEqual({ b: [] })
  })

  it('keeps what an editor said of it', async () => {
    const alone = { reason: 'Kleine Sache.', by: 'Edda', on: '2026-11-27' }
    const mapping = mappingOf(await adapted({ chosen: await chosenFor('c', { as: 'nothing', alone }) }))
    expect(mapping.steps['c']).toEqual({ name: 'Vier-Augen-Prüfung der Ablehnung', as: 'nothing', alone })
  })

  it('is not asked for of a decision that is signed in another step', async () => {
    const steps = named('userTask', 'q', 'Freigabe durch die Leitung')
    const flows = ['s>a', 'a>g', 'g>y>ja', 'y>b', 'b>q', 'q>v', 'v>e', 'g>n>nein', 'n>c', 'c>w', 'w>e']
    const made = await adapted({ steps, flows })
    expect(mappingOf(made).unsigned).toBeUndefined()
    expect(watching(made)).toEqual(['c a', 'q a'])
  })
})
