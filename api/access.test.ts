import { resolve } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApi } from './app.ts'
import { contentFile, readContentFolder } from './content/service.ts'
import { SIGNED_ELSEWHERE } from './http/guard.ts'
import { listRoutes, type MountedRoute, route } from './http/route.ts'
import { ACTIONS } from './identity/permissions.ts'
import { closeCase, openDraft, type Things } from './testing/access.ts'
import type { Caller } from './testing/caller.ts'
import { DRAFTS, smallPdf } from './testing/dog-tax.ts'
import { SECRET, SETTINGS } from './testing/inbound.ts'
import { openTown, type Town } from './testing/town.ts'

/**
 * Walks every mounted route × kind of actor × own, foreign, missing thing, and own thing with a foreign part.
 * The answers stand in access.golden.txt; a new route or parameter must be told how to be asked, else the test fails.
 */
const MISSING = '01900000-0000-7000-8000-000000000000'
const GOLDEN = './access.golden.txt'

/** `mixed`: a foreign part of an own thing; `lost`: an unknown part of an own thing. */
type Kind = 'own' | 'foreign' | 'missing' | 'mixed' | 'lost'
type Who = { readonly caller: () => Caller; readonly own: Things; readonly foreign: Things }
type Answer = { readonly status: number; readonly type: string }

let town: Town
let routes: readonly MountedRoute[]
let actors: Readonly<Record<string, Who>>
const answers = new Map<string, Answer>()
/** What belongs to one person alone: a trial, a conflict and a proposed change of the law to an editor, a search and a saved list to a clerk. */
const personal = new Map<string, string>()

beforeAll(async () => {
  town = await openTown({ settings: SETTINGS, edit: leftToClerks })
  routes = [...listRoutes(createApi(town.ctx).app)].sort(byHarm)
  const [owner, other, clerk, lead] = [
    town.newCaller(),
    town.newCaller(),
    await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] }),
    await town.signIn('lena', { roles: ['lead'], teams: ['steuern'] }),
  ]
  const one = await closeCase(town, { citizen: owner, clerk, lead }, 'steuern')
  const two = await closeCase(town, { citizen: other, clerk, lead }, 'ordnung')
  const [mara, jurij] = [await signInTwice('mara'), await signInTwice('jurij')]
  const three = await closeCase(town, { citizen: mara, clerk, lead }, 'steuern')
  const four = await closeCase(town, { citizen: jurij, clerk, lead }, 'ordnung')
  await publishParts()
  const [first, second, third, fourth] = [
    { ...one, ...(await openDraft(owner)) },
    { ...two, ...(await openDraft(other)) },
    { ...three, ...(await openDraft(mara)) },
    { ...four, ...(await openDraft(jurij)) },
  ]
  const ours = { own: first, foreign: second }
  const theirs = { own: second, foreign: first }
  const staff = async (...person: Parameters<Town['signIn']>): Promise<() => Caller> => {
    const caller = await town.signIn(...person)
    return () => caller
  }
  actors = {
    public: { caller: town.newCaller, ...ours },
    owner: { caller: () => owner, ...ours },
    'other citizen': { caller: () => other, ...theirs },
    account: { caller: () => mara, own: third, foreign: fourth },
    'other account': { caller: () => jurij, own: fourth, foreign: third },
    clerk: { caller: () => clerk, ...ours },
    'clerk elsewhere': { caller: await staff('omar', { roles: ['clerk'], teams: ['ordnung'] }), ...theirs },
    lead: { caller: () => lead, ...ours },
    editor: { caller: await staff('edda', { roles: ['editor'], teams: [] }), ...ours },
    operator: { caller: await staff('otto', { roles: ['operator'], teams: ['steuern'] }), ...ours },
    'mail server': { caller: () => withSecret(town.newCaller()), ...ours },
  }
  const at = '/editing/services/hund-anmelden'
  const edda = await town.signIn('edda', { roles: ['editor'], teams: [] })
  const trial = (await (await edda.post(`${at}/previews`)).json()) as { previewId: string }
  const late = await edda.post(`${at}/sheets/settings`, { seen: '0'.repeat(24) })
  personal.set('preview', trial.previewId).set('conflict', ((await late.json()) as { conflictId: string }).conflictId)
  const search = await clerk.post('/postboxes/searches', { q: 'Lehmann' })
  personal.set('search', ((await search.json()) as { searchId: string }).searchId)
  const saved = await clerk.post('/postboxes/views', { viewName: 'Meine', view: 'team' })
  personal.set('saved', ((await saved.json()) as { savedId: string }).savedId)
  const emil = await town.signIn('emil', { roles: ['editor'], teams: [] })
  const row = { validFrom: '1.1.2099', days: '5', source: '§ 1 AO' }
  const proposed = await emil.post('/editing/law/rows/deliveries/post', row)
  personal.set('change', ((await proposed.json()) as { changeId: string }).changeId)
  for (const mounted of routes) {
    for (const [name, who] of Object.entries(actors)) {
      for (const kind of kindsOf(mounted)) {
        answers.set(keyOf(mounted, name, kind), await ask(mounted, who, kind))
      }
    }
  }
}, 120_000)
afterAll(() => town.close())

