import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { BOAT_AT, deskOf, droppedFiles } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

/** A process from elsewhere that draws a second person's signature on both ways of a decision. */
const STEPS =
  '<startEvent id="s"/><userTask id="a" name="Über den Liegeplatz entscheiden"/><exclusiveGateway id="g" name="Zuteilen?"/><userTask id="y" name="Zuteilung entwerfen"/><userTask id="b" name="Vier-Augen-Prüfung und Unterschrift"/><sendTask id="v" name="Zuteilungsbescheid versenden"/><userTask id="n" name="Ablehnung entwerfen"/><userTask id="c" name="Vier-Augen-Prüfung der Ablehnung"/><sendTask id="w" name="Ablehnungsbescheid versenden"/><endEvent id="e"/>'
const FLOWS = ['s>a', 'a>g', 'g>y>ja', 'y>b', 'b>v', 'v>e', 'g>n>nein', 'n>c', 'c>w', 'w>e'].map((flow, index) => {
  const [from, to, name = ''] = flow.split('>')
  return `<sequenceFlow id="f${index}" name="${name}" sourceRef="${from}" targetRef="${to}"/>`
})
const PROCESS = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="ablauf">${STEPS}${FLOWS.join('')}</process></definitions>`

let town: Town
let edda: Caller
beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  const files = droppedFiles('boat.xml', 'boat-catalogue.xml')
  files.append('files', new File([PROCESS], 'ablauf.bpmn'))
  expect((await edda.form('/editing/services', files)).status).toBe(303)
  const settings = { postbox: 'ordnung', trustLevel: 'none', filePlan: '22.3', retention: 'ordnung-5', minutes: '7' }
  expect((await save('settings', settings)).status).toBe(200)
  const point = {
    'new-check-at': 'boote.laengeInMetern',
    'new-check-rule': 'eintrag.laengeInMetern <= 12',
    'new-check-text': 'Zu lang.',
  }
  expect((await save('point.R77000000301', point)).status).toBe(200)
}, 60_000)
afterAll(() => town.close())

const { overview, sheet, file, save } = deskOf(() => edda)
const publish = async (): Promise<Response> =>
  edda.post(`${BOAT_AT}/publish`, { version: (await overview()).version, germanParts: 'yes' })
/** Rows in which somebody may write why nobody signs. */
const asked = async (): Promise<readonly string[]> =>
  (await sheet('mapping')).rows.filter(({ label }) => label === 'step-alone').map(({ name }) => name)

describe('a second person’s signature that a process from elsewhere draws', () => {
  it('is given as it was guessed: nothing is open', async () => {
    expect((await overview()).findings).toEqual([])
    expect(await asked()).toEqual([])
    expect((await file('process.bpmn')).match(/stadttor:notBy="a"/g)).toHaveLength(2)
  })

  it('422 to publish where an editor lets the draft issue: each signature is named, with the step that issues too early', async () => {
    expect((await save('mapping', { 'steps/n/as': 'document' })).status).toBe(200)
    const { findings, maturity } = await overview()
    expect(findings).toMatchObject([
      {
        type: 'editing/unsigned',
        part: 'process',
        early: ['Ablehnung entwerfen'],
        about: { kind: 'process', name: 'Vier-Augen-Prüfung und Unterschrift', sheet: 'mapping', row: 'steps/b/alone' },
      },
      { type: 'editing/unsigned', about: { name: 'Vier-Augen-Prüfung der Ablehnung', row: 'steps/c/alone' } },
    ])
    expect(maturity.missing).toContain('process')
    const problem = await problemOf(await publish())
    expect(problem).toMatchObject({ status: 422, type: 'content/refused' })
    expect(JSON.stringify(problem)).toContain('editing/unsigned')
    expect(JSON.stringify(problem)).toContain('Ablehnung entwerfen')
    const { finding } = parse(readFileSync('content/words/de.yaml', 'utf8')) as { finding: Record<string, string> }
    expect(finding['editing/unsigned']).toContain('zeichnet niemand mit')
    expect((await overview()).isNew).toBe(true)
  })

  it('is open no more where the editor says for each why nobody signs, with name and day, and is again without it', async () => {
    expect(await asked()).toEqual(['steps/b/alone', 'steps/c/alone'])
    expect((await save('mapping', { 'steps/b/alone': 'Kleine Sache.' })).status).toBe(200)
    expect((await overview()).findings).toMatchObject([{ about: { row: 'steps/c/alone' } }])
    expect((await problemOf(await publish())).type).toBe('content/refused')
    expect((await save('mapping', { 'steps/c/alone': 'Die Dienstanweisung verlangt es nicht.' })).status).toBe(200)
    expect((await overview()).findings).toEqual([])
    const mapping = parse(await file('process.mapping.yaml')) as { steps: Record<string, { alone?: unknown }> }
    expect(mapping.steps['c']?.alone).toEqual({
      reason: 'Die Dienstanweisung verlangt es nicht.',
      by: expect.stringMatching(/./),
      on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
    // What was said stays where the process is written anew for another reason.
    expect((await save('settings', { postbox: 'umwelt' })).status).toBe(200)
    expect((await overview()).findings).toEqual([])
    expect((await save('mapping', { 'steps/c/alone': '' })).status).toBe(200)
    expect((await overview()).findings).toMatchObject([{ type: 'editing/unsigned', about: { row: 'steps/c/alone' } }])
  })

  it('counts again where the steps are mapped as they were: no reason is left, and it is published', async () => {
    expect((await save('mapping', { 'steps/n/as': 'person' })).status).toBe(200)
    expect((await overview()).findings).toEqual([])
    expect(await file('process.mapping.yaml')).not.toContain('Kleine Sache')
    expect((await file('process.bpmn')).match(/stadttor:notBy="a"/g)).toHaveLength(2)
    await bodyOf(await publish(), 200)
  })
})
