import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BOAT_AT, BOAT_SLUG, boatFile, deskOf, droppedFiles } from '../testing/boat.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ComparePage, ConflictPage, FilePage, ServiceList, ServiceOverview } from './view.ts'

const SLUG = BOAT_SLUG
const AT = BOAT_AT

let town: Town
let edda: Caller
let emil: Caller

beforeAll(async () => {
  town = await openTown()
  edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  emil = await town.signIn('emil', { roles: ['editor'], teams: [] })
}, 60_000)
afterAll(() => town.close())

const UNDECIDED = ['editing/no-postbox', 'editing/no-trust-level', 'editing/no-file-plan', 'editing/no-retention']
const { overview, sheet, save } = deskOf(() => edda)

describe('POST /api/v1/editing/services', () => {
  it('303 to the new service, made of dropped files: description, questions, level 2', async () => {
    const answer = await edda.form('/editing/services', droppedFiles('boat.xml', 'boat-catalogue.xml'))
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`/redaktion/formulare/${SLUG}`)
    const made = await overview()
    expect(made).toMatchObject({
      title: 'Bootsliegeplatz beantragen',
      isNew: true,
      isChanged: true,
      hasForm: true,
      online: 'none',
    })
    expect(made.findings.map(({ type }) => type)).toEqual(UNDECIDED)
    expect(made.maturity).toEqual({
      level: 2,
      missing: ['answered', 'process', 'messages', 'notices', 'settled', 'online'],
    })
    expect(made.points).toMatchObject([{ id: 'R77000000301', isOpen: true }])
    expect(made.questions).toHaveLength(11)
  })

  it('is live for nobody before it is published', async () => {
    expect((await town.newCaller().get(`/catalogue/services/${SLUG}`)).status).toBe(404)
    const list = await edda.read<ServiceList>('/editing/services')
    expect(list.services.find(({ slug }) => slug === SLUG)).toMatchObject({ isNew: true, maturity: { level: 2 } })
    expect(list.services.find(({ slug }) => slug === 'hund-anmelden')).toMatchObject({
      isChanged: false,
      online: 'own',
    })
  })

  it.each([
    [
      'a form nobody can read',
      'kaputt.xml',
      '<xdf:xdatenfelder.stammdatenschema.0102 xmlns:xdf="urn:x"/>',
      'xdatenfelder/unknown-namespace',
    ],
    ['a picture', 'bild.png', '\u0089PNG', 'editing/unknown-file'],
    ['a table with a mistake', 'fragen.csv', 'bezeichnungEingabe;datentyp\nA;dat', 'table/value'],
    [
      'a catalogue entry that is none',
      'x.xml',
      '<x:t xmlns:x="http://xoev.de/schemata/xzufi/2_2_0"><x:schreibe/></x:t>',
      '',
    ],
    ['nothing of the catalogue', 'fragen.csv', 'bezeichnungEingabe\nA', 'editing/no-catalogue'],
  ])('422 for %s, with file and reason, and nothing is made', async (_, name, text, type) => {
    const form = new FormData()
    form.append('files', new File([text], name))
    const problem = await problemOf(await edda.form('/editing/services', form))
    expect(problem).toMatchObject({ type: 'editing/files-refused', status: 422 })
    expect(JSON.stringify(problem.errors)).toContain(type)
  })

  it('403 to clerks, 401 to the public', async () => {
    const clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    expect((await clerk.get('/editing/services')).status).toBe(403)
    expect((await town.newCaller().get('/editing/services')).status).toBe(401)
  })
})