/** Shows the secret with every request: it opens one route. */
function withSecret(caller: Caller): Caller {
  const headers = { authorization: `Bearer ${SECRET}` }
  const json = { ...headers, 'content-type': 'application/json' }
  return {
    ...caller,
    get: (path) => caller.get(path, headers),
    post: (path, body = {}) => caller.send(path, { method: 'POST', body: JSON.stringify(body), headers: json }),
  }
}

/** The second session is what the first may end. */
async function signInTwice(name: string): Promise<Caller> {
  await town.signInCitizen(name)
  return await town.signInCitizen(name)
}

/** A clerk looks at one of the rules in words of the service, and may ask somebody outside: these are no tax data. */
const leftToClerks = (path: string, text: string): string =>
  path.endsWith('hund-anmelden/form.de.yaml')
    ? text.replace('R12000000301: { check: gehalten-nach-geburt }', 'R12000000301: { clerk: true }')
    : path.endsWith('postboxes/steuern.yaml')
      ? text.replace('isTaxSecret: true', '')
      : text

/** The service whose drafts are asked for can take a record from a register. */
const LOOKUP = `
lookups:
  - id: fahrzeug
    register: fahrzeugregister
    choice: zahlung.art
    code: ueberweisung
    instead: lastschrift
    purpose: { de: Wir fragen nach. }
    legalBasis: § 5 EGovG
    values: {}
`
/** And a page of it may be answered by somebody else. */
const DELEGATE = '    delegate: { title: Verein, text: Er weiß es., sees: [] }\n'
async function publishParts(): Promise<void> {
  const files = new Map(await readContentFolder(resolve(import.meta.dirname, '../content')))
  const change = (name: string, edit: (text: string) => string): void => {
    const path = `services/hund-anmelden/${name}`
    files.set(path, contentFile(edit(new TextDecoder().decode(files.get(path)?.bytes))))
  }
  change('service.yaml', (text) => text + LOOKUP)
  change('form.de.yaml', (text) => text.replace('  - id: kontakt\n', `  - id: kontakt\n${DELEGATE}`))
  await town.ctx.content.publish({ kind: 'system', principal: 'test' }, files, { note: 'lookup' })
}

/** Reading before writing, deleting and taking access away late, signing out last: what comes after still finds its thing. */
function byHarm(a: MountedRoute, b: MountedRoute): number {
  return harmOf(a) - harmOf(b) || keyOf(a, '', '').localeCompare(keyOf(b, '', ''))
}
const harmOf = ({ method, path }: MountedRoute): number =>
  path.endsWith('/sign-out')
    ? 6
    : path.endsWith('/account/delete')
      ? 5
      : path.endsWith('/discard')
        ? 4
        : path.endsWith('/submit')
          ? 4
          : path.endsWith('/confirm')
            ? 4
            : ['GET', 'PUT', 'POST', 'DELETE'].indexOf(method)

