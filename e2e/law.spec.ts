import type { Page } from '@playwright/test'
import { createApplicant, fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { decideCase } from './support/case.ts'
import { axeClean, elsewhere, signInAs } from './support/page.ts'
import { applicantOf, newProgram } from './support/program.ts'
import { expect, test } from './support/test.ts'

/** The first day of next year, as an editor types it and as pages write it. */
const YEAR = new Date().getFullYear() + 1
const TYPED = `1.1.${YEAR}`
const WRITTEN = `1. Januar ${YEAR}`

const heading = (page: Page) => page.getByRole('heading', { level: 1 })
const press = async (page: Page, name: string): Promise<void> =>
  page.getByRole('main').getByRole('button', { name, exact: true }).first().click()

/** Proposes a new version of a row from the first of January; answers the address of the proposal. */
async function propose(
  page: Page,
  room: string,
  row: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  await page.getByRole('link', { name: room, exact: true }).click()
  await page.getByRole('link', { name: new RegExp(`^Neue Fassung ?: ${row}$`) }).click()
  await expect(heading(page)).toHaveText(`Neue Fassung: ${row}`)
  for (const [label, value] of Object.entries(values)) {
    await page.getByLabel(label).fill(value)
  }
  await press(page, 'Vorschlagen')
  await expect(heading(page)).toHaveText(`${row}, neu ab ${WRITTEN}`)
  return page.url()
}

test('an editor decides today what is law on 1 January, and a second one releases it @both', async ({
  page,
  browser,
  product,
}) => {
  test.setTimeout(180_000)
  const applicant = createApplicant(product.origin)
  const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf('law') }
  await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, file))
  await product.tick()
  await signInAs(page, 'ines.kahlau', '/redaktion/fristen')
  await expect(heading(page)).toHaveText('Fristen')
  await axeClean(page)

  await page.getByRole('link', { name: /^Neue Fassung ?: Brief$/ }).click()
  await expect(page.getByRole('heading', { name: 'Wen das betrifft' })).toBeVisible()
  await page.getByLabel('Gilt ab').fill('1.1.2020')
  await page.getByLabel('Tage').fill('5')
  await press(page, 'Vorschlagen')
  await expect(page).toHaveTitle(/^Fehler/)
  await expect(page.getByRole('link', { name: /^Der Tag liegt zurück/ })).toBeVisible()
  await expect(page.getByLabel('Tage')).toHaveValue('5')
  await axeClean(page)

  const letters = await propose(page, 'Fristen', 'Brief', {
    'Gilt ab': TYPED,
    Tage: '5',
    Vorschrift: '§ 41 Abs. 2 VwVfG neue Fassung',
    Begründung: 'Gesetz vom Dezember',
  })
  await expect(page.getByText('Freigeben muss eine andere Person aus der Redaktion.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Freigeben' })).toHaveCount(0)
  await axeClean(page)
  const tax = await propose(page, 'Gebühren', 'Hundesteuer für den ersten Hund', {
    'Gilt ab': TYPED,
    'Betrag in Euro': '82,50',
    Vorschrift: 'Hundesteuersatzung § 2 neue Fassung',
  })
  await expect(page.getByRole('region', { name: 'Offene Vorgänge nach der neuen Fassung' }).first()).toBeVisible()

  const second = await elsewhere(browser, page, product.origin)
  await signInAs(second, 'tomke.roesler', '/redaktion/recht/')
  await second.getByRole('link', { name: `Brief, ab ${WRITTEN}` }).click()
  await expect(second.getByText('Gesetz vom Dezember')).toBeVisible()
  await press(second, 'Freigeben')
  await expect(second.getByText(`Gilt ab ${WRITTEN}.`)).toBeVisible()
  await axeClean(second)
  await second.goto(tax)
  await press(second, 'Freigeben')
  await expect(second.getByText(`Gilt ab ${WRITTEN}.`)).toBeVisible()

  await page.goto('/redaktion/fristen')
  await expect(page.getByRole('row', { name: new RegExp(`5 Tage kommt noch ${WRITTEN}`) })).toBeVisible()
  await expect(
    page.getByRole('row', { name: new RegExp(`4 Tage 1. Januar 2025 31. Dezember ${YEAR - 1}`) }),
  ).toBeVisible()
  await page.goto(letters)
  await expect(page.getByText('Freigegeben von Tomke Rösler')).toBeVisible()

  await page.getByRole('link', { name: 'Recht und Fundstellen' }).click()
  await page.getByLabel('Vorschrift').fill('Hundesteuersatzung § 2')
  await press(page, 'Suchen')
  await expect(page.getByRole('heading', { name: /^Zeilen der Tabellen/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /Hund zur Hundesteuer anmelden [1-9]/ })).toBeVisible()
  await axeClean(page)
})

