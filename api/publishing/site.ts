import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StaticFile, StaticLookup } from '../http/static-file.ts'
import type { Pages } from '../http/web.ts'
import { compressText } from './compress.ts'

/** The built templates: the one function that makes HTML, and the files pages refer to. */
export type Site = {
  readonly render: Pages
  /** Digest of the server bundle: another one makes every page stale. */
  readonly templateDigest: string
  readonly assets: StaticLookup
  readonly assetFiles: ReadonlyMap<string, Uint8Array>
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.pdf': 'application/pdf',
  '.woff2': 'font/woff2',
}
const COMPRESSED = /\.(?:css|js|mjs|json|webmanifest|svg|txt|xml)$/
/** Names below it carry a digest of their content, so that they may be kept for ever. */
const HASHED = '/_astro/'

/**
 * Loads what `astro build` made. Assets are held in memory and compressed in the background.
 * Rejects where the folder holds no built templates.
 */
export async function loadSite(distDir: string): Promise<Site> {
  const bundle = join(distDir, 'server')
  const { render } = (await import(pathToFileURL(join(bundle, 'entry.mjs')).href)) as { readonly render: Pages }
  const assetFiles = await readFolder(join(distDir, 'client'))
  const files = new Map<string, StaticFile>([...assetFiles].map(([path, bytes]) => [path, assetOf(path, bytes)]))
  return {
    render,
    templateDigest: digestOf(await readFolder(bundle)),
    assetFiles,
    assets: (path) => files.get(path) ?? null,
  }
}

function assetOf(path: string, bytes: Uint8Array): StaticFile {
  const file: StaticFile = {
    status: 200,
    digest: createHash('sha256').update(bytes).digest('hex'),
    headers: {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Cache-Control': path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
    plain: () => bytes,
  }
  if (!COMPRESSED.test(path)) {
    return file
  }
  const variants = compressText(bytes, 'hard')
  return { ...file, br: async () => (await variants).br, gzip: async () => (await variants).gzip }
}

/** Reads every file of a folder, by its path with a slash at the front. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const pairs = names.map(async (name) => {
    const path = name.slice(join(folder).length).replaceAll('\\', '/')
    return [path, await readFile(name)] as const
  })
  return new Map(await Promise.all(pairs))
}

function digestOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256')
  for (const [path, bytes] of files) {
    hash.update(`${path}\n${bytes.byteLength}\n`).update(bytes)
  }
  return hash.digest('hex')
}
