import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { run, runNode } from './child.ts'

/** What the templates are made of. The catalogue is not among it: templates are built once, whatever is published. */
const SOURCES = ['src', 'content/words', 'content/city.yaml', 'astro.config.mjs', 'tsconfig.json', 'package-lock.json']
const STAMP = 'dist/.built-from'

/** Builds the templates; with `ifStale` only when one of their sources changed since. Answers an exit code. */
export async function buildTemplates({ ifStale }: { ifStale: boolean }): Promise<number> {
  const digest = sourcesDigest()
  if (ifStale && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) {
    return 0
  }
  const built = await run('astro', ['build'], { capture: ifStale })
  if (built.code !== 0) {
    console.error(ifStale ? built.output : 'astro build failed')
    return built.code
  }
  writeFileSync(STAMP, digest)
  return 0
}

/** Writes the complete static site from `content/`, with no database and no running process; answers an exit code. */
export async function buildSite(args: readonly string[]): Promise<number> {
  return (await runNode(['scripts/build-site.ts', ...args])).code
}

function sourcesDigest(): string {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(filesUnder)) {
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) {
    return []
  }
  if (statSync(path).isFile()) {
    return [path]
  }
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort()
}
