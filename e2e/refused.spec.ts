import { fillDraft, ONE_DOG, submitDraft } from './support/apply.ts'
import { axeClean, signInAs } from './support/page.ts'
import { applicantOf, newProgram } from './support/program.ts'
import { expect, test } from './support/test.ts'

test("@both @later a clerk's form that is refused stands on its page again with every word that was typed", async ({
  page,
  product,
}) => {
  const citizen = applicantOf(newProgram(product.origin))
  await submitDraft(citizen, await fillDraft(citizen, 'hund-anmelden', ONE_DOG))
  await signInAs(page, 'jana.noack')
  await page
    .getByRole('row', { name: /Lehmann-Nowak/ })
    .getByRole('button', { name: /Übernehmen/ })
    .first()
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const here = page.url()

  // What the browser would ask for first is left out, as a browser without such checks does.
  await page.getByText('Angaben nachfordern', { exact: true }).first().click()
  const typed = 'Bitte schicken Sie uns die Seite mit der Chipnummer.'
  await page.getByLabel('Was fehlt noch?').fill(typed)
  await page.getByLabel('Antwort bis').evaluate((input) => input.removeAttribute('required'))
  await page.getByLabel('Antwort bis').evaluate((input) => input.removeAttribute('min'))
  await page.getByLabel('Antwort bis').fill('2020-01-01')
  await page.getByRole('button', { name: 'Angaben nachfordern' }).click()
  await expect(page.getByRole('alert')).toContainText('Das ging nicht.')
  await expect(page).toHaveTitle(/^Fehler/)
  await expect(page.getByLabel('Was fehlt noch?')).toHaveValue(typed)
  await expect(page.getByText('Wählen Sie einen Tag ab morgen.')).toBeVisible()
  await axeClean(page)

  await page.goto(here)
  await expect(page.getByRole('alert')).toHaveCount(0)
})
