import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FEED_FOLDER, startCatalogueServer } from '../../../e2e/servers/catalogue/index.ts'
import type { FeedStep } from '../../catalogue/feed.ts'
import { FEED_LIMITS, type FeedLimits, xzufiSource } from './source.ts'

let root = ''
let made = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xzufi-'))
})
afterAll(() => rm(root, { recursive: true }))

const OPEN = '<x:t xmlns:x="http://xoev.de/schemata/xzufi/2_2_0" xzufiVersion="2.2.0">'
const ID = '<x:id schemeAgencyID="a" schemeID="s">1</x:id>'
const NAME = '<x:modulText><x:leikaTextmodul><code>02</code></x:leikaTextmodul><x:inhalt>Name</x:inhalt></x:modulText>'
const SERVICE = `<x:schreibe><x:leistung>${ID}${NAME}</x:leistung></x:schreibe>`
const transfer = (...commands: readonly string[]): string => [OPEN, ...commands, '</x:t>'].join('\n')

/** Writes a feed of one file `a.xml`, or of the given files. */
async function feedOf(files: Readonly<Record<string, string | Uint8Array>> | string | Uint8Array): Promise<string> {
  const named = typeof files === 'string' || files instanceof Uint8Array ? { 'a.xml': files } : files
  made += 1
  const folder = await mkdtemp(join(root, `${made}-`))
  const index = Object.keys(named).filter((name) => name !== 'index.txt')
  await writeFile(join(folder, 'index.txt'), `${index.join('\n')}\n`)
  for (const [name, content] of Object.entries(named)) {
    await writeFile(join(folder, name), content)
  }
  return folder
}

async function stepsOf(location: string, limits: FeedLimits = FEED_LIMITS): Promise<readonly FeedStep[]> {
  const steps: FeedStep[] = []
  for await (const step of xzufiSource(location, limits).steps()) {
    steps.push(step)
  }
  return steps
}

const lastFinding = (steps: readonly FeedStep[]) => {
  const last = steps.at(-1)
  return last?.action === 'refuse' ? last.finding : undefined
}

describe('the specimen feed', () => {
  it('reads services, offices, responsibilities and online services from a folder', async () => {
    const steps = await stepsOf(FEED_FOLDER)
    const kinds = steps.map((step) => (step.action === 'write' ? step.object.kind : step.action))
    const count = (kind: string): number => kinds.filter((found) => found === kind).length
    expect([count('service'), count('office'), count('responsibility'), count('online-service')]).toEqual([
      24, 6, 25, 2,
    ])
    expect([count('delete'), count('refuse')]).toEqual([1, 0])
  })

  it('reads the same steps over HTTP', async () => {
    const server = await startCatalogueServer()
    try {
      expect(await stepsOf(server.url)).toEqual(await stepsOf(FEED_FOLDER))
    } finally {
      await server.close()
    }
  })

  it('calls a service by its plain name (module 03) where the feed has one', async () => {
    const plain = NAME.replace('02', '03').replace('>Name<', '>Einfacher Name<')
    for (const order of [NAME + plain, plain + NAME]) {
      const [step] = await stepsOf(await feedOf(transfer(SERVICE.replace(NAME, order))))
      expect(step).toMatchObject({ object: { name: { de: 'Einfacher Name' } } })
    }
  })

  it('reads names in both languages, hours as spans, amounts as cents', async () => {
    const objects = (await stepsOf(FEED_FOLDER)).flatMap((step) => (step.action === 'write' ? [step.object] : []))
    const office = objects.find((object) => object.key === 'lr-bb-demo.organisationseinheit.203')
    expect(office).toMatchObject({ name: { de: 'Bürgerservice', dsb: 'Bergarski serwis' } })
    expect(office?.kind === 'office' ? office.hours[0] : null).toEqual({ day: 1, from: '08:00', to: '13:00' })
    const service = objects.find((object) => object.key === 'lr-bb-demo.leistung.1016')
    expect(service?.kind === 'service' ? service.fees : null).toMatchObject([
      { kind: 'fixed', fromCents: 1300, currency: 'EUR' },
    ])
  })
})

