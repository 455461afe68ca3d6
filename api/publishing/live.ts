import type { Bytes, StaticFile, StaticLookup } from '../http/static-file.ts'
import { createByteCache } from './byte-cache.ts'
import { decodeManifest, type Manifest, type ManifestPage } from './manifest.ts'
import type { PageStore } from './page-store.ts'

/** What visitors see: one release at a time, switched as a whole. */
export type Live = {
  readonly lookup: StaticLookup
  /** The release shown; null before the first. */
  readonly current: () => { readonly releaseId: string; readonly manifest: Manifest } | null
  /** Shows a release from now on. Rejects, and changes nothing, where its manifest cannot be read. */
  readonly show: (releaseId: string, manifestDigest: string) => Promise<void>
}

const CACHE_BYTES_MAX = 64 * 1024 * 1024

/** Serves releases out of a page store; at most `bytesMax` bytes of pages stay in memory (64 MB). */
export function createLive(store: PageStore, bytesMax: number = CACHE_BYTES_MAX): Live {
  const cache = createByteCache(bytesMax)
  const loading = new Map<string, Promise<Uint8Array>>()
  const state: { files: ReadonlyMap<string, StaticFile>; current: ReturnType<Live['current']> } = {
    files: new Map(),
    current: null,
  }
  const partOf =
    (page: ManifestPage, part: 0 | 1 | 2): Bytes =>
    () => {
      const whole = cache.get(page.file) ?? load(store, cache, loading, page.file)
      return whole instanceof Promise
        ? whole.then((bytes) => cut(bytes, page.sizes, part))
        : cut(whole, page.sizes, part)
    }
  return {
    current: () => state.current,
    lookup: (path) => {
      const file = state.files.get(path)
      if (file !== undefined) {
        return file
      }
      return !path.endsWith('/') && state.files.has(`${path}/`) ? { redirect: `${path}/` } : null
    },
    show: async (releaseId, manifestDigest) => {
      const manifest = decodeManifest(await store.read(manifestDigest))
      state.files = new Map(manifest.pages.map((page) => [page.path, fileOf(page, partOf)]))
      state.current = { releaseId, manifest }
    },
  }
}

const fileOf = (page: ManifestPage, partOf: (page: ManifestPage, part: 0 | 1 | 2) => Bytes): StaticFile => ({
  status: page.status,
  headers: page.headers,
  digest: page.html,
  plain: partOf(page, 0),
  br: partOf(page, 1),
  gzip: partOf(page, 2),
})

/** One of the variants that a stored file holds one after the other; a view, no copy. */
export function cut(whole: Uint8Array, sizes: ManifestPage['sizes'], part: 0 | 1 | 2): Uint8Array {
  const start = sizes.slice(0, part).reduce((sum, size) => sum + size, 0)
  return whole.subarray(start, start + sizes[part])
}

/** Reads once however many ask at the same time. */
function load(
  store: PageStore,
  cache: ReturnType<typeof createByteCache>,
  loading: Map<string, Promise<Uint8Array>>,
  digest: string,
): Promise<Uint8Array> {
  const known = loading.get(digest)
  if (known !== undefined) {
    return known
  }
  const bytes = store.read(digest).then((read) => {
    cache.set(digest, read)
    return read
  })
  loading.set(digest, bytes)
  const done = (): void => {
    loading.delete(digest)
  }
  bytes.then(done, done)
  return bytes
}