test('an editor plans the publication of a form for 1 January and takes it back @both', async ({ page }) => {
  test.setTimeout(120_000)
  const at = '/redaktion/formulare/eheschliessung-anmelden'
  await signInAs(page, 'ines.kahlau', `${at}/blatt/texts`)
  await page.getByRole('textbox').first().fill('Ehe anmelden, ab Januar')
  await press(page, 'Speichern')
  await page.goto(at)
  await page.getByText('Veröffentlichen am …').click()
  await page.getByLabel('Tag', { exact: true }).fill('gestern')
  for (const box of await page.getByRole('checkbox', { name: /Ich weiß/ }).all()) {
    await box.check()
  }
  await press(page, 'Für diesen Tag planen')
  await expect(page.getByText(/^Schreiben Sie einen Tag, der nach heute liegt/).first()).toBeVisible()
  await axeClean(page)
  await page.getByLabel('Tag', { exact: true }).fill(TYPED)
  for (const box of await page.locator('#geplant-deutsch').all()) {
    await box.check()
  }
  await press(page, 'Für diesen Tag planen')
  await expect(page.getByText(`Wird am ${WRITTEN} um 0 Uhr veröffentlicht.`)).toBeVisible()
  await axeClean(page)
  await page.goto('/redaktion/recht/')
  await expect(page.getByRole('heading', { name: 'Geplante Veröffentlichungen' })).toBeVisible()
  await page.goto(at)
  await press(page, 'Planung aufheben')
  await expect(page.getByText(`Wird am ${WRITTEN}`)).toHaveCount(0)
  await page.getByText('Änderungen verwerfen').first().click()
  await page.getByRole('main').getByRole('button', { name: /verwerfen/i }).last().click() // biome-ignore format: one thought
})

test('a guest gets the notice by post: the clerk ticks the letter off, and both read since when it counts @both', async ({
  page,
  product,
}) => {
  test.setTimeout(180_000)
  const citizen = newProgram(product.origin)
  const applicant = applicantOf(citizen)
  const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf('post') }
  const sent = await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, file))
  const receipt = await citizen.stay(sent.location)
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(receipt.body.toString())?.[1] ?? ''
  await product.tick()
  const written = { message: 'Bitte melden.', answer: 'Gern.', reasons: 'Es fehlt etwas.', comment: 'Genauer.', file: { name: 'a.pdf', bytes: smallPdf('a') } } // biome-ignore format: one thought
  await decideCase(product, citizen, vorgangId, written)
  await product.tick()
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}/bescheid`)
  await expect(page.getByText(/^Der Bescheid geht mit der Post\./)).toBeVisible()
  await axeClean(page)
  await page.goto(`/amt/vorgaenge/${vorgangId}`)
  await expect(page.getByText('Drucken Sie den Bescheid, und geben Sie ihn zur Post.')).toBeVisible()
  await axeClean(page)
  await page.getByRole('main').getByRole('button', { name: 'Erledigt', exact: true }).first().click()
  await page.goto(`/amt/vorgaenge/${vorgangId}/bescheid`)
  await expect(page.getByText(/^Der Bescheid ging am .* zur Post\. Als bekannt gegeben gilt er am/)).toBeVisible()
  await expect(page.getByText(/Gezählt werden 4 Tage .*Widerspruch bis/)).toBeVisible()
  await axeClean(page)
})

test('a clerk lengthens a deadline with a reason, and the new day stands above the Vorgang @both', async ({
  page,
  product,
}) => {
  test.setTimeout(120_000)
  const citizen = newProgram(product.origin)
  const applicant = applicantOf(citizen)
  const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf('frist') }
  const sent = await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', ONE_DOG, file))
  const receipt = await citizen.stay(sent.location)
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(receipt.body.toString())?.[1] ?? ''
  await product.tick()
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}`)
  await page.getByText('Frist', { exact: true }).click()
  await expect(page.getByText(/Entscheidung über Hundesteuer/)).toBeVisible()
  await expect(page.getByText(/Beginn .*, 4 Wochen, Ende .*Noch [23][0-9] Tage\./)).toBeVisible()
  await axeClean(page)
  const extend = page.getByRole('group', { name: 'Frist verlängern' })
  await extend.getByLabel('Um wie viel').fill('zwei')
  await extend.getByLabel('Grund').fill('Das Gutachten fehlt noch.')
  await extend.getByRole('button', { name: 'Frist verlängern' }).click()
  await expect(page.getByText(/^Schreiben Sie eine ganze Zahl/).first()).toBeVisible()
  await expect(extend.getByLabel('Grund')).toHaveValue('Das Gutachten fehlt noch.')
  await axeClean(page)
  await extend.getByLabel('Um wie viel').fill('2')
  await extend.getByRole('button', { name: 'Frist verlängern' }).click()
  await expect(page.getByText('Die Frist ist verlängert.')).toBeVisible()
  await page.getByText('Frist', { exact: true }).click()
  const change = page.getByRole('listitem').filter({ hasText: 'Um 2 Wochen verlängert bis' })
  await expect(change).toContainText('Das Gutachten fehlt noch.')
  await expect(page.getByText(/in (3[5-9]|4[0-9]|5[0-9]) Tagen/).first()).toBeVisible()
})