describe('an answer message, which holds objects without a command', () => {
  const answer = (...parts: readonly string[]): string =>
    transfer('<x:nachrichtenkopf><x:sender>Landesredaktion</x:sender></x:nachrichtenkopf>', ...parts)
      .replace('<x:t ', '<x:leistungen.antwort.leistung.040104 ')
      .replace('</x:t>', '</x:leistungen.antwort.leistung.040104>')
  const bare = SERVICE.replace(/<\/?x:schreibe>/g, '')

  it('is read as the same object that a "schreibe" brings', async () => {
    const [answered] = await stepsOf(await feedOf(answer(bare)))
    const [written] = await stepsOf(await feedOf(transfer(SERVICE)))
    expect(written?.action).toBe('write')
    expect(answered?.action === 'write' && answered.object).toEqual(written?.action === 'write' && written.object)
  })

  it('passes over objects that are not kept, and is refused where one is broken', async () => {
    expect(await stepsOf(await feedOf(answer(`<x:formular>${ID}</x:formular>`)))).toEqual([])
    const steps = await stepsOf(await feedOf(answer(bare.replace(ID, ''))))
    expect(lastFinding(steps)).toMatchObject({ file: 'a.xml', line: 3, type: 'feed/missing-id' })
  })

  it('with nothing in it is an empty one; with nothing we know in it is refused, naming what stands there', async () => {
    expect(await stepsOf(await feedOf(answer()))).toEqual([])
    expect(lastFinding(await stepsOf(await feedOf(answer('<x:leistungsbericht/>'))))).toMatchObject({
      line: 3,
      type: 'feed/nothing-to-read',
      detail: expect.stringContaining('"leistungsbericht"'),
    })
    const alone = answer().replace(/<x:nachrichtenkopf>.*<\/x:nachrichtenkopf>/, bare.replace(/<\/?x:leistung>/g, ''))
    expect(lastFinding(await stepsOf(await feedOf(alone)))?.type).toBe('feed/nothing-to-read')
  })
})

describe('a feed is refused with file, line and reason', () => {
  const cases: readonly (readonly [string, string | Uint8Array, number, string])[] = [
    ['not well-formed', `${OPEN}\n<x:schreibe>\n</x:t>`, 3, 'feed/not-well-formed'],
    ['cut off', `${OPEN}\n<x:schreibe>`, 2, 'feed/not-well-formed'],
    ['an unknown entity', transfer('<x:nachrichtenkopf>&evil;</x:nachrichtenkopf>'), 2, 'feed/not-well-formed'],
    ['DOCTYPE', `<!DOCTYPE t [<!ENTITY a "b">]>\n${transfer(SERVICE)}`, 1, 'feed/doctype'],
    ['a processing instruction', transfer('<?php evil() ?>'), 2, 'feed/instruction'],
    ['another namespace', transfer(SERVICE).replace('2_2_0', '9_9_9'), 1, 'feed/namespace'],
    ['no namespace', '<t>\n</t>', 1, 'feed/namespace'],
    ['a foreign element inside', transfer('<y:z xmlns:y="urn:y"/>'), 2, 'feed/namespace'],
    ['another version', transfer(SERVICE).replace('"2.2.0"', '"2.3.1"'), 1, 'feed/version'],
    ['a service without id', transfer(SERVICE, SERVICE.replace(ID, '')), 3, 'feed/missing-id'],
    ['a service without name', transfer(SERVICE.replace(NAME, '')), 2, 'feed/invalid-object'],
    ['an unknown object', transfer(`<x:schreibe><x:etwas>${ID}</x:etwas></x:schreibe>`), 2, 'feed/invalid-object'],
    ['an empty command', transfer('<x:schreibe/>'), 2, 'feed/no-object'],
    ['an unknown klasse', transfer(`<x:loesche klasse="Etwas">${ID}</x:loesche>`), 2, 'feed/unknown-class'],
    ['a klasse named like a built-in', transfer(`<x:loesche klasse="toString">${ID}</x:loesche>`), 2, 'feed/unknown-class'],
    ['a deletion without id', transfer('<x:loesche klasse="Leistung"/>'), 2, 'feed/missing-id'],
    ['a responsibility without service', transfer(`<x:schreibe><x:zustaendigkeitTransferObjekt><x:uebergeordnetesObjektID>1</x:uebergeordnetesObjektID><x:zustaendigkeit>${ID}</x:zustaendigkeit></x:zustaendigkeitTransferObjekt></x:schreibe>`), 2, 'feed/missing-id'],
    ['too deep', transfer('<x:a>'.repeat(40) + '</x:a>'.repeat(40)), 2, 'feed/too-deep'],
    ['an object too large', transfer(SERVICE.replace('Name', 'x'.repeat(2_100_000))), 2, 'feed/too-large'],
    ['a comment too large', transfer(`<!--${'x'.repeat(2_200_000)}-->`), 2, 'feed/too-large'],
    ['Latin-1 bytes', Buffer.from(transfer(SERVICE.replace('Name', 'Müll')), 'latin1'), 1, 'feed/not-utf-8'],
    ['UTF-16', Buffer.from(`\ufeff${transfer(SERVICE)}`, 'utf16le'), 1, 'feed/not-utf-8'],
    ['declared as Latin-1', `<?xml version="1.0" encoding="ISO-8859-1"?>\n${transfer(SERVICE)}`, 1, 'feed/not-utf-8'],
  ] // biome-ignore format: one case per line
  it.each(cases)('%s', async (_name, content, line, type) => {
    expect(lastFinding(await stepsOf(await feedOf(content)))).toMatchObject({ file: 'a.xml', line, type })
  })

  it('a file that is listed and missing', async () => {
    const folder = await feedOf({ 'a.xml': transfer(SERVICE), 'b.xml': transfer(SERVICE) })
    await rm(join(folder, 'b.xml'))
    expect(lastFinding(await stepsOf(folder))).toMatchObject({ file: 'b.xml', type: 'feed/missing-file' })
  })

  it('a file that is a symbolic link', async () => {
    const folder = await feedOf({ 'a.xml': transfer(SERVICE), 'b.xml': '' })
    await rm(join(folder, 'b.xml'))
    await symlink('/etc/hostname', join(folder, 'b.xml'))
    expect(lastFinding(await stepsOf(folder))).toMatchObject({ file: 'b.xml', type: 'feed/missing-file' })
  })

  it.each([
    '../a.xml',
    '/etc/passwd',
    'a/../../b.xml',
    '..\\a.xml',
    '%2e%2e/a.xml',
    'http://evil.example/a.xml',
    'a.txt',
  ])('an index that names %j', async (name) => {
    const folder = await feedOf(transfer(SERVICE))
    await writeFile(join(folder, 'index.txt'), `a.xml\n${name}\n`)
    const steps = await stepsOf(folder)
    expect(steps).toHaveLength(1)
    expect(lastFinding(steps)).toMatchObject({ file: 'index.txt', line: 2, type: 'feed/index-entry' })
  })

  it('an index that is missing or empty', async () => {
    const folder = await feedOf(transfer(SERVICE))
    await writeFile(join(folder, 'index.txt'), '\n')
    expect(lastFinding(await stepsOf(folder))?.type).toBe('feed/index-entry')
    await rm(join(folder, 'index.txt'))
    expect(lastFinding(await stepsOf(folder))).toMatchObject({ file: 'index.txt', type: 'feed/missing-file' })
  })

  it('files larger than allowed, one alone or all together', async () => {
    const folder = await feedOf({ 'a.xml': transfer(SERVICE), 'b.xml': transfer(SERVICE) })
    const one = await stepsOf(folder, { ...FEED_LIMITS, fileBytesMax: 100 })
    const all = await stepsOf(folder, { ...FEED_LIMITS, feedBytesMax: transfer(SERVICE).length + 10 })
    expect(lastFinding(one)).toMatchObject({ file: 'a.xml', type: 'feed/too-large' })
    expect(lastFinding(all)).toMatchObject({ file: 'b.xml', type: 'feed/too-large' })
  })
})

