import type { Page } from '@playwright/test'
import { ONE_DOG } from './support/apply.ts'
import { axeClean as axe, elsewhere, findRow, readMails, signInAs } from './support/page.ts'
import { checkSeal } from './support/seal.ts'
import { expect, test } from './support/test.ts'
import { fillUntilReview, goOn, VACCINATION_CARD } from './support/walk.ts'

const EMAIL = ONE_DOG['/halter/kontakt/email'] ?? ''

test('@both @deno from the page of a service to a co-signed notice that the citizen reads', async ({
  page,
  browser,
  product,
  outside,
  runtime,
}) => {
  test.setTimeout(300_000)
  // The documents under Deno are the same: axe has looked at them.
  const withAxe = runtime === 'node'
  const axeClean = async (looked: Page): Promise<void> => (withAxe ? await axe(looked) : undefined)
  // What earlier tests of the same product left to do is done, and forgotten outside.
  await product.tick()
  await outside.reset()
  await page.goto('/leistungen/hund-anmelden/')
  await axeClean(page)
  await page
    .getByRole('main')
    .getByRole('link', { name: /online/i })
    .first()
    .click()
  await axeClean(page)
  await goOn(page, 'Jetzt beginnen')
  await fillUntilReview(page, ONE_DOG, { withAxe, upload: VACCINATION_CARD })
  await axeClean(page)
  await expect(page.getByText('Sandower Straße')).toBeVisible()
  await goOn(page, 'Hund verbindlich anmelden')
  await axeClean(page)
  const strong = page.locator('.reference strong')
  const reference = (await strong.nth(0).textContent()) ?? ''
  const code = (await strong.nth(1).textContent()) ?? ''
  const [receipt] = await readMails(product, outside, EMAIL)
  expect(receipt?.text).toContain(reference)
  expect(receipt?.text).not.toContain('Lehmann')
  expect(outside.specialist.deliveries()).toHaveLength(1)

  const clerk = await elsewhere(browser, page, product.origin)
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  await axeClean(clerk)
  const row = await findRow(clerk, new RegExp(reference))
  await expect(row).toContainText('Mara Łucja Lehmann-Nowak')
  await row.getByRole('button', { name: /Übernehmen/ }).click()
  await expect(clerk.getByRole('heading', { level: 1, name: 'Hund zur Hundesteuer anmelden' })).toBeVisible()
  await expect(clerk.getByText('276098100001234')).toBeVisible()
  // Pages are shown as pictures; under Deno, which may start no programs, the file itself is.
  await expect(clerk.getByRole('img', { name: /^Seite 1 von/ }).or(clerk.locator('iframe'))).toBeVisible()
  await clerk.getByText('Angaben nachfordern', { exact: true }).first().click()
  await clerk.getByLabel('Worum geht es?').selectOption('incomplete')
  await clerk.getByLabel('Was fehlt noch?').fill('Bitte schicken Sie uns die Seite mit der Chipnummer.')
  await clerk.getByLabel('Antwort bis').fill('2026-12-30')
  await clerk.getByRole('button', { name: 'Angaben nachfordern' }).click()
  await expect(clerk.getByText('wartet auf eine Antwort')).toBeVisible()
  const done = clerk.getByRole('status').filter({ hasText: 'Angaben sind nachgefordert, Antwort bis' })
  await expect(done).toContainText('30. Dezember 2026')
  expect(await clerk.evaluate(() => document.activeElement?.id)).toBe('getan')
  await axeClean(clerk)

  const home = await elsewhere(browser, page, product.origin)
  await home.goto('/status/')
  await axeClean(home)
  await home.getByLabel('Vorgangsnummer').first().fill(reference.toLowerCase())
  await home.getByLabel('Code', { exact: true }).fill(code)
  await home.getByRole('button', { name: 'Anmelden', exact: true }).click()
  await expect(home.getByText('Seite mit der Chipnummer')).toBeVisible()
  await axeClean(home)
  await home.getByLabel('Ihre Antwort').fill('Hier ist die Seite.')
  await home
    .locator('input[type=file]')
    .setInputFiles({ name: 'chip.pdf', mimeType: 'application/pdf', buffer: Buffer.from(VACCINATION_CARD.bytes) })
  await home.getByRole('button', { name: 'Antwort senden' }).click()
  await expect(home.getByText('Wir prüfen Ihre Anmeldung')).toBeVisible()

  const tabs = clerk.getByRole('navigation', { name: 'Seiten des Vorgangs' })
  await tabs.getByRole('link', { name: 'Nachrichten' }).click()
  await expect(clerk.getByText('Hier ist die Seite.')).toBeVisible()
  for (const tab of ['Nachrichten', 'Dokumente', 'Beteiligte', 'Bescheid', 'Ablauf', 'Verlauf']) {
    await tabs.getByRole('link', { name: tab }).click()
    await expect(tabs.getByRole('link', { name: tab })).toHaveAttribute('aria-current', 'page')
    await axeClean(clerk)
  }
  await clerk.getByRole('link', { name: 'Zum nächsten Schritt' }).click()
  await clerk.getByText('Steuer festsetzen', { exact: true }).first().click()
  await clerk.getByRole('button', { name: 'Steuer festsetzen' }).click()
  await expect(clerk.getByRole('heading', { name: 'Entscheidung', exact: true })).toBeVisible()

  const lead = await elsewhere(browser, page, product.origin)
  await signInAs(lead, 'marko.lehnigk', new URL(clerk.url()).pathname)
  await lead.getByRole('button', { name: 'Übernehmen' }).click()
  await lead.getByText('Mitzeichnen', { exact: true }).first().click()
  await lead.getByRole('button', { name: 'Mitzeichnen' }).click()
  await expect(lead.getByText('Mitgezeichnet von Marko Lehnigk')).toBeVisible()
  const mails = await readMails(product, outside, EMAIL)
  expect(mails.at(-1)?.subject).toContain('Bescheid')

  await home.reload()
  await axeClean(home)
  const href =
    (await home
      .getByRole('link', { name: /Bescheid/ })
      .first()
      .getAttribute('href')) ?? ''
  const notice = await home.request.get(href)
  expect(notice.status()).toBe(200)
  expect(notice.headers()['content-type']).toBe('application/pdf')
  expect((await notice.body()).subarray(0, 5).toString()).toBe('%PDF-')
  checkSeal(await notice.body())

  await lead.getByRole('navigation', { name: 'Seiten des Vorgangs' }).getByRole('link', { name: 'Bescheid' }).click()
  await expect(lead.getByText(/Von der Person geöffnet/)).toBeVisible()
  await axeClean(lead)
  await lead.getByRole('link', { name: 'eAkte öffnen' }).click()
  await expect(lead.getByRole('cell', { name: 'Bescheid von der Person geöffnet' })).toBeVisible()
  await axeClean(lead)
  const verified = await product.admin('POST', '/verify', {})
  expect(JSON.stringify(verified.body)).toContain('"ok":true')
})

test('the application can be made with keys alone', async ({ page }) => {
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  await fillUntilReview(page, ONE_DOG, { byKeyboard: true })
  await page.getByRole('button', { name: 'Hund verbindlich anmelden' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText(/CB-\d{4}-\w{4}-\w{4}/).first()).toBeVisible()
})
