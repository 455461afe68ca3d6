import { expect, type Page } from '@playwright/test'
import { ONE_DOG } from './support/apply.ts'
import { listenIn } from './support/spoken.ts'
import { test } from './support/test.ts'
import { fillUntilReview, goOn, VACCINATION_CARD } from './support/walk.ts'

const TYPED = [...Object.values(ONE_DOG), VACCINATION_CARD.name]

type Spoken = { readonly lang: string; readonly begin: string; readonly next: string; readonly first?: string }

/** From the first page to the page of the status; answers what is German on the way and does not say so. */
async function walk(page: Page, { lang, begin, next, first }: Spoken): Promise<readonly string[]> {
  const { look, found } = listenIn(lang, { typed: TYPED, isComplete: first !== undefined })
  if (first !== undefined) {
    await page.goto(first)
    await look(page)
  }
  await page.goto(`/antrag/beginnen/hund-anmelden/${lang}`)
  await look(page)
  await page.goto(`/antrag/vorab/hund-anmelden/${lang}`)
  await look(page)
  await page.goto(`/antrag/beginnen/hund-anmelden/${lang}`)
  await goOn(page, begin)
  await page.getByRole('button', { name: next, exact: true }).click()
  await page.getByRole('alert').first().waitFor()
  await look(page)
  await fillUntilReview(page, ONE_DOG, { upload: VACCINATION_CARD, next, look })
  await look(page)
  const review = page.url()
  await page.goto(review.replace(/pruefen$/, 'gespeichert'))
  await look(page)
  await page.goto(review.replace(/pruefen$/, 'aufgaben'))
  await look(page)
  await page.goto(review.replace(/pruefen$/, 'mitwirkende'))
  await look(page)
  await page.goto('/antrag/weiter')
  await look(page)
  await page.goto(review)
  await page.locator('main form[action$="/submit"] button.button').click()
  await page.waitForURL(/eingang/)
  await look(page)
  await page.locator('main a[href^="/status/"]').first().click()
  await page.waitForURL(/\/status\/./)
  await look(page)
  await page.goto('/status/')
  await look(page)
  return found()
}

test('an English application says of everything German that it is', async ({ page }) => {
  test.setTimeout(180_000)
  const first = '/leistungen/hund-anmelden/en/'
  expect(await walk(page, { lang: 'en', begin: 'Start now', next: 'Continue', first })).toEqual([])
})

test('so does one in Lower Sorbian, most of which is German', async ({ page }) => {
  test.setTimeout(180_000)
  expect(await walk(page, { lang: 'dsb', begin: 'Jetzt beginnen', next: 'Dalej' })).toEqual([])
})
