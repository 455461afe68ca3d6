import { axeClean, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

const HOME = '/redaktion/formulare/'
const xml = (text: string) => ({ name: 'antrag.xml', mimeType: 'application/xml', buffer: Buffer.from(text) })

test("whatever an editor sends and is refused stands on the editor's own page, in German @nojs", async ({ page }) => {
  await signInAs(page, 'ines.kahlau', '/amt/')
  // An editor has no postbox: the back office leads to where the work is, and the sign of the city leads back there.
  await expect(page).toHaveURL(/\/redaktion\/formulare\/$/)
  await page.locator('a.city').click()
  await expect(page).toHaveURL(/\/redaktion\/formulare\/$/)

  await page.getByText('Neue Leistung aus Dateien').click()
  await page.getByLabel('Dateien', { exact: true }).setInputFiles(xml('<xdf:xdatenfelder.stammdatenschema.0102'))
  await page.getByRole('button', { name: 'Leistung anlegen' }).click()
  await expect(page.getByRole('alert')).toContainText('Nicht gespeichert.')
  await expect(page).toHaveTitle(/^Fehler/)
  await expect(page.getByText('Hier stimmt etwas nicht: antrag.xml.')).toBeVisible()
  await expect(page).toHaveURL(/\/redaktion\/formulare\/$/)
  await expect(page.getByText('Zur Navigation springen')).toHaveCount(0)
  await axeClean(page)

  const at = `${HOME}hund-anmelden`
  await page.goto(at)
  const title = (await page.getByRole('heading', { level: 1 }).textContent()) ?? ''
  await page.getByLabel('Weitere Dateien').setInputFiles(xml('kein XML'))
  await page.getByRole('button', { name: 'Dateien übernehmen' }).click()
  await expect(page.getByRole('alert')).toContainText('Mit dieser Datei können wir nichts anfangen.')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
  await axeClean(page)
})

test('who was too late sees what is wrong with their own words on the page of the conflict @nojs', async ({ page }) => {
  await signInAs(page, 'ines.kahlau', '/redaktion/formulare/')
  const sheet = `${HOME}hund-anmelden/blatt/settings`
  await page.goto(sheet)
  const other = await page.context().newPage()
  await other.goto(sheet)
  for (const [tab, minutes] of [
    [other, '21'],
    [page, '22'],
  ] as const) {
    await tab.getByLabel('Minuten, die der Antrag dauert').fill(minutes)
    await tab.getByRole('button', { name: 'Speichern' }).click()
  }
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jemand anderes war schneller')
  const minutes = page.getByLabel('Minuten, die der Antrag dauert: Ihre Eingabe')
  await minutes.fill('kurz')
  await page.getByRole('button', { name: 'Meine Eingabe übernehmen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Jemand anderes war schneller')
  await expect(page).toHaveTitle(/^Fehler/)
  await expect(page.getByRole('alert')).toContainText('Schreiben Sie die Minuten als Zahl')
  await expect(minutes).toHaveValue('kurz')
  await expect(page).toHaveURL(/\/redaktion\/formulare\/hund-anmelden\/konflikt\//)
  await axeClean(page)

  // Settled in another window meanwhile: what is refused stands on the page of the service.
  await other.goto(`${HOME}hund-anmelden`)
  await other.getByRole('link', { name: /Nicht gespeicherte Eingaben/ }).click()
  await other.getByRole('button', { name: 'Meine Eingabe verwerfen' }).click()
  await page.getByRole('button', { name: 'Meine Eingabe übernehmen' }).click()
  await expect(page.getByRole('alert')).toContainText('Nicht gespeichert.')
  await expect(page.getByText('Zur Navigation springen')).toHaveCount(0)
})

test('a rule is put together from questions, without scripts @nojs', async ({ page }) => {
  await signInAs(page, 'ines.kahlau', '/redaktion/formulare/')
  await page.goto(`${HOME}hund-anmelden/blatt/checks`)
  const fresh = page.locator('.group', { has: page.getByRole('heading', { name: 'Neue Prüfung' }) })
  await fresh.getByText('Aus Fragen zusammenstellen').click()
  const questions = fresh.getByLabel('Welche Frage')
  const wanted = await questions
    .first()
    .locator('option', { hasText: /Geburtsdatum/ })
    .first()
    .getAttribute('value')
  await questions.first().selectOption(wanted)
  await fresh.getByLabel('Vergleich').selectOption('liegt vor')
  await fresh.getByRole('button', { name: 'Antworten zur Frage zeigen' }).click()
  await expect(page).not.toHaveTitle(/^Fehler/)
  await expect(page).toHaveURL(/\/redaktion\/formulare\/hund-anmelden\/blatt\/checks#[\w-]+$/)
  await fresh.getByLabel('Abstand dazu').selectOption('früher, um')
  await fresh.getByLabel('Wie lange').fill('8')
  await fresh.getByLabel('Einheit').selectOption('Jahre')
  await fresh.getByRole('button', { name: 'Bedingung hinzufügen' }).click()
  await expect(fresh.getByText('Als Regel geschrieben:')).toContainText(`${wanted} < heute - duration("P8Y")`)
  await expect(fresh.getByText('Bedingung 2')).toBeVisible()
  await axeClean(page)
})

test('publishing says what happens, and when people see it, without a reload', async ({ page, product }) => {
  test.setTimeout(60_000)
  await signInAs(page, 'ines.kahlau', HOME)
  const at = `${HOME}wohnberechtigungsschein`
  await page.goto(`${at}/blatt/settings`)
  await page.getByLabel('Stichwörter, eines je Zeile').fill('Wohnung\nWBS')
  await page.getByRole('button', { name: 'Speichern' }).first().click()
  await expect(page.getByText('Gespeichert.')).toBeVisible()
  await page.goto(`${at}/vergleich`)
  await axeClean(page)
  await page.goto(at)
  const form = page.locator('form[data-busy]')
  // The form is held back, so that what stands there meanwhile can be seen.
  await form.evaluate((one) => one.addEventListener('submit', (event) => event.preventDefault()))
  await form.getByLabel(/^Ich weiß, dass Texte auf .* fehlen/).check()
  await form.getByRole('button', { name: 'Veröffentlichen' }).click()
  await expect(form.getByRole('status')).toContainText('Wir prüfen und veröffentlichen gerade')
  await expect(form.getByRole('button')).toBeDisabled()
  await form.evaluate((one) => (one instanceof HTMLFormElement ? one.submit() : undefined))
  await expect(page.getByText('Die Seiten werden gerade neu gemacht')).toBeVisible()
  await product.tick()
  await expect(page.getByText('Veröffentlicht. Die Leistung ist jetzt so online.')).toBeVisible()
})