describe('from dropped files to level 3 by the pages of an editor', () => {
  it('nothing that matters is chosen before a person chose it, and until then nothing goes online', async () => {
    expect((await overview()).findings.map(({ type }) => type)).toEqual(expect.arrayContaining(UNDECIDED))
    const rows = (await sheet('settings')).rows.filter(({ name }) => ['postbox', 'filePlan'].includes(name))
    expect(rows.map(({ value }) => value)).toEqual(['', ''])
    const { version } = await overview()
    expect((await edda.post(`${AT}/publish`, { version, germanParts: 'yes' })).status).toBe(422)
    expect((await edda.post(`${AT}/process`, { template: 'decide' })).status).toBe(200)
    const first = [...town.ctx.content.live().content.postboxes].at(0)
    expect((await save('settings', { postbox: first?.[0] ?? '' })).status).toBe(200)
    expect((await overview()).findings.map(({ type }) => type)).not.toContain('editing/no-postbox')
    expect((await save('settings', { postbox: 'umwelt' })).status).toBe(200)
    const words = (await edda.read<FilePage>(`${AT}/files/process.de.yaml`)).text
    expect(words).not.toContain(first?.[1].name.de ?? '-')
    expect(words).toContain(town.ctx.content.live().content.postboxes.get('umwelt')?.name.de ?? '-')
  })

  it('settings, process and the answer to an open point are chosen in forms', async () => {
    const chosen = {
      postbox: 'ordnung',
      trustLevel: 'none',
      filePlan: '22.3',
      retention: 'steuer-10',
      minutes: '7',
      keywords: 'Boot\nHafen',
      'lifeSituations~': '',
    }
    expect((await save('settings', chosen)).status).toBe(200)
    expect((await edda.post(`${AT}/process`, { template: 'decide' })).status).toBe(200)
    const point = {
      'new-check-at': 'boote.laengeInMetern',
      'new-check-rule': 'eintrag.laengeInMetern <= 12',
      'new-check-text': 'Boote über 12 Meter liegen im Außenhafen.',
    }
    expect((await save('point.R77000000301', point)).status).toBe(200)
    const now = await overview()
    expect(now.findings).toEqual([])
    expect(now.points).toMatchObject([{ id: 'R77000000301', isOpen: false }])
    expect(now.maturity).toEqual({ level: 2, missing: ['online'] })
    expect(now.processes.find(({ isChosen }) => isChosen)?.id).toBe('decide')
    expect((await edda.read<FilePage>(`${AT}/files/process.bpmn`)).text).toContain('stadttor:postbox="ordnung"')
  })

  it.each([
    ['process.bpmn', (text: string) => text.replace('</bpmn:process>', ''), []],
    ['process.de.yaml', (text: string) => text.replace(/^version: 1/m, 'version: 1\nnothing: 1'), []],
    ['notice.approval.de.yaml', (text: string) => `${text}\nnothing: 1\n`, ['notices']],
    ['service.yaml', (text: string) => `${text}\nundecided: [retention]\n`, ['settled']],
  ])('what is wrong in %s is missing for the next level, whatever else is', async (name, spoil, parts) => {
    const { text, seen } = await edda.read<FilePage>(`${AT}/files/${name}`)
    await edda.post(`${AT}/files/${name}`, { seen, text: spoil(text) })
    const { findings, maturity } = await overview()
    expect(findings).not.toEqual([])
    expect(maturity.level).toBeLessThan(3)
    expect(maturity.missing).toEqual(expect.arrayContaining([...findings.map(({ part }) => part), ...parts]))
    const now = await edda.read<FilePage>(`${AT}/files/${name}`)
    await edda.post(`${AT}/files/${name}`, { seen: now.seen, text })
    expect((await overview()).findings).toEqual([])
  })

  it('every ready-made process is sound in a service that was just made', async () => {
    const { processes } = await overview()
    expect(processes.map(({ id }) => id)).toEqual([
      'report',
      'decide',
      'decide-cosign',
      'pay-decide',
      'decide-pay',
      'pay-decide-cosign',
      'decide-cosign-pay',
      'automatic',
    ])
    for (const { id } of [...processes.toReversed(), { id: 'decide' }]) {
      expect((await edda.post(`${AT}/process`, { template: id })).status).toBe(200)
      const { findings, maturity } = await overview()
      // A step that takes a fee needs one: until then nothing can be published, and the level is that of a form.
      const isOpen = /pay/.test(id)
      expect(findings.map(({ type, about }) => [type, about.sheet]), id).toEqual(isOpen ? [['workflow/no-fee', 'fee']] : []) // biome-ignore format: one thought
      expect(maturity.missing.includes('payment'), id).toBe(isOpen)
    }
  })

  it('a fee is chosen or made, and has to be paid with the application', async () => {
    const values = { name: 'Liegeplatz für ein Jahr', 'v0/euro': '120,50', 'v0/from': '1.1.2026', 'v0/source': 'Hafensatzung', due: 'application' } // biome-ignore format: one row
    const row = (key: string, more: object) => Object.assign(Object.fromEntries(Object.entries(values).map(([name, value]) => [`fee/${key}/${name}`, value])), more) // biome-ignore format: one row
    const fee = { order: 'N1', ...row('N1', {}) }
    expect((await save('fee', fee)).status).toBe(200)
    expect((await overview()).findings).toMatchObject([{ type: 'workflow/no-payment' }])
    expect((await edda.post(`${AT}/process`, { template: 'pay-decide' })).status).toBe(200)
    const now = await overview()
    expect(now.findings).toEqual([])
    const { text } = await edda.read<FilePage>(`${AT}/files/service.yaml`)
    expect(text).toContain(`fee: ${SLUG}-1`)
    expect(now.feeLines).toMatchObject([{ key: `${SLUG}-1`, amounts: [{ euro: '120,50' }] }])
    const costs = async () => (await sheet('texts')).rows.find(({ name }) => name === 'start/fee')?.value
    expect(await costs()).toBe('Liegeplatz für ein Jahr: 120,50 €')
    expect((await save('texts', { 'start/fee': 'Das sagt die Hafenordnung.' })).status).toBe(200)
    const dearer = row(`${SLUG}-1`, { [`fee/${SLUG}-1/v0/euro`]: '130' })
    expect((await save('fee', { order: `${SLUG}-1`, ...dearer })).status).toBe(200)
    expect(await costs()).toBe('Das sagt die Hafenordnung.')
  })

  it('texts of questions and pages are changed, comments and everything else stay', async () => {
    const path = 'question.boote.bezeichnung'
    const values = { 'fields/boote.bezeichnung/label': 'Wie heißt das Boot?', 'fields/boote.bezeichnung/when': '' }
    expect((await save(path, values)).status).toBe(200)
    const pages = await sheet('pages')
    const at = pages.rows.find(({ name, value }) => name.endsWith('/title') && value === 'Anschrift')?.name ?? ''
    expect((await save('pages', { [at]: 'Wo wohnen Sie?' })).status).toBe(200)
    const { text } = await edda.read<FilePage>(`${AT}/files/form.de.yaml`)
    expect(text).toContain('label: Wie heißt das Boot?')
    expect(text).toContain('title: Wo wohnen Sie?')
  })

  it('a wrong condition is refused at its row, and nothing is kept of it', async () => {
    const path = 'question.nachweise.versicherungsnachweis'
    const name = 'fields/nachweise.versicherungsnachweis/when'
    const before = (await overview()).version
    const problem = await problemOf(await save(path, { [name]: 'count(boot) > 1' }))
    expect(problem).toMatchObject({ type: 'editing/sheet-refused', status: 422 })
    expect(problem.errors).toMatchObject([
      { pointer: `/${name}`, type: 'feel/unknown-name', params: { suggestion: 'boote' } },
    ])
    expect((await overview()).version).toBe(before)
    expect((await save(path, { [name]: 'count(boote) > 1' })).status).toBe(200)
    expect((await overview()).findings).toEqual([])
  })

  it('published by one button: live, level 3, with the editor’s name in the revision, and open for drafts', async () => {
    expect((await save('settings', { online: 'own' })).status).toBe(200)
    const { version } = await overview()
    const answer = await edda.form(`${AT}/publish`, { version: String(version), germanParts: 'yes' })
    expect(answer.headers.get('location')).toBe(`/redaktion/formulare/${SLUG}?veroeffentlicht=1`)
    const now = await overview()
    expect(now).toMatchObject({
      isChanged: false,
      isNew: false,
      online: 'own',
      maturity: { level: 3, missing: ['registers'] },
    })
    // The pages are ordered with it in one batch, and made by nobody who waits.
    expect(now.arePagesShown).toBe(false)
    const jobs = await town.ctx.db.all("SELECT due_at_ms, state FROM jobs WHERE kind = 'publish'")
    expect(jobs).toEqual([{ due_at_ms: town.clock.now(), state: 'open' }])
    expect((await town.newCaller().get(`/catalogue/services/${SLUG}`)).status).toBe(200)
    const citizen = town.newCaller()
    expect((await citizen.post('/submissions/drafts', { service: SLUG })).status).toBe(201)
    expect((await overview()).draftsRunning).toBe(1)
    expect(town.logged.join('\n')).toMatch(/editing-published.*staff:/)
  })
})

