import { smallPdf, type Typed } from './support/apply.ts'
import { axeClean, findRow, readMails, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'
import { fillUntilReview, goOn } from './support/walk.ts'

const EMAIL = 'jurij.nowak@beispiel.example'
const PERMIT: Typed = {
  '/person/vornamen': 'Jurij',
  '/person/familienname': 'Nowak',
  '/person/geburtsdatum/day': '13',
  '/person/geburtsdatum/month': '4',
  '/person/geburtsdatum/year': '1985',
  '/person/anschrift/strasse': 'Sandower Straße',
  '/person/anschrift/hausnummer': '12 a',
  '/person/anschrift/plz': '03046',
  '/person/anschrift/ort': 'Cottbus/Chóśebuz',
  '/person/email': EMAIL,
  '/ausweis/zone': 'a',
  '/fahrzeug/kennzeichen': 'CB MU 214',
  '/fahrzeug/halter': 'ich',
  '/fahrzeug/nachweisart': 'hochladen',
  '/fahrzeug/bezeichnung': 'VW Golf',
  '/ausweis/dauer': 'jahr',
  '/ausweis/beginn/day': '1',
  '/ausweis/beginn/month': '12',
  '/ausweis/beginn/year': '2027',
  '/befreiung/gewuenscht': 'false',
  '/erklaerung/richtigkeit': 'true',
}

test('@both @later a fee is paid: cancelled first, then paid, with a receipt', async ({ page, product, outside }) => {
  test.setTimeout(120_000)
  await page.goto('/antrag/beginnen/bewohnerparkausweis')
  await goOn(page, 'Jetzt beginnen')
  const upload = { name: 'schein.pdf', type: 'application/pdf', bytes: smallPdf('Schein, erfunden') }
  await fillUntilReview(page, PERMIT, { upload })
  await expect(page.getByRole('heading', { name: 'Was es kostet' })).toBeVisible()
  await axeClean(page)
  await goOn(page, /Kostenpflichtig beantragen – 30,70/)
  await expect(page.getByText('Die Gebühr ist noch offen')).toBeVisible()
  await page.setViewportSize({ width: 360, height: 740 })
  const amount = page.getByRole('definition').filter({ hasText: '30,70' }).first()
  const lines = await amount.evaluate((node) => {
    const range = document.createRange()
    range.selectNodeContents(node)
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size
  })
  expect(lines, 'an amount stays on one line of a phone').toBe(1)
  await axeClean(page)

  await goOn(page, /Jetzt bezahlen – 30,70/)
  await axeClean(page)
  await page.getByRole('link', { name: 'Zum Bezahldienst' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Bezahlen' })).toBeVisible()
  await axeClean(page)
  await page.getByRole('button', { name: 'Abbrechen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sie haben die Zahlung abgebrochen')
  await expect(page.getByText('Es wurde nichts abgebucht')).toBeVisible()
  await axeClean(page)

  await page.getByRole('button', { name: /Noch einmal bezahlen/ }).click()
  await page.getByRole('link', { name: 'Zum Bezahldienst' }).click()
  await page.getByRole('button', { name: 'Jetzt bezahlen' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bezahlt')
  await axeClean(page)
  const receipt = await page.request.get(
    (await page.getByRole('link', { name: /Zahlungsbeleg/ }).getAttribute('href')) ?? '',
  )
  expect((await receipt.body()).subarray(0, 5).toString()).toBe('%PDF-')
  expect(outside.payment.takenCents()).toBe(3_070)
  const mails = await readMails(product, outside, EMAIL)
  expect(mails.map((mail) => mail.subject).join('\n')).toContain('Zahlung erhalten')

  await page.getByRole('link', { name: 'Stand ansehen' }).first().click()
  await expect(page.getByRole('heading', { name: 'Bezahlt' })).toBeVisible()
  await axeClean(page)
})

test('a clerk sees the fee before asking for it, and then that it is waited for', async ({
  page,
  browser,
  product,
}) => {
  test.setTimeout(120_000)
  await page.goto('/antrag/beginnen/bewohnerparkausweis')
  await goOn(page, 'Jetzt beginnen')
  const upload = { name: 'nachweis.pdf', type: 'application/pdf', bytes: smallPdf('Nachweis, erfunden') }
  await fillUntilReview(page, { ...PERMIT, '/befreiung/gewuenscht': 'true' }, { upload })
  await expect(page.getByText('Darüber entscheidet eine Person, bevor Sie etwas zahlen')).toBeVisible()
  await expect(page.getByRole('button', { name: /Kostenpflichtig/ })).toHaveCount(0)
  await page.locator('form').filter({ hasText: 'Bevor Sie absenden' }).getByRole('button').click()
  const reference = (await page.locator('.reference strong').first().textContent()) ?? ''
  await product.tick()

  const clerk = await (await browser.newContext({ baseURL: product.origin, locale: 'de-DE' })).newPage()
  await signInAs(clerk, 'rita.mauk', '/amt/postkorb/verkehr')
  const row = await findRow(clerk, new RegExp(reference))
  const aktenzeichen = (await row.getByRole('rowheader').getByRole('link').textContent()) ?? ''
  await expect(row.getByRole('cell', { name: 'Befreiung von der Gebühr prüfen' })).toBeVisible()
  await row.getByRole('button', { name: /Übernehmen/ }).click()
  await clerk.getByText('Befreiung gewähren', { exact: true }).first().click()
  await expect(clerk.getByText('30,70 €').first()).toBeHidden()
  await clerk.getByText('Befreiung ablehnen', { exact: true }).first().click()
  await expect(clerk.getByText('Danach soll die Person diese Gebühr bezahlen')).toBeVisible()
  await expect(clerk.getByRole('definition').filter({ hasText: '30,70 €' })).toHaveCount(2)
  await expect(clerk.getByText('Beträge sind Demowerte')).toBeVisible()
  await axeClean(clerk)
  await clerk.getByLabel(/Begründung/).fill('Der Nachweis ist abgelaufen.')
  await clerk.getByRole('button', { name: 'Befreiung ablehnen' }).click()
  await expect(clerk.getByText('wartet darauf, dass die Gebühr bezahlt wird')).toBeVisible()
  await product.tick()
  await clerk.reload()
  await expect(clerk.getByText(/Verlangt sind 30,70\s€ seit dem/)).toBeVisible()
  await clerk.getByRole('link', { name: 'Stand der Zahlung' }).click()
  await expect(clerk.getByRole('heading', { name: 'Zahlungen' })).toBeInViewport()
  await axeClean(clerk)
  await clerk.goto('/amt/postkorb/verkehr?ansicht=waiting')
  await expect(await findRow(clerk, new RegExp(aktenzeichen))).toContainText('wartet auf Zahlung')
  await axeClean(clerk)
})
