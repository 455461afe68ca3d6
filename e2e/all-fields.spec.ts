import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { axeClean } from './support/page.ts'
import { type Product, startProduct } from './support/product.ts'
import { expect, test as townTest } from './support/test.ts'
import { fillUntilReview, goOn, VACCINATION_CARD } from './support/walk.ts'

const CONTENT = resolve(import.meta.dirname, '../content')
/** A service without conditions in its process; it asks with the form of every field here. */
const SERVICE = 'stadtmelder'
const STEP_BYTES_MAX = 15 * 1024

/** A town in which the form of every field is online. */
const test = townTest.extend<object, { readonly product: Product }>({
  product: [
    async ({ runtime, outside }, use) => {
      const content = mkdtempSync(join(tmpdir(), 'st-fields-'))
      cpSync(CONTENT, content, { recursive: true })
      for (const name of readdirSync(join(content, 'services', SERVICE)).filter((one) =>
        /^(form|examples)\./.test(one),
      )) {
        rmSync(join(content, 'services', SERVICE, name))
      }
      cpSync(join(CONTENT, 'services/alle-felder'), join(content, 'services', SERVICE), { recursive: true })
      const product = await startProduct({ runtime, env: { ...outside.env, STADTTOR_CONTENT: content } })
      await use(product)
      await product.stop()
      rmSync(content, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

const ANSWERS: Readonly<Record<string, string>> = {
  '/texte/text': 'Ein Text',
  '/texte/muster': 'AB-12',
  '/texte/lang': 'Zwei\nZeilen',
  '/texte/name': 'Chłopata-D’Ávila',
  '/texte/email': 'a@b.example',
  '/texte/telefon': '0355 612-0',
  '/texte/iban': 'DE02 1203 0000 0000 2020 51',
  '/texte/ziffern': '12 34',
  '/texte/kennzeichen': 'cb-ab 123',
  '/texte/steuer': '01 234 567 812',
  '/texte/chip': '276 0981 0000 1234',
  '/texte/staat': 'DEU',
  '/zahlen/datum/day': '29',
  '/zahlen/datum/month': 'Februar',
  '/zahlen/datum/year': '2024',
  '/zahlen/geburt/day': '00',
  '/zahlen/geburt/month': '3',
  '/zahlen/geburt/year': '1950',
  '/zahlen/uhr': '14 Uhr 30',
  '/zahlen/zeitpunkt/day': '24',
  '/zahlen/zeitpunkt/month': '12',
  '/zahlen/zeitpunkt/year': '2026',
  '/zahlen/zeitpunkt/time': '8.05',
  '/zahlen/ganz': '30',
  '/zahlen/zahl': '1.234,5',
  '/zahlen/geld': '2.999,50',
  '/wahl/ja': 'true',
  '/wahl/knopf': 'gruen',
  '/wahl/liste': 'august',
  '/wahl/erklaerung': 'true',
  '/wahl/bedingt': 'sichtbar',
  '/wahl/mehrere/katze': 'true',
  '/wahl/mehrere/a~1b': 'true',
  '/wahl/frei/b': 'true',
  '/wahl/katze': 'Minka',
  '/eintraege/0/was': 'Rechnung',
  '/eintraege/0/wann/day': '1',
  '/eintraege/0/wann/month': '1',
  '/eintraege/0/wann/year': '2026',
  '/eintraege/0/teuer': 'true',
  '/eintraege/0/preis': '9,-',
  '/eintraege/0/posten/0/was': 'Fahrrad',
  '/eintraege/0/posten/0/betrag': '900',
  '/eintraege/0/posten/0/grund': 'Es hat drei Räder.',
  '/imAusland': 'false',
  '/anschrift/strasse': 'Sandauer Straße',
  '/anschrift/hausnummer': '12',
  '/anschrift/plz': '03046',
}

/** The answers; another item is wanted once in each list. */
function answersOnce(): Readonly<Record<string, string>> {
  const asked = new Set<string>()
  return new Proxy(ANSWERS, {
    get: (answers, name) => {
      if (typeof name !== 'string' || !name.endsWith('/+')) {
        return Reflect.get(answers, name)
      }
      const isFirst = !asked.has(name)
      asked.add(name)
      return String(isFirst)
    },
  })
}

/** Sends the page as it is; every message above leads to a control that is there and says that it is wrong. */
async function expectMistakes(page: Page, messages: readonly string[]): Promise<void> {
  const address = page.url().split('#')[0] ?? ''
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(page).toHaveTitle(/^Fehler/)
  const links = page.locator('#fehler a')
  await expect(links).toHaveText([...messages])
  for (const target of await links.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('href')))) {
    await expect(page.locator(`main ${target}`)).toHaveCount(1)
  }
  await axeClean(page)
  await page.goto(address)
}

test('@both @later every kind of field is asked, refused with a reason, kept and shown', async ({ page }) => {
  test.setTimeout(120_000)
  const hasScripts = await page.evaluate(() => !matchMedia('(scripting: none)').matches)
  const sizes: [string, number][] = []
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url())
    if (/^\/antrag\/[^/]+\/[^/]+$/.test(pathname) && response.status() === 200) {
      const body = await response.body().catch(() => Buffer.alloc(0))
      sizes.push([pathname, gzipSync(body).length])
    }
  })
  await page.goto(`/antrag/beginnen/${SERVICE}`)
  await goOn(page, 'Jetzt beginnen')
  const start = page.url()
  await fillUntilReview(page, answersOnce(), { upload: VACCINATION_CARD, withAxe: hasScripts })
  const facts = page.locator('main')
  for (const text of [
    'Deutschland',
    'März 1950',
    '14:30 Uhr',
    '24. Dezember 2026, 08:05 Uhr',
    'Katze\nEnte',
    '01 234 567 812',
    '900,00\u00a0€',
  ]) {
    await expect(facts.getByText(text, { exact: true }).first()).toBeVisible()
  }
  await expect(facts.getByRole('heading', { name: 'Eintrag 1 › Posten 1' })).toBeVisible()
  await expect(facts.getByText('Cottbus/Chóśebuz', { exact: true })).toBeVisible()
  await expect(facts.getByText('Meinten Sie Sandower Straße?')).toBeVisible()

  const draft = start.slice(0, start.lastIndexOf('/'))
  await page.goto(`${draft}/anschrift`)
  await expect(page.getByRole('group', { name: 'Wo wohnen Sie?' })).toBeVisible()
  await page.getByLabel('Hausnummer').fill('')
  await expectMistakes(page, ['Geben Sie die Hausnummer ein.'])
  await page.goto(`${draft}/mehrere`)
  await page.getByLabel('Katze').uncheck()
  await expectMistakes(page, ['Wählen Sie mindestens 2 Antworten aus.'])
  await page.goto(`${draft}/zeiten`)
  await page.getByLabel('Uhrzeit').first().fill('26:00')
  await page.getByLabel('Jahr').first().fill('')
  await expectMistakes(page, [
    'Das Datum muss ein Jahr mit vier Ziffern enthalten.',
    'Die Uhrzeit muss eine Uhrzeit sein, zum Beispiel 14:30.',
  ])
  const large = sizes.filter(([, bytes]) => bytes > STEP_BYTES_MAX)
  expect(large, 'no page is larger than 15 KB compressed').toEqual([])
  expect(sizes.length).toBeGreaterThan(hasScripts ? 5 : 20)
})
