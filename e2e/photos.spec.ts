import type { Page } from '@playwright/test'
import { ONE_DOG } from './support/apply.ts'
import { axeClean } from './support/page.ts'
import { expect, test } from './support/test.ts'

const QUESTION = '/unterlagen/nachweis'
/** Grey pictures, 24 × 8 and 16 × 16. */
const JPEG =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/wAALCAAIABgBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AJAP/9k='
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAD0lEQVR4nGM4gAYYRrYAAAcKwAF0Htm8AAAAAElFTkSuQmCC'
const PHOTOS = [
  { name: 'seite-2.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(JPEG, 'base64') },
  { name: 'seite-1.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') },
  { name: 'versehen.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') },
]

type Next = { readonly draftId: string; readonly step?: string; readonly address: string }

/** Answers the dog's pages until its evidence is asked for, and opens that page. */
async function openEvidence(page: Page, origin: string): Promise<void> {
  const post = async (path: string, data: object): Promise<Next> => {
    const answer = await page.request.post(`${origin}/api/v1/submissions/${path}`, { data, headers: { origin } })
    expect(answer.ok(), path).toBe(true)
    return (await answer.json()) as Next
  }
  const { draftId, step = '' } = await post('drafts', { service: 'hund-anmelden' })
  let address = step
  for (let pages = 0; pages < 30 && address !== 'unterlagen'; pages += 1) {
    address = (await post(`drafts/${draftId}/steps/${address}`, ONE_DOG)).address
  }
  await page.goto(`${origin}/antrag/${draftId}/unterlagen`)
}

test('photos of a phone are put in order and become one PDF; what is left out stays @both @later', async ({
  page,
  product,
  javaScriptEnabled,
}) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await openEvidence(page, product.origin)
  const link = page.getByRole('link', { name: /^Fotos zu einem PDF zusammenfassen/ })
  await expect(link).toHaveCount(0)
  await page.locator(`input[type=file][name="${QUESTION}"]`).setInputFiles(PHOTOS)
  if (!javaScriptEnabled) {
    await page.getByRole('button', { name: 'Datei hochladen' }).click()
  }
  await expect(page.getByRole('button', { name: /^Entfernen/ })).toHaveCount(PHOTOS.length)
  await link.click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Fotos zu einem PDF zusammenfassen')
  const rows = page.locator('.photos li')
  await expect(rows).toHaveText([/Foto 1 seite-2.jpg/, /Foto 2 seite-1.png/, /Foto 3 versehen.png/])
  await expect
    .poll(() =>
      rows
        .first()
        .locator('img')
        .evaluate((image: HTMLImageElement) => image.naturalHeight),
    )
    .toBe(8)
  await axeClean(page)
  await page.getByLabel('Weglassen: versehen.png').check()
  await page.getByLabel('Weglassen: seite-1.png').check()
  await page.getByRole('button', { name: 'Zu einem PDF zusammenfassen' }).click()
  await expect(page.getByRole('alert')).toContainText('Wählen Sie mindestens zwei Fotos.')
  await axeClean(page)
  await page.getByLabel('Weglassen: seite-1.png').uncheck()
  await page.getByRole('button', { name: /^Nach oben.*seite-1.png/ }).click()
  await expect(page.getByText('Das Foto „seite-1.png“ ist jetzt Foto 1.')).toBeVisible()
  await expect(rows).toHaveText([/Foto 1 seite-1.png/, /Foto 2 seite-2.jpg/, /Foto 3 versehen.png/])
  await expect(page.getByLabel('Weglassen: versehen.png')).toBeChecked()
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(360)
  await page.getByRole('button', { name: 'Zu einem PDF zusammenfassen' }).click()
  await expect(page).toHaveURL(/\/unterlagen$/)
  await expect(page.locator('.files li')).toHaveText([/\.pdf/, /versehen\.png/])
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(page).toHaveURL(/\/erklaerung$/)
})
