import { readFileSync } from 'node:fs'
import { createApplicant, fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { axeClean, elsewhere, signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'

test('a clerk puts answers into columns, narrows the list by them and finds it again under a name @both', async ({
  page,
  browser,
  product,
}) => {
  for (const [name, mark] of [
    ['Wićaz-Spalten', 'a'],
    ['Kowalik-Spalten', 'b'],
  ] as const) {
    const applicant = createApplicant(product.origin)
    const file = { name: 'impfausweis.pdf', type: 'application/pdf', bytes: smallPdf(`lists-${mark}`) }
    const answers = { ...ONE_DOG, '/halter/familienname': name, '/hunde/0/rufname': `Waldi ${mark}` }
    await submitDraft(applicant, await fillDraft(applicant, 'hund-anmelden', answers, file))
  }
  await product.tick()
  const clerk = await elsewhere(browser, page, product.origin)
  await signInAs(clerk, 'jana.noack', '/amt/?ansicht=free')
  const main = clerk.getByRole('main')
  const rows = main.locator('table.postbox tbody tr')
  await clerk.getByRole('combobox', { name: 'Leistung' }).selectOption({ label: 'Hund zur Hundesteuer anmelden' })
  await clerk.getByRole('button', { name: 'Anzeigen' }).click()
  await main.locator('summary', { hasText: 'Spalten und Angaben' }).click()
  await axeClean(clerk)
  await main.getByRole('checkbox', { name: 'Rufname: zeigen' }).check()
  await main.getByRole('textbox', { name: 'Familienname enthält', exact: true }).fill('wicaz')
  // What was just sent stands among the answers within a second.
  await expect(async () => {
    await main.getByRole('button', { name: 'Liste so anzeigen' }).click()
    await expect(rows).not.toHaveCount(0, { timeout: 500 })
  }).toPass()
  await expect(clerk).toHaveURL(/ansicht=free&leistung=hund-anmelden&auswahl=[0-9a-f-]{36}$/)
  await expect(clerk.getByRole('columnheader', { name: 'Rufname' })).toBeVisible()
  await expect(rows.first()).toContainText('Waldi a')
  await expect(rows.filter({ hasText: 'Kowalik' })).toHaveCount(0)
  await expect(main.getByText('Familienname: wicaz')).toBeVisible()
  await axeClean(clerk)

  // What is shown goes along as a file, and nothing else.
  await main.locator('summary', { hasText: 'Diese Liste als Datei' }).click()
  await axeClean(clerk)
  const [csv] = await Promise.all([
    clerk.waitForEvent('download'),
    main.getByRole('button', { name: 'Als CSV' }).click(),
  ])
  expect(csv.suggestedFilename()).toMatch(/^vorgaenge-\d{4}-\d{2}-\d{2}\.csv$/)
  const table = readFileSync(await csv.path(), 'utf8')
  expect(table.split('\r\n')[0]).toContain(';Antragstellend;Rufname;Eingang;')
  expect(table).toContain(';Waldi a;')
  expect(table).not.toContain('Kowalik')
  const [xlsx] = await Promise.all([
    clerk.waitForEvent('download'),
    main.getByRole('button', { name: 'Als Excel-Datei' }).click(),
  ])
  expect(
    readFileSync(await xlsx.path())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')

  await main.locator('summary', { hasText: 'Diese Ansicht speichern' }).click()
  await main.getByRole('button', { name: 'Ansicht speichern' }).click()
  await expect(main.getByRole('alert').getByRole('link', { name: 'Geben Sie der Ansicht einen Namen.' })).toBeVisible()
  await expect(clerk).toHaveTitle(/^Fehler: /)
  await axeClean(clerk)
  await main.getByLabel('Name der Ansicht').fill('Hunde Wićaz')
  await main.getByRole('button', { name: 'Ansicht speichern' }).click()
  await expect(clerk).toHaveURL(/\/amt\/\?sicht=[0-9a-f-]{36}$/)
  const saved = clerk
    .getByRole('navigation', { name: 'Gespeicherte Ansichten' })
    .getByRole('link', { name: 'Hunde Wićaz' })
  await expect(saved).toHaveAttribute('aria-current', 'page')
  await expect(rows.first()).toContainText('Waldi a')
  await axeClean(clerk)
  await clerk.goto('/amt/?ansicht=free')
  await saved.click()
  await expect(rows.first()).toContainText('Waldi a')

  // Narrowed further, the columns stay.
  await main.locator('summary', { hasText: 'Frist, Eingang, wer' }).click()
  await main.getByRole('combobox', { name: 'Wer' }).selectOption({ label: 'Sie' })
  await clerk.getByRole('button', { name: 'Anzeigen' }).click()
  await expect(main.getByText('Dazu ist hier nichts zu finden.')).toBeVisible()
  await main
    .getByRole('list', { name: 'Eingegrenzt auf' })
    .getByRole('link', { name: /^Wer: Sie/ })
    .click()
  await expect(rows.first()).toContainText('Waldi a')

  await saved.click()
  await main.getByRole('button', { name: 'Ansicht „Hunde Wićaz“ löschen' }).click()
  await expect(saved).toHaveCount(0)
})
