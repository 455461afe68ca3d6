import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { BOAT_AT, BOAT_SLUG, boatFile, deskOf, droppedFiles } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, type Next, putFile, type Submitted, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { FilePage, SheetPage } from './view.ts'

const SLUG = BOAT_SLUG
const AT = BOAT_AT

let town: Town
let edda: Caller
beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
}, 60_000)
afterAll(() => town.close())

const { overview, file, save } = deskOf(() => edda)

describe('three official building blocks in, one working service out', () => {
  it('303: description, form and a foreign process make a service; what was assumed is said in German', async () => {
    const answer = await edda.form('/editing/services', droppedFiles('boat.xml', 'boat-catalogue.xml', 'ablauf.bpmn'))
    expect(answer.headers.get('location')).toBe(`/redaktion/formulare/${SLUG}`)
    const made = await overview()
    expect(made.hasProcess).toBe(true)
    expect(made.adapted?.unmapped).toEqual([])
    expect(made.adapted?.assumed).toContainEqual(expect.stringContaining('§ 28 VwVfG'))
    expect(made.adapted?.assumed).toContain('Im Schritt „Sachverhalt beurteilen“ wird entschieden.')
    expect(made.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'process.original.bpmn',
        'process.mapping.yaml',
        'notice.approval.de.yaml',
        'notice.refusal.de.yaml',
      ]),
    )
    expect(await file('process.original.bpmn')).toBe(boatFile('ablauf.bpmn'))
  })

  it('the steps follow the settings and what is chosen for each, without a word of BPMN', async () => {
    const chosen = {
      postbox: 'ordnung',
      trustLevel: 'none',
      filePlan: '22.3',
      retention: 'ordnung-5',
      minutes: '7',
      keywords: 'Boot',
      'lifeSituations~': '',
    }
    expect((await save('settings', chosen)).status).toBe(200)
    const point = {
      'new-check-at': 'boote.laengeInMetern',
      'new-check-rule': 'eintrag.laengeInMetern <= 12',
      'new-check-text': 'Zu lang.',
    }
    expect((await save('point.R77000000301', point)).status).toBe(200)
    expect((await overview()).findings).toMatchObject([{ type: 'workflow/no-fee', part: 'payment' }])
    expect(await file('process.bpmn')).toContain('stadttor:postbox="ordnung"')
    expect(await file('process.de.yaml')).toContain('who: Ordnung und Gewerbe')
    const answer = await save('mapping', {
      'steps/Activity_Gebuehr/as': 'nothing',
      'steps/Activity_Zahlung/as': 'nothing',
      'steps/Activity_Beurt/postbox': 'umwelt',
      'steps/Activity_Beurt/outcomes/Flow_07/label': 'Platz zuteilen',
      'steps/Activity_Beurt/outcomes/Flow_08/label': '',
    })
    expect(answer.status).toBe(200)
    const now = await overview()
    expect(now.findings).toEqual([])
    expect(now.adapted?.assumed).toContain(
      'Der Schritt „Sachverhalt beurteilen“ geht an den Postkorb „Umwelt und Natur“.',
    )
    const process = await file('process.bpmn')
    expect(process).toMatch(/id="activity_Beurt"[^>]*stadttor:postbox="umwelt"/)
    expect(process).not.toContain('activity_Gebuehr')
    expect(await file('process.de.yaml')).toMatch(/label: Platz zuteilen[\s\S]*label: Ablehnen/)
  })

  it('rows are offered by step: kind, postbox and buttons; a step that is asked stays a person’s', async () => {
    const { sheet } = await edda.read<SheetPage>(`${AT}/sheets/mapping`)
    const names = sheet.rows.filter(({ name }) => name.startsWith('steps/Activity_Beurt/')).map(({ label }) => label)
    expect(names).toEqual(['step-postbox', 'step-outcome', 'step-outcome-kind', 'step-outcome', 'step-outcome-kind'])
    expect(sheet.rows.find(({ name }) => name === 'steps/Activity_Zahlung/as')?.value).toBe('nothing')
  })

  it('a button offers to sign or give back only where somebody has decided before', async () => {
    const { sheet } = await edda.read<SheetPage>(`${AT}/sheets/mapping`)
    const name = 'steps/Activity_Vollst/outcomes/Flow_03/as'
    const offered = sheet.rows.find((row) => row.name === name)?.options.map(({ value }) => value)
    expect(offered).toContain('refuse')
    expect(offered).not.toContain('return')
    expect(offered).not.toContain('sign')
    // Sent without the page it goes on, and it is said.
    expect((await save('mapping', { [name]: 'return' })).status).toBe(200)
    expect((await overview()).adapted?.unmapped.join()).toContain('heißt hier nur „weiter“')
    expect((await save('mapping', { [name]: 'continue' })).status).toBe(200)
  })

  it('422 for a kind that there is not; nothing is changed', async () => {
    const before = await file('process.bpmn')
    const problem = await problemOf(await save('mapping', { 'steps/Activity_Anhoer/as': 'zaubern' }))
    expect(problem).toMatchObject({ status: 422, type: 'editing/files-refused' })
    expect(await file('process.bpmn')).toBe(before)
  })

  it('a process somebody wrote in by hand does not follow the settings any more', async () => {
    const page = await edda.read<FilePage>(`${AT}/files/process.bpmn`)
    const text = page.text.replace('name="Anhörung durchführen"', 'name="Anhören"')
    await bodyOf(await edda.post(`${AT}/files/process.bpmn`, { seen: page.seen, text }), 200)
    expect((await save('settings', { minutes: '8' })).status).toBe(200)
    expect(await file('process.bpmn')).toContain('name="Anhören"')
  })

  it('published, it runs from the first page to the notice', async () => {
    expect((await save('settings', { online: 'own' })).status).toBe(200)
    const { version, findings } = await overview()
    expect(findings).toEqual([])
    await bodyOf(await edda.post(`${AT}/publish`, { version, germanParts: 'yes' }), 200)
    expect((await overview()).maturity.level).toBe(3)
    const citizen = town.newCaller()
    const { vorgangId } = await applied(citizen)
    const walked: string[] = []
    for (const [name, team, outcome] of [
      ['olga', 'ordnung', 'way-1'],
      ['uwe', 'umwelt', 'approve'],
    ] as const) {
      await town.tick()
      const clerk = await town.signIn(name, { roles: ['clerk'], teams: [team] })
      await bodyOf(await clerk.post(`/postboxes/items/${vorgangId}/take`), 200)
      const { task } = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
      walked.push(task?.title ?? '', ...(task?.outcomes.map(({ label }) => label) ?? []))
      const path = `/workflow/vorgaenge/${vorgangId}/tasks/${task?.id}/complete`
      await bodyOf(await clerk.post(path, { outcome }), 200)
    }
    await town.tick()
    expect(walked).toEqual([
      'Antrag auf Vollständigkeit prüfen',
      'Weiter: Sachverhalt beurteilen',
      'Angaben nachfordern',
      'Sachverhalt beurteilen',
      'Platz zuteilen',
      'Ablehnen',
      'Anhörung durchführen',
    ])
    const status = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
    expect(status.notices).toHaveLength(1)
    expect(status.state?.text.title).toBe('Ihr Bescheid ist da')
  })
})

