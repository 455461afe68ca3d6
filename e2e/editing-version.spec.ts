import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { axeClean, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

const HOME = '/redaktion/formulare/'
const sample = (name: string): Buffer => readFileSync(new URL(`../api/editing/testing/${name}`, import.meta.url))

const dropped = (name: string, buffer: Buffer) => ({
  name,
  mimeType: 'application/xml',
  buffer,
})
const [FIRST, SECOND] = [sample('berth-1.xml'), sample('berth-2.xml')]

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).first().click()
}

async function begin(page: Page): Promise<string> {
  await signInAs(page, 'ines.kahlau', HOME)
  await page.getByText('Neue Leistung aus Dateien').click()
  const files = [dropped('form.xml', FIRST), dropped('katalog.xml', sample('boat-catalogue.xml'))]
  await page.getByLabel('Dateien').setInputFiles(files)
  await press(page, 'Leistung anlegen')
  await expect(page).toHaveURL(/\/bootsliegeplatz-beantragen(-\d+)?$/)
  const at = page.url()
  await page.getByLabel('Prüfen und entscheiden', { exact: true }).check()
  await press(page, 'Ablauf übernehmen')
  await page.goto(`${at}/blatt/settings`)
  await page.getByLabel('Postkorb', { exact: true }).selectOption('umwelt')
  await page.getByLabel('Nötige Anmeldung').selectOption('none')
  await page.getByLabel('Aktenplan', { exact: true }).selectOption('36.1')
  await page.getByLabel('Aufbewahrung', { exact: true }).selectOption('ordnung-5')
  await page.getByLabel('Nachweise').selectOption('none')
  await page.getByLabel('Online beantragen').selectOption('own')
  await press(page, 'Speichern')
  return at
}

test('a question that is gone in a new version is mended in the rooms until the service is online again @nojs', async ({
  page,
}) => {
  test.setTimeout(300_000)
  const at = await begin(page)

  await page.goto(`${at}/blatt/pages`)
  const titles = page.getByRole('heading', { level: 2, name: /^Seite \d/ })
  await expect(titles).toHaveText(['Seite 1: Person', 'Seite 2: Steg', 'Seite 3: Boote', 'Seite 4: Anmerkung', 'Seite 5: Liegezeit']) // biome-ignore format: one list
  await axeClean(page)

  // A rule that counts a list which comes later says so in the words of the form, and leads to where the order is changed.
  await page.goto(`${at}/blatt/question.steg`)
  await page.locator('input[name="fields/steg/when"]').fill('count(boote) > 1')
  await press(page, 'Speichern')
  await expect(page.getByText('Die Regel braucht die Liste „Boote“').first()).toBeVisible()
  await axeClean(page)
  await page.getByRole('link', { name: 'Zu den Seiten, um die Reihenfolge zu ändern' }).click()
  await page.locator('button[value^="down "]', { hasText: 'Steg' }).click()
  await expect(titles).toHaveText(['Seite 1: Person', 'Seite 2: Boote', 'Seite 3: Steg', 'Seite 4: Anmerkung', 'Seite 5: Liegezeit']) // biome-ignore format: one list
  await page.goto(`${at}/blatt/question.steg`)
  await page.locator('input[name="fields/steg/when"]').fill('count(boote) > 1')
  await press(page, 'Speichern')
  await expect(page.getByText('Gespeichert.')).toBeVisible()

  await page.goto(`${at}/blatt/notice.approval.de`)
  const text = page.getByLabel('Text', { exact: true }).first()
  await text.fill('Ihr Antrag ist bewilligt. Das Boot {person.rufname} darf am Steg liegen.')
  await press(page, 'Speichern')
  await expect(page.getByText('Gespeichert.')).toBeVisible()
  await page.goto(at)
  await page
    .getByLabel(/^Ich weiß, dass Texte auf .* fehlen/)
    .first()
    .check()
  await press(page, 'Veröffentlichen')
  await expect(page.getByText('Veröffentlicht').first()).toBeVisible()

  await page.goto(at)
  await page.locator('#weitere').setInputFiles([dropped('neu.xml', SECOND)])
  await press(page, 'Dateien übernehmen')
  await expect(page.getByText('Die Frage „Rufname“ gibt es in der neuen Fassung nicht mehr.').first()).toBeVisible()
  await expect(page.getByRole('link', { name: /Bescheid „.*Entscheidung, Text 1/ }).first()).toBeVisible()
  await axeClean(page)
  await page
    .getByRole('link', { name: /^Auswege zeigen/ })
    .first()
    .click()
  await axeClean(page)
  await page.getByLabel('Was soll hier geschehen?').selectOption({ label: 'Den Satz entfernen' })
  await press(page, 'Speichern')
  await page.goto(at)
  await page
    .getByLabel(/^Ich weiß, dass Texte auf .* fehlen/)
    .first()
    .check()
  await press(page, 'Veröffentlichen')
  await expect(page.getByText('Veröffentlicht').first()).toBeVisible()
  await page.goto(`${at}/blatt/notice.approval.de`)
  await expect(page.getByLabel('Text', { exact: true }).first()).toHaveValue('Ihr Antrag ist bewilligt.')
})
