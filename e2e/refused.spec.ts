import { fillDraft, ONE_DOG, submitDraft } from './support/apply.ts'
import { axeClean, signInAs } from './support/page.ts'
import { applicantOf, newProgram } from './support/program.ts'
import { expect, test } from './support/test.ts'

test("@both @later a clerk's form that is refused stands on its page again with every word that was typed", async ({
  page,
  product,
}) => {
  const program = newProgram(product.origin)
  const citizen = applicantOf(program)
  const { location } = await submitDraft(citizen, await fillDraft(citizen, 'hund-anmelden', ONE_DOG))
  const vorgangId = /status\/([0-9a-f-]{36})/.exec((await program.stay(location)).body.toString())?.[1] ?? ''
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}`)
  await page.getByRole('button', { name: 'Übernehmen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const here = page.url()

  // What the browser would ask for first is left out, as a browser without such checks does.
  await page.getByText('Angaben nachfordern', { exact: true }).first().click()
  const typed = 'Bitte schicken Sie uns die Seite mit der Chipnummer.'
  await page.getByLabel('Worum geht es?').selectOption('incomplete')
  await page.getByLabel('Was fehlt noch?').fill(typed)
  await page.getByLabel('Antwort bis').evaluate((input) => input.removeAttribute('required'))
  await page.getByLabel('Antwort bis').evaluate((input) => input.removeAttribute('min'))
  await page.getByLabel('Antwort bis').fill('2020-01-01')
  await page.getByRole('button', { name: 'Angaben nachfordern' }).click()
  await expect(page.getByRole('alert')).toContainText('Das ging nicht.')
  await expect(page).toHaveTitle(/^Fehler/)
  await expect(page.getByLabel('Was fehlt noch?')).toHaveValue(typed)
  await expect(page.getByText('Fehler: Wählen Sie einen Tag ab morgen.')).toBeVisible()
  await page.getByRole('alert').getByRole('link', { name: 'Wählen Sie einen Tag ab morgen.' }).click()
  await expect(page.getByLabel('Antwort bis')).toBeFocused()
  await axeClean(page)

  await page.goto(here)
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('@both @later a request to see the file is turned down with a reason and without a day', async ({
  page,
  product,
}) => {
  const program = newProgram(product.origin)
  const citizen = applicantOf(program)
  const { location } = await submitDraft(citizen, await fillDraft(citizen, 'hund-anmelden', ONE_DOG))
  const receipt = (await program.stay(location)).body.toString()
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(receipt)?.[1] ?? ''
  const asked = await citizen.post(`/api/v1/submissions/status/${vorgangId}/acts/inspection`, { note: 'Alles.' })
  expect(asked.status).toBe(303)

  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}`)
  const errand = page.locator('details').filter({ hasText: 'Die Person bittet um Akteneinsicht' })
  await errand.getByRole('button', { name: 'Entscheiden' }).click()
  await page.getByRole('alert').getByRole('link').click()
  await expect(errand.getByRole('textbox', { name: /^Nachricht/ })).toBeFocused()
  await axeClean(page)
  await errand.getByRole('textbox', { name: /^Nachricht/ }).fill('Die Akte wird gerade geprüft.')
  await errand.getByRole('button', { name: 'Entscheiden' }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(page.getByText('Es gibt keine offenen Anliegen.')).toBeVisible()
  await expect(page.getByRole('status')).toContainText('Das Anliegen ist erledigt.')
  await page.getByRole('link', { name: 'Zu den Nachrichten' }).click()
  await expect(page.getByText('Die Akte wird gerade geprüft.')).toBeVisible()
})