describe('another process', () => {
  it('dropped in place of a foreign one keeps the words that an editor wrote, and only those', async () => {
    const [path, done] = ['tasks/activity_Vollst/title', 'tasks/activity_Beurt/outcomes/refuse/done']
    expect((await save('process.de', { [path]: 'Unterlagen ansehen', [done]: 'Abgelehnt.' })).status).toBe(200)
    expect((await save('settings', { minutes: '9' })).status).toBe(200)
    expect(await file('process.de.yaml')).toContain('title: Unterlagen ansehen')
    const next = boatFile('ablauf.bpmn').replace('name="Sachverhalt beurteilen"', 'name="Sachverhalt bewerten"')
    const form = droppedFiles()
    form.append('files', new File([next], 'neu.bpmn'))
    expect((await edda.form(`${AT}/added-files`, form)).status).toBe(303)
    const words = await file('process.de.yaml')
    expect(words).toMatch(/title: Unterlagen ansehen[\s\S]*label: Platz zuteilen[\s\S]*done: Abgelehnt\./)
    expect(words).toContain('label: "Weiter: Sachverhalt bewerten"')
    expect(words).not.toContain('Sachverhalt beurteilen')
  })

  it('dropped in place of a foreign one keeps what an editor chose for its steps, though its arrows are named anew', async () => {
    const { sheet } = await edda.read<SheetPage>(`${AT}/sheets/mapping`)
    const value = (name: string) => sheet.rows.find((row) => row.name === name)?.value
    expect([value('steps/Activity_Beurt/postbox'), value('steps/Activity_Zahlung/as')]).toEqual(['umwelt', 'nothing'])
    const next = boatFile('ablauf.bpmn').replaceAll('Flow_', 'Pfeil_')
    const form = droppedFiles()
    form.append('files', new File([next], 'neu.bpmn'))
    expect((await edda.form(`${AT}/added-files`, form)).status).toBe(303)
    const now = (await edda.read<SheetPage>(`${AT}/sheets/mapping`)).sheet
    const kept = (name: string) => now.rows.find((row) => row.name === name)?.value
    expect([kept('steps/Activity_Beurt/postbox'), kept('steps/Activity_Zahlung/as')]).toEqual(['umwelt', 'nothing'])
    expect(await file('process.bpmn')).toMatch(/id="activity_Beurt"[^>]*stadttor:postbox="umwelt"/)
    const states = (await edda.read<SheetPage>(`${AT}/sheets/process.de`)).sheet
    const groups = states.rows.filter(({ label }) => label === 'state-title').map(({ group }) => group)
    expect(new Set(groups).size).toBe(groups.length)
    expect(groups).toContain('state:Wir brauchen noch etwas von Ihnen (2)')
  })

  it('says in its notice what is to be paid where the fee comes after it, and what was paid where it comes before', async () => {
    const drawn = (order: readonly string[]): string => {
      const names: Readonly<Record<string, string>> = { b: 'Bescheid erstellen', z: 'Zahlungseingang überwachen' }
      const steps = order.map((id) => `<userTask id="${id}" name="${names[id]}"/>`)
      const ways = [...['s>p', `p>${order[0]}`, `${order[0]}>${order[1]}`, `${order[1]}>e`].entries()]
      const arrows = ways.map(([index, way]) => `<sequenceFlow id="f${index}" sourceRef="${way.split('>')[0]}" targetRef="${way.split('>')[1]}"/>`) // biome-ignore format: one line
      return `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="ablauf"><startEvent id="s"/><userTask id="p" name="Antrag prüfen"/>${steps.join('')}<endEvent id="e"/>${arrows.join('')}</process></definitions>`
    }
    for (const [order, sentence] of [
      [['b', 'z'], 'sind {kosten.summe} zu bezahlen'],
      [['z', 'b'], 'haben Sie {kosten.summe} bezahlt'],
    ] as const) {
      const form = droppedFiles()
      form.append('files', new File([drawn(order)], 'ablauf.bpmn'))
      expect((await edda.form(`${AT}/added-files`, form)).status).toBe(303)
      expect(await file('notice.approval.de.yaml')).toContain(sentence)
    }
  })

  it('dropped in place of a foreign one: foreign again is adapted anew, one of ours is taken as it is', async () => {
    expect((await edda.form(`${AT}/added-files`, droppedFiles('einfach.bpmn'))).status).toBe(303)
    const plain = await overview()
    expect(plain.findings).toEqual([])
    expect(plain.adapted?.assumed.join()).toContain('Vier-Augen-Prinzip')
    await edda.form(`${AT}/added-files`, droppedFiles('eigener.bpmn'))
    const own = await overview()
    expect(own.adapted).toBeNull()
    expect(own.files.find(({ name }) => name === 'process.original.bpmn')?.state).toBe('removed')
  })

  it('ready-made takes the place of a foreign one', async () => {
    await edda.form(`${AT}/added-files`, droppedFiles('einfach.bpmn'))
    await bodyOf(await edda.post(`${AT}/process`, { template: 'decide' }), 200)
    expect((await overview()).adapted).toBeNull()
  })

  it.each([
    [
      'only a picture',
      '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"/>',
      'foreign/no-process',
    ],
    [
      'no start',
      '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="p"><task id="a"/></process></definitions>',
      'foreign/no-start',
    ],
  ])('422 for one that cannot run: %s', async (_, text, type) => {
    const before = await file('process.bpmn')
    const form = new FormData()
    form.append('files', new File([text], 'bild.bpmn'))
    const problem = await problemOf(await edda.form(`${AT}/added-files`, form))
    expect(problem).toMatchObject({
      status: 422,
      type: 'editing/files-refused',
      errors: [{ pointer: '/bild.bpmn', type }],
    })
    expect(await file('process.bpmn')).toBe(before)
  })
})

