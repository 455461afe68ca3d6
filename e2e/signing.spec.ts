import type { Browser, Page } from '@playwright/test'
import { DEMO_PASSWORD } from './servers/idp/index.ts'
import { smallPdf } from './support/apply.ts'
import { type ServiceExample, validExamples } from './support/examples.ts'
import { axeClean, findRow, readMails, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'
import { goOn } from './support/walk.ts'

const SERVICE = 'kita-platz'
const EMPLOYER = 'personal@spree.example'
const SECOND = 'jurij@beispiel.example'

/** Signs in at the broker's stand-in, from the page that offers it. */
async function signIn(page: Page, person: string): Promise<void> {
  await page.getByRole('link', { name: 'Mit Nutzerkonto anmelden' }).click()
  await page.getByLabel(person).check()
  await page.getByLabel('ELSTER-Zertifikat').check()
  await page.getByLabel('Passwort', { exact: true }).fill(DEMO_PASSWORD)
  await page.getByRole('button', { name: 'Anmelden' }).click()
}

/** Asks somebody; answers the code that the applicant hands on. */
async function ask(page: Page, title: string, name: string, email: string): Promise<string> {
  const section = page.getByRole('region', { name: title })
  await section.getByLabel('Name', { exact: true }).fill(name)
  await section.getByLabel('E-Mail-Adresse dieser Person').fill(email)
  await section.getByRole('button', { name: /^Einladen/ }).click()
  const code = section.getByText(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
  await expect(code).toBeVisible()
  return (await code.textContent()) ?? ''
}

/** Fills pages of a draft as the browser's program would, until one of them or the review; the long spec walks them all. */
async function fill(page: Page, origin: string, example: ServiceExample, until?: string): Promise<void> {
  const [, draft = '', from = ''] = /\/antrag\/([0-9a-f-]+)\/([\w-]+)/.exec(page.url()) ?? []
  const at = `/api/v1/submissions/drafts/${draft}`
  const data = { '/geschwister/+': 'false', ...example.typed }
  let address = from
  while (address !== until) {
    const pointers = address === 'geburtsurkunde' ? ['/unterlagen/geburtsurkunde'] : []
    for (const pointer of pointers) {
      const [file] = example.files.get(pointer) ?? []
      const headers = { origin, 'x-file-name': file?.name ?? '', 'content-type': 'application/octet-stream' }
      const question = encodeURIComponent(pointer)
      const sent = await page.request.put(`${at}/files?question=${question}`, {
        headers,
        data: Buffer.from(file?.bytes ?? []),
      })
      expect(sent.status()).toBe(201)
    }
    const sent = await page.request.post(`${at}/steps/${address}`, { headers: { origin }, data })
    const next = (await sent.json()) as { to: string; address: string; isInvalid: boolean }
    expect(next.isInvalid, address).toBe(false)
    if (next.to === 'review') {
      break
    }
    address = next.address
  }
  await page.goto(`/antrag/${draft}/${until ?? 'pruefen'}`)
}

/** Opens the link of a mail in a browser of its own, and with the code what it leads to. */
async function open(page: Page, link: string, code: string): Promise<void> {
  await page.goto(link)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sie wurden um Mitwirkung gebeten')
  await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
}

const linkIn = (text: string | undefined): string =>
  new URL(/https?:\/\/\S+\/mitzeichnen\/\S+/.exec(text ?? '')?.[0] ?? '').pathname

async function newPage(browser: Browser, page: Page, origin: string): Promise<Page> {
  const hasScripts = await page.evaluate(() => !matchMedia('(scripting: none)').matches)
  return await (await browser.newContext({ baseURL: origin, javaScriptEnabled: hasScripts })).newPage()
}

test('@both @later two guardians and an employer: a page is answered by link and code, both guardians agree, a clerk sees who', async ({
  page,
  browser,
  product,
  outside,
}) => {
  const example = validExamples(SERVICE)[1]
  if (example === undefined) {
    throw new Error('the service has no example of two guardians')
  }
  await product.setClock(example.todayMs)
  await page.goto(`/antrag/beginnen/${SERVICE}`)
  await page.getByRole('link', { name: 'Anmelden', exact: true }).click()
  await signIn(page, 'Mara Łucja Lehmann-Nowak')
  await goOn(page, 'Jetzt beginnen')
  await fill(page, product.origin, example, 'nachweis')
  const draft = new URL(page.url()).pathname.replace('/nachweis', '')

  // The employer answers one page.
  await page.getByRole('link', { name: /^Jemand anderen diese Seite ausfüllen lassen/ }).click()
  const employer = page.getByRole('region', { name: 'Arbeitgeber, Schule oder Hochschule' })
  await employer.getByRole('button', { name: /^Einladen/ }).click()
  await expect(page).toHaveTitle(/^Fehler/)
  await axeClean(page)
  const first = await ask(page, 'Arbeitgeber, Schule oder Hochschule', 'Spree GmbH', EMPLOYER)
  const [asked] = await readMails(product, outside, EMPLOYER)
  const office = await newPage(browser, page, product.origin)
  await office.goto(linkIn(asked?.text))
  await office.getByLabel('Code').fill('AAAA-AAAA')
  await office.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(office).toHaveTitle(/^Fehler/)
  await axeClean(office)
  await open(office, linkIn(asked?.text), first)
  await expect(office.getByRole('heading', { level: 1 })).toHaveText(/^Bitte ausfüllen/)
  await expect(office.getByRole('main')).toContainText('bis 8 Stunden')
  await expect(office.getByRole('main')).not.toContainText('Sandower')
  await office.getByRole('button', { name: 'Angaben zurückgeben' }).click()
  await expect(office).toHaveTitle(/^Fehler/)
  await axeClean(office)
  const file = { name: 'arbeit.pdf', mimeType: 'application/pdf', buffer: Buffer.from(smallPdf('Arbeitsvertrag')) }
  await office.locator('input[type=file]').setInputFiles(file)
  await office.getByRole('button', { name: 'Angaben zurückgeben' }).click()
  await expect(office.getByRole('heading', { level: 1 })).toHaveText('Ihre Angaben sind angekommen')

  // The applicant goes on and asks the second guardian.
  await page.goto(`${draft}/nachweis`)
  await expect(page.getByRole('main')).toContainText('arbeit.pdf')
  await goOn(page, 'Weiter')
  await fill(page, product.origin, example)
  await expect(page.getByRole('main')).toContainText('Spree GmbH, ausgefüllt am')
  await expect(page.getByRole('button', { name: 'Kita-Platz beantragen' })).toHaveCount(0)
  await page.getByRole('link', { name: 'Es fehlt noch eine Zustimmung: Zweite sorgeberechtigte Person' }).click()
  const second = await ask(page, 'Zweite sorgeberechtigte Person', 'Jurij Krautz', SECOND)
  await axeClean(page)

  // The second guardian signs in, reads their part and agrees.
  const [invited] = await readMails(product, outside, SECOND)
  const guardian = await newPage(browser, page, product.origin)
  await open(guardian, linkIn(invited?.text), second)
  await signIn(guardian, 'Jurij Krautz')
  await expect(guardian.getByRole('heading', { level: 1 })).toHaveText(
    'Ihre Zustimmung: Zweite sorgeberechtigte Person',
  )
  await expect(guardian.getByRole('main')).toContainText('Lea')
  await expect(guardian.getByRole('main')).not.toContainText('arbeit.pdf')
  await guardian.getByRole('button', { name: 'Zustimmen' }).click()
  await expect(guardian).toHaveTitle(/^Fehler/)
  await axeClean(guardian)
  for (const box of await guardian.getByRole('checkbox').all()) {
    await box.check()
  }
  await guardian.getByRole('button', { name: 'Zustimmen' }).click()
  await expect(guardian.getByRole('heading', { level: 1 })).toHaveText('Sie haben zugestimmt')
  await axeClean(guardian)

  // The applicant sends it, a clerk sees who took part.
  await page.goto(`${draft}/pruefen`)
  await expect(page.getByRole('main')).toContainText('Jurij Krautz, zugestimmt am')
  await axeClean(page)
  await page.getByRole('button', { name: 'Kita-Platz beantragen' }).click()
  const reference = (await page.locator('.reference strong').first().textContent()) ?? ''
  await product.tick()
  const clerk = await newPage(browser, page, product.origin)
  await signInAs(clerk, 'silke.bramke')
  await clerk.goto('/amt/postkorb/kita')
  const row = await findRow(clerk, new RegExp(reference))
  await row.getByRole('rowheader').getByRole('link').click()
  await expect(clerk.getByRole('main')).toContainText('Jurij Krautz, zugestimmt am')
  await expect(clerk.getByRole('main')).toContainText('Ich habe das Sorgerecht für dieses Kind.')
  await expect(clerk.getByRole('main')).toContainText('Spree GmbH, ausgefüllt am')
  await axeClean(clerk)
})
