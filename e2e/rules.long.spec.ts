import { expect, type Page } from '@playwright/test'
import { ONE_DOG } from './support/apply.ts'
import { test } from './support/test.ts'
import { fillUntilReview, goOn, VACCINATION_CARD } from './support/walk.ts'

/*
 * What our rules for forms (docs/rules.md) ask of every page, looked at on each page of one application.
 */

/** One heading, one way on, one way back, help, and for each question the reason it is asked. */
async function expectPageInOrder(page: Page): Promise<void> {
  const at = page.url()
  await expect(page.getByRole('heading', { level: 1 }), at).toHaveCount(1)
  await expect(page.locator('main .back a'), at).toHaveCount(1)
  await expect(page.locator('main .send button.button:not(.text)'), at).toHaveText(['Weiter'])
  await expect(page.getByRole('button', { name: 'Speichern und beenden' }), at).toBeVisible()
  await expect(page.locator('main .progress'), at).toContainText(/Schritt \d+ von \d+/)
  await expect(page.locator('main details.stuck a[href^="tel:"]'), at).toHaveCount(1)
  await expect(page.locator('main form:not([novalidate])'), at).toHaveCount(0)
  await expect(page.locator('main form [required]'), at).toHaveCount(0)
  const labels = await page.locator('main form :is(label, legend)').allInnerTexts()
  expect(
    labels.filter((text) => text.includes('*')),
    at,
  ).toEqual([])
  const unexplained = await page
    .locator('main form .field')
    .evaluateAll((nodes) =>
      nodes
        .filter((node) => !node.querySelector('details.why') && !node.querySelector('[name$="/+"]'))
        .map((node) => node.textContent?.trim().slice(0, 40)),
    )
  expect(unexplained, at).toEqual([])
}

test('every page of an application has one heading, one way on, a way back and help, and says why it asks @both', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  await fillUntilReview(page, { ...ONE_DOG, '/ermaessigung/gewuenscht': 'false' }, { upload: VACCINATION_CARD })
  await expect(page.getByRole('button', { name: 'Hund verbindlich anmelden' })).toHaveCount(1)
  await expect(page.getByRole('main')).toContainText('Bevor Sie absenden')
  await expect(page.getByRole('main')).toContainText('Nehmen Sie sich Zeit')
  await expect(page.getByRole('link', { name: /^Ändern ?: Vornamen$/ })).toHaveCount(1)
  const seen: string[] = []
  while (seen.length < 40) {
    await page.locator('main .back a').click()
    await page.waitForLoadState()
    if (/\/antrag\/beginnen\//.test(page.url())) {
      break
    }
    await expect(page).not.toHaveURL(/\/pruefen$/)
    seen.push(new URL(page.url()).pathname.split('/').at(-1) ?? '')
    await expectPageInOrder(page)
  }
  expect(seen.at(-1)).toBe('name')
  expect(new Set(seen).size).toBeGreaterThan(10)
})

test('a refused page keeps everything, says it first and at the field, and moves the focus there @both', async ({
  page,
}) => {
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  await page.getByLabel('Vornamen').fill('Mara 3')
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(page).toHaveTitle(/^Fehler: /)
  await expect(page.locator('main .wrap.form > *').first()).toHaveAttribute('id', 'fehler')
  await expect(page.locator('#fehler')).toBeFocused()
  await expect(page.getByLabel('Vornamen')).toHaveValue('Mara 3')
  const links = page.locator('#fehler a')
  await expect(links).toHaveCount(2)
  for (const link of await links.all()) {
    const control = page.locator(`main ${await link.getAttribute('href')}`)
    const error = page.locator(`main ${await link.getAttribute('href')}-error`)
    await expect(error).toHaveText(`Fehler: ${await link.textContent()}`)
    await expect(error.locator('svg')).toBeVisible()
    await expect(control).toHaveAttribute('aria-invalid', 'true')
    expect((await control.getAttribute('aria-describedby'))?.split(' ')).toContain(await error.getAttribute('id'))
    expect(await error.evaluate((node) => node.previousElementSibling?.tagName)).toBe('DETAILS')
  }
  await links.first().click()
  await expect(page.getByLabel('Vornamen')).toBeFocused()
})

test('the way back of the browser shows what was typed, and after sending sends nothing again @both', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  await page.getByLabel('Vornamen').fill('Mara Łucja')
  await page.getByLabel('Familienname').fill('Lehmann-Nowak')
  await goOn(page, 'Weiter')
  await page.goBack()
  await expect(page.getByLabel('Vornamen')).toHaveValue('Mara Łucja')
  await fillUntilReview(page, ONE_DOG, { upload: VACCINATION_CARD })
  await page.getByRole('button', { name: 'Hund verbindlich anmelden' }).click()
  const reference = page.getByText(/CB-\d{4}-\w{4}-\w{4}/).first()
  await expect(reference).toBeVisible()
  const receipt = page.url()
  await page.goBack()
  await expect(page.getByRole('main')).toContainText('Dieser Antrag ist schon abgesendet.')
  await expect(page.getByRole('button', { name: 'Hund verbindlich anmelden' })).toHaveCount(0)
  await page.goto(receipt)
  await expect(reference).toBeVisible()
})

test('before a sign-in ends it is said, and one key prolongs it; what was typed is still there', async ({ page }) => {
  await page.clock.install()
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  const here = new URL(page.url()).pathname
  await page.goto(`/konto/anmelden/?${new URLSearchParams({ weiter: here })}`)
  await page.getByRole('link', { name: 'Mit BundID anmelden' }).click()
  await page.getByRole('button', { name: 'Weiter zur BundID' }).click()
  await page.getByLabel('Jurij Krautz').check()
  await page.getByLabel('Benutzername').check()
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page).toHaveURL(here)
  const told = page.getByRole('alertdialog')
  await expect(told).toBeHidden()
  const first = page.locator('main form input[type=text], main form input:not([type])').first()
  await first.focus()
  await page.clock.fastForward('01:54:00')
  await expect(told).toBeHidden()
  await page.clock.fastForward('01:30')
  await expect(told).toBeVisible()
  await expect(told.getByRole('button')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(told).toBeHidden()
  await expect(first).toBeFocused()
})
