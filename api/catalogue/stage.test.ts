import { describe, expect, it } from 'vitest'
import type { CatalogueObject, CatalogueService } from '../content/mirror.ts'
import { mirrorOf } from '../content/service.ts'
import { type Identifier, identifierKey } from '../lib/identifier.ts'
import type { CatalogueSource, FeedStep } from './feed.ts'
import { stageFeed } from './stage.ts'

const at = { file: 'a.xml', line: 7 }
const id = (value: string): Identifier => ({ agency: 'a', scheme: 's', value })
const service = (value: string, name: string, keywords: readonly string[] = []): CatalogueService => ({
  format: 1,
  kind: 'service',
  key: identifierKey(id(value)),
  id: id(value),
  leikaKeys: [],
  name: { de: name },
  texts: [{ code: '06', text: { de: [{ kind: 'paragraph', spans: [{ text: name }] }] }, links: [] }],
  fees: [],
  feesText: {},
  deadlines: [],
  deadlinesText: {},
  processingTimes: [],
  processingText: {},
  keywords,
  typing: [],
})
const office = (value: string): CatalogueObject => ({
  format: 1,
  kind: 'office',
  key: identifierKey(id(value)),
  id: id(value),
  name: { de: 'Amt' },
  description: {},
  addresses: [],
  hours: [],
  hoursNote: {},
})
const responsibility = (value: string, officeValue: string, serviceValue: string): CatalogueObject => ({
  format: 1,
  kind: 'responsibility',
  key: identifierKey(id(value)),
  id: id(value),
  owner: 'office',
  ownerKey: identifierKey(id(officeValue)),
  serviceKey: identifierKey(id(serviceValue)),
  areas: [],
})
const write = (object: CatalogueObject): FeedStep => ({ action: 'write', object, at })
const remove = (kind: CatalogueObject['kind'], value: string): FeedStep => ({
  action: 'delete',
  kind,
  key: identifierKey(id(value)),
  at: { file: 'a.xml', line: 9 },
})
const feed = (...steps: readonly FeedStep[]): CatalogueSource => ({
  name: 'test',
  steps: async function* () {
    yield* steps
  },
})
const MIRROR = mirrorOf([service('1', 'Eins'), office('o'), responsibility('r', 'o', '1')])

describe('stageFeed', () => {
  it('names what is added, changed (with fields) and removed', async () => {
    const staged = await stageFeed(
      MIRROR,
      feed(write(service('1', 'Neu', ['Wort'])), write(service('2', 'Zwei')), remove('responsibility', 'r')),
    )
    expect(staged.ok && staged.changes).toEqual([
      { action: 'changed', kind: 'service', key: 'a.s.1', name: 'Neu', fields: ['keywords', 'name', 'texts.06'] },
      { action: 'added', kind: 'service', key: 'a.s.2', name: 'Zwei', fields: [] },
      { action: 'removed', kind: 'responsibility', key: 'a.s.r', name: '', fields: [] },
    ])
  })

  it('names the language in which a text differs, where that is not German', async () => {
    const english = [{ kind: 'paragraph', spans: [{ text: 'Text' }] }] as const
    const one = service('1', 'Eins')
    const spoken: CatalogueService = {
      ...one,
      name: { ...one.name, en: 'One' },
      texts: one.texts.map((module) => ({ ...module, text: { ...module.text, en: english } })),
    }
    const staged = await stageFeed(MIRROR, feed(write(spoken)))
    expect(staged.ok && staged.changes).toMatchObject([{ action: 'changed', fields: ['name.en', 'texts.06.en'] }])
  })

  it('says nothing of what is written as it was, or written and deleted again', async () => {
    const staged = await stageFeed(
      MIRROR,
      feed(write(service('1', 'Eins')), write(service('9', 'Neun')), remove('service', '9')),
    )
    expect(staged.ok && staged.changes).toEqual([])
  })

  it('lets a deletion of something unknown be', async () => {
    expect(await stageFeed(MIRROR, feed(remove('office', 'nowhere')))).toMatchObject({ ok: true, changes: [] })
  })

  it('leaves the mirror as it was, also when it refuses', async () => {
    const finding = { file: 'a.xml', line: 3, type: 'feed/doctype', detail: 'x' }
    const staged = await stageFeed(MIRROR, feed(write(service('2', 'Zwei')), { action: 'refuse', finding }))
    expect(staged).toEqual({ ok: false, findings: [finding] })
    expect([...MIRROR.services.keys()]).toEqual(['a.s.1'])
  })

  it.each([
    ['an unknown office', responsibility('x', 'nowhere', '1'), /office a\.s\.nowhere/],
    ['an unknown service', responsibility('x', 'o', '404'), /service a\.s\.404/],
  ])('refuses a responsibility of %s where it stands', async (_name, object, detail) => {
    const staged = await stageFeed(MIRROR, feed(write(object)))
    expect(staged).toMatchObject({ ok: false, findings: [{ file: 'a.xml', line: 7, type: 'feed/unknown-reference' }] })
    expect(staged.ok ? '' : staged.findings[0]?.detail).toMatch(detail)
  })

  it('allows a responsibility that comes before what it names', async () => {
    expect(
      await stageFeed(MIRROR, feed(write(responsibility('x', 'o', '5')), write(service('5', 'Fünf')))),
    ).toMatchObject({ ok: true })
  })

  it.each(['service', 'office'] as const)(
    'refuses to delete a %s that a responsibility still names, at the deletion',
    async (kind) => {
      const staged = await stageFeed(MIRROR, feed(remove(kind, kind === 'service' ? '1' : 'o')))
      expect(staged).toMatchObject({
        ok: false,
        findings: [{ file: 'a.xml', line: 9, type: 'feed/unknown-reference' }],
      })
    },
  )
})
