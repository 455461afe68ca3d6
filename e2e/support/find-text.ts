/**
 * Looks for texts in every file below some folders, in every form a program could have written them; a process of its
 * own, so that nothing of the product's memory or caches takes part.
 * Input (stdin): `{ roots, needles }`; output: a JSON list of `{ file, needle, form }`, once per file, and how much was read.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'

const { roots, needles } = JSON.parse(await text(process.stdin)) as { roots: string[]; needles: string[] }
const forms = needles.flatMap((needle) => formsOf(needle).map((form) => ({ needle, ...form })))
const found: { file: string; needle: string; form: string }[] = []
const read = { files: 0, bytes: 0 }
for (const root of roots) {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      look(join(entry.parentPath, entry.name))
    }
  }
}
process.stdout.write(JSON.stringify({ found, read, forms: forms.length }))

function look(file: string): void {
  const bytes = readFileSync(file)
  read.files += 1
  read.bytes += bytes.length
  for (const view of [bytes, ...unpacked(bytes)]) {
    for (const { needle, form, pattern } of forms) {
      if (view.includes(pattern) && !found.some((it) => it.file === file && it.needle === needle)) {
        found.push({ file, needle, form })
      }
    }
  }
}

function unpacked(bytes: Buffer): Buffer[] {
  return [gunzipSync, brotliDecompressSync].flatMap((unpack) => {
    try {
      return [unpack(bytes)]
    } catch {
      return []
    }
  })
}

function formsOf(needle: string): { form: string; pattern: Buffer }[] {
  const spellings = new Map([
    ['as it is', needle],
    ['NFC', needle.normalize('NFC')],
    ['NFD', needle.normalize('NFD')],
    ['lower case', needle.toLowerCase()],
    ['upper case', needle.toUpperCase()],
    ['without marks', needle.normalize('NFD').replace(/\p{M}/gu, '')],
    ['HTML', needle.replace(/[^ -~]/g, (sign) => `&#${sign.codePointAt(0)};`)],
    ['JSON', needle.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)],
    ['URL', encodeURIComponent(needle)],
    ['URL, lower case', encodeURIComponent(needle).toLowerCase()],
    ['form', new URLSearchParams({ x: needle }).toString().slice(2)],
    ['backwards', [...needle].reverse().join('')],
  ])
  const texts = [...spellings].flatMap(([form, text]) => [
    { form, pattern: Buffer.from(text) },
    { form: `${form}, Latin-1`, pattern: Buffer.from(text, 'latin1') },
    { form: `${form}, UTF-16LE`, pattern: Buffer.from(text, 'utf16le') },
    { form: `${form}, UTF-16BE`, pattern: Buffer.from(text, 'utf16le').swap16() },
  ])
  const bytes = Buffer.from(needle)
  return [...texts, ...hexOf(bytes), ...base64Of(bytes)]
}

function hexOf(bytes: Buffer): { form: string; pattern: Buffer }[] {
  const hex = bytes.toString('hex')
  return [hex, hex.toUpperCase()].map((text) => ({ form: 'hex', pattern: Buffer.from(text) }))
}

/** Base64 as it reads wherever in a longer text the needle stands: three alignments, the signs that neighbours touch cut off. */
function base64Of(bytes: Buffer): { form: string; pattern: Buffer }[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
    const start = Math.ceil((offset * 8) / 6)
    const end = Math.floor((whole.length * 8) / 6)
    const plain = whole.toString('base64').slice(start, end)
    const url = whole.toString('base64url').slice(start, end)
    return [
      { form: `base64 +${offset}`, pattern: Buffer.from(plain) },
      { form: `base64url +${offset}`, pattern: Buffer.from(url) },
    ]
  })
}
