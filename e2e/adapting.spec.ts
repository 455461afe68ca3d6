import { fileURLToPath } from 'node:url'
import { axeClean, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

const sample = (name: string): string => fileURLToPath(new URL(`../api/${name}`, import.meta.url))

test('an editor drops description, form and a foreign process, reads what was assumed and changes a step @nojs', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await signInAs(page, 'ines.kahlau', '/redaktion/formulare/')
  await page.getByText('Neue Leistung aus Dateien').click()
  const files = ['editing/testing/boat.xml', 'editing/testing/boat-catalogue.xml', 'workflow/testing/payment.bpmn']
  await page.getByLabel('Dateien').setInputFiles(files.map(sample))
  await page.getByRole('button', { name: 'Leistung anlegen', exact: true }).first().click()
  await expect(page.getByRole('heading', { name: 'Aus einem fremden Ablauf' })).toBeVisible()
  const unknown = '„Kataster abfragen“ soll ein Programm tun, das wir nicht kennen.'
  await expect(page.getByText(unknown).first()).toBeVisible()
  await page.getByText('Das haben wir angenommen').click()
  await expect(page.getByText('Im Schritt „Antrag fachlich prüfen“ wird entschieden').first()).toBeVisible()
  await page.getByText('Schritte anders zuordnen', { exact: true }).click()
  await axeClean(page)

  const step = page.getByRole('group', { name: 'Antrag fachlich prüfen' })
  await expect(step.getByLabel('Postkorb')).toHaveValue('umwelt')
  await step.getByLabel('Text auf dem Knopf').first().fill('Platz zuteilen')
  // What is lost stands at its step too.
  const program = page.getByRole('group', { name: 'Kataster abfragen' })
  await expect(program.getByText(unknown)).toBeVisible()
  await program.getByLabel('Was dieser Schritt tut').selectOption('nothing')
  await page.locator('form[action$="sheets/mapping"]').getByRole('button', { name: 'Speichern' }).click()
  await expect(page.getByText('Gespeichert.', { exact: false }).first()).toBeVisible()
  await expect(page.getByText('Das ließ sich nicht übernehmen')).toBeVisible()
  await expect(page.getByText('„Kataster abfragen“ soll ein Programm tun')).toHaveCount(0)
  await page.getByText('Schritte anders zuordnen', { exact: true }).click()
  await expect(step.getByLabel('Text auf dem Knopf').first()).toHaveValue('Platz zuteilen')
})
