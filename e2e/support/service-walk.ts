import { expect, type Page } from '@playwright/test'
import { type ServiceExample, wantsSignIn } from './examples.ts'
import { axeClean } from './page.ts'
import { signInByBundid } from './sign-in.ts'
import { fillUntilReview, goOn } from './walk.ts'

/** Applies for a service as an example answers it, from its page to the receipt, at the width of a small phone. */
export async function applyFor(page: Page, slug: string, example: ServiceExample): Promise<void> {
  await page.setViewportSize({ width: 320, height: 900 })
  await page.goto(`/leistungen/${slug}/`)
  await page
    .getByRole('main')
    .getByRole('link', { name: /online/i })
    .first()
    .click()
  await axeClean(page)
  if (wantsSignIn(slug)) {
    await page.getByRole('main').getByRole('link', { name: 'Anmelden', exact: true }).click()
    await axeClean(page)
    await signInByBundid(page, 'Mara Łucja Lehmann-Nowak', 'Online-Ausweis')
  }
  await goOn(page, 'Jetzt beginnen')
  await fillUntilReview(page, example.typed, { files: example.files })
  await axeClean(page)
  await expectNoSidewaysScroll(page)
  await page.locator('main form[action$="/submit"] button.button').click()
  await expect(page.getByText(/CB-\d{4}-\w{4}-\w{4}/).first()).toBeVisible()
  await axeClean(page)
  await expectNoSidewaysScroll(page)
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const)
  expect(wide, `${page.url()} scrolls sideways`).toBeLessThanOrEqual(room)
}
