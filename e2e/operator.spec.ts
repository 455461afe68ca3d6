import { axeClean, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('an operator is told where the work is done, and opens neither cases nor forms @both @later', async ({ page }) => {
  await signInAs(page, 'tobias.dreko')
  await expect(page).toHaveURL(/\/amt\/betrieb$/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Betrieb')
  await expect(page.getByRole('main')).toContainText('mit den Befehlen aus dem Handbuch für den Betrieb')
  await axeClean(page)
  for (const path of ['/amt/postkorb/steuern', '/redaktion/formulare/']) {
    const answer = await page.goto(path)
    expect([path, answer?.status()]).toEqual([path, 403])
  }
  await page.goto('/amt/betrieb')
  await page.getByRole('link', { name: 'Zur Seite der Stadt' }).click()
  await expect(page).toHaveURL(/\/$/)
})

test('whoever is not signed in is led to the sign-in of staff', async ({ page }) => {
  await page.goto('/amt/betrieb')
  await expect(page).not.toHaveURL(/betrieb/)
  await expect(page.getByRole('heading', { name: 'Betrieb', level: 1 })).toHaveCount(0)
})
