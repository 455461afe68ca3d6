import { createApplicant, fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, elsewhere, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

const NAMES = ['Lebendig-a', 'Lebendig-b', 'Lebendig-c']

test('a list follows what a colleague does and leaves the keyboard where it is; keys walk through it and take', async ({
  page,
  browser,
  product,
}) => {
  for (const name of NAMES) {
    const applicant = createApplicant(product.origin)
    const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf(name) }
    const answers = { ...ONE_DOG, '/halter/familienname': name }
    await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', answers, file))
  }
  await product.tick()
  const lead = await elsewhere(browser, page, product.origin)
  await signInAs(lead, 'marko.lehnigk', '/amt/?ansicht=free')
  const clerk = await elsewhere(browser, page, product.origin)
  await clerk.clock.install()
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  const rows = clerk.getByRole('main').locator('tbody tr')
  const focused = clerk.locator('tbody tr:has(:focus)')
  const before = await rows.count()
  expect(before).toBeGreaterThanOrEqual(3)

  // Keys walk from row to row, and stop at the ends.
  await clerk.keyboard.press('j')
  await clerk.keyboard.press('j')
  await expect(rows.nth(1).getByRole('rowheader').getByRole('link')).toBeFocused()
  await clerk.keyboard.press('k')
  await clerk.keyboard.press('k')
  await expect(rows.nth(0).getByRole('rowheader').getByRole('link')).toBeFocused()
  await clerk.keyboard.press('j')
  const own = (await focused.getByRole('rowheader').getByRole('link').textContent()) ?? ''

  // Somebody else takes the first: it goes, the focus stays with its row, the page does not move.
  const first = await rows.nth(0).getAttribute('id')
  await lead.locator(`#${first}`).getByRole('button', { name: /Übernehmen/ }).click() // biome-ignore format: one thought
  await expect(lead.getByRole('heading', { level: 1 })).toHaveText(/Hund/)
  await clerk.setViewportSize({ width: 1280, height: 360 })
  await clerk.evaluate(() => window.scrollTo(0, 40))
  expect(await clerk.evaluate(() => window.scrollY)).toBe(40)
  await clerk.clock.runFor(21_000)
  await expect(rows).toHaveCount(before - 1)
  await expect(clerk.locator('#ansichten').getByRole('link', { name: /^Unverteilt/ })).toContainText(String(before - 1))
  await expect(focused.getByRole('rowheader').getByRole('link')).toHaveText(own)
  expect(await clerk.evaluate(() => window.scrollY)).toBe(40)
  // The row that the keyboard is in goes: the next one has it.
  const taken = await focused.getAttribute('id')
  await lead.goto('/amt/?ansicht=free')
  await lead.locator(`#${taken}`).getByRole('button', { name: /Übernehmen/ }).click() // biome-ignore format: one thought
  await expect(lead.getByRole('heading', { level: 1 })).toHaveText(/Hund/)
  const next = await rows.nth(1).getAttribute('id')
  await clerk.clock.runFor(21_000)
  await expect(rows).toHaveCount(before - 2)
  await expect(focused).toHaveAttribute('id', next ?? '')
  // Nobody works with it: it is left alone, and nobody stays signed in by it.
  let asked = 0
  clerk.on('request', () => (asked += 1))
  await clerk.clock.runFor(6 * 60_000)
  await clerk.waitForLoadState('networkidle')
  const whileUsed = asked
  expect(whileUsed).toBeGreaterThan(0)
  await clerk.clock.runFor(10 * 60_000)
  await clerk.waitForLoadState('networkidle')
  expect(asked).toBe(whileUsed)

  // The keys are shown by a key and by a button, and can be switched off.
  await clerk.keyboard.press('?')
  const dialog = clerk.getByRole('dialog', { name: 'Tasten in dieser Liste' })
  await expect(dialog).toBeVisible()
  await axeClean(clerk)
  await dialog.getByRole('checkbox', { name: 'Tasten benutzen' }).uncheck()
  await dialog.getByRole('button', { name: 'Schließen' }).click()
  await expect(focused).toHaveAttribute('id', next ?? '')
  await clerk.keyboard.press('?')
  await clerk.keyboard.press('u')
  await expect(dialog).toBeHidden()
  await expect(clerk).toHaveURL(/ansicht=free/)
  await clerk.getByRole('button', { name: 'Tasten in dieser Liste' }).click()
  await dialog.getByRole('checkbox', { name: 'Tasten benutzen' }).check()
  await clerk.keyboard.press('Escape')
  // Typing is typing.
  await clerk.getByRole('banner').getByLabel('Vorgang finden').fill('')
  await clerk.keyboard.type('juk?')
  await expect(clerk.getByRole('banner').getByLabel('Vorgang finden')).toHaveValue('juk?')

  await clerk.locator(`#${next}`).getByRole('rowheader').getByRole('link').focus()
  await clerk.keyboard.press('u')
  await expect(clerk.getByRole('heading', { level: 1 })).toHaveText(/Hund/)
})

test('who takes too late reads who was quicker, on the list they were on @both', async ({ page, browser, product }) => {
  const applicant = createApplicant(product.origin)
  const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf('late') }
  await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, file))
  await product.tick()
  const lead = await elsewhere(browser, page, product.origin)
  await signInAs(lead, 'marko.lehnigk', '/amt/?ansicht=free')
  const clerk = await elsewhere(browser, page, product.origin)
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  const row = (await clerk.getByRole('main').locator('tbody tr').first().getAttribute('id')) ?? ''
  await lead.locator(`#${row}`).getByRole('button', { name: /Übernehmen/ }).click() // biome-ignore format: one thought
  await expect(lead.getByRole('heading', { level: 1 })).toHaveText(/Hund/)
  await clerk.locator(`#${row}`).getByRole('button', { name: /Übernehmen/ }).click() // biome-ignore format: one thought
  await expect(clerk.getByRole('alert')).toContainText(/Marko Lehnigk hat diesen Vorgang am \d\d\.\d\d\.\d{4} um \d\d:\d\d Uhr übernommen\./) // biome-ignore format: one thought
  await expect(clerk).toHaveTitle(/^Fehler: Meine Arbeit/)
  await expect(clerk.locator(`#${row}`)).toHaveCount(0)
  await axeClean(clerk)
  // The team's list says who has it.
  await clerk.goto('/amt/postkorb/steuern')
  await expect(clerk.getByRole('main').locator('tbody tr').filter({ hasText: 'Marko Lehnigk' }).first()).toBeVisible()
})
