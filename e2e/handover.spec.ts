import { fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, elsewhere, readMails, signInAs } from './support/page.ts'
import { applicantOf, newProgram } from './support/program.ts'
import { expect, test } from './support/test.ts'

const OLD = ONE_DOG['/halter/kontakt/email'] ?? ''
const NEW = 'mara.neu@beispiel.example'
const CARD = { name: 'impfpass.pdf', type: 'application/pdf', bytes: smallPdf('Impfpass, erfunden') }

test('who lost account and mailbox is handed a new code by two clerks, and the old ways end @both @later', async ({
  page,
  browser,
  product,
  outside,
  javaScriptEnabled,
}) => {
  test.setTimeout(180_000)
  await product.tick()
  await outside.reset()
  const thief = newProgram(product.origin)
  const applicant = applicantOf(thief)
  const { location } = await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, CARD))
  const receipt = (await thief.stay(location)).body.toString()
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(receipt)?.[1] ?? ''
  const reference = /CB-\d{4}-\w{4}-\w{4}/.exec(receipt)?.[0] ?? ''
  expect((await thief.stay(`/status/${vorgangId}`)).status).toBe(200)
  const at = `/amt/vorgaenge/${vorgangId}`
  // The receipt goes to the address of then.
  await product.tick()

  const clerk = page
  await signInAs(clerk, 'jana.noack', `${at}/beteiligte`)
  await clerk.getByText('Zugang neu vergeben', { exact: true }).click()
  await axeClean(clerk)
  await clerk.getByLabel('Anders, zum Beispiel durch eine Betreuungsurkunde').check()
  await clerk.getByLabel('Neue E-Mail-Adresse').fill(NEW)
  await clerk.getByLabel('Warum braucht die Person einen neuen Zugang?').fill('Handy und Postfach verloren.')
  await clerk.getByRole('button', { name: 'Zweite Person um Bestätigung bitten' }).click()
  // Refused: what was typed stands there again, and the error at its control.
  await expect(clerk.getByLabel('Welcher Nachweis war es?')).toHaveAttribute('aria-invalid', 'true')
  await expect(clerk.getByLabel('Neue E-Mail-Adresse')).toHaveValue(NEW)
  await axeClean(clerk)
  await expect(clerk.getByText('(nur bei „Anders“, dann nötig)')).toBeVisible()
  await clerk.getByRole('alert').getByRole('link', { name: 'Schreiben Sie, welcher Nachweis es war.' }).click()
  await expect(clerk.getByLabel('Welcher Nachweis war es?')).toBeFocused()
  await clerk.getByLabel('Welcher Nachweis war es?').fill('Betreuungsurkunde')
  await clerk.getByRole('button', { name: 'Zweite Person um Bestätigung bitten' }).click()
  await expect(clerk.getByText('Bestätigen muss eine andere Person.')).toBeVisible()
  await expect(clerk.getByRole('button', { name: 'Zugang neu vergeben' })).toHaveCount(0)
  await axeClean(clerk)
  expect((await thief.stay(`/status/${vorgangId}`)).status).toBe(200)

  const second = await elsewhere(browser, page, product.origin)
  await signInAs(second, 'marko.lehnigk', at)
  await expect(second.getByText('Betreuungsurkunde', { exact: true })).toBeVisible()
  await second.getByText('Bestätigen', { exact: true }).click()
  await axeClean(second)
  await second.getByRole('button', { name: 'Zugang neu vergeben' }).click()
  await expect(second.getByRole('heading', { level: 1 })).toHaveText(`Neuer Zugang, Vorgang ${reference}`)
  await axeClean(second)
  expect((await thief.stay(`/status/${vorgangId}`)).status).toBe(404)
  await second.getByRole('button', { name: 'Code einmal anzeigen' }).click()
  await expect(second.getByRole('heading', { level: 1 })).toHaveText('Ihr neuer Zugang')
  await axeClean(second)
  await expect(second.getByText(/Strg und P/)).toBeVisible()
  await expect(second.getByRole('button', { name: 'Drucken' })).toBeVisible({ visible: javaScriptEnabled })
  await second.emulateMedia({ media: 'print' })
  await expect(second.getByText('Diesen Code zeigen wir nicht noch einmal.')).toBeHidden()
  await expect(second.getByText(reference)).toBeVisible()
  await second.emulateMedia({ media: 'screen' })
  const strong = second.locator('.reference strong')
  const code = (await strong.nth(1).textContent()) ?? ''
  expect(await strong.nth(0).textContent()).toBe(reference)
  expect(second.url()).not.toContain(code)
  await second.goto(new URL(second.url()).pathname)
  await expect(second.getByText(/Der Code wurde am .* angezeigt/)).toBeVisible()
  await expect(second.getByText(code)).toHaveCount(0)
  await axeClean(second)

  const [former] = (await readMails(product, outside, OLD)).slice(-1)
  expect(former?.subject).toContain(reference)
  expect(former?.text).not.toContain(code)
  expect((await readMails(product, outside, NEW)).map(({ subject }) => subject)).toEqual([
    expect.stringContaining(reference),
  ])

  const person = await elsewhere(browser, page, product.origin)
  await person.goto('/status/')
  await person.getByLabel('Vorgangsnummer').first().fill(reference)
  await person.getByLabel('Code', { exact: true }).fill(code)
  await person.getByRole('button', { name: 'Anmelden', exact: true }).click()
  await expect(person.getByText('Zugang neu vergeben, alte Codes und Anmeldungen gelten nicht mehr')).toBeVisible()
  await axeClean(person)

  await clerk.goto(`${at}/beteiligte`)
  await expect(clerk.getByText('bestätigt von Marko Lehnigk')).toBeVisible()
  await axeClean(clerk)
  await clerk.goto(`${at}/verlauf`)
  await expect(clerk.getByRole('cell', { name: 'Zugang neu vergeben, alter beendet' })).toBeVisible()
  await axeClean(clerk)
})