const keyOf = ({ method, path }: MountedRoute, actor: string, kind: string): string =>
  `${method} ${path} ${actor} ${kind}`

/** Names of path parameters that name things somebody owns. */
const THINGS = [
  'draft',
  'file',
  'vorgang',
  'request',
  'errand',
  'access',
  'document',
  'item',
  'task',
  'eakte',
  'notice',
  'payment',
  'postbox',
  'session',
  'invitation',
  'absence',
  'note',
  'order',
  'expert',
] as const
/** Parameters that name nothing anybody owns. */
const PLAIN: Readonly<Record<string, string>> = {
  step: 'unterlagen',
  page: '1',
  part: 'overview',
  upload: '01900000-0000-7000-8000-00000000aaaa',
  lookup: 'fahrzeug',
  group: 'deadlines',
  table: 'deliveries',
  row: 'post',
  act: 'call',
  service: 'hund-anmelden',
  'services/:slug': 'hund-anmelden',
  'offices/:slug': 'finanzen',
  'life-situations/:slug': 'haustier',
  name: 'service.yaml',
  sheet: 'settings',
  letter: 'approval.de',
  lang: 'de',
  point: 'R12000000301',
  ':lang/:slug': 'impressum',
}
const namesOf = (path: string): readonly string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
const isThing = (name: string): name is (typeof THINGS)[number] => THINGS.some((thing) => thing === name)

function kindsOf({ path }: MountedRoute): readonly Kind[] {
  const things = namesOf(path).filter(isThing).length
  const kinds: readonly Kind[] = ['own', 'foreign', 'missing', 'mixed', 'lost']
  return kinds.slice(0, [1, 3, 5][things])
}

function pathOf({ path }: MountedRoute, who: Who, kind: Kind): string {
  let isFirst = true
  return path.replace('/api/v1', '').replaceAll(/:(\w+)/g, (part, name: string, at: number, whole: string) => {
    if (!isThing(name)) {
      const before = whole.slice(0, at).split('/').at(-2)
      const value = PLAIN[name] ?? personal.get(name) ?? PLAIN[`${before}/${part}`]
      if (value === undefined) {
        throw new Error(`parameter ${part} of ${path} is new: say what it names`)
      }
      return value
    }
    const isParent = isFirst && (kind === 'mixed' || kind === 'lost')
    isFirst = false
    if (!isParent && (kind === 'missing' || kind === 'lost')) {
      return name === 'postbox' ? 'gibt-es-nicht' : MISSING
    }
    // A receipt belongs to a draft that was sent.
    const key = name === 'draft' && path.endsWith('/receipt') ? 'sentDraft' : name
    return (isParent || kind === 'own' ? who.own : who.foreign)[key]
  })
}

