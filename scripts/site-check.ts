/**
 * Checks the built static site as a browser would get it: valid HTML, no script, no inline style, nothing of others,
 * no dead link, and the weight budget of each page. `site-check [folder]`. Exit code 1 where something is wrong.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate'

const HTML_AND_CSS_BYTES_MAX = 14 * 1024
const PAGE_BYTES_MAX = 30 * 1024
const REQUESTS_MAX = 4
/** Paths the server answers; they are no files of the site. */
const SERVED = /^\/(antrag|mitzeichnen|gutachten|status|konto|amt|redaktion|suche|api|anmelden|fehler)(\/|$)/

type Asset = { readonly path: string; readonly isStyle: boolean }

const folder = process.argv[2] ?? 'dist/site'
const pages = globSync('**/*.html', { cwd: folder }).map((path) => ({
  path,
  html: readFileSync(join(folder, path), 'utf8'),
}))
const validator = new HtmlValidate(new FileSystemConfigLoader({ root: true, extends: ['html-validate:standard'] }))

const findings: string[] = []
for (const { path, html } of pages) {
  const problems = [...(await invalid(html)), ...forbidden(html), ...deadLinks(html), ...tooHeavy(path, html)]
  findings.push(...problems.map((problem) => `${path}: ${problem}`))
}
const canary = await invalid(
  '<!DOCTYPE html><html lang="de"><head><title>a</title></head><body><p><div></div></p></body></html>',
)
if (canary.length === 0) {
  findings.push('the validator let wrong HTML pass')
}
console.log(findings.join('\n') || `${pages.length} pages, nothing found; ${heaviest()}`)
process.exit(findings.length === 0 && pages.length > 0 ? 0 : 1)

async function invalid(html: string): Promise<string[]> {
  const report = await validator.validateString(html)
  return report.results.flatMap(({ messages }) =>
    messages.map(({ line, ruleId, message }) => `${line} ${message} (${ruleId})`),
  )
}

function forbidden(html: string): string[] {
  const checks: readonly (readonly [RegExp, string])[] = [
    [/<script\b/i, 'a script'],
    [/<style\b|\sstyle="/i, 'an inline style'],
    [/\son[a-z]+="/i, 'an inline event handler'],
    [/<(?:link|img|source|iframe|video|audio)\b[^>]*\s(?:src|srcset)="https?:/i, "something of another's"],
  ]
  return checks.filter(([pattern]) => pattern.test(html)).map(([, what]) => `holds ${what}`)
}

function deadLinks(html: string): string[] {
  const links = [...html.matchAll(/\s(?:href|src)="(\/[^"]*)"/g)].map(([, link = '']) => link.split(/[?#]/)[0] ?? '')
  return [...new Set(links)].filter((link) => !SERVED.test(link) && !isFile(link)).map((link) => `dead link ${link}`)
}

function isFile(link: string): boolean {
  return existsSync(join(folder, link.endsWith('/') ? `${link}index.html` : link)) && !isFolder(link)
}

function isFolder(link: string): boolean {
  return !link.endsWith('/') && statSync(join(folder, link)).isDirectory()
}

function assetsOf(html: string): Asset[] {
  const found = [...html.matchAll(/<link\b[^>]*>|<img\b[^>]*>/g)].flatMap(([tag]) => {
    const path = /\s(?:href|src)="(\/[^"]*)"/.exec(tag)?.[1]
    const isLoaded = /rel="(?:stylesheet|icon|preload)"|<img/.test(tag)
    return path === undefined || !isLoaded ? [] : [{ path, isStyle: tag.includes('rel="stylesheet"') }]
  })
  return [...new Map(found.map((asset) => [asset.path, asset])).values()]
}

/** Bytes on the wire: text as the server compresses it, pictures and fonts as they are. */
function wireBytes(path: string): number {
  const file = join(folder, path)
  if (existsSync(`${file}.br`)) {
    return statSync(`${file}.br`).size
  }
  return /\.(?:css|svg|html)$/.test(file) ? brotliCompressSync(readFileSync(file)).length : statSync(file).size
}

function weigh(path: string, html: string): { first: number; all: number; requests: number } {
  const assets = assetsOf(html)
  const bytes = (chosen: readonly Asset[]): number => chosen.reduce((sum, asset) => sum + wireBytes(asset.path), 0)
  const page = wireBytes(path)
  return {
    first: page + bytes(assets.filter((asset) => asset.isStyle)),
    all: page + bytes(assets),
    requests: 1 + assets.length,
  }
}

function tooHeavy(path: string, html: string): string[] {
  const { first, all, requests } = weigh(path, html)
  return [
    ...(first > HTML_AND_CSS_BYTES_MAX ? [`${first} bytes of HTML and CSS, at most ${HTML_AND_CSS_BYTES_MAX}`] : []),
    ...(all > PAGE_BYTES_MAX ? [`${all} bytes in all, at most ${PAGE_BYTES_MAX}`] : []),
    ...(requests > REQUESTS_MAX ? [`${requests} requests, at most ${REQUESTS_MAX}`] : []),
  ]
}

function heaviest(): string {
  const weights = pages.map(({ path, html }) => weigh(path, html))
  const most = (pick: (weight: { first: number; all: number; requests: number }) => number): number =>
    Math.max(...weights.map(pick))
  return `heaviest: ${most((each) => each.first)} bytes HTML and CSS, ${most((each) => each.all)} in all, ${most((each) => each.requests)} requests`
}
