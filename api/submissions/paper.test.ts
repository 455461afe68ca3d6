import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf, DRAFTS, type Next, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import { paperCode, readOpticalText } from './paper-code.ts'
import type { PaperPage } from './service-paper.ts'
import type { VorgangView } from './service-vorgang.ts'

const SERVICE = 'wohnberechtigungsschein'
const INTAKE = '/submissions/intake'
const ANSWERS: Readonly<Record<string, string>> = {
  '/person/vornamen': 'Mara Łucja',
  '/person/familienname': 'Lehmann-Nowak',
  '/person/geburtsdatum/day': '13',
  '/person/geburtsdatum/month': '4',
  '/person/geburtsdatum/year': '1985',
  '/person/strasse': 'Sandower Straße 12 a',
  '/person/plz': '03046',
  '/person/ort': 'Cottbus/Chóśebuz',
  '/haushalt/+': 'false',
  '/einkommen/jahr': '28.000,50',
  '/einkommen/schwerbehindert': 'false',
  '/erklaerung/richtigkeit': 'true',
}
const hasTools = ['pdftoppm', 'pdftotext', 'pdfinfo', 'convert'].every((tool) =>
  ['/usr/bin', '/usr/local/bin'].some((folder) => existsSync(join(folder, tool))),
)

let town: Town
let citizen: Caller
let clerk: Caller
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stadttor-paper-'))
  town = await openTown({ press: true })
  citizen = town.newCaller()
  clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['wohnen'] })
})
afterAll(async () => {
  await town.close()
  rmSync(folder, { recursive: true })
})

async function fill(caller: Caller): Promise<string> {
  const { draftId, step } = await bodyOf<{ draftId: string; step: string }>(
    await caller.post(DRAFTS, { service: SERVICE }),
    201,
  )
  for (let address = step, pages = 0; pages < 20; pages += 1) {
    const next = await bodyOf<Next>(await caller.post(`${DRAFTS}/${draftId}/steps/${address}`, ANSWERS), 200)
    expect(next.isInvalid, address).toBe(false)
    if (next.to === 'review') {
      return draftId
    }
    address = next.address
  }
  throw new Error('the form does not end')
}
async function print(caller: Caller, draftId: string): Promise<PaperPage> {
  await bodyOf(await caller.post(`${DRAFTS}/${draftId}/paper`), 201)
  return await caller.read(`${DRAFTS}/${draftId}/paper`)
}
const pdf = async (caller: Caller, path: string): Promise<Buffer> => {
  const answer = await caller.get(path)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  return Buffer.from(await answer.arrayBuffer())
}
const scanForm = (bytes: Buffer | Uint8Array, name: string, more: Record<string, string> = {}): FormData => {
  const form = new FormData()
  for (const [key, value] of Object.entries({ code: '', isChecked: 'true', original: 'returned', ...more })) {
    form.append(key, value)
  }
  form.append('scan', new Blob([Buffer.from(bytes)]), name)
  return form
}
const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' })

