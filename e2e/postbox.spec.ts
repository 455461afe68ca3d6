import { createApplicant, fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, elsewhere, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('a clerk sees what is free, takes it, finds it among the own, and narrows the list @both', async ({
  page,
  browser,
  product,
}) => {
  for (const mark of ['a', 'b']) {
    const applicant = createApplicant(product.origin)
    const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf(mark) }
    await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, file))
  }
  await product.tick()
  const lead = await elsewhere(browser, page, product.origin)
  await signInAs(lead, 'marko.lehnigk')
  const clerk = await elsewhere(browser, page, product.origin)
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  await expect(clerk.getByRole('heading', { level: 1, name: 'Meine Arbeit' })).toBeVisible()
  const rows = clerk.getByRole('main').locator('tbody tr')
  const count = async (view: string): Promise<number> =>
    Number(
      /\d+/.exec((await clerk.getByRole('navigation', { name: 'Ansichten' }).getByRole('link', { name: view }).textContent()) ?? '')?.[0], // biome-ignore format: one thought
    )
  const before = await count('Unverteilt')
  expect(before).toBeGreaterThanOrEqual(2)
  await expect(rows).toHaveCount(Math.min(before, 50))
  // Other tests of the same product may have left something.
  const own = (await count('Meine')) + 1
  await axeClean(clerk)
  await rows
    .first()
    .getByRole('button', { name: /Übernehmen/ })
    .focus()
  await clerk.keyboard.press('Enter')
  await expect(clerk.getByRole('heading', { level: 1 })).toHaveText(/Hund/)
  await clerk.goto('/amt/')
  await expect(clerk).toHaveURL(/ansicht=mine/)
  await expect(rows).toHaveCount(own)
  expect(await count('Unverteilt')).toBe(before - 1)
  await axeClean(clerk)
  await clerk.getByRole('combobox', { name: 'Leistung' }).selectOption({ label: 'Hund von der Hundesteuer abmelden' })
  await clerk.getByRole('button', { name: 'Anzeigen' }).click()
  await expect(clerk.getByText('Dazu ist hier nichts zu finden.')).toBeVisible()
  await expect(clerk).toHaveURL(/ansicht=mine&leistung=hund-abmelden/)
  await axeClean(clerk)
  await clerk.getByRole('list', { name: 'Eingegrenzt auf' }).getByRole('link').click()
  await expect(rows).toHaveCount(own)
  for (const view of ['Fällig', 'Mitzeichnen', 'Wartet auf andere', 'Abgeschlossen']) {
    await clerk.getByRole('main').getByRole('link', { name: view }).click()
    await axeClean(clerk)
  }
  await clerk.goto('/amt/')
  await rows.first().getByRole('rowheader').getByRole('link').click()
  await clerk.getByRole('link', { name: /anderen Postkorb abgeben/ }).click()
  await expect(clerk.getByText(/Steuerdaten bleiben im Steueramt/)).toBeVisible()
  await axeClean(clerk)
  await clerk.getByRole('radio', { name: 'Marko Lehnigk' }).check()
  await clerk.getByRole('button', { name: 'Übergeben' }).click()
  await expect(clerk.getByText('Marko Lehnigk bearbeitet diesen Vorgang.')).toBeVisible()
  await lead.goto('/amt/?ansicht=mine')
  await expect(lead.getByRole('main').locator('tbody tr').getByText('neu').first()).toBeVisible()
  // What is overdue in the team is for who leads it.
  await lead
    .getByRole('main')
    .getByRole('link', { name: /^Überfällig im Team/ })
    .click()
  await expect(lead).toHaveURL(/ansicht=late/)
  await axeClean(lead)
  await clerk.goto('/amt/?ansicht=free')
  await expect(clerk.getByRole('link', { name: /^Überfällig im Team/ })).toHaveCount(0)
})
