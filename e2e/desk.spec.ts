import { fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, signInAs } from './support/page.ts'
import type { Product } from './support/product.ts'
import { applicantOf, newProgram } from './support/program.ts'
import { expect, test } from './support/test.ts'

const CARD = { name: 'impfpass.pdf', type: 'application/pdf', bytes: smallPdf('Impfpass, erfunden') }

/** A dog is registered; answers the id of its Vorgang. */
async function applied(product: Product): Promise<string> {
  const program = newProgram(product.origin)
  const citizen = applicantOf(program)
  const { location } = await submitDraft(citizen, await fillDraft(citizen, 'hund-anmelden', ONE_DOG, CARD))
  await product.tick()
  return /status\/([0-9a-f-]{36})/.exec((await program.stay(location)).body.toString())?.[1] ?? ''
}

test('the course of a Vorgang stands there as steps in words and as a picture that scrolls by itself @both @later', async ({
  page,
  product,
}) => {
  const vorgangId = await applied(product)
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}/ablauf`)
  await expect(page.getByText('Jetzt: Anmeldung prüfen')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'So kann es weitergehen' })).toBeVisible()
  const picture = page.getByRole('img', { name: /^Bild des Ablaufs/ })
  await expect(picture).toBeVisible()
  await expect(picture.getByText('jetzt hier')).toHaveCount(1)
  await axeClean(page)
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  const region = page.getByRole('region', { name: /lässt sich verschieben/ })
  await region.focus()
  await expect(region).toBeFocused()
  await page.emulateMedia({ colorScheme: 'dark' })
  await axeClean(page)
})

test('a note is for the office alone, a message goes out; both say so, and a refused one keeps its text @both @later', async ({
  page,
  product,
}) => {
  const vorgangId = await applied(product)
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}/notizen`)
  const note = page.getByRole('textbox', { name: 'Notiz' })
  await expect(note).toHaveAccessibleDescription(/nur in der Verwaltung sichtbar/)
  await note.evaluate((control) => control.removeAttribute('required'))
  await note.fill('   ')
  await page.getByRole('button', { name: 'Notiz speichern' }).click()
  await expect(page).toHaveTitle(/^Fehler: Notizen/)
  await page.getByRole('alert').getByRole('link', { name: 'Schreiben Sie, was notiert werden soll.' }).click()
  await expect(page.getByRole('textbox', { name: 'Notiz' })).toBeFocused()
  await axeClean(page)
  await page.keyboard.type('Rückruf am Montag.')
  await page.getByRole('button', { name: 'Notiz speichern' }).click()
  await expect(page.getByRole('status')).toContainText('Die Notiz ist gespeichert.')
  await expect(page.getByText('Rückruf am Montag.')).toBeVisible()
  await axeClean(page)
  await page.getByRole('button', { name: /^Streichen/ }).click()
  await expect(page.locator('del', { hasText: 'Rückruf am Montag.' })).toBeVisible()
  await axeClean(page)

  await page.getByRole('link', { name: 'Nachrichten' }).click()
  const message = page.getByRole('textbox', { name: 'Nachricht an die Person' })
  await expect(message).toHaveAccessibleDescription(/geht an die antragstellende Person/)
  await message.fill('Wir melden uns am Dienstag.')
  await page.getByRole('button', { name: 'Nachricht senden' }).click()
  await expect(page.getByRole('status')).toContainText('Die Nachricht ist gesendet.')
  await expect(page.getByText('Wir melden uns am Dienstag.')).toBeVisible()
  await axeClean(page)
})
