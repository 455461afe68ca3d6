import { axeClean } from './support/page.ts'
import { signInByBroker, signInByBundid } from './support/sign-in.ts'
import { expect, test } from './support/test.ts'

test('a draft begun as a guest goes on with BundID: proved values are shown and locked, the account shows it all @both @later', async ({
  page,
}) => {
  await page.goto('/antrag/beginnen/hund-anmelden')
  await page.getByRole('button', { name: 'Jetzt beginnen' }).click()
  await page.getByLabel('Vornamen').fill('Mara')
  await page.getByLabel('Familienname').fill('Lehmann')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('geboren')
  const here = new URL(page.url()).pathname
  await page.goto(`/konto/anmelden/?${new URLSearchParams({ weiter: here })}`)
  await axeClean(page)
  await signInByBundid(page, 'Mara Łucja Lehmann-Nowak', 'Online-Ausweis')
  await expect(page).toHaveURL(here)
  await expect(page.getByRole('main')).toContainText('13. April 1985')
  await expect(page.getByRole('main')).toContainText('Aus Ihrem Konto (BundID)')
  await expect(page.getByRole('textbox')).toHaveCount(0)
  await axeClean(page)
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page.getByRole('main')).toContainText('Sandower Straße')
  await page.goto('/konto/')
  await expect(page.getByRole('main')).toContainText('Angemeldet als Mara Łucja Lehmann-Nowak')
  await expect(page.getByRole('link', { name: 'Hund zur Hundesteuer anmelden' })).toBeVisible()
  await axeClean(page)
})

test('the account shows its data and sign-ins, gives them to take along, and is deleted after a clear question @nojs', async ({
  page,
  browser,
  product,
}) => {
  await page.goto('/konto/')
  await expect(page).toHaveURL(/\/konto\/anmelden\//)
  await signInByBroker(page, 'Jurij Krautz', 'ELSTER-Zertifikat')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Mein Konto')
  const elsewhere = await (await browser.newContext({ baseURL: product.origin, javaScriptEnabled: false })).newPage()
  await elsewhere.goto('/konto/')
  await signInByBroker(elsewhere, 'Jurij Krautz', 'Benutzername und Passwort')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('My account')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await axeClean(page)
  await page.getByRole('link', { name: 'My data' }).click()
  await expect(page.getByRole('main')).toContainText('2 November 1981')
  await axeClean(page)
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Meine Daten')
  await expect(page.getByRole('main')).toContainText('Ströbitzer Hauptstraße')
  await expect(page.getByRole('main')).toContainText('2. November 1981')
  await axeClean(page)
  await page.getByRole('button', { name: /Diese Anmeldung beenden/ }).click()
  await elsewhere.goto('/konto/')
  await expect(elsewhere).toHaveURL(/\/konto\/anmelden\//)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Meine Daten als PDF' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('nutzerkonto.pdf')
  await page.getByRole('link', { name: /wie Sie das Konto löschen/ }).click()
  await axeClean(page)
  await page.getByLabel(/Ja, ich möchte/).check()
  await page.getByRole('button', { name: 'Konto endgültig löschen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ihr Konto ist gelöscht')
  await axeClean(page)
  await page.goto('/konto/')
  await expect(page).toHaveURL(/\/konto\/anmelden\//)
})

test('a service that needs a level explains it and leads to the sign-in and back', async ({ page }) => {
  await page.goto('/antrag/beginnen/geburtsurkunde')
  await expect(page.getByRole('button', { name: 'Jetzt beginnen' })).toHaveCount(0)
  await page.getByRole('main').getByRole('link', { name: 'Anmelden', exact: true }).click()
  await expect(page.getByRole('main')).toContainText('„substanziell“')
  await axeClean(page)
  await signInByBroker(page, 'Aylin Demir', 'Benutzername und Passwort')
  await expect(page.getByRole('main')).toContainText('reicht dafür noch nicht')
  await axeClean(page)
  await signInByBroker(page, 'Aylin Demir', 'Online-Ausweis')
  await page.getByRole('button', { name: 'Jetzt beginnen' }).click()
  await expect(page).toHaveURL(/\/antrag\/[0-9a-f-]{36}\//)
})
