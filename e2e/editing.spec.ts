import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { axeClean, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

const sample = (name: string): string => fileURLToPath(new URL(`../api/editing/testing/${name}`, import.meta.url))
const HOME = '/redaktion/formulare/'

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click()
}

/** Words of a notice and of the status page; a name that is not known stands refused at its row, and what was typed stays. */
async function writeLetters(page: Page, at: string): Promise<void> {
  await page.goto(at)
  await page.getByRole('link', { name: 'Bewilligung (Deutsch)', exact: true }).click()
  await page.getByLabel('Text', { exact: true }).first().fill('Der Steg gehört {niemand}.')
  await press(page, 'Speichern')
  await expect(page.getByText('Dieser Name in geschweiften Klammern').first()).toBeVisible()
  await axeClean(page)
  await page.getByLabel('Text', { exact: true }).first().fill('Der Liegeplatz gehört Ihnen ab dem {bescheid.datum}.')
  await press(page, 'Speichern')
  await expect(page.getByText('Gespeichert.')).toBeVisible()
  const sample = await page.request.get(
    (await page.getByRole('link', { name: 'Muster ansehen (PDF)' }).getAttribute('href')) ?? '',
  )
  expect([sample.status(), sample.headers()['content-type']]).toEqual([200, 'application/pdf'])

  await page.goto(`${at}/blatt/process.de`)
  await page.getByLabel('Erklärung', { exact: true }).first().fill('Wir sehen uns den Steg an.')
  await press(page, 'Speichern')
  await expect(page.getByText('Gespeichert.')).toBeVisible()
  await axeClean(page)
}

