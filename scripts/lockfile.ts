/**
 * Refuses a lockfile that names another registry than the public one, a package without integrity hash,
 * a package below the version that fixed a published fault, or a second copy of the database engine.
 */
import { readFileSync } from 'node:fs'

type Entry = {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly link?: boolean
}

/** Lowest version without a known fault (docs: advisories of each project). Checked by hand every month. */
const AT_LEAST: Readonly<Record<string, string>> = {
  astro: '7.2.8',
  '@astrojs/node': '11.1.4',
  hono: '4.13.5',
  '@hono/node-server': '2.0.11',
  'drizzle-orm': '0.45.2',
  sharp: '0.35.4',
  'fast-xml-parser': '5.7.0',
  // 0.9 must be 0.9.10 at least; we have none of that line.
  '@xmldom/xmldom': '0.8.13',
  'xml-crypto': '6.0.1',
  '@node-saml/node-saml': '5.1.0',
  dompurify: '3.4.7',
  devalue: '5.6.2',
}
/** Two copies of one engine on one file would not see each other's locks. */
const EXACTLY_ONCE = ['libsql', 'drizzle-orm', 'hono']
const REFUSED = ['multer', 'samlify']

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> }
const packages = Object.entries(lock.packages)
  .filter(([path, entry]) => path !== '' && entry.link !== true)
  .map(([path, entry]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 13), ...entry }))

const findings = [
  ...packages.filter(lacksHash).map((entry) => `${entry.path}: no integrity hash`),
  ...packages.filter((entry) => isForeign(entry.resolved)).map((entry) => `${entry.path}: from ${entry.resolved}`),
  ...packages.filter((entry) => REFUSED.includes(entry.name)).map((entry) => `${entry.path}: refused package`),
  ...packages
    .filter((entry) => isBelow(entry.version ?? '0', AT_LEAST[entry.name] ?? '0'))
    .map((entry) => `${entry.path}: ${entry.version} is below ${AT_LEAST[entry.name]}`),
  ...EXACTLY_ONCE.map((name) => ({ name, copies: packages.filter((entry) => entry.name === name).length }))
    .filter(({ copies }) => copies !== 1)
    .map(({ name, copies }) => `${name}: ${copies} copies, exactly one expected`),
]
console.log(findings.join('\n') || `${packages.length} packages, nothing found`)
process.exit(findings.length === 0 ? 0 : 1)

/** The lockfile was made where the registry did not carry other platforms' builds: those alone may lack their hash. */
function lacksHash({ integrity, optional, os, cpu }: Entry): boolean {
  return integrity === undefined && (optional !== true || (os ?? cpu) === undefined)
}

/** npm writes no address where it was told to leave it out; then the registry is the one the machine is set to. */
function isForeign(resolved: string | undefined): boolean {
  return resolved !== undefined && new URL(resolved).hostname !== ['registry', 'npmjs', 'org'].join('.')
}

function isBelow(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('-')[0]?.split('.').map(Number) ?? [])
  const index = [0, 1, 2].find((part) => (a?.[part] ?? 0) !== (b?.[part] ?? 0))
  return index !== undefined && (a?.[index] ?? 0) < (b?.[index] ?? 0)
}