describe('a service that is not to go fully online', () => {
  it('cannot be sent online; its form is printed, accessible, with code and answers', async () => {
    const draftId = await fill(citizen)
    expect(await problemOf(await citizen.post(`${DRAFTS}/${draftId}/submit`))).toMatchObject({
      status: 409,
      type: 'submissions/paper-only',
    })
    const page = await print(citizen, draftId)
    expect(page).toMatchObject({ code: expect.stringMatching(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/), untilOn: '2027-02-22' })
    expect(await print(citizen, draftId)).toEqual(page)
    const first = await pdf(citizen, `${DRAFTS}/${draftId}/paper.pdf`)
    if (hasTools) {
      writeFileSync(join(folder, 'paper.pdf'), first)
      expect(run('pdfinfo', join(folder, 'paper.pdf'))).toMatch(/Tagged:\s+yes/)
      const text = run('pdftotext', '-layout', join(folder, 'paper.pdf'), '-')
      expect(text).toContain(page.code)
      expect(text).toContain('Lehmann-Nowak')
      expect(text).toContain('Unterschrift')
    }
  })

  it('an incomplete form is not printed, a service that goes online neither', async () => {
    const begun = await bodyOf<{ draftId: string }>(await citizen.post(DRAFTS, { service: SERVICE }), 201)
    expect((await citizen.post(`${DRAFTS}/${begun.draftId}/paper`)).status).toBe(422)
    const online = await bodyOf<{ draftId: string }>(await citizen.post(DRAFTS, { service: 'hund-anmelden' }), 201)
    expect(await problemOf(await citizen.post(`${DRAFTS}/${online.draftId}/paper`))).toMatchObject({
      type: 'submissions/not-for-paper',
    })
    expect((await citizen.get(`${DRAFTS}/${begun.draftId}/paper.pdf`)).status).toBe(409)
  })

  it('its draft lives as long as the paper says, also when it is changed afterwards', async () => {
    const caller = town.newCaller()
    const draftId = await fill(caller)
    await print(caller, draftId)
    await caller.post(`${DRAFTS}/${draftId}/steps/anschrift`, { ...ANSWERS, '/person/ort': 'Guben' })
    const rows = await town.ctx.db.all<{ days: number }>(
      `SELECT (expires_at_ms - ${town.clock.now()}) / 86400000 AS days FROM drafts WHERE id = '${draftId}'`,
    )
    expect(rows).toEqual([{ days: 90 }])
    expect((await caller.read<PaperPage>(`${DRAFTS}/${draftId}/paper`)).isOlder).toBe(true)
  })
})

