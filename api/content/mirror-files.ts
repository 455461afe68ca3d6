import { type ContentFile, type ContentFiles, contentFile } from './files.ts'
import { type CatalogueObject, MIRROR_FOLDERS, type Mirror } from './mirror.ts'

/**
 * The revision with its content/catalogue replaced by a mirror. Keys of the JSON are in alphabetical order, so an object
 * that did not change stays the same byte for byte and keeps its digest.
 * @param before the mirror of `files`: objects that are the same in both are not written again.
 */
export function withMirror(files: ContentFiles, mirror: Mirror, before?: Mirror): ContentFiles {
  const kept = [...files].filter(([path]) => !path.startsWith('catalogue/'))
  const unchanged = new Set<CatalogueObject>(before === undefined ? [] : objectsOf(before))
  const written = objectsOf(mirror).map((object): [string, ContentFile] => {
    const path = `catalogue/${MIRROR_FOLDERS[object.kind]}/${object.key}.json`
    const kept = unchanged.has(object) ? files.get(path) : undefined
    return [path, kept ?? contentFile(`${JSON.stringify(sorted(object), null, 1)}\n`)]
  })
  return new Map([...kept, ...written].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const objectsOf = (mirror: Mirror): readonly CatalogueObject[] => [
  ...mirror.services.values(),
  ...mirror.offices.values(),
  ...mirror.responsibilities.values(),
  ...mirror.onlineServices.values(),
]

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted)
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