describe('two editors', () => {
  it('do not notice each other where they change different things', async () => {
    const [texts, purposes] = [await sheet('texts'), await sheet('purposes')]
    expect(
      await (
        await edda.post(`${AT}/sheets/texts`, { seen: texts.seen, 'start/deadline': 'Vier Wochen vorher.' })
      ).json(),
    ).toEqual({
      kind: 'saved',
    })
    const answer = await emil.post(`${AT}/sheets/purposes`, {
      seen: purposes.seen,
      'purposes/boote/purpose': 'Damit der Platz passt.',
    })
    expect(await answer.json()).toEqual({ kind: 'saved' })
  })

  it('the second on the same thing sees the conflict, beside what stands there, and loses nothing', async () => {
    const { seen } = await sheet('texts')
    await edda.post(`${AT}/sheets/texts`, { seen, 'review/button': 'Platz beantragen' })
    const late = await emil.form(`${AT}/sheets/texts`, { seen, 'review/button': 'Liegeplatz verbindlich beantragen' })
    expect(late.headers.get('location')).toMatch(new RegExp(`^/redaktion/formulare/${SLUG}/konflikt/`))
    const id = late.headers.get('location')?.split('/').at(-1) ?? ''
    const conflict = await emil.read<ConflictPage>(`${AT}/conflicts/${id}`)
    expect(conflict.rows).toMatchObject([{ yours: 'Liegeplatz verbindlich beantragen', now: 'Platz beantragen' }])
    expect((await overview()).conflicts).toMatchObject([{ id }])
    const again = { seen: conflict.seen, conflict: id, 'review/button': conflict.rows[0]?.yours ?? '' }
    expect((await emil.post(`${AT}/sheets/texts`, again)).status).toBe(200)
    expect((await overview()).conflicts).toEqual([])
    expect((await sheet('texts')).rows.find(({ name }) => name === 'review/button')?.value).toBe(
      'Liegeplatz verbindlich beantragen',
    )
  })

  it('the same with whole files', async () => {
    const file = await edda.read<FilePage>(`${AT}/files/service.yaml`)
    await edda.post(`${AT}/files/service.yaml`, { seen: file.seen, text: `${file.text}# erste\n` })
    const late = await emil.post(`${AT}/files/service.yaml`, { seen: file.seen, text: `${file.text}# zweite\n` })
    const { conflictId } = (await late.json()) as { conflictId: string }
    const conflict = await emil.read<ConflictPage>(`${AT}/conflicts/${conflictId}`)
    expect(conflict.rows[0]?.yours).toContain('# zweite')
    expect(conflict.rows[0]?.now).toContain('# erste')
    expect((await emil.post(`${AT}/conflicts/${conflictId}/drop`)).status).toBe(200)
  })

  it('publish what was shown, or nothing', async () => {
    const { version } = await overview()
    await save('texts', { 'start/deadline': 'Drei Wochen vorher.' })
    const problem = await problemOf(await emil.post(`${AT}/publish`, { version, germanParts: 'yes' }))
    expect(problem).toMatchObject({ type: 'editing/changed-meanwhile', status: 409 })
    expect((await edda.post(`${AT}/publish`, { version: version + 1, germanParts: 'yes' })).status).toBe(200)
  })

  it('see what somebody else published of the same service meanwhile, before it is overwritten', async () => {
    await save('texts', { 'start/deadline': 'Zwei Wochen vorher.' })
    const files = new Map(await town.ctx.content.files())
    const path = `services/${SLUG}/notice.approval.de.yaml`
    const bytes = new TextEncoder().encode(`${new TextDecoder().decode(files.get(path)?.bytes)}# von anderswo\n`)
    files.set(path, { digest: (await import('../content/files.ts')).digestOf(bytes), bytes })
    await town.ctx.content.publish({ kind: 'system', principal: 'test' }, files, { note: 'elsewhere' })
    const { version } = await overview()
    expect(await problemOf(await edda.post(`${AT}/publish`, { version, germanParts: 'yes' }))).toMatchObject({
      type: 'editing/live-moved',
    })
    expect((await edda.read<ComparePage>(`${AT}/comparison`)).moved).toEqual(['notice.approval.de.yaml'])
    expect((await edda.post(`${AT}/take-over`)).status).toBe(200)
    expect((await edda.post(`${AT}/publish`, { version: version + 1, germanParts: 'yes' })).status).toBe(200)
  })
})

