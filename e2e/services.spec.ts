import type { Page } from '@playwright/test'
import { onlineServices, type ServiceExample, validExamples, wantsSignIn } from './support/examples.ts'
import { axeClean } from './support/page.ts'
import { signInByBundid } from './support/sign-in.ts'
import { expect, test } from './support/test.ts'
import { fillUntilReview, goOn } from './support/walk.ts'

/**
 * Every service that can be applied for, from its page to the receipt, as its own examples answer it: a new one is tested
 * by being there. Without scripts; three of them with scripts too, and those at the width of a small phone.
 */
const WITH_SCRIPTS = 3

for (const [index, slug] of onlineServices().entries()) {
  const tag = index < WITH_SCRIPTS ? '@both' : '@nojs'
  const [example] = validExamples(slug)
  test(`${tag} ${slug}: from the service's page to the receipt`, async ({ page, product }) => {
    test.setTimeout(120_000)
    expect(example, `${slug} has a valid example`).toBeDefined()
    if (example !== undefined) {
      await product.setClock(example.todayMs)
      await apply(page, slug, example)
    }
  })
}

async function apply(page: Page, slug: string, example: ServiceExample): Promise<void> {
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
