import { expect, type Page } from '@playwright/test'
import { DEMO_PASSWORD } from '../servers/idp/index.ts'

/** Signs in at the stand-in BundID, from the page that offers it. */
export async function signInByBundid(page: Page, person: string, method: string): Promise<void> {
  await page.getByRole('link', { name: 'Mit BundID anmelden' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Weiter zur BundID')
  await page.getByRole('button', { name: 'Weiter zur BundID' }).click()
  await page.getByLabel(person).check()
  await page.getByLabel(method).check()
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await page.getByRole('button', { name: 'Weiter' }).click()
}

/** Signs in at the broker's stand-in. */
export async function signInByBroker(page: Page, person: string, method: string): Promise<void> {
  await page.getByRole('link', { name: 'Mit Nutzerkonto anmelden' }).click()
  await page.getByLabel(person).check()
  await page.getByLabel(method).check()
  await page.getByLabel('Passwort', { exact: true }).fill(DEMO_PASSWORD)
  await page.getByRole('button', { name: 'Anmelden' }).click()
}
