import AxeBuilder from '@axe-core/playwright'
import { type Browser, type BrowserContext, test as base, expect, type Locator, type Page } from '@playwright/test'
import { DEMO_PASSWORD } from '../servers/idp/index.ts'
import type { Mail } from '../servers/mail/index.ts'
import type { Outside } from './outside.ts'
import type { Product } from './product.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * Expects that axe finds nothing on the page as it stands. Where the page may not run scripts axe could not run either:
 * then it looks at the same document in a second page of the browser that may.
 */
export async function axeClean(page: Page): Promise<void> {
  if (isLookedAtWithScripts()) {
    return
  }
  const isWithoutScripts = await page.evaluate(() => matchMedia('(scripting: none)').matches)
  const looked = isWithoutScripts ? await copyOf(page) : page
  // "Legacy" is: within the page itself, no second one for the result. Frames here are files, which axe cannot read.
  const { violations, passes } = await new AxeBuilder({ page: looked }).setLegacyMode(true).withTags(WCAG).analyze()
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.html}`),
  )
  expect(found, `axe on ${page.url()}`).toEqual([])
  expect(passes.length, 'axe looked at something').toBeGreaterThan(0)
}

/** Whether the same walk shows axe the same document with scripts; the long run looks at it both ways. */
function isLookedAtWithScripts(): boolean {
  const { project, tags } = base.info()
  const isBoth = tags.includes('@both') && !tags.includes('@later')
  return project.name === 'no-javascript' && isBoth && process.env['STADTTOR_LONG'] !== '1'
}

const copies = new WeakMap<BrowserContext, Page>()

/** The document of a page in a page that may run scripts, without the page's own; one such page per context. */
async function copyOf(page: Page): Promise<Page> {
  const html = await page.content()
  const copy = copies.get(page.context()) ?? (await newCopy(page))
  copies.set(page.context(), copy)
  await copy.unrouteAll()
  await copy.route('**/*', (route) => {
    if (route.request().resourceType() === 'script') {
      return route.abort()
    }
    if (route.request().isNavigationRequest() && route.request().frame() !== copy.mainFrame()) {
      return route.abort()
    }
    return route.request().isNavigationRequest()
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
      : route.continue()
  })
  await copy.goto(page.url())
  return copy
}

async function newCopy(page: Page): Promise<Page> {
  const browser = page.context().browser()
  if (browser === null) {
    throw new Error('no browser to look at the page with')
  }
  return await (await browser.newContext({ viewport: page.viewportSize(), javaScriptEnabled: true })).newPage()
}

/** A second person at another machine: own cookies, same settings of scripts. */
export async function elsewhere(browser: Browser, page: Page, origin: string): Promise<Page> {
  const javaScriptEnabled = !(await page.evaluate(() => matchMedia('(scripting: none)').matches))
  return await (await browser.newContext({ javaScriptEnabled, baseURL: origin, locale: 'de-DE' })).newPage()
}

/** Signs a member of staff in through the identity provider and comes back to `path`. */
export async function signInAs(page: Page, username: string, path = '/amt/'): Promise<void> {
  await page.goto(path)
  const account = page.locator(`input[name="account"][value="${username}"]`)
  if (!(await account.isVisible())) {
    const way = page.getByRole('main').getByRole('link', { name: /anmelden/i })
    await way
      .or(page.getByRole('main').getByRole('button', { name: /anmelden/i }))
      .first()
      .click()
  }
  await account.check()
  await page.getByLabel('Passwort').fill(DEMO_PASSWORD)
  await page.getByRole('button', { name: 'Anmelden' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/interaction/'))
}

/** Turns the pages of a list until it shows the row of this name: other tests of the same product left theirs. */
export async function findRow(page: Page, name: RegExp): Promise<Locator> {
  const row = page.getByRole('row', { name }).first()
  const next = page.getByRole('link', { name: 'Weitere Vorgänge' })
  while (!(await row.isVisible()) && (await next.isVisible())) {
    await next.click()
    await expect(page.getByRole('main').getByRole('table').or(page.locator('p.empty'))).toBeVisible()
  }
  await expect(row).toBeVisible()
  return row
}

/** Lets due jobs run and answers the mails to one address, oldest first. */
export async function readMails(product: Product, outside: Outside, recipient: string): Promise<readonly Mail[]> {
  await product.tick()
  return outside.mail.messages().filter((mail) => mail.to.includes(recipient))
}
