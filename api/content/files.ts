import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One file of a content revision. `digest` is the SHA-256 of the bytes in hex. */
export type ContentFile = { readonly digest: string; readonly bytes: Uint8Array }

/** A content revision as files by path, e.g. `services/<slug>/service.yaml`. */
export type ContentFiles = ReadonlyMap<string, ContentFile>

export const FILE_BYTES_MAX = 5_000_000
const PATH = /^[a-z0-9_~-][a-z0-9._~-]*(\/[a-z0-9_~-][a-z0-9._~-]*){0,6}$/

/** Digest of content bytes: SHA-256 in lower-case hex. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Makes a content file of bytes or text. */
export function contentFile(content: Uint8Array | string): ContentFile {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { digest: digestOf(bytes), bytes }
}

/** True for a path a content file may have: lower case, relative, no dots at the start of a part, at most 7 levels. */
export const isContentPath = (path: string): boolean => PATH.test(path) && path.length <= 300

/**
 * Reads a content folder. Files and folders that begin with a dot and README.md are left out.
 * Throws where a path is not a content path, a file is larger than 5 MB, or something is neither file nor folder.
 */
export async function readContentFolder(root: string): Promise<ContentFiles> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ entry, full: join(entry.parentPath, entry.name) }))
    .map(({ entry, full }) => ({ entry, full, path: full.slice(join(root, '/').length).replaceAll('\\', '/') }))
    .filter(({ path }) => !path.split('/').some((part) => part.startsWith('.') || part === 'README.md'))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const files = new Map<string, ContentFile>()
  for (const { entry, full, path } of paths) {
    if (!(entry.isFile() && isContentPath(path))) {
      throw new Error(`not a content file: ${path}`)
    }
    const bytes = await readFile(full)
    if (bytes.length > FILE_BYTES_MAX) {
      throw new Error(`content file too large: ${path} has ${bytes.length} bytes, ${FILE_BYTES_MAX} allowed`)
    }
    files.set(path, { digest: digestOf(bytes), bytes })
  }
  return files
}
