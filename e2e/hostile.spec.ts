import type { Page } from '@playwright/test'
import { createApplicant, ONE_DOG } from './support/apply.ts'
import { HOSTILE } from './support/hostile.ts'
import { signInAs } from './support/page.ts'
import { expect, test } from './support/test.ts'
import { fillUntilReview, goOn } from './support/walk.ts'

/*
 * Hostile texts in a real browser: every page that shows what somebody typed shows it as text, and nothing happens.
 */
const OWN = ['data:', 'blob:', 'chrome:', 'chrome-extension:']
type Watched = { readonly strange: string[] }

/** Notes requests to anywhere else, errors and warnings of the console, dialogs, and what the content policy stopped. */
async function watch(page: Page, origin: string): Promise<Watched> {
  const strange: string[] = []
  page.on('request', (request) => {
    const url = new URL(request.url())
    // The browser's own viewer of PDF files loads its own parts.
    if ((url.origin !== origin && !OWN.includes(url.protocol)) || url.pathname === '/gadget') {
      strange.push(`request ${request.url()}`)
    }
  })
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.location().url.startsWith('chrome')) {
      strange.push(`console ${message.text()}`)
    }
  })
  page.on('pageerror', (error) => strange.push(`error ${error.message}`))
  page.on('dialog', (dialog) => {
    strange.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`stopped by policy: ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  return { strange }
}

/** Names of the elements and of their attributes, as often as they occur. */
const bones = (page: Page): Promise<Record<string, number>> =>
  page.evaluate(() => {
    const count: Record<string, number> = {}
    for (const element of document.querySelectorAll('*')) {
      const kind = element.tagName.toLowerCase()
      for (const name of [kind, ...[...element.attributes].map((attribute) => `${kind}[${attribute.name}]`)]) {
        count[name] = (count[name] ?? 0) + 1
      }
    }
    return count
  })

/** Nothing of a hostile text became an element, an attribute that acts, or a script that ran. */
async function expectHarmless(page: Page, { strange }: Watched, where: string): Promise<void> {
  await page.waitForLoadState('networkidle')
  const found = await page.evaluate(() => ({
    pwned: 'pwned' in window || 'pwned' in Object.prototype,
    acting: [...document.querySelectorAll('body *')]
      .flatMap((element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`))
      .filter(
        (text) =>
          /^on|^hx-(on|vals|ext)|^style=|evil\.test|gadget|javascript:/i.test(text) && !text.startsWith('value='),
      ),
    foreign: document.querySelectorAll(
      'base, iframe:not([src^="/"]), meta[http-equiv], style, script:not([src^="/_astro/"])',
    ).length,
    mains: document.querySelectorAll('main').length,
  }))
  expect(found, where).toEqual({ pwned: false, acting: [], foreign: 0, mains: 1 })
  expect(strange, where).toEqual([])
}

test('a page that shows hostile texts again is the same page with other words', async ({ page, product }) => {
  test.setTimeout(90_000)
  const watched = await watch(page, product.origin)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  const path = new URL(page.url()).pathname
  const send = async (text: string): Promise<void> => {
    await page
      .context()
      .request.post(`/api/v1/submissions/drafts${path.replace('/antrag', '').replace(/\/([^/]+)$/, '/steps/$1')}`, {
        headers: { origin: product.origin, accept: 'text/html' },
        form: { '/halter/vornamen': text, '/halter/familienname': text },
        maxRedirects: 0,
      })
    await page.goto(path)
  }
  await send('1')
  const usual = await bones(page)
  for (const text of HOSTILE.filter((each) => each.length < 1_000)) {
    await send(text)
    const changed = Object.entries(await bones(page)).filter(([name, count]) => (usual[name] ?? 0) < count)
    expect(changed, text).toEqual([])
  }
  await expectHarmless(page, watched, path)
})

test('hostile texts that a form accepts stay texts on every page until the notice', async ({
  page,
  browser,
  product,
}) => {
  test.setTimeout(120_000)
  const accepted = {
    script: `"><b onclick=1>`,
    gadget: '<div hx-get="/gadget" hx-trigger="load">',
    typst: '#panic("x") $y$ _z_',
  }
  const typed = {
    ...ONE_DOG,
    '/hunde/0/rufname': accepted.script,
    '/hunde/0/rasse': accepted.gadget,
    '/halter/anschrift/strasse': accepted.typst,
  }
  const watched = await watch(page, product.origin)
  await page.goto('/antrag/beginnen/hund-anmelden')
  await goOn(page, 'Jetzt beginnen')
  await fillUntilReview(page, typed)
  await expectHarmless(page, watched, 'review')
  await goOn(page, 'Hund verbindlich anmelden')
  await expectHarmless(page, watched, 'receipt')
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(await page.content())?.[1] ?? ''
  const copy = await page.request.get(`/api/v1/submissions/status/${vorgangId}/copy.pdf`)
  expect([copy.status(), (await copy.body()).subarray(0, 5).toString()]).toEqual([200, '%PDF-'])
  await product.tick()

  const clerk = await (await browser.newContext({ baseURL: product.origin, locale: 'de-DE' })).newPage()
  await signInAs(clerk, 'jana.noack', `/amt/vorgaenge/${vorgangId}`)
  const atWork = await watch(clerk, product.origin)
  await clerk.getByRole('button', { name: 'Übernehmen' }).click()
  await clerk.getByText('Anmeldung ablehnen', { exact: true }).first().click()
  await clerk
    .locator('details[open] textarea[name=reasons]')
    .fill(HOSTILE.filter((text) => text.length < 200).join('\n'))
  await clerk.getByLabel('Warum wird nicht angehört?').selectOption('no-interference')
  await clerk.getByRole('button', { name: 'Anmeldung ablehnen' }).click()
  await expect(clerk.getByRole('heading', { name: 'Entscheidung', exact: true })).toBeVisible()
  const tabs = ['', '/nachrichten', '/dokumente', '/beteiligte', '/bescheid', '/ablauf', '/verlauf']
  const pages = tabs.map((tab) => `/amt/vorgaenge/${vorgangId}${tab}`)
  for (const path of [...pages, '/amt/postkorb/steuern', '/amt/postkorb/steuern?ansicht=mine']) {
    await clerk.goto(path)
    await expectHarmless(clerk, atWork, path)
  }
  const preview = await clerk.request.get(`/api/v1/submissions/vorgaenge/${vorgangId}/notice-preview.pdf`)
  expect([preview.status(), (await preview.body()).subarray(0, 5).toString()]).toEqual([200, '%PDF-'])
})

test('no page of the product asks anything of another host or complains', async ({ page, product }) => {
  test.setTimeout(60_000)
  const watched = await watch(page, product.origin)
  const applicant = createApplicant(product.origin)
  const begun = await applicant.post('/api/v1/submissions/drafts', { service: 'hund-anmelden' })
  expect(begun.status).toBe(303)
  for (const path of [
    '/',
    '/leistungen/',
    '/leistungen/hund-anmelden/',
    '/lebenslagen/',
    '/aemter/',
    '/suche?q=%3Cscript%3Ewindow.pwned%3D1%3C/script%3E',
    '/status/',
    '/impressum/',
    '/datenschutz/',
    '/barrierefreiheit/',
    '/antrag/beginnen/hund-anmelden',
  ]) {
    await page.goto(path)
    await expectHarmless(page, watched, path)
  }
  expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, ''])
})
