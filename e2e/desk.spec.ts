import { fillDraft, ONE_DOG, smallPdf, submitDraft } from './support/apply.ts'
import { validExamples } from './support/examples.ts'
import { axeClean, elsewhere, readMails, signInAs } from './support/page.ts'
import type { Product } from './support/product.ts'
import { applicantOf, newProgram } from './support/program.ts'
import { expect, test } from './support/test.ts'

const CARD = { name: 'impfpass.pdf', type: 'application/pdf', bytes: smallPdf('Impfpass, erfunden') }

/** A dog is registered; answers the id of its Vorgang. */
const applied = async (product: Product): Promise<string> => (await registered(product)).vorgangId

/** The same with what the person has in hand. */
async function registered(product: Product) {
  const program = newProgram(product.origin)
  const citizen = applicantOf(program)
  const { location } = await submitDraft(citizen, await fillDraft(citizen, 'hund-anmelden', ONE_DOG, CARD))
  await product.tick()
  const receipt = (await program.stay(location)).body.toString()
  const code = /([A-Z0-9]{4}-[A-Z0-9]{4})<\/strong>/.exec(receipt.replace(/CB-\d{4}-\w{4}-\w{4}/g, ''))?.[1] ?? ''
  const reference = /CB-\d{4}-\w{4}-\w{4}/.exec(receipt)?.[0] ?? ''
  return { vorgangId: /status\/([0-9a-f-]{36})/.exec(receipt)?.[1] ?? '', reference, code }
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

test('a clerk asks the team and a colleague one after the other; the lead answers, with a file, from the own list @both @later', async ({
  page,
  browser,
  product,
}) => {
  const vorgangId = await applied(product)
  const lead = await elsewhere(browser, page, product.origin)
  await signInAs(lead, 'marko.lehnigk')
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}/auftraege`)
  await axeClean(page)
  await page.getByLabel('Was wird gebraucht?').selectOption({ label: 'Stellungnahme' })
  await page.getByLabel('Empfänger 1').selectOption({ label: 'Marko Lehnigk' })
  await page.getByLabel('Empfänger 2').selectOption({ label: 'Team „Steuern“' })
  await page.getByLabel('Nacheinander, in dieser Reihenfolge').check()
  await page.getByLabel('Bis wann?').fill('2027-01-29')
  await page.getByRole('button', { name: 'Auftrag erteilen' }).click()
  await expect(page).toHaveTitle(/^Fehler: Aufträge/)
  await expect(page.getByLabel('Empfänger 1').getByRole('option', { selected: true })).toHaveText('Marko Lehnigk')
  await expect(page.getByLabel('Nacheinander, in dieser Reihenfolge')).toBeChecked()
  await page.getByRole('alert').getByRole('link').click()
  await expect(page.getByRole('textbox', { name: 'Frage oder Grund' })).toBeFocused()
  await axeClean(page)
  await page.keyboard.type('Stimmt die Rasse?')
  await page.getByRole('button', { name: 'Auftrag erteilen' }).click()
  await expect(page.getByRole('status')).toContainText('Der Auftrag ist erteilt.')
  await expect(page.getByText('wartet auf die Stelle davor')).toBeVisible()
  await axeClean(page)
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)

  await lead.goto('/amt/?ansicht=mine')
  await expect(lead.getByRole('row').filter({ hasText: 'Stellungnahme' }).first()).toBeVisible()
  await lead.goto(`/amt/vorgaenge/${vorgangId}`)
  await lead.getByRole('link', { name: 'Zum Auftrag' }).click()
  const order = lead
    .getByRole('article')
    .filter({ hasText: 'Stimmt die Rasse?' })
    .filter({ hasText: 'an Marko Lehnigk' })
  await order.getByText('Dokument beifügen', { exact: true }).first().click()
  const file = { name: 'rasse.pdf', mimeType: 'application/pdf', buffer: Buffer.from(smallPdf('Rasse, erfunden')) }
  await order.getByLabel('Dokument zur Antwort').setInputFiles(file)
  await order.getByRole('button', { name: 'Dokument beifügen' }).click()
  await expect(lead.getByRole('status')).toContainText('Antworten müssen Sie noch.')
  await expect(order.getByRole('link', { name: 'rasse.pdf' })).toBeVisible()
  await axeClean(lead)
  await order.getByLabel('Ihre Stellungnahme').fill('Ja, sie stimmt.')
  await order.getByRole('button', { name: 'Stellung nehmen' }).click()
  await expect(lead.getByRole('status')).toContainText('Die Antwort ist gespeichert.')
  await axeClean(lead)

  await page.reload()
  await expect(page.getByText('Ja, sie stimmt.')).toBeVisible()
  await expect(page.getByText('wartet auf die Stelle davor')).toHaveCount(0)
  await page.getByRole('button', { name: /^Zurücknehmen/ }).click()
  await expect(page.getByText('zurückgenommen', { exact: true })).toBeVisible()
  await axeClean(page)
})

test('what is asked for stands beside what was said before; a refusal asks whether the person was heard @both @later', async ({
  page,
  browser,
  product,
}) => {
  const { vorgangId, reference, code } = await registered(product)
  await signInAs(page, 'jana.noack', `/amt/vorgaenge/${vorgangId}`)
  await page.getByRole('button', { name: 'Übernehmen' }).click()
  await expect(page.getByRole('status')).toContainText('Sie haben den Vorgang übernommen.')
  await page.getByText('Anmeldung ablehnen', { exact: true }).first().click()
  const refusing = page.locator('details').filter({ hasText: 'Warum wird nicht angehört?' })
  await refusing.getByLabel(/^Begründung/).fill('Die Rasse stimmt nicht.')
  await refusing.getByLabel('Warum wird nicht angehört?').evaluate((control) => control.removeAttribute('required'))
  await refusing.getByRole('button', { name: 'Anmeldung ablehnen' }).click()
  await page
    .getByRole('alert')
    .getByRole('link', { name: /hören Sie sie vorher an/ })
    .click()
  await expect(page.getByLabel('Warum wird nicht angehört?')).toBeFocused()
  await expect(refusing.getByLabel(/^Begründung/)).toHaveValue('Die Rasse stimmt nicht.')
  await axeClean(page)

  await page.getByText('Angaben nachfordern', { exact: true }).first().click()
  await page.getByLabel('Worum geht es?').selectOption({ label: 'Angaben sind unrichtig' })
  await page.getByText('Welche Angaben betrifft es?', { exact: true }).click()
  await page.getByRole('checkbox', { name: /Rasse$/ }).check()
  await page.getByLabel('Was fehlt noch?').fill('Im Impfpass steht eine andere Rasse.')
  await page.getByLabel('Antwort bis').fill('2027-01-29')
  await axeClean(page)
  await page.getByRole('button', { name: 'Angaben nachfordern' }).click()
  await expect(page.getByRole('status')).toContainText('29. Januar 2027')
  await page.getByRole('link', { name: 'Nachrichten' }).click()
  await expect(page.getByText('Angaben sind unrichtig')).toBeVisible()
  await expect(page.getByRole('row', { name: /Rasse.*Mischling/ })).toBeVisible()
  await axeClean(page)

  const person = await elsewhere(browser, page, product.origin)
  await person.goto('/status/')
  await person.getByLabel('Vorgangsnummer').first().fill(reference)
  await person.getByLabel('Code', { exact: true }).fill(code)
  await person.getByRole('button', { name: 'Anmelden', exact: true }).click()
  await expect(person.getByText('Etwas stimmt nicht.')).toBeVisible()
  const breed = person.getByRole('textbox', { name: /Rasse/ })
  await expect(breed).toHaveAccessibleDescription('Bisher: Mischling')
  await axeClean(person)
  await person.setViewportSize({ width: 360, height: 740 })
  expect(await person.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await breed.fill('Dackel')
  await person.getByRole('button', { name: 'Antwort senden' }).click()
  await expect(person.getByText('Dackel')).toBeVisible()
  await axeClean(person)

  await page.reload()
  await expect(page.getByRole('row', { name: /Rasse.*Mischling.*Dackel/ })).toBeVisible()
  await axeClean(page)
})

test('somebody outside is asked by link, opens it with the code, and answers @both @later', async ({
  page,
  browser,
  product,
  outside,
}) => {
  const program = newProgram(product.origin)
  const citizen = applicantOf(program)
  const example = validExamples('stadtmelder').find(({ files }) => files.size === 0)
  if (example === undefined) {
    throw new Error('the service has no example without files')
  }
  await product.setClock(example.todayMs)
  const { location } = await submitDraft(citizen, await fillDraft(citizen, 'stadtmelder', example.typed))
  await product.tick()
  const vorgangId = /status\/([0-9a-f-]{36})/.exec((await program.stay(location)).body.toString())?.[1] ?? ''
  await signInAs(page, 'petra.budar', `/amt/vorgaenge/${vorgangId}/auftraege`)
  await page.getByText('Stellungnahme oder Gutachten per Link erbitten').click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Dr. Weiß')
  await page.getByRole('textbox', { name: 'E-Mail-Adresse' }).fill('gutachter@beispiel.example')
  await page.getByRole('checkbox').first().check()
  const until = page.getByLabel('Link gilt bis')
  await until.fill((await until.getAttribute('max')) ?? '')
  await page.getByRole('textbox', { name: 'Ihre Frage' }).evaluate((control) => control.removeAttribute('required'))
  await page.getByRole('button', { name: 'Link senden' }).click()
  await page.getByRole('alert').getByRole('link', { name: 'Schreiben Sie Ihre Frage.' }).click()
  await expect(page.getByRole('textbox', { name: 'E-Mail-Adresse' })).toHaveValue('gutachter@beispiel.example')
  await axeClean(page)
  await page.getByRole('textbox', { name: 'Ihre Frage' }).fill('Ist der Baum noch sicher?')
  await page.getByRole('button', { name: 'Link senden' }).click()
  await expect(page.getByRole('status')).toContainText('Der Link ist unterwegs.')
  const asked = page.getByRole('article', { name: /Dr. Weiß/ })
  const code = (await asked.locator('dd strong').first().textContent()) ?? ''
  await axeClean(page)

  const [mail] = (await readMails(product, outside, 'gutachter@beispiel.example')).toReversed()
  expect(mail?.text).not.toContain(code)
  const link = new URL(/https?:\/\/\S+\/gutachten\/\S+/.exec(mail?.text ?? '')?.[0] ?? '').pathname
  const expert = await elsewhere(browser, page, product.origin)
  await expert.goto(link)
  await expect(expert.getByText('Ist der Baum noch sicher?')).toHaveCount(0)
  await expert.getByLabel('Code').fill('AAAA-AAAA')
  await expert.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(expert).toHaveTitle(/^Fehler/)
  await expert.getByLabel('Code').fill(code)
  await expert.getByRole('button', { name: 'Weiter', exact: true }).click()
  await expect(expert.getByRole('heading', { level: 1 })).toHaveText('Bitte um Ihre Stellungnahme')
  await expect(expert.getByText('Ist der Baum noch sicher?')).toBeVisible()
  await axeClean(expert)
  await expert.setViewportSize({ width: 360, height: 740 })
  expect(await expert.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  const file = { name: 'gutachten.pdf', mimeType: 'application/pdf', buffer: Buffer.from(smallPdf('Gutachten')) }
  await expert.getByLabel('Datei zu Ihrer Antwort').setInputFiles(file)
  await expert.getByRole('button', { name: 'Datei beifügen' }).click()
  await expect(expert.getByText('Die Datei liegt bei. Ihre Antwort fehlt noch.')).toBeVisible()
  await expert.getByLabel('Ihre Stellungnahme').fill('Er ist sicher.')
  await expert.getByRole('button', { name: 'Stellungnahme absenden' }).click()
  await expect(expert.getByRole('heading', { level: 1 })).toHaveText('Ihre Stellungnahme ist angekommen')
  await axeClean(expert)

  await page.goto(`/amt/vorgaenge/${vorgangId}/auftraege`)
  await expect(page.getByText('Er ist sicher.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'gutachten.pdf' })).toBeVisible()
  await axeClean(page)
})
