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
