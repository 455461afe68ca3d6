import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file of the site as a folder: a page by its path, or an asset. */
export type SiteFile = {
  readonly path: string
  readonly bytes: Uint8Array
  readonly br?: Uint8Array
  readonly gzip?: Uint8Array
}

const SAFE = /^\/(?:[A-Za-z0-9_][A-Za-z0-9._~-]*\/)*(?:[A-Za-z0-9_][A-Za-z0-9._~-]*)?$/
/** Tells that a folder is a site of ours and may be replaced. */
const MARK = '.stadttor-site'

/**
 * Writes a site beside `folder` and puts it in its place as a whole; gives the number of files.
 * Pages become `<path>/index.html`, pages without slash at the end (`/404`) `<path>.html`.
 * Throws where the folder holds something that is no site of ours, or a path could lead out of it.
 */
export async function writeSite(folder: string, files: AsyncIterable<SiteFile>): Promise<number> {
  await refuseForeign(folder)
  const fresh = `${folder}.new`
  const old = `${folder}.old`
  await rm(fresh, { recursive: true, force: true })
  await rm(old, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  await writeFile(join(fresh, MARK), '')
  let count = 0
  for await (const file of files) {
    if (!SAFE.test(file.path)) {
      throw new Error(`not a path for a file: ${JSON.stringify(file.path)}`)
    }
    const name = join(fresh, fileNameOf(file.path))
    await mkdir(dirname(name), { recursive: true })
    await writeFile(name, file.bytes)
    count += 1
    for (const [ending, bytes] of [['br', file.br] as const, ['gz', file.gzip] as const]) {
      if (bytes !== undefined) {
        await writeFile(`${name}.${ending}`, bytes)
      }
    }
  }
  await rename(folder, old).catch(() => undefined)
  await rename(fresh, folder)
  await rm(old, { recursive: true, force: true })
  return count
}

/** Where the page or asset of a path lies below the site's folder. */
export function fileNameOf(path: string): string {
  if (path.endsWith('/')) {
    return `${path}index.html`
  }
  return path.includes('.') ? path : `${path}.html`
}

async function refuseForeign(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => [])
  const isOurs = await access(join(folder, MARK)).then(
    () => true,
    () => false,
  )
  if (entries.length > 0 && !isOurs) {
    throw new Error(`${folder} holds something that is no site of Stadttor; it was left as it is`)
  }
}
