import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import subsetFont from 'subset-font'

/*
 * Cuts Fira Sans (SIL Open Font License 1.1, from @kern-ux/native) down to the letters that German and Lower Sorbian
 * need, for headings. Run by hand when the weight or the letters change: node scripts/fonts.mjs
 */
const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
const letters = 'ÄÖÜäöüßẞČčĆćĚěŁłŃńÓóŔŕŠšŚśŽžŹźáàâéèêíôúçñ'
const signs = '\u00a0\u00ad§€°·–—‘’‚“”„…›‹»«×−→'
const cuts = { 'fira-sans-600.woff2': 'FiraSans-SemiBold.woff2' }

const source = new URL('../node_modules/@kern-ux/native/dist/fonts/fira-sans/', import.meta.url)
const target = new URL('../src/assets/fonts/', import.meta.url)
mkdirSync(target, { recursive: true })
for (const [name, cut] of Object.entries(cuts)) {
  const bytes = await subsetFont(readFileSync(new URL(cut, source)), ascii + letters + signs, {
    targetFormat: 'woff2',
    // Kerning, marks and ligatures only: small capitals and figure styles would double the file.
    keepFeatures: ['kern', 'mark', 'liga', 'locl'],
  })
  writeFileSync(new URL(name, target), bytes)
  console.log(name, bytes.length, createHash('sha256').update(bytes).digest('hex').slice(0, 12))
}
