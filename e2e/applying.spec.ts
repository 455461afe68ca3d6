import { expect, type Page } from '@playwright/test'
import { ONE_DOG } from './support/apply.ts'
import { axeClean } from './support/page.ts'
import { test } from './support/test.ts'
import { fillUntilReview, goOn, VACCINATION_CARD } from './support/walk.ts'

/** Nothing on the page is wider than the page. */
async function fitsAt(page: Page, width: number): Promise<void> {
  const before = page.viewportSize()
  await page.setViewportSize({ width, height: 800 })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(wide, `${page.url()} at ${width} px`).toBeLessThanOrEqual(0)
  if (before !== null) {
    await page.setViewportSize(before)
  }
}
async function looksRight(page: Page): Promise<void> {
  await axeClean(page)
  await fitsAt(page, 320)
}

test('in English, with the language changed in the middle of a page and back', async ({ page }) => {
  test.setTimeout(150_000)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await page.getByRole('link', { name: 'English' }).click()
  await expect(page).toHaveURL(/\/antrag\/beginnen\/hund-anmelden\/en$/)
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  expect(await (await page.request.get(page.url())).text(), 'the page is whole').toMatch(/<\/html>\s*$/)
  await looksRight(page)
  await goOn(page, 'Start now')
  await expect(page.getByRole('heading', { level: 1, name: 'What is your name?' })).toBeVisible()
  await page.getByLabel('First names').fill('Mara Łucja')
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Wie heißen Sie?' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect(page.getByLabel('Vornamen')).toHaveValue('Mara Łucja')
  await expect(page).not.toHaveTitle(/^Fehler/)
  await page.getByRole('button', { name: 'Dolnoserbski' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'dsb')
  await expect(page.getByRole('heading', { level: 1 }).locator('[lang=de]')).toHaveText('Wie heißen Sie?')
  await expect(page.getByRole('button', { name: 'Dalej' })).toBeVisible()
  await looksRight(page)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await expect(page).toHaveTitle(/^Error:/)
  await looksRight(page)
  await page.getByRole('button', { name: 'Deutsch' }).click()
  await fillUntilReview(page, ONE_DOG, { upload: VACCINATION_CARD })
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Check your answers' })).toBeVisible()
  await expect(page.getByText('Sandower Straße')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Who is told what' })).toBeVisible()
  await looksRight(page)
  await goOn(page, 'Register dog bindingly')
  await expect(page.getByText('Your reference number')).toBeVisible()
  await looksRight(page)
})

test('@nojs the pre-check says no, and one may apply all the same', async ({ page }) => {
  test.setTimeout(150_000)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await page.getByRole('link', { name: 'Vorab prüfen' }).click()
  await looksRight(page)
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page).toHaveTitle(/^Fehler/)
  await looksRight(page)
  await page.getByLabel('Postleitzahl').fill('10117')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page).toHaveURL(/\/antrag\/vorab\/hund-anmelden$/)
  await expect(page.getByText('Ihre Anschrift liegt nicht in Cottbus/Chóśebuz.')).toBeVisible()
  expect(await page.context().cookies()).toEqual([])
  await looksRight(page)
  await page.getByRole('link', { name: 'Noch einmal von vorn' }).click()
  await page.getByLabel('Postleitzahl').fill('03046')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await page.getByLabel('Tag').fill('1')
  await page.getByLabel('Monat').fill('2')
  await page.getByLabel('Jahr').fill('2015')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page.getByText('Sie sind noch nicht 18 Jahre alt.')).toBeVisible()
  await page.getByRole('button', { name: 'Trotzdem Antrag stellen' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Wie heißen Sie?' })).toBeVisible()
  await page.getByLabel('Vornamen').fill('Kind')
  await page.getByLabel('Familienname').fill('Nowak')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page.getByLabel('Jahr')).toHaveValue('2015')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await page.getByLabel('Straße').fill('Unter den Linden')
  await page.getByLabel('Hausnummer').fill('1')
  await page.getByLabel('Postleitzahl').fill('10117')
  await page.getByLabel('Ort').fill('Berlin')
  await page.getByRole('button', { name: 'Weiter' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Eine Voraussetzung ist nicht erfüllt' })).toBeVisible()
  await looksRight(page)
  await page.getByRole('button', { name: 'Trotzdem Antrag stellen' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Wie erreichen wir Sie?' })).toBeVisible()
})

test('@both @later two windows: the later one sees both versions; the draft goes on elsewhere by number and code', async ({
  page,
  browser,
  product,
}) => {
  test.setTimeout(150_000)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  const other = await page.context().newPage()
  await other.goto(page.url())
  for (const [window, name] of [
    [page, 'Anna'],
    [other, 'Maria'],
  ] as const) {
    await window.getByLabel('Vornamen').fill(name)
    await window.getByLabel('Familienname').fill('Nowak')
  }
  await goOn(page, 'Weiter')
  await other.getByRole('button', { name: 'Weiter', exact: true }).click()
  const told = other.getByRole('alert').first()
  await expect(told).toContainText('Diese Angaben wurden in einem anderen Fenster geändert.')
  await expect(told).toContainText('Anna')
  await expect(told).toContainText('Maria')
  await expect(other.getByLabel('Vornamen')).toHaveValue('Maria')
  await looksRight(other)
  await other.getByRole('button', { name: 'Das Gespeicherte behalten' }).click()
  await expect(other.getByRole('heading', { level: 1, name: 'Wann sind Sie geboren?' })).toBeVisible()
  await other.getByRole('button', { name: 'Speichern und beenden' }).click()
  await expect(other.getByRole('heading', { level: 1, name: 'Ihre Angaben sind gespeichert' })).toBeVisible()
  await looksRight(other)
  const strong = other.locator('.reference strong')
  const [reference, code] = [await strong.nth(0).textContent(), await strong.nth(1).textContent()]

  const javaScriptEnabled = !(await page.evaluate(() => matchMedia('(scripting: none)').matches))
  const phone = await (await browser.newContext({ javaScriptEnabled, baseURL: product.origin })).newPage()
  await phone.goto('/antrag/weiter')
  await phone
    .getByLabel('Entwurfsnummer')
    .first()
    .fill(reference ?? '')
  await phone.getByLabel('Code', { exact: true }).fill('AAAA-AAAA')
  await phone.getByRole('button', { name: 'Weitermachen' }).click()
  await expect(phone).toHaveTitle(/^Fehler/)
  await looksRight(phone)
  await phone
    .getByLabel('Entwurfsnummer')
    .first()
    .fill(reference ?? '')
  await phone.getByLabel('Code', { exact: true }).fill(code ?? '')
  await phone.getByRole('button', { name: 'Weitermachen' }).click()
  await expect(phone.getByRole('heading', { level: 1, name: 'Wann sind Sie geboren?' })).toBeVisible()
  await phone.getByRole('link', { name: 'Zurück' }).click()
  await expect(phone.getByLabel('Vornamen')).toHaveValue('Anna')
})