/** What a route with a body or query needs to get as far as the question who may. */
const BODIES: Readonly<Record<string, unknown>> = {
  [`POST ${DRAFTS}`]: { service: 'hund-anmelden' },
  [`POST ${DRAFTS}/:draft/steps/:step`]: {},
  [`POST ${DRAFTS}/:draft/submit`]: {},
  'POST /editing/law/rows/:table/:row': { validFrom: '1.1.2099', source: '§ 1 AO' },
  'POST /editing/law/changes/:change/release': { version: 1 },
  'POST /editing/law/changes/:change/end': { version: 1 },
  'POST /editing/services/:service/planned': { version: 1, on: '1.1.2099' },
  'POST /editing/services/:service/unplanned': {},
  [`POST ${DRAFTS}/:draft/anyway`]: {},
  [`POST ${DRAFTS}/:draft/saved`]: { email: 'mara@beispiel.example' },
  [`POST ${DRAFTS}/:draft/invitations`]: { kind: 'step', role: 'kontakt', name: 'Verein', email: 'v@beispiel.example' },
  [`POST ${DRAFTS}/:draft/invitations/:invitation/withdraw`]: {},
  'POST /submissions/invitations/:invitation/code': { code: 'AAAA-AAAA' },
  'POST /submissions/invitations/:invitation/sign': { seen: '0'.repeat(64) },
  'POST /submissions/invitations/:invitation/decline': { reason: '' },
  'POST /submissions/invitations/:invitation/answer': {},
  'POST /submissions/services/:service/precheck': {},
  'POST /submissions/resume': { reference: 'ECB-2026-2222-2222', code: 'AAAA-AAAA' },
  'POST /submissions/resume/code': { reference: 'ECB-2026-2222-2222' },
  'POST /submissions/language': { lang: 'en' },
  'POST /submissions/status/sign-in': { reference: 'CB-2026-2222-2222', code: 'AAAA-AAAA' },
  'POST /submissions/status/code': { reference: 'CB-2026-2222-2222' },
  'POST /submissions/status/:vorgang/requests/:request': { text: 'Antwort' },
  [`POST ${DRAFTS}/:draft/paper`]: {},
  'POST /submissions/intake': { code: '7K4M-Q2XW' },
  'POST /submissions/status/:vorgang/acts/:act': { phone: '0355 612 2000' },
  'POST /submissions/vorgaenge/:vorgang/errands/:errand': {},
  'POST /submissions/vorgaenge/:vorgang/points/:point': { checked: 'yes' },
  // Without a reason: it gets past the question who may, and moves nothing.
  'POST /submissions/vorgaenge/:vorgang/reopen': { message: ' ' },
  'POST /submissions/vorgaenge/:vorgang/access': { identifiedBy: 'id-document', reason: 'Konto verloren' },
  'POST /submissions/vorgaenge/:vorgang/access/:access/confirm': {},
  'POST /submissions/vorgaenge/:vorgang/access/:access/refuse': { comment: 'Das Foto passt nicht.' },
  'POST /submissions/vorgaenge/:vorgang/access/:access/withdraw': {},
  'POST /submissions/vorgaenge/:vorgang/access/:access/codes': {},
  'POST /submissions/vorgaenge/:vorgang/notes': { note: 'Rückruf vereinbart' },
  'POST /submissions/vorgaenge/:vorgang/notes/:note/strike': {},
  'POST /submissions/vorgaenge/:vorgang/letters': { message: ' ' },
  'POST /submissions/vorgaenge/:vorgang/orders': { kind: 'information', orderDueOn: '2026-12-30' },
  'POST /submissions/vorgaenge/:vorgang/orders/:order/answer': {},
  'POST /submissions/vorgaenge/:vorgang/orders/:order/files': {},
  'POST /submissions/vorgaenge/:vorgang/orders/:order/withdraw': {},
  'POST /submissions/vorgaenge/:vorgang/experts': { expertName: 'Dr. Weiß' },
  'POST /submissions/vorgaenge/:vorgang/experts/:expert/revoke': {},
  'POST /submissions/experts/:expert/code': { code: 'AAAA-AAAA' },
  'POST /submissions/experts/:expert/files': {},
  'POST /submissions/experts/:expert/answer': { answerText: ' ' },
  'POST /messages/inbound': {},
  'POST /postboxes/searches': { q: 'Lehmann' },
  'POST /postboxes/selections': { service: 'hund-anmelden' },
  'POST /postboxes/exports': { format: 'csv' },
  'POST /postboxes/views': { view: 'team', viewName: 'Liste' },
  'POST /postboxes/views/:saved/delete': {},
  'POST /postboxes/items/:item/take': {},
  'POST /postboxes/items/:item/return': {},
  'POST /postboxes/items/:item/hand-over': { to: '01990000-0000-7000-8000-000000000000' },
  'POST /postboxes/items/:item/forward': { postbox: 'nirgends' },
  'POST /workflow/vorgaenge/:vorgang/tasks/:task/complete': { outcome: 'approve' },
  [`POST ${DRAFTS}/:draft/lookups/:lookup`]: { act: 'instead' },
  'POST /payments/:payment/transactions': {},
  'POST /submissions/account/vorgaenge/:vorgang': {},
  'POST /submissions/account/drafts/:draft/discard': {},
  'POST /submissions/account/drafts/:draft/earlier': {
    question: '/unterlagen/nachweis',
    file: '01900000-0000-7000-8000-000000000001',
  },
  [`POST ${DRAFTS}/:draft/photos`]: { question: '/unterlagen/nachweis', order: '' },
  'POST /submissions/account/delete': { confirm: true },
  'POST /editing/services': {},
  'POST /editing/services/:service/added-files': {},
  'POST /editing/services/:service/sheets/:sheet': { seen: '0'.repeat(24) },
  'POST /editing/services/:service/files/:name': { seen: '0'.repeat(24), text: 'x' },
  'POST /editing/services/:service/process': { template: 'report' },
  'POST /editing/services/:service/publish': { version: 0 },
  'POST /editing/services/:service/take-over': {},
  'POST /editing/services/:service/discard': { version: 0 },
  'POST /editing/services/:service/conflicts/:conflict/drop': {},
  'POST /editing/services/:service/previews': {},
  'POST /editing/services/:service/previews/:preview/steps/:step': {},
  // No days: it gets past the question who may, and enters nothing.
  'POST /identity/absences': { from: '', until: '' },
  'POST /identity/absences/:absence/end': {},
  'POST /identity/sign-out': {},
  'POST /identity/account/bundid/acs': { SAMLResponse: 'AAAA' },
  'POST /identity/account/sessions/:session/end': {},
}
const QUERIES: Readonly<Record<string, string>> = {
  'GET /submissions/account/drafts/:draft/earlier': '?question=%2Funterlagen%2Fnachweis',
  [`GET ${DRAFTS}/:draft/photos`]: '?question=%2Funterlagen%2Fnachweis',
  [`PUT ${DRAFTS}/:draft/files`]: '?question=%2Funterlagen%2Fnachweis',
  [`PUT ${DRAFTS}/:draft/parts/:upload`]: '?question=%2Funterlagen%2Fnachweis',
  [`DELETE ${DRAFTS}/:draft/files/:file`]: '?question=%2Funterlagen%2Fnachweis',
  'GET /catalogue/search': '?q=hund',
  'GET /payments/heard': '?transaction=unknown',
}