describe('at the counter', () => {
  it('the typed code brings the printed answers into a Vorgang, once, whatever the draft became since', async () => {
    const caller = town.newCaller()
    const draftId = await fill(caller)
    const { code } = await print(caller, draftId)
    await caller.post(`${DRAFTS}/${draftId}/steps/anschrift`, { ...ANSWERS, '/person/ort': 'Guben' })
    const typed = ` ${code.toLowerCase().replace('-', ' ')} `
    const taken = await bodyOf<{ vorgangId: string; isOwn: boolean }>(await clerk.post(INTAKE, { code: typed }), 201)
    expect(taken.isOwn).toBe(true)
    const again = await bodyOf<{ vorgangId: string }>(await clerk.post(INTAKE, { code }), 201)
    expect(again.vorgangId).toBe(taken.vorgangId)
    const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${taken.vorgangId}`)
    const values = view.answers.flatMap(({ rows }) => rows.map(({ value }) => value))
    expect(values).toContain('Cottbus/Chóśebuz')
    expect(values).not.toContain('Guben')
    expect(view.journal.map(({ type }) => type)).toContain('paper-received')
    expect((await caller.get(`${DRAFTS}/${draftId}/paper`)).status).toBe(409)
  })

  it.each([
    ['nobody printed', '7K4M-Q2XW'],
    ['is none', 'x'],
  ])('422 for a code that %s', async (_what, code) => {
    expect(await problemOf(await clerk.post(INTAKE, { code }))).toMatchObject({
      status: 422,
      type: 'submissions/paper-unknown',
    })
    const browser = await clerk.form(INTAKE, { code })
    expect(browser.headers.get('location')).toBe('/amt/eingang?hinweis=unbekannt')
  })

  it('a code whose time is over is unknown', async () => {
    const caller = town.newCaller()
    const { code } = await print(caller, await fill(caller))
    const now = town.clock.now()
    town.clock.advance(91 * 86_400_000)
    const later = await town.signIn('anna', { roles: ['clerk'], teams: ['wohnen'] })
    expect((await later.post(INTAKE, { code })).status).toBe(422)
    await town.tick()
    expect((await later.post(INTAKE, { code })).status).toBe(422)
    town.clock.set(now)
    clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['wohnen'] })
  })

  it('citizens and editors take in nothing', async () => {
    const caller = town.newCaller()
    await fill(caller)
    expect((await caller.post(INTAKE, { code: '7K4M-Q2XW' })).status).toBe(403)
    const editor = await town.signIn('edda', { roles: ['editor'], teams: [] })
    expect((await editor.post(INTAKE, { code: '7K4M-Q2XW' })).status).toBe(403)
  })

  it('a clerk of another team takes in, too, and is told where it went', async () => {
    const caller = town.newCaller()
    const { code } = await print(caller, await fill(caller))
    const other = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    const answer = await other.form(INTAKE, { code })
    expect(answer.headers.get('location')).toMatch(/^\/amt\/eingang\?angelegt=CB-2026-/)
  })

  it.skipIf(!hasTools)(
    'printed, scanned and rotated, the paper alone brings the answers; the scan is filed with how it was made',
    async () => {
      const caller = town.newCaller()
      const draftId = await fill(caller)
      await print(caller, draftId)
      const path = join(folder, 'print.pdf')
      writeFileSync(path, await pdf(caller, `${DRAFTS}/${draftId}/paper.pdf`))
      run('pdftoppm', '-r', '150', '-gray', '-f', '1', '-l', '1', '-singlefile', '-png', path, join(folder, 'page'))
      run(
        'convert',
        join(folder, 'page.png'),
        '-rotate',
        '2.5',
        '-blur',
        '0x0.7',
        '-quality',
        '70',
        join(folder, 'scan.jpg'),
      )
      const scan = readFileSync(join(folder, 'scan.jpg'))
      const unchecked = await clerk.form(INTAKE, scanForm(scan, 'scan.jpg', { isChecked: 'false' }))
      expect(unchecked.headers.get('location')).toBe('/amt/eingang?hinweis=ungeprueft')
      const answer = await clerk.form(INTAKE, scanForm(scan, 'scan.jpg'))
      const vorgangId = /^\/amt\/vorgaenge\/(.+)$/.exec(answer.headers.get('location') ?? '')?.[1] ?? ''
      const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
      expect(view.answers.flatMap(({ rows }) => rows.map(({ value }) => value))).toContain('Lehmann-Nowak')
      expect(view.documents.map(({ kind, scan: how }) => [kind, how])).toEqual([
        ['scan', { by: 'anna', atMs: expect.any(Number), isChecked: true, how: 'upload', original: 'returned' }],
      ])
    },
    60_000,
  )

  it('a scan that shows no code, and nothing typed: asked for the code, nothing kept', async () => {
    const before = (await Array.fromAsync(town.ctx.blobs.list())).length
    const answer = await clerk.form(INTAKE, scanForm(smallPdf('no code'), 'scan.pdf'))
    expect(answer.headers.get('location')).toBe('/amt/eingang?hinweis=unlesbar')
    expect((await Array.fromAsync(town.ctx.blobs.list())).length).toBe(before)
  })
})

describe('the empty form', () => {
  it('comes from the same model, for everybody, the same bytes every time', async () => {
    const anybody = town.newCaller()
    const first = await pdf(anybody, `/submissions/services/${SERVICE}/form.pdf`)
    expect((await pdf(anybody, `/submissions/services/${SERVICE}/form.pdf`)).equals(first)).toBe(true)
    if (hasTools) {
      writeFileSync(join(folder, 'form.pdf'), first)
      const text = run('pdftotext', '-layout', join(folder, 'form.pdf'), '-')
      expect(run('pdfinfo', join(folder, 'form.pdf'))).toMatch(/Tagged:\s+yes/)
      expect(text).toContain('Wie viel verdienen alle im Haushalt zusammen im Jahr?')
      expect(text.replaceAll(/\s+/g, ' ')).toContain(
        'Nur ausfüllen, wenn Sie bei „Ist jemand im Haushalt schwerbehindert?“ „Ja“ angeben.',
      )
    }
    expect((await anybody.get('/submissions/services/gibt-es-nicht/form.pdf')).status).toBe(404)
  })
})

describe('optical code', () => {
  it('is of no use to another installation, and says nothing', () => {
    const printed = { draftId: '01900000-0000-7000-8000-000000000001', version: 7 }
    const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    expect(readOpticalText(key, 'a', 'STADTTOR1.abc.AAAA')).toBeNull()
    expect(readOpticalText(key, 'a', 'https://example.org')).toBeNull()
    expect(paperCode(key, printed)).not.toBe(paperCode(other, printed))
  })
})
