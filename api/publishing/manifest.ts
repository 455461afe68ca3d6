import type { Dependency } from './answers.ts'

/** One page of a release: how it is answered, and what it was made from. Digests are SHA-256, hex. */
export type ManifestPage = {
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Digest of the page itself. */
  readonly html: string
  /** Digest of the stored file: the page, its brotli and its gzip variant, one after the other. */
  readonly file: string
  /** Bytes of page, brotli, gzip. */
  readonly sizes: readonly [html: number, br: number, gzip: number]
  readonly dependencies: readonly Dependency[]
  readonly validUntilMs?: number
}

/** One release: its pages and what they all depend on. Pages that there once were are kept with status 410. */
export type Manifest = {
  readonly templateDigest: string
  readonly contentRevisionId: string
  /** Release that was live when this one was made: undo leads there. */
  readonly previous: string | null
  readonly pages: readonly ManifestPage[]
}

type Row = readonly [
  path: string,
  status: number,
  headers: number,
  html: string,
  file: string,
  sizes: ManifestPage['sizes'],
  dependencies: readonly number[],
  validUntilMs: number | null,
]
type Stored = {
  readonly format: 1
  readonly template: string
  readonly contentRevision: string
  readonly previous: string | null
  readonly headers: readonly ManifestPage['headers'][]
  readonly dependencies: readonly Dependency[]
  readonly pages: readonly Row[]
}

/** Writes a manifest; what many pages share (headers, dependencies) stands in it once. Same manifest, same bytes. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const headers = numbered<ManifestPage['headers']>()
  const dependencies = numbered<Dependency>()
  const pages = manifest.pages.map(
    (page): Row => [
      page.path,
      page.status,
      headers.numberOf(page.headers),
      page.html,
      page.file,
      page.sizes,
      page.dependencies.map(dependencies.numberOf),
      page.validUntilMs ?? null,
    ],
  )
  const stored: Stored = {
    format: 1,
    template: manifest.templateDigest,
    contentRevision: manifest.contentRevisionId,
    previous: manifest.previous,
    headers: headers.all,
    dependencies: dependencies.all,
    pages,
  }
  return new TextEncoder().encode(JSON.stringify(stored))
}

/** Reads what `encodeManifest` wrote; its digest was checked by the store. Throws on a format of another program. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const stored = JSON.parse(new TextDecoder().decode(bytes)) as Stored
  if (stored.format !== 1) {
    throw new Error('unknown format of a release')
  }
  const entryOf = <T>(list: readonly T[], index: number): T => {
    const entry = list[index]
    if (entry === undefined) {
      throw new Error('a release names what it does not hold')
    }
    return entry
  }
  return {
    templateDigest: stored.template,
    contentRevisionId: stored.contentRevision,
    previous: stored.previous,
    pages: stored.pages.map(([path, status, header, html, file, sizes, dependencies, validUntilMs]) => ({
      path,
      status,
      headers: entryOf(stored.headers, header),
      html,
      file,
      sizes,
      dependencies: dependencies.map((index) => entryOf(stored.dependencies, index)),
      ...(validUntilMs === null ? {} : { validUntilMs }),
    })),
  }
}

function numbered<T>(): { readonly numberOf: (value: T) => number; readonly all: T[] } {
  const numbers = new Map<string, number>()
  const all: T[] = []
  return {
    all,
    numberOf: (value) => {
      const key = JSON.stringify(value)
      const known = numbers.get(key)
      if (known !== undefined) {
        return known
      }
      numbers.set(key, all.length)
      return all.push(value) - 1
    },
  }
}
