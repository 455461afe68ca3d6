import { axeClean } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('the front door opens on every runtime, with and without scripts @both @deno', async ({ page, product }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await axeClean(page)
  expect(product.origin).toContain('http')
})
