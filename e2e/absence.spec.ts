import { createApplicant, fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, elsewhere, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('a clerk enters an absence; the substitute works on what they took until the lead ends it @both', async ({
  page,
  browser,
  product,
}) => {
  const applicant = createApplicant(product.origin)
  const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf('away') }
  await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, file))
  await product.tick()
  const lead = await elsewhere(browser, page, product.origin)
  await signInAs(lead, 'marko.lehnigk')
  const clerk = await elsewhere(browser, page, product.origin)
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  await clerk.getByRole('main').getByRole('button', { name: /Übernehmen/ }).first().click() // biome-ignore format: one thought
  const address = clerk.url()
  await clerk.getByRole('link', { name: 'Abwesenheit' }).click()
  await expect(clerk.getByRole('heading', { level: 1, name: 'Abwesenheit' })).toBeVisible()
  await axeClean(clerk)

  const [from, until] = [clerk.getByLabel('Erster Tag'), clerk.getByLabel(/Letzter Tag/)]
  const today = (await from.getAttribute('min')) ?? ''
  const later = (days: number) => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10)
  await from.fill(later(2))
  await until.fill(later(1))
  await clerk.getByLabel(/^Vertretung/).selectOption({ label: 'Marko Lehnigk' })
  await clerk.getByRole('button', { name: 'Eintragen' }).click()
  await expect(clerk.getByRole('alert').getByRole('link', { name: 'Der letzte Tag liegt vor dem ersten.' })).toBeVisible() // biome-ignore format: one thought
  await expect(clerk).toHaveTitle(/^Fehler: Abwesenheit/)
  await expect(from).toHaveValue(later(2))
  await expect(clerk.getByLabel(/^Vertretung/).getByRole('option', { selected: true })).toHaveText('Marko Lehnigk')
  await axeClean(clerk)
  await from.fill(today)
  await until.fill(today)
  await clerk.getByRole('button', { name: 'Eintragen' }).click()
  await expect(clerk.getByRole('main').getByText(/vertreten durch Marko Lehnigk/)).toBeVisible()
  await axeClean(clerk)

  await lead.goto('/amt/?ansicht=mine')
  await expect(lead.getByRole('main').getByText('in Vertretung für Jana Noack').first()).toBeVisible()
  await axeClean(lead)
  await lead.goto(address)
  await expect(lead.getByText(/Jana Noack hat das übernommen und ist abwesend/)).toBeVisible()
  await expect(lead.getByRole('button', { name: 'Zurück ins Team' })).toBeVisible()
  await axeClean(lead)
  await lead.goto('/amt/abwesenheit')
  await expect(lead.getByRole('heading', { name: 'Sie vertreten' })).toBeVisible()
  await axeClean(lead)
  await lead.getByRole('link', { name: 'Jana Noack' }).click()
  await expect(lead.getByRole('heading', { level: 1, name: 'Abwesenheit von Jana Noack' })).toBeVisible()
  await axeClean(lead)
  await lead.getByRole('button', { name: /^Beenden/ }).click()
  await expect(lead.getByText('Es ist keine Abwesenheit eingetragen.')).toBeVisible()
  await lead.goto('/amt/?ansicht=mine')
  await expect(lead.getByText('in Vertretung für Jana Noack')).toHaveCount(0)
  await lead.goto(address)
  await expect(lead.getByText('Jana Noack bearbeitet diesen Vorgang.')).toBeVisible()
  await expect(lead.getByRole('button', { name: 'Zurück ins Team' })).toHaveCount(0)
})
