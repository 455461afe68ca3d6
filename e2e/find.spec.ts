import { createApplicant, fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, elsewhere, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('a clerk finds a Vorgang by name and by number; a clerk of another office finds nothing @both', async ({
  page,
  browser,
  product,
}) => {
  const applicant = createApplicant(product.origin)
  const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf('find') }
  const named = { ...ONE_DOG, '/halter/familienname': 'Žylowska-Größler' }
  await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', named, file))
  await product.tick()
  const clerk = await elsewhere(browser, page, product.origin)
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  const side = clerk.getByRole('banner')
  const rows = clerk.getByRole('main').locator('tbody tr')
  // What was sent can be found within a second.
  await expect(async () => {
    await clerk.goto('/amt/')
    await side.getByLabel('Vorgang finden').fill('zylowska groessl')
    await side.getByLabel('Vorgang finden').press('Enter')
    await expect(rows.first()).toContainText('Žylowska-Größler', { timeout: 500 })
  }).toPass()
  await expect(clerk).toHaveURL(/\/amt\/suche\?frage=[0-9a-f-]{36}$/)
  await expect(clerk.getByRole('heading', { level: 1, name: 'Gefundene Vorgänge' })).toBeVisible()
  await expect(clerk.getByLabel('Vorgang finden')).toHaveValue('zylowska groessl')
  await expect(rows.first()).toContainText('Familienname: Žylowska-Größler')
  await axeClean(clerk)
  const found = clerk.url()
  const reference = (await rows.first().getByRole('rowheader').locator('.small').textContent()) ?? ''
  await rows.first().getByRole('rowheader').getByRole('link').click()
  const vorgang = clerk.url()
  expect(vorgang).toMatch(/\/amt\/vorgaenge\//)
  // Back is the list again, without a question of the browser.
  await clerk.goBack()
  await expect(rows.first()).toContainText('Žylowska-Größler')

  const field = clerk.getByRole('main').getByLabel('Vorgang finden')
  await field.fill('ž')
  await clerk.getByRole('main').getByRole('button', { name: 'Suchen' }).click()
  await expect(clerk).toHaveTitle(/^Fehler: /)
  await expect(clerk.getByRole('alert').getByRole('link', { name: 'Geben Sie mindestens zwei Zeichen ein.' })).toBeVisible() // biome-ignore format: one thought
  await expect(field).toHaveValue('ž')
  await axeClean(clerk)
  await field.fill('niemand-heißt-so')
  await field.press('Enter')
  await expect(clerk.getByText('In Ihren Postkörben ist dazu nichts zu finden.')).toBeVisible()
  await axeClean(clerk)
  await field.fill(reference.replaceAll('-', '').toLowerCase())
  await field.press('Enter')
  await expect(clerk).toHaveURL(vorgang)

  const foreign = await elsewhere(browser, page, product.origin)
  await signInAs(foreign, 'petra.budar', '/amt/suche')
  await axeClean(foreign)
  for (const typed of ['Žylowska', reference]) {
    await foreign.getByRole('main').getByLabel('Vorgang finden').fill(typed)
    await foreign.getByRole('main').getByLabel('Vorgang finden').press('Enter')
    await expect(foreign.getByText('In Ihren Postkörben ist dazu nichts zu finden.')).toBeVisible()
  }
  expect((await foreign.goto(found))?.status()).toBe(404)
})