async function ask(mounted: MountedRoute, who: Who, kind: Kind): Promise<Answer> {
  const name = `${mounted.method} ${mounted.path.replace('/api/v1', '')}`
  const path = pathOf(mounted, who, kind) + (QUERIES[name] ?? '')
  const response = await send(name, who.caller(), path)
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true
  const body = isProblem ? ((await response.json()) as { type: string }) : { type: '' }
  return { status: response.status, type: body.type.replace('/errors/', '') }
}

async function send(name: string, caller: Caller, path: string): Promise<Response> {
  const [method = ''] = name.split(' ')
  if (method === 'GET' || method === 'DELETE') {
    return await (method === 'GET' ? caller.get(path) : caller.delete(path))
  }
  if (method === 'PUT') {
    return await caller.put(path, smallPdf('access'), { 'x-file-name': 'nachweis.pdf' })
  }
  if (!(name in BODIES)) {
    throw new Error(`${name} is new: say what to send`)
  }
  return await caller.post(path, BODIES[name])
}

/** `open`: the caller got past the question who may, whatever came then. */
function cellOf({ status, type }: Answer): string {
  if (![401, 403, 404].includes(status)) {
    return 'open'
  }
  return /^identity\/|-refused$/.test(type) ? `${status} ${type}` : String(status)
}