test('an editor makes a service of dropped files, tries it and puts it online, without code and scripts @nojs', async ({
  page,
  product,
}) => {
  test.setTimeout(240_000)
  await signInAs(page, 'ines.kahlau', HOME)
  await axeClean(page)
  await page.getByText('Neue Leistung aus Dateien').click()
  await page.getByLabel('Dateien').setInputFiles([sample('boat.xml'), sample('boat-catalogue.xml')])
  await press(page, 'Leistung anlegen')
  // Another test of this worker may have made one of that name.
  await expect(page).toHaveURL(/\/bootsliegeplatz-beantragen(-\d+)?$/)
  const at = page.url()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bootsliegeplatz beantragen')
  await axeClean(page)

  await page.getByLabel('Prüfen und entscheiden', { exact: true }).check()
  await press(page, 'Ablauf übernehmen')
  await answerRule(page)

  await page.getByRole('link', { name: 'Fragen', exact: true }).click()
  await page.getByRole('link', { name: 'Bezeichnung' }).click()
  await page.getByRole('textbox', { name: 'Frage', exact: true }).fill('Wie heißt das Boot?')
  await press(page, 'Speichern')
  await expect(page.getByRole('link', { name: 'Wie heißt das Boot?' })).toBeVisible()
  await axeClean(page)

  await finishForm(page, at)
  await writeLetters(page, at)

  await page.goto(at)
  await press(page, 'Formular ausprobieren')
  await expect(page.getByText('Sie probieren das Formular aus')).toBeVisible()
  await press(page, 'Weiter')
  await expect(page.getByRole('alert')).toBeVisible()
  await axeClean(page)

  await page.goto(at)
  await page.getByRole('link', { name: 'Einstellung „Postkorb“' }).first().click()
  await expect(page.getByLabel('Postkorb', { exact: true })).toHaveValue('')
  await page.getByLabel('Postkorb', { exact: true }).selectOption('umwelt')
  await page.getByLabel('Nötige Anmeldung').selectOption('none')
  await page.getByLabel('Aktenplan', { exact: true }).selectOption('36.1')
  await page.getByLabel('Aufbewahrung', { exact: true }).selectOption('ordnung-5')
  await page.getByLabel('Online beantragen').selectOption('own')
  await press(page, 'Speichern')
  await page.goto(`${at}/vergleich`)
  await axeClean(page)
  const gaps = page.getByRole('region', { name: 'Was in anderen Sprachen fehlt' })
  const english = gaps.getByRole('listitem').filter({ hasText: 'Englisch' })
  const [, missing, all] = /es fehlen (\d+) von (\d+) Texten/.exec((await english.textContent()) ?? '') ?? []
  // What the product wrote itself is there in English at once.
  expect(Number(missing)).toBeLessThan(Number(all))
  expect(Number(missing)).toBeGreaterThan(30)
  await expect(english.getByRole('link', { name: 'Übersetzen' })).toHaveAttribute('href', /blatt\/translation\.en$/)
  await press(page, 'Veröffentlichen')
  await expect(page).toHaveURL(/\/vergleich$/)
  await page
    .getByLabel(/^Ich weiß, dass Texte auf .*Englisch.* fehlen/)
    .first()
    .check()
  await press(page, 'Veröffentlichen')
  await expect(page.getByText('Die Seiten werden gerade neu gemacht')).toBeVisible()
  await axeClean(page)
  await product.tick()
  await page.getByRole('link', { name: 'Nachsehen, ob sie fertig sind' }).click()
  await expect(page.getByText('Veröffentlicht. Die Leistung ist jetzt so online.')).toBeVisible()
  await expect(page.locator('.next .level')).toHaveText('3')
  await page.getByRole('link', { name: 'Seite der Leistung ansehen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bootsliegeplatz beantragen')
})

/** Answers a rule in words by a check with a sum over a list: first by nothing, then in prose, which is refused with every word still there. */
async function answerRule(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Antwort geben.*Länge am Steg/ }).click()
  await expect(page.getByText('Boote über 12 Meter brauchen einen Außenliegeplatz.')).toBeVisible()
  await expect(page.getByRole('cell', { name: 'laengeInMetern', exact: true })).toBeVisible()
  await press(page, 'Speichern')
  await expect(page.getByRole('alert')).toContainText('Wählen Sie, wie die Regel eingehalten wird.')
  await axeClean(page)
  await page.getByLabel('durch eine neue Prüfung').check()
  await page.getByText('Prüfung schreiben', { exact: true }).click()
  await page.getByLabel('Neue Prüfung: bei welcher Frage').selectOption('nachweise.versicherungsnachweis')
  const text = 'Zusammen sind Ihre Boote länger als ein Steg.'
  await page.getByLabel('Neue Prüfung: Fehlermeldung').fill(text)
  await page.getByLabel('Neue Prüfung: was gelten muss').fill('wenn die Boote zusammen zu lang sind')
  await press(page, 'Speichern')
  await expect(page.getByRole('alert')).toContainText('Nicht gespeichert.')
  await expect(page).toHaveTitle(/^Fehler/)
  await expect(page.getByLabel('Neue Prüfung: Fehlermeldung')).toHaveValue(text)
  await expect(page.getByLabel('durch eine neue Prüfung')).toBeChecked()
  await axeClean(page)
  const sum = 'sum(for x in boote return x.laengeInMetern) <= 40'
  await page.getByLabel('Neue Prüfung: was gelten muss').fill(sum)
  await press(page, 'Speichern')
  await expect(page.getByRole('heading', { name: 'Regeln in Worten' })).toBeVisible()
}

/** Splits a page, and makes a question obligatory by the answer to another that is then asked before it. */
async function finishForm(page: Page, at: string): Promise<void> {
  await page.goto(`${at}/blatt/question.person.eMailAdresse`)
  await page.getByLabel('nur wenn', { exact: true }).check()
  await page.getByLabel('Nur wenn diese Regel wahr ist').fill('person.familienname != "Kahn"')
  await press(page, 'Speichern')
  await expect(page.getByRole('alert')).toContainText('Danach fragt dieselbe Seite.')
  await press(page, 'Seite vor dieser Frage teilen und speichern')
  await expect(page.getByText('Gespeichert.')).toBeVisible()
  await page.goto(`${at}/blatt/pages`)
  await expect(page.getByRole('heading', { name: /^Seite 2: E-Mail-Adresse/ })).toBeVisible()
  await page.getByRole('button', { name: /Seite hier teilen.*Hausnummer/ }).click()
  await expect(page.getByRole('heading', { name: /^Seite 4: Hausnummer/ })).toBeVisible()
  await axeClean(page)
}
