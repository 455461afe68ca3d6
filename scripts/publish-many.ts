import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { catalogueRoutes } from '../api/catalogue/routes.ts'
import { catalogueIndexes } from '../api/catalogue/service.ts'
import { type ContentFiles, contentFile, loadContent, readContentFolder } from '../api/content/service.ts'
import type { Content } from '../api/content/snapshot.ts'
import {
  createLive,
  loadSite,
  openPageStore,
  type PublishingCtx,
  planPublish,
  publish,
  snapshotApi,
} from '../api/publishing/service.ts'
import { testContext } from '../api/testing/context.ts'

/**
 * Publishes many generated services, changes some, publishes again, and prints what that took as one JSON line.
 * `--services 6000 --change 20`. Services are the specimen's, again and again under other keys and names.
 */
const { values } = parseArgs({
  options: { services: { type: 'string', default: '6000' }, change: { type: 'string', default: '20' } },
})
const wanted = Number(values.services)
const changes = Number(values.change)

const seconds = (fromMs: number): number => Math.round(performance.now() - fromMs) / 1000
const actor = { kind: 'system', principal: 'bench' } as const

/** Objects of the mirror that are copied: services, and who is responsible for them. */
const SERVICE = /^catalogue\/services\/(.+)\.json$/
const RESPONSIBILITY = /^catalogue\/responsibilities\/(.+)\.json$/
type Stored = { key: string; id: { value: string }; serviceKey?: string; name?: Record<string, string> } & Record<
  string,
  unknown
>

/** The city's content with copies of its services until there are `count`; `note` makes the first `changed` differ. */
function many(files: ContentFiles, count: number, changed: number, note: string): ContentFiles {
  const all = new Map(files)
  const decoder = new TextDecoder()
  const read = (pattern: RegExp) =>
    [...files]
      .filter(([path]) => pattern.test(path))
      .map(([path, file]) => ({ path, object: JSON.parse(decoder.decode(file.bytes)) as Stored }))
  const services = read(SERVICE)
  const responsibilities = read(RESPONSIBILITY)
  let made = services.length
  for (let round = 1; made < count; round += 1) {
    for (const { path, object } of services.slice(0, count - made)) {
      const number = `${object.id.value}${String(round).padStart(4, '0')}`
      const rename = (text: string) => text.replaceAll(`.${object.id.value}`, `.${number}`)
      const index = made
      made += 1
      all.set(
        rename(path),
        copy({ ...object, key: rename(object.key) }, number, round, index < services.length + changed ? note : ''),
      )
      for (const { path: other, object: owner } of responsibilities.filter(
        (one) => one.object.serviceKey === object.key,
      )) {
        const id = `${owner.id.value}${String(round).padStart(4, '0')}`
        const place = (text: string) => text.replace(`.${owner.id.value}`, `.${id}`)
        const renamed = {
          ...owner,
          key: place(owner.key),
          id: { ...owner.id, value: id },
          serviceKey: rename(object.key),
        }
        all.set(place(other), contentFile(JSON.stringify(renamed)))
      }
    }
  }
  return all
}

function copy(object: Stored, number: string, round: number, note: string) {
  const name = { ...object.name, de: `${object.name?.['de'] ?? ''} ${round}` }
  const hint = { code: '16', text: { de: [{ kind: 'paragraph', spans: [{ text: note }] }] }, links: [] }
  const texts = [...(object['texts'] as object[]), ...(note === '' ? [] : [hint])]
  return contentFile(JSON.stringify({ ...object, id: { ...object.id, value: number }, name, leikaKeys: [], texts }))
}

function load(files: ContentFiles): Content {
  const loaded = loadContent(files)
  if (!loaded.ok) {
    throw new Error(JSON.stringify(loaded.findings.slice(0, 5)))
  }
  return loaded.content
}

const test = await testContext({ origin: 'https://stadt.example' })
const folder = await mkdtemp(join(tmpdir(), 'stadttor-bench-'))
try {
  const pages = await openPageStore(join(folder, 'pages'))
  const contents = new Map<string, Content>()
  const indexes = catalogueIndexes()
  const ctx: PublishingCtx = {
    ...test,
    now: () => Math.round(performance.timeOrigin + performance.now()),
    pages,
    live: createLive(pages),
    site: await loadSite(process.env['STADTTOR_BUNDLE'] ?? 'dist'),
    siteApi: async (revisionId) => {
      const content = contents.get(revisionId) as Content
      const live = { revisionId, content }
      const routes = catalogueRoutes({
        content: { live: () => live, at: async () => content },
        catalogueIndex: indexes,
      })
      return snapshotApi({ catalogue: routes }, test.log)
    },
  }
  const files = await readContentFolder(process.env['STADTTOR_CONTENT'] ?? 'content')
  const timed = async (revisionId: string, revision: ContentFiles) => {
    const loadMs = performance.now()
    contents.set(revisionId, load(revision))
    const loadSeconds = seconds(loadMs)
    const planMs = performance.now()
    await planPublish(ctx, actor, { revisionId })
    const planSeconds = seconds(planMs)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const startedMs = performance.now()
    const cpu = process.cpuUsage()
    const { pagesTotal, pagesRendered } = await publish(ctx, actor, { revisionId })
    const publishSeconds = seconds(startedMs)
    const { user, system } = process.cpuUsage(cpu)
    const cpuSeconds = Math.round((user + system) / 1e3) / 1e3
    delay.disable()
    const lateP99Ms = Math.round(delay.percentile(99) / 1e5) / 10
    return {
      pagesTotal,
      pagesRendered,
      loadSeconds,
      planSeconds,
      publishSeconds,
      cpuSeconds,
      lateP99Ms,
      lateMaxMs: Math.round(delay.max / 1e6),
    }
  }
  const full = await timed('full', many(files, wanted, 0, ''))
  const changed = await timed('changed', many(files, wanted, changes, 'Neu: Bitte bringen Sie den Nachweis mit.'))
  const release = await openPageStore(join(folder, 'pages'))
  const live = createLive(release)
  const digest =
    (
      await test.db.all<{ digest: string }>(
        'SELECT manifest_digest AS digest FROM releases ORDER BY rowid DESC LIMIT 1',
      )
    )[0]?.digest ?? ''
  const showMs = performance.now()
  await live.show('x', digest)
  const showSeconds = seconds(showMs)
  console.log(JSON.stringify({ full, changed, showSeconds, residentMb: Math.round(process.memoryUsage.rss() / 1e6) }))
} finally {
  await test.close()
  await rm(folder, { recursive: true, force: true })
}