const answerOf = (mounted: MountedRoute, actor: string, kind: Kind): Answer =>
  answers.get(keyOf(mounted, actor, kind)) ?? { status: 0, type: 'not asked' }

const everyCase = (): readonly (readonly [MountedRoute, string, Kind])[] =>
  routes.flatMap((mounted) =>
    Object.keys(actors).flatMap((actor) => kindsOf(mounted).map((kind) => [mounted, actor, kind] as const)),
  )

describe('every route', () => {
  it('answers each kind of actor as written in the table', async () => {
    const lines = [...routes]
      .sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method))
      .flatMap((mounted) => [
        `${mounted.method} ${mounted.path} · ${mounted.spec.action} · ${kindsOf(mounted).join(' / ')}`,
        ...Object.keys(actors).map((actor) => {
          const cells = kindsOf(mounted).map((kind) => cellOf(answerOf(mounted, actor, kind)))
          return `  ${actor.padEnd(16)}${cells.join(' / ')}`
        }),
      ])
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(GOLDEN)
  })

  it('opens no foreign, missing or mixed thing to anybody', () => {
    const open = everyCase()
      .filter(([, , kind]) => kind !== 'own')
      .filter(([mounted, actor, kind]) => cellOf(answerOf(mounted, actor, kind)) === 'open')
    expect(open.map(([mounted, actor, kind]) => keyOf(mounted, actor, kind))).toEqual([])
  })

  it('tells foreign and missing things apart to nobody', () => {
    const pairs = [
      ['foreign', 'missing'],
      ['mixed', 'lost'],
    ] as const
    const told = routes.flatMap((mounted) =>
      Object.keys(actors).flatMap((actor) =>
        pairs
          .filter(([kind]) => kindsOf(mounted).includes(kind))
          .map(([one, two]) => [answerOf(mounted, actor, one), answerOf(mounted, actor, two)] as const)
          .filter(([one, two]) => one.status !== two.status || one.type !== two.type)
          .map(([one, two]) => `${keyOf(mounted, actor, '')}: ${one.type} or ${two.type}`),
      ),
    )
    expect(told).toEqual([])
  })

  it('opens the own thing to somebody, so that no row is shut by mistake', () => {
    const isReached = (mounted: MountedRoute, actor: string): boolean =>
      !['401', '403', '404'].includes(cellOf(answerOf(mounted, actor, 'own')))
    const shut = routes.filter((mounted) => !Object.keys(actors).some((actor) => isReached(mounted, actor)))
    expect(shut.map((mounted) => keyOf(mounted, '', ''))).toEqual([])
  })

  it('is never broken by who asks', () => {
    const broken = everyCase().filter(([mounted, actor, kind]) => answerOf(mounted, actor, kind).status >= 500)
    expect(broken.map(([mounted, actor, kind]) => keyOf(mounted, actor, kind))).toEqual([])
  })

  it('that takes messages from another site is on the list of the cross-site check, and nothing else is', () => {
    const signed = routes.filter(({ spec }) => spec.csrf === 'signed').map(({ path }) => path)
    expect(signed).toEqual([...SIGNED_ELSEWHERE])
  })

  it('names an action of the permission table', () => {
    expect(routes.filter(({ spec }) => !ACTIONS.some((action) => action === spec.action))).toEqual([])
  })
})

describe('a route that does not declare itself', () => {
  it('keeps the server from starting', () => {
    expect(() => listRoutes(new Hono().get('/open', (c) => c.text('planted')))).toThrow('GET /open')
  })

  it('keeps the server from starting, too, when it writes without the cross-site check', () => {
    const spec = { action: 'catalogue.read', resource: 'none', rate: 'read', audit: false, cache: 'never' } as const
    const app = new Hono().post('/write', route({ ...spec, who: ['public'], csrf: false }) as never)
    expect(() => listRoutes(app)).toThrow('POST /write')
  })
})