describe('over HTTP', () => {
  it.each([
    ['broken-xml', 'feed/not-well-formed'],
    ['doctype', 'feed/doctype'],
    ['slow', 'feed/timeout'],
    ['cut', 'feed/unreachable'],
    ['missing-file', 'feed/missing-file'],
    ['status-500', 'feed/unreachable'],
    ['moved', 'feed/unreachable'],
  ] as const)('refuses a server in mode %s', async (mode, type) => {
    const server = await startCatalogueServer()
    try {
      await server.control({ mode })
      const steps = await stepsOf(server.url, { ...FEED_LIMITS, idleTimeoutMs: 400 })
      expect(lastFinding(steps)?.type).toBe(type)
    } finally {
      await server.close()
    }
  })

  it('reads plain http from this machine only', async () => {
    expect(lastFinding(await stepsOf('http://catalogue.example/feed'))).toMatchObject({
      file: 'index.txt',
      type: 'feed/unreachable',
    })
  })

  it('says so when nobody listens', async () => {
    expect(lastFinding(await stepsOf('http://127.0.0.1:9/'))?.type).toBe('feed/unreachable')
  })
})

describe('amounts and times of a service', () => {
  const range = (choice: string): string =>
    `<x:modulKosten><x:kosten><x:typ><code>003</code></x:typ>${choice}</x:kosten></x:modulKosten>`
  const inner =
    '<x:betragUntergrenze currencyCode="EUR">7.50</x:betragUntergrenze><x:betragObergrenze currencyCode="EUR">11.00</x:betragObergrenze><x:beschreibungVariabilitaet languageCode="de">je Meter und Monat</x:beschreibungVariabilitaet>'

  it.each([
    ['an attribute', `<x:kostenauswahl type="KostenVariabel">${inner}</x:kostenauswahl>`],
    ['an element', `<x:kostenauswahl><x:kostenVariabel>${inner}</x:kostenVariabel></x:kostenauswahl>`],
  ])('keep what an amount varies by, whether %s names its kind', async (_, choice) => {
    const service = `<x:schreibe><x:leistung>${ID}${NAME}${range(choice)}</x:leistung></x:schreibe>`
    const [step] = await stepsOf(await feedOf(transfer(service)))
    expect(step).toMatchObject({
      object: { fees: [{ kind: 'range', fromCents: 750, toCents: 1100, note: { de: 'je Meter und Monat' } }] },
    })
  })

  it('are free where an element says so', async () => {
    const choice = '<x:kostenauswahl><x:kostenFrei/></x:kostenauswahl>'
    const service = `<x:schreibe><x:leistung>${ID}${NAME}${range(choice)}</x:leistung></x:schreibe>`
    const [step] = await stepsOf(await feedOf(transfer(service)))
    expect(step).toMatchObject({ object: { fees: [{ kind: 'free' }] } })
  })
})
