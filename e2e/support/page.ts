import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
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
  const isWithoutScripts = await page.evaluate(() => matchMedia('(scripting: none)').matches)
  const looked = isWithoutScripts ? await copyOf(page) : page
  const { violations, passes } = await new AxeBuilder({ page: looked }).withTags(WCAG).analyze()
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.html}`),
  )
  expect(found, `axe on ${page.url()}`).toEqual([])
  expect(passes.length, 'axe looked at something').toBeGreaterThan(0)
  if (looked !== page) {
    await looked.context().close()
  }
}

/** The document of a page in a context with scripts, without the page's own scripts. */
async function copyOf(page: Page): Promise<Page> {
  const html = await page.content()
  const context = await page.context().browser()?.newContext({ viewport: page.viewportSize(), javaScriptEnabled: true })
  const copy = await context?.newPage()
  if (copy === undefined) {
    throw new Error('no browser to look at the page with')
  }
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

/** One answer as a person gives it: text, a choice by its label, several, a box ticked or not, files by path. */
export type Answer = string | boolean | readonly string[] | { readonly files: readonly string[] }

/** Fills fields of the page by the label or legend a person reads, in the order given. */
export async function fillForm(page: Page, answers: Readonly<Record<string, Answer>>): Promise<void> {
  for (const [label, answer] of Object.entries(answers)) {
    const group = page.getByRole('group', { name: label }).or(page.getByRole('radiogroup', { name: label }))
    await ((await group.count()) > 0
      ? choose(group.first(), answer)
      : fillField(page.getByLabel(label).first(), answer))
  }
}

async function choose(group: Locator, answer: Answer): Promise<void> {
  if (typeof answer === 'object' && 'files' in answer) {
    await group.locator('input[type=file]').setInputFiles([...answer.files])
    return
  }
  if (typeof answer === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(answer)) {
    const parts = answer.split('-').toReversed()
    for (const [index, part] of parts.entries()) {
      await group
        .locator('input')
        .nth(index)
        .fill(String(Number(part)))
    }
    return
  }
  for (const choice of Array.isArray(answer) ? answer : [String(answer)]) {
    await group.getByLabel(choice, { exact: true }).check()
  }
}

async function fillField(field: Locator, answer: Answer): Promise<void> {
  const kind = await field.evaluate((node) =>
    node instanceof HTMLInputElement ? node.type : node.tagName.toLowerCase(),
  )
  if (typeof answer === 'object' && 'files' in answer) {
    await field.setInputFiles([...answer.files])
  } else if (typeof answer === 'boolean') {
    await field.setChecked(answer)
  } else if (kind === 'select') {
    await field.selectOption(typeof answer === 'string' ? { label: answer } : [...answer])
  } else {
    await field.fill(String(answer))
  }
}

/** Lets due jobs run and answers the mails to one address, oldest first. */
export async function readMails(product: Product, outside: Outside, recipient: string): Promise<readonly Mail[]> {
  await product.tick()
  return outside.mail.messages().filter((mail) => mail.to.includes(recipient))
}