describe('a new version of the data schema', () => {
  it('shows the difference by field and how many drafts are running, which end on their version', async () => {
    const newer = boatFile('boat.xml')
      .replace('maxValue="30"', 'maxValue="25"')
      .replace('Hat das Boot einen Motor?', 'Fährt das Boot mit Motor?')
    const form = new FormData()
    form.append('files', new File([newer], 'neu.xml'))
    expect((await edda.form(`${AT}/added-files`, form)).status).toBe(303)
    const page = await edda.read<ComparePage>(`${AT}/comparison`)
    expect(page.draftsRunning).toBe(1)
    expect(page.changes).toMatchObject([
      { id: 'F77000000208', aspects: [{ aspect: 'limits', after: 'maxValue 25, minValue 1' }] },
      { id: 'F77000000209', aspects: [{ aspect: 'label', after: 'Fährt das Boot mit Motor?' }] },
    ])
    // What the product wrote of the question follows; nobody had changed it.
    expect(page.files.map(({ name }) => name)).toEqual(['form.de.yaml', 'form.xml'])
    expect((await edda.post(`${AT}/discard`, { version: page.version })).status).toBe(200)
    expect((await overview()).isChanged).toBe(false)
  })

  it('the questions follow it: what is new is asked, what is gone is not, and only a rule that names it is left to somebody', async () => {
    const drop = async (xml: string): Promise<ServiceOverview> => {
      const form = new FormData()
      form.append('files', new File([xml], 'neu.xml'))
      expect((await edda.form(`${AT}/added-files`, form)).status).toBe(303)
      return await overview()
    }
    const old = boatFile('boat.xml')
    const fields = old.split(/(?=<xdf:struktur><xdf:anzahl>[01]:1<\/xdf:anzahl><xdf:enthaelt><xdf:datenfeld>)/)
    const email = fields.find((text) => text.includes('F77000000202'))?.split('<xdf:struktur><xdf:anzahl>1:1')[0] ?? ''
    const birth = email.replace('F77000000202', 'F77000000299').replaceAll('E-Mail-Adresse', 'Geburtsname')
    const added = await drop(old.replace(email, birth))
    expect(added.findings).toEqual([])
    expect(added.questions.map(({ path }) => path)).toContain('person.geburtsname')
    expect(added.questions.map(({ path }) => path)).not.toContain('person.eMailAdresse')
    const [length = ''] = fields.find((text) => text.includes('F77000000208'))?.split(/(?=<xdf:struktur>)/) ?? []
    const { findings } = await drop(old.replace(length, ''))
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.filter(({ detail }) => !detail.includes('laengeInMetern'))).toEqual([])
    const [type, gone, kind, sheet] = ['editing/question-gone', 'Wie lang ist das Boot?', 'check', 'checks']
    const rows = ['checks/0/rule', 'checks/0/at']
    expect(findings).toMatchObject(rows.map((row) => ({ type, gone, about: { kind, sheet, row } })))
    const { version } = await overview()
    expect((await edda.post(`${AT}/discard`, { version })).status).toBe(200)
  })

  it('is written out again as XDatenfelder 3 and as a table', async () => {
    const xml = await (await edda.get(`${AT}/schema.xml`)).text()
    expect(xml).toContain('<xdf:id>F77000000208</xdf:id>')
    const csv = await edda.get(`${AT}/questions.csv`)
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(await csv.text()).toContain('F77000000208;1.0.0;G77000000103')
  })
})

