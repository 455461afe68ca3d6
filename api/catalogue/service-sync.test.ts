import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type CatalogueServer, startCatalogueServer } from '../../e2e/servers/catalogue/index.ts'
import { xzufiSource } from '../adapters/xzufi/source.ts'
import type { CatalogueService } from '../content/mirror.ts'
import {
  type ContentRevisions,
  contentFile,
  folderObjectStore,
  openRevisions,
  readContentFolder,
} from '../content/service.ts'
import type { Actor } from '../lib/actor.ts'
import { identifierKey } from '../lib/identifier.ts'
import { type TestContext, testContext } from '../testing/context.ts'
import type { CatalogueSource } from './feed.ts'
import { planSync, publishSync, type SyncCtx } from './service-sync.ts'

const SYSTEM: Actor = { kind: 'system', principal: 'sync' }
let ctx: TestContext
let folder = ''
let server: CatalogueServer
let content: ContentRevisions
beforeEach(async () => {
  ctx = await testContext()
  folder = await mkdtemp(join(tmpdir(), 'sync-'))
  server = await startCatalogueServer()
  content = await openRevisions({ ...ctx, contentObjects: folderObjectStore(folder), contentCheckers: [] })
  const files = await readContentFolder(join(import.meta.dirname, '../../content'))
  // The city before the newest keywords of a service came from the state.
  const path = 'catalogue/services/lr-bb-demo.leistung.1001.json'
  const text = new TextDecoder().decode(files.get(path)?.bytes).replace('"Hundemarke"', '"Marke"')
  await content.publish(SYSTEM, new Map([...files, [path, contentFile(text)]]), { note: 'before' })
})
afterEach(async () => {
  await server.close()
  await ctx.close()
  await rm(folder, { recursive: true })
})
const syncCtx = (): SyncCtx => ({ content, contentCheckers: [], catalogueSource: xzufiSource(server.url) })

const CHANGE = { action: 'changed', kind: 'service', key: 'lr-bb-demo.leistung.1001', fields: ['keywords'] }

it('shows what would change and which service of the city it touches, and writes nothing', async () => {
  const before = content.live().revisionId
  expect(await planSync(syncCtx())).toMatchObject({
    changes: [CHANGE],
    touched: [{ slug: 'hund-anmelden', action: 'changed', online: 'own', connectors: ['hundesteuer-fachverfahren'] }],
    findings: [],
  })
  expect(content.live().revisionId).toBe(before)
})

it('publishes the change once', async () => {
  const first = await publishSync(syncCtx(), SYSTEM)
  expect(first).toMatchObject({ isNew: true, changes: [CHANGE] })
  expect(content.live().content.mirror.services.get(CHANGE.key)?.keywords).toContain('Hundemarke')
  expect(await publishSync(syncCtx(), SYSTEM)).toEqual({ revisionId: first.revisionId, isNew: false, changes: [] })
})

it('makes byte for byte the mirror that is committed', async () => {
  await publishSync(syncCtx(), SYSTEM)
  const committed = await readContentFolder(join(import.meta.dirname, '../../content'))
  const mirror = [...(await content.files())].filter(([path]) => path.startsWith('catalogue/'))
  expect(mirror.map(([path, { digest }]) => [path, digest])).toEqual(
    [...committed].filter(([path]) => path.startsWith('catalogue/')).map(([path, { digest }]) => [path, digest]),
  )
})

it.each(['broken-xml', 'doctype', 'missing-file', 'cut', 'status-500'] as const)(
  'refuses the whole feed of a server in mode %s; nothing changes',
  async (mode) => {
    const before = content.live().revisionId
    await server.control({ mode })
    await expect(publishSync(syncCtx(), SYSTEM)).rejects.toMatchObject({ type: 'catalogue/feed-refused', status: 422 })
    expect(await planSync(syncCtx())).toMatchObject({ changes: [], findings: [{}] })
    expect(content.live().revisionId).toBe(before)
  },
)

it('takes over objects whose agency and ids have capitals and other signs', async () => {
  const { mirror } = content.live().content
  const [service] = mirror.services.values()
  const id = { agency: 'L100012', scheme: '', value: 'Ä/../B 1' }
  const object = { ...service, key: identifierKey(id), id } as CatalogueService
  const feed: CatalogueSource = {
    name: 'test',
    steps: async function* () {
      yield { action: 'write', object, at: { file: 'a.xml', line: 1 } }
    },
  }
  const { changes } = await publishSync({ ...syncCtx(), catalogueSource: feed }, SYSTEM)
  expect(changes).toMatchObject([{ action: 'added', key: '~4c~100012.-.~c4~~2f~~2e~~2e~~2f~~42~~20~1' }])
  const kept = await content.at(content.live().revisionId)
  expect(kept.mirror.services.has(object.key)).toBe(true)
})
