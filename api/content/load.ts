import { type DeadlineRules, DeadlineRulesSchema } from '../lib/deadlines.ts'
import type { Finding } from '../lib/finding.ts'
import { checkCity, checkPlaces, checkReferences } from './check.ts'
import type { ContentFiles } from './files.ts'
import { manifestDigest, manifestOf } from './manifest.ts'
import { type CatalogueObject, CatalogueObjectSchema, MIRROR_FOLDERS, type Mirror } from './mirror.ts'
import { readPages, readTexts } from './prose.ts'
import { many, one, type Reading } from './reading.ts'
import * as shapes from './schema.ts'
import type { Content, ContentChecker, ContentResult } from './snapshot.ts'
import { readWords } from './words.ts'
import { readJson } from './yaml.ts'

/**
 * Reads a whole content revision and checks it in itself. Gives either the content or every mistake found, never half of it.
 * What may become live goes through `loadCheckedContent`.
 * @param files the revision, paths relative to `content/`.
 * @param before content read earlier: catalogue objects whose file has the same digest are taken from it.
 */
export function loadContent(files: ContentFiles, before?: Content): ContentResult {
  const findings: Finding[] = [...checkPlaces(files)]
  const content = assemble({ files, findings }, before)
  if (content === null || findings.length > 0) {
    return { ok: false, findings }
  }
  const own = [...checkCity(content), ...checkReferences(content)]
  return own.length > 0 ? { ok: false, findings: own } : { ok: true, content }
}

/**
 * Reads a whole content revision with everything that other modules check (forms, processes, templates). They are asked
 * only about content that is sound itself.
 */
export async function loadCheckedContent(
  files: ContentFiles,
  checkers: readonly ContentChecker[],
  before?: Content,
): Promise<ContentResult> {
  const loaded = loadContent(files, before)
  if (!loaded.ok) {
    return loaded
  }
  const findings = (await Promise.all(checkers.map((check) => check(loaded.content)))).flat()
  return findings.length > 0 ? { ok: false, findings } : loaded
}

function assemble(reading: Reading, before: Content | undefined): Content | null {
  const city = one(reading, 'city.yaml', shapes.CityShape)
  const filePlan = one(reading, 'file-plan.yaml', shapes.FilePlanShape)
  const retention = one(reading, 'retention.yaml', shapes.RetentionShape)
  const fees = one(reading, 'fees.yaml', shapes.FeesShape)
  const deadlines: DeadlineRules | undefined = one(reading, 'deadlines.yaml', DeadlineRulesSchema)
  const services = many(reading, /^services\/([^/]+)\/service\.yaml$/, shapes.ServiceShape)
  const offices = many(reading, /^offices\/([^/]+)\.yaml$/, shapes.OfficeShape)
  const lifeSituations = many(reading, /^life-situations\/([^/]+)\.yaml$/, shapes.LifeSituationShape)
  const rest = {
    services,
    offices,
    lifeSituations,
    postboxes: many(reading, /^postboxes\/([^/]+)\.yaml$/, shapes.PostboxShape),
    connectors: many(reading, /^connectors\/([^/]+)\.yaml$/, shapes.ConnectorShape),
    registers: many(reading, /^registers\/([^/]+)\.yaml$/, shapes.RegisterShape),
    pages: readPages(reading),
    words: readWords(reading),
    mirror: readMirror(reading, before),
    ...readTexts(reading, { services, offices, lifeSituations }),
  }
  if (!(city && filePlan && retention && fees && deadlines)) {
    return null
  }
  const { files } = reading
  return {
    digest: manifestDigest(manifestOf(files)),
    city,
    filePlan,
    retention,
    fees,
    deadlines,
    ...rest,
    paths: [...files.keys()],
    ...accessTo(files),
  }
}

/** The mirror is kept as parsed objects only: its bytes are the larger part of a revision. */
function accessTo(files: ContentFiles): Pick<Content, 'file' | 'digestOfFile'> {
  const digests = new Map([...files].map(([path, { digest }]) => [path, digest]))
  const bytes = new Map([...files].filter(([path]) => !path.startsWith('catalogue/')).map(([p, f]) => [p, f.bytes]))
  return { file: (path) => bytes.get(path), digestOfFile: (path) => digests.get(path) }
}

/** Reads content/catalogue. Every file must hold the object that its name says. */
function readMirror(reading: Reading, before: Content | undefined): Mirror {
  const found: CatalogueObject[] = []
  for (const [path, { bytes, digest }] of reading.files) {
    if (!path.startsWith('catalogue/')) {
      continue
    }
    const known = before?.digestOfFile(path) === digest ? objectAt(before.mirror, path) : undefined
    if (known !== undefined) {
      found.push(known)
      continue
    }
    const result = readJson(path, bytes, CatalogueObjectSchema)
    if (!result.ok) {
      reading.findings.push(...result.findings)
      continue
    }
    const expected = `catalogue/${MIRROR_FOLDERS[result.value.kind]}/${result.value.key}.json`
    if (path !== expected) {
      const detail = `holds the object of ${expected}`
      reading.findings.push({ file: path, line: 1, type: 'content/wrong-place', detail })
      continue
    }
    found.push(result.value)
  }
  return mirrorOf(found)
}

/** The object that a path of content/catalogue names. */
function objectAt(mirror: Mirror, path: string): CatalogueObject | undefined {
  const [, folder, name = ''] = path.split('/')
  const key = name.replace(/\.json$/, '')
  const maps: Readonly<Record<string, ReadonlyMap<string, CatalogueObject>>> = {
    [MIRROR_FOLDERS.service]: mirror.services,
    [MIRROR_FOLDERS.office]: mirror.offices,
    [MIRROR_FOLDERS.responsibility]: mirror.responsibilities,
    [MIRROR_FOLDERS['online-service']]: mirror.onlineServices,
  }
  return maps[folder ?? '']?.get(key)
}

/** Puts catalogue objects into a mirror; a later object replaces an earlier one of the same key. */
export function mirrorOf(objects: readonly CatalogueObject[]): Mirror {
  const of = <K extends CatalogueObject['kind']>(kind: K): Map<string, Extract<CatalogueObject, { kind: K }>> =>
    new Map(
      objects
        .filter((object): object is Extract<CatalogueObject, { kind: K }> => object.kind === kind)
        .map((object) => [object.key, object]),
    )
  return {
    services: of('service'),
    offices: of('office'),
    responsibilities: of('responsibility'),
    onlineServices: of('online-service'),
  }
}
