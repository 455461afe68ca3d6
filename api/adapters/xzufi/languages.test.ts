import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CatalogueObject } from '../../content/mirror.ts'
import { FEED_LIMITS, xzufiSource } from './source.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xzufi-'))
})
afterAll(() => rm(folder, { recursive: true }))

const inhalt = (lang: string, text: string): string => `<x:inhalt languageCode="${lang}">${text}</x:inhalt>`
const module = (code: string, ...texts: readonly string[]): string =>
  `<x:modulText><x:leikaTextmodul><code>${code}</code></x:leikaTextmodul>${texts.join('')}</x:modulText>`

async function read(...parts: readonly string[]): Promise<CatalogueObject | undefined> {
  const service = `<x:leistung><x:id schemeAgencyID="a" schemeID="s">1</x:id>${parts.join('')}</x:leistung>`
  const xml = `<x:t xmlns:x="http://xoev.de/schemata/xzufi/2_2_0" xzufiVersion="2.2.0"><x:schreibe>${service}</x:schreibe></x:t>`
  await writeFile(join(folder, 'index.txt'), 'a.xml\n')
  await writeFile(join(folder, 'a.xml'), xml)
  for await (const step of xzufiSource(folder, FEED_LIMITS).steps()) {
    return step.action === 'write' ? step.object : undefined
  }
  return
}

describe('texts by language', () => {
  it('are kept under a lower-case tag, Lower Sorbian and private tags too', async () => {
    const name = module(
      '02',
      inhalt('DE', 'Hund'),
      inhalt('en', 'Dog'),
      inhalt('dsb', 'Pjas'),
      inhalt('de-x-kurz', 'H.'),
    )
    expect(await read(name)).toMatchObject({ name: { de: 'Hund', en: 'Dog', dsb: 'Pjas', 'de-x-kurz': 'H.' } })
  })

  it('take the plain name in one language and the official one where another has no plain name', async () => {
    const names = [module('03', inhalt('de', 'Hund anmelden')), module('02', inhalt('de', 'Hundehaltung'), inhalt('en', 'Dog keeping'))] // biome-ignore format: one line
    expect(await read(...names)).toMatchObject({ name: { de: 'Hund anmelden', en: 'Dog keeping' } })
  })

  it.each([
    ['an attribute', '<x:sprachversion languageCode="de-ls">', ''],
    ['an element', '<x:sprachversion>', '<x:languageCode>de-LS</x:languageCode>'],
  ])('of a version that %s names as Leichte Sprache stand under de-simple', async (_how, open, code) => {
    const version = `${open}${code}<x:sprachbezeichnungDeutsch>Deutsch (leichte Sprache)</x:sprachbezeichnungDeutsch></x:sprachversion>`
    const name = module('02', inhalt('de', 'Hund anmelden'), inhalt('de-LS', 'Sie haben einen Hund'))
    const object = await read(name, version)
    expect(object).toMatchObject({ name: { de: 'Hund anmelden', 'de-simple': 'Sie haben einen Hund' } })
    expect(object).not.toHaveProperty('name.de-ls')
  })

  it('of a version that is machine-made are left out', async () => {
    const version =
      '<x:sprachversion><x:languageCode>en</x:languageCode><x:kennzeichenMaschinelleUebersetzung>true</x:kennzeichenMaschinelleUebersetzung></x:sprachversion>'
    const name = module('02', inhalt('de', 'Hund'), inhalt('en', 'Hound'), inhalt('pl', 'Pies'))
    expect(await read(name, version)).toHaveProperty('name', { de: 'Hund', pl: 'Pies' })
  })

  it('are all words to search for', async () => {
    const term = (lang: string, text: string): string =>
      `<x:begriffImKontext><x:begriff languageCode="${lang}">${text}</x:begriff></x:begriffImKontext>`
    const terms = `<x:modulBegriffImKontext>${term('de', 'Hund')}${term('en', 'Dog')}</x:modulBegriffImKontext>`
    expect(await read(module('02', inhalt('de', 'Hund')), terms)).toMatchObject({ keywords: ['Hund', 'Dog'] })
  })
})