describe('trying a form', () => {
  type View = { fields: { name: string }[]; errors: unknown[] }
  const begin = async (): Promise<string> => {
    const { page } = (await (await edda.post(`${AT}/previews`)).json()) as { page: string }
    return page.replace(/^.*\/probe\//, `${AT}/previews/`).replace(/\/([^/]+)$/, '/steps/$1')
  }
  const ANSWERS: Readonly<Record<string, string>> = {
    '/person/familienname': 'Nowak', '/person/eMailAdresse': '', '/person/anschrift/strasse': 'Am Kai', '/person/anschrift/hausnummer': '1',
    '/person/anschrift/postleitzahl': '03046', '/person/anschrift/ort': 'Cottbus', '/boote/0/bezeichnung': 'Libelle',
    '/boote/0/laengeInMetern': '14', '/boote/0/hatEinenMotor': 'false', '/boote/+': 'false', '/nachweise/versicherungsnachweis': 'police.pdf',
  } // biome-ignore format: one list

  it('walks as a citizen does, with errors, and never becomes a draft or a submission', async () => {
    let at = await begin()
    expect((await edda.read<View>(at)).fields.length).toBeGreaterThan(0)
    const wrong = await edda.form(at, {})
    expect(wrong.headers.get('location')).toContain('#fehler')
    expect((await edda.read<View>(at)).errors.length).toBeGreaterThan(0)
    let page = ''
    for (let count = 0; count < 12 && !page.endsWith('/pruefen'); count += 1) {
      const values = page.includes('boote') ? { ...ANSWERS, '/boote/0/laengeInMetern': '9' } : ANSWERS
      page = (await edda.form(at, values)).headers.get('location') ?? ''
      at = page.replace(/^.*\/probe\//, `${AT}/previews/`).replace(/\/([^/]+)$/, '/steps/$1')
    }
    expect(page).toMatch(/\/pruefen$/)
    const review = await (await edda.get(at.replace('/steps/pruefen', '/review'))).text()
    expect(review).toContain('Libelle')
    expect((await overview()).draftsRunning).toBe(1)
  })

  it('shows the rule that answers an open point', async () => {
    const at = (await begin()).replace(/steps\/.*$/, 'steps/')
    for (const step of ['person', 'person-b', 'boote-1-boote-seite']) {
      const values = { ...ANSWERS }
      const answer = await edda.form(`${at}${step}`, values)
      if (step.startsWith('boote')) {
        expect(answer.headers.get('location')).toContain('#fehler')
        expect(JSON.stringify((await edda.read<View>(`${at}${step}`)).errors)).toContain('Außenhafen')
      }
    }
  })

  it('404 for somebody else’s service and after a day', async () => {
    const at = await begin()
    expect((await edda.get(at.replace(SLUG, 'hund-anmelden'))).status).toBe(404)
    town.clock.advance(25 * 60 * 60_000)
    const again = await town.signIn('edda', { roles: ['editor'], teams: [] })
    expect((await again.get(at)).status).toBe(404)
  })
})
