import { axeClean } from './support/page.ts'
import { expect, outsideTest as test } from './support/test.ts'

test('the pages of the stand-ins can be used by everybody', async ({ page, outside }) => {
  const body = '{"type":"probe"}'
  await fetch(outside.specialist.url, { method: 'POST', body })
  for (const url of [outside.mail.url, outside.specialist.url]) {
    await page.goto(url)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await axeClean(page)
  }
})

test('@nojs axe works where the page may not run scripts', async ({ page, outside }) => {
  await page.goto(outside.mail.url)
  await axeClean(page)
})
