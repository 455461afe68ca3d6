import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { axeClean, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

const sample = (name: string): string => fileURLToPath(new URL(`../api/editing/testing/${name}`, import.meta.url))
const HOME = '/redaktion/formulare/'
const row = (page: Page, number: number) => page.getByRole('group', { name: new RegExp(`^Zeile ${number}\\b`) })

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click()
}

async function fill(page: Page, number: number, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(values)) {
    await row(page, number).getByLabel(label, { exact: true }).fill(value)
  }
}

async function dropBoat(page: Page): Promise<string> {
  await page.getByText('Neue Leistung aus Dateien').click()
  await page.getByLabel('Dateien').setInputFiles([sample('boat.xml'), sample('boat-catalogue.xml')])
  await press(page, 'Leistung anlegen')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bootsliegeplatz beantragen')
  return new URL(page.url()).pathname
}

test('an editor makes a table of fees, tries it out and saves it, without scripts @nojs', async ({ page }) => {
  test.setTimeout(180_000)
  await signInAs(page, 'ines.kahlau', HOME)
  const at = await dropBoat(page)
  await page.goto(`${at}/blatt/fee`)
  await expect(page.getByText('Diese Leistung kostet nichts.')).toBeVisible()
  await press(page, 'Zeile hinzufügen')
  await fill(page, 1, { 'Wofür bezahlt wird': 'Kleines Boot', 'Betrag in Euro': '38,50' })
  // The answers of a question are shown on a page that is well, with everything that was typed.
  await row(page, 1).getByLabel('Welche Frage').selectOption({ label: 'Anzahl der Einträge: Boote' })
  const shown = page.waitForResponse((answer) => answer.request().method() === 'POST')
  await row(page, 1).getByRole('button', { name: 'Antworten zur Frage zeigen' }).click()
  expect((await shown).status()).toBe(200)
  await expect(page).not.toHaveTitle(/^Fehler/)
  await expect(row(page, 1).getByLabel('Betrag in Euro')).toHaveValue('38,50')
  await row(page, 1).getByLabel('Vergleich').selectOption('at-most')
  await row(page, 1).getByLabel('Antwort', { exact: true }).fill('1')

  await press(page, 'Zeile hinzufügen')
  await fill(page, 2, {
    'Wofür bezahlt wird': 'Großes Boot',
    'Betrag in Euro': '60',
    Rechtsgrundlage: 'Hafensatzung § 4',
  })
  await row(page, 2).getByLabel('Wie oft zu bezahlen').selectOption({ label: 'so oft wie: Anzahl der Einträge: Boote' })
  await axeClean(page)
  await press(page, 'Speichern')
  await expect(page.getByRole('alert')).toContainText('Nicht gespeichert.')
  await page.getByRole('link', { name: /^Zeile 1, Rechtsgrundlage/ }).click()
  await expect(row(page, 1).getByLabel('Rechtsgrundlage')).toBeInViewport()
  await axeClean(page)
  await expect(row(page, 2).getByLabel('Betrag in Euro')).toHaveValue('60')
  await fill(page, 1, { Rechtsgrundlage: 'Hafensatzung § 4' })

  await press(page, 'Ausrechnen')
  await page.getByLabel('Anzahl der Einträge: Boote', { exact: true }).fill('3')
  await press(page, 'Ausrechnen')
  await expect(page.getByRole('status')).toContainText('180,00')
  await page.getByLabel('Anzahl der Einträge: Boote', { exact: true }).fill('1')
  await press(page, 'Ausrechnen')
  await expect(page.getByRole('status')).toContainText('38,50')
  await axeClean(page)

  await row(page, 2)
    .getByRole('button', { name: /^Nach oben/ })
    .click()
  await expect(row(page, 1).getByLabel('Wofür bezahlt wird')).toHaveValue('Großes Boot')
  await row(page, 1)
    .getByRole('button', { name: /^Nach unten/ })
    .click()
  await press(page, 'Speichern')
  await expect(page.getByText('Gespeichert.')).toBeVisible()
  await expect(page.getByRole('cell', { name: /38,50 € ab/ })).toBeVisible()
  await expect(page.getByRole('cell', { name: /^sonst/ })).toBeVisible()
  await axeClean(page)
})

test('a new place in the plan of files, a source of answers and a register are chosen in the rooms @nojs', async ({
  page,
}) => {
  test.setTimeout(180_000)
  await signInAs(page, 'ines.kahlau', HOME)
  const at = await dropBoat(page)
  await page.goto(`${at}/blatt/settings`)
  await page.getByText('Im Aktenplan passt keine Stelle').click()
  await page.getByLabel('Nummer', { exact: true }).fill('36')
  await page.getByLabel('Bezeichnung', { exact: true }).fill('Stadthafen')
  await page.getByLabel('Buchstaben im Aktenzeichen').fill('BA')
  await press(page, 'Speichern')
  await expect(page.getByRole('alert')).toContainText('Diese Nummer gibt es im Aktenplan schon.')
  await expect(page.getByRole('alert')).toContainText('Diese Buchstaben hat schon eine andere Stelle.')
  await axeClean(page)
  await page.getByLabel('Nummer', { exact: true }).fill('36.7')
  await page.getByLabel('Buchstaben im Aktenzeichen').fill('HAF')
  await page.getByLabel('Aufbewahrung', { exact: true }).selectOption({ index: 1 })
  await press(page, 'Speichern')
  await expect(page.getByText('36.7 Stadthafen')).toBeVisible()

  await page.goto(`${at}/blatt/question.person.familienname`)
  await page.getByLabel('Familienname', { exact: true }).check()
  await page.getByLabel('Firma oder Verein: Name').check()
  await axeClean(page)
  await press(page, 'Speichern')
  await page.goto(`${at}/blatt/question.person.familienname`)
  await expect(page.getByLabel('Firma oder Verein: Name')).toBeChecked()

  await page.goto(`${at}/blatt/registers`)
  await page.getByLabel('Wozu das Register gefragt wird').first().fill('Wir sehen nach.')
  await press(page, 'Speichern')
  await expect(page.getByRole('alert')).toContainText('Das fehlt noch.')
  await axeClean(page)

  await page.goto(at)
  await press(page, 'Formular ausprobieren')
  const trial = page.url()
  await press(page, 'Weiter')
  await expect(page.getByRole('alert')).toBeVisible()
  expect(page.url().split('#')[0]).toBe(trial)
})
