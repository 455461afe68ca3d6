import { axeClean } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('the front door opens on every runtime, with and without scripts @both @deno', async ({ page, product }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await axeClean(page)
  expect(product.origin).toContain('http')
})

test('a service is read in English and applied for in English; what is German says so', async ({ page }) => {
  await page.goto('/leistungen/geburtsurkunde/')
  const switchOf = page.getByRole('navigation', { name: 'Sprache' })
  await switchOf.getByRole('link', { name: 'English' }).click()
  await expect(page).toHaveURL(/\/leistungen\/geburtsurkunde\/en\/$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Apply for a birth certificate')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  const versions = await page
    .locator('link[rel="alternate"]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('hreflang')))
  expect(versions.toSorted()).toEqual(['de', 'en', 'x-default'])
  const remedy = page.getByRole('region', { name: 'Legal remedies' })
  await expect(remedy).toContainText('in German only')
  await expect(remedy.locator('[lang="de"]')).toContainText('Amtsgericht')
  await axeClean(page)
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(width).toBeLessThanOrEqual(0)

  const needed = page.getByRole('region', { name: 'What you need' }).getByRole('list').first()
  const lines = await needed.getByRole('listitem').allTextContents()
  await page.getByRole('link', { name: 'Apply online' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Apply for a birth certificate')
  const list = page.getByRole('heading', { name: 'What you need' }).locator('xpath=following-sibling::ul[1]')
  await expect(list.getByRole('listitem')).toHaveText(lines)
  expect(lines.length).toBeGreaterThan(1)
  await axeClean(page)

  expect((await page.goto('/leistungen/geburtsurkunde/fr/'))?.status()).toBe(404)
  await page.goto('/leistungen/geburtsurkunde/de/')
  await expect(page).toHaveURL(/\/leistungen\/geburtsurkunde\/$/)
})