const ANSWERS: Readonly<Record<string, string>> = {
  '/person/familienname': 'Nowak', '/person/eMailAdresse': 'nowak@beispiel.example', '/person/anschrift/strasse': 'Am Kai',
  '/person/anschrift/hausnummer': '1', '/person/anschrift/postleitzahl': '03046', '/person/anschrift/ort': 'Cottbus',
  '/boote/0/bezeichnung': 'Libelle', '/boote/0/laengeInMetern': '9', '/boote/0/hatEinenMotor': 'false', '/boote/+': 'false',
} // biome-ignore format: one list

async function applied(citizen: Caller): Promise<Submitted> {
  const { draftId, step } = await bodyOf<{ draftId: string; step: string }>(
    await citizen.post(DRAFTS, { service: SLUG }),
    201,
  )
  let address = step
  for (let pages = 0; pages < 20; pages += 1) {
    if (address.includes('nachweis')) {
      await bodyOf(
        await putFile(citizen, draftId, smallPdf('p'), { question: '/nachweise/versicherungsnachweis' }),
        201,
      )
    }
    const next = await bodyOf<Next>(await citizen.post(`${DRAFTS}/${draftId}/steps/${address}`, ANSWERS), 200)
    if (next.isInvalid) {
      throw new Error(`the answers to ${address} are refused`)
    }
    if (next.to === 'review') {
      return await bodyOf(await citizen.post(`${DRAFTS}/${draftId}/submit`), 201)
    }
    address = next.address
  }
  throw new Error('the form does not end')
}
