import type { Page } from '@playwright/test'
import { ONE_DOG, smallPdf } from './support/apply.ts'
import { axeClean, signInAs } from './support/page.ts'
import { signInByBroker } from './support/sign-in.ts'
import { expect, test } from './support/test.ts'

const PDF = 'application/pdf'
const pdf = (name: string, mark = name) => ({ name, mimeType: PDF, buffer: Buffer.from(smallPdf(mark)) })

type Next = { readonly draftId: string; readonly step?: string; readonly address: string; readonly to: string }

/** Begins an application in the browser's session and answers pages by the API until `until`; opens that page. */
async function openStep(page: Page, origin: string, service: string, typed: object, until: string): Promise<string> {
  const post = async (path: string, data: object): Promise<Next> => {
    const answer = await page.request.post(`${origin}/api/v1/submissions/${path}`, { data, headers: { origin } })
    expect(answer.ok(), path).toBe(true)
    return (await answer.json()) as Next
  }
  const begun = await post('drafts', { service })
  let address = begun.step ?? ''
  for (let pages = 0; pages < 30 && address !== until; pages += 1) {
    const next = await post(`drafts/${begun.draftId}/steps/${address}`, typed)
    address = next.to === 'review' ? 'pruefen' : next.address
  }
  await page.goto(`${origin}/antrag/${begun.draftId}/${address}`)
  return begun.draftId
}

test('several files at once: each with its line, a refused one with its reason, a broken connection goes on', async ({
  page,
  product,
}) => {
  await openStep(page, product.origin, 'hund-anmelden', ONE_DOG, 'unterlagen')
  let broken = 1
  await page.route('**/files?question=**', (route) =>
    broken-- > 0 ? route.abort('connectionreset') : route.continue(),
  )
  const word = { name: 'brief.docx', mimeType: PDF, buffer: Buffer.from('PK\u0003\u0004word/'.padEnd(60, ' ')) }
  await page.locator('input[type=file]').setInputFiles([pdf('eins.pdf'), word, pdf('zwei.pdf')])
  await expect(page.getByRole('button', { name: /Entfernen.*eins.pdf/ })).toBeVisible({ timeout: 15_000 })
  await expect(page.getByRole('button', { name: /Entfernen.*zwei.pdf/ })).toBeVisible()
  await expect(page.locator('.files li').filter({ hasText: 'brief.docx' })).toBeVisible()
  await axeClean(page)
  await page.getByRole('button', { name: /Aus der Liste nehmen.*brief.docx/ }).click()
  await expect(page.getByText('brief.docx')).toHaveCount(0)
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(page).toHaveURL(/\/erklaerung$/)
})

test('a file sent before is used again by the same account, by keyboard too; a guest is not asked @both @later', async ({
  page,
  product,
}) => {
  const again = page.getByRole('link', { name: /^Datei verwenden, die Sie uns schon geschickt haben/ })
  await openStep(page, product.origin, 'hund-anmelden', ONE_DOG, 'unterlagen')
  await expect(page.locator('input[type=file]')).toBeVisible()
  await expect(again).toHaveCount(0)

  await page.goto('/konto/')
  await signInByBroker(page, 'Aylin Demir', 'Benutzername und Passwort')
  const first = await openStep(page, product.origin, 'hund-anmelden', ONE_DOG, 'unterlagen')
  const none = page.getByText('Sie haben uns noch keine Datei geschickt, die hier passt.')
  await again.click()
  await expect(none).toBeVisible()
  await axeClean(page)
  await page.getByRole('link', { name: 'Zurück zur Frage' }).click()
  const question = encodeURIComponent('/unterlagen/nachweis')
  const stored = await page.request.put(
    `${product.origin}/api/v1/submissions/drafts/${first}/files?question=${question}`,
    { data: Buffer.from(smallPdf('earlier')), headers: { origin: product.origin, 'x-file-name': 'impfpass.pdf' } },
  )
  expect(stored.status()).toBe(201)

  const second = await openStep(page, product.origin, 'hund-anmelden', ONE_DOG, 'unterlagen')
  expect(second).not.toBe(first)
  await again.click()
  await expect(page).toHaveURL(/\/fruehere\?/)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Dateien, die Sie schon geschickt haben')
  await expect(none).toHaveCount(0)
  await axeClean(page)
  const use = page.getByRole('button', { name: /^Verwenden.*impfpass.pdf/ })
  await use.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`/antrag/${second}/unterlagen`))
  await expect(page.getByRole('button', { name: /Entfernen.*impfpass.pdf/ })).toBeVisible()
  await page.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(page).toHaveURL(/\/erklaerung$/)
})

test('a service on paper: printed here, a Vorgang at the counter @nojs', async ({ page, product, browser }) => {
  const typed = {
    '/person/vornamen': 'Mara',
    '/person/familienname': 'Lehmann',
    '/person/geburtsdatum/day': '13',
    '/person/geburtsdatum/month': '4',
    '/person/geburtsdatum/year': '1985',
    '/person/strasse': 'Sandower Straße 12',
    '/person/plz': '03046',
    '/person/ort': 'Cottbus',
    '/haushalt/+': 'false',
    '/einkommen/jahr': '28000',
    '/einkommen/schwerbehindert': 'false',
    '/erklaerung/richtigkeit': 'true',
  }
  await page.goto('/leistungen/wohnberechtigungsschein/')
  await expect(page.getByRole('link', { name: 'Formular als PDF' })).toBeVisible()
  await openStep(page, product.origin, 'wohnberechtigungsschein', typed, 'pruefen')
  await axeClean(page)
  await page.getByRole('button', { name: 'Formular drucken' }).click()
  await expect(page.getByRole('heading', { name: 'Ihr Formular ist fertig' })).toBeVisible()
  await axeClean(page)
  const code = (await page.locator('.reference strong').textContent()) ?? ''
  const context = await browser.newContext({ baseURL: product.origin, javaScriptEnabled: false })
  const clerk = await context.newPage()
  await signInAs(clerk, 'jana.noack', '/amt/eingang')
  await axeClean(clerk)
  await clerk.getByLabel('Code auf dem Papier').fill('7777-7777')
  await clerk.getByRole('button', { name: 'Vorgang anlegen' }).click()
  await expect(clerk.getByText('Diesen Code gibt es nicht')).toBeVisible()
  await axeClean(clerk)
  await clerk.getByLabel('Code auf dem Papier').fill(code.toLowerCase())
  await clerk.getByRole('button', { name: 'Vorgang anlegen' }).click()
  await expect(clerk.getByText(/Der Vorgang CB-\d{4}-\S+ ist angelegt/)).toBeVisible()
})
