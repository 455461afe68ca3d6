import { expect, type Page } from '@playwright/test'
import { smallPdf, type Typed, type UploadFile } from './apply.ts'
import { axeClean } from './page.ts'

export type WalkOptions = {
  /** Looks at every page with axe before it is filled. */
  readonly withAxe?: boolean
  readonly upload?: UploadFile
  /** Files by the pointer of their question; others get `upload`. */
  readonly files?: ReadonlyMap<string, readonly UploadFile[]>
  /** Uses keys only: Tab, arrows, Space, Enter, letters. */
  readonly byKeyboard?: boolean
  /** What the button that leads on is called; German where nothing is said. */
  readonly next?: string
  /** Looks at every page before it is filled. */
  readonly look?: (page: Page) => Promise<void>
}

export const VACCINATION_CARD: UploadFile = {
  name: 'impfpass.pdf',
  type: 'application/pdf',
  bytes: smallPdf('Impfpass, erfunden'),
}

/** Presses the one button that leads on, and waits until another page is shown. */
export async function goOn(page: Page, name: string | RegExp): Promise<void> {
  const before = page.url()
  await page.getByRole('main').getByRole('button', { name }).click()
  await page.waitForURL((url) => url.href !== before)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

/** Fills page after page by the names of the controls until everything is to be checked. */
export async function fillUntilReview(page: Page, typed: Typed, options: WalkOptions = {}): Promise<void> {
  for (let count = 0; count < 60 && !page.url().endsWith('/pruefen'); count += 1) {
    if (options.withAxe === true) {
      await axeClean(page)
    }
    await options.look?.(page)
    await fillPage(page, typed, options)
    const before = page.url()
    if (options.byKeyboard === true) {
      await tabTo(page, (node) => node.tag === 'button' && node.text === 'Weiter')
      await page.keyboard.press('Enter')
    } else {
      await page.getByRole('button', { name: options.next ?? 'Weiter', exact: true }).click()
    }
    await page.waitForURL((url) => url.href !== before)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page, 'the page was accepted').not.toHaveTitle(/^(Fehler|Error|Zmólka)/)
  }
}

/** Names of the controls of the page's form, each once, in their order. */
const namesOn = (page: Page): Promise<readonly string[]> =>
  page
    .locator('main form :is(input, select, textarea)[name]:not([type=hidden])')
    .evaluateAll((nodes) => [...new Set(nodes.map((node) => (node as HTMLInputElement).name))])

async function fillPage(page: Page, typed: Typed, options: WalkOptions): Promise<void> {
  for (const name of await namesOn(page)) {
    const control = page.locator(`main form [name="${name}"]`)
    // The page was shown anew with a file, and asks no more for what stood beside it.
    if ((await control.count()) === 0) {
      continue
    }
    const type = await control
      .first()
      .evaluate((node) => (node instanceof HTMLInputElement ? node.type : node.tagName.toLowerCase()))
    if (type === 'file') {
      const file = options.files === undefined ? options.upload : options.files.get(name)?.[0]
      if (file !== undefined) {
        await control.setInputFiles({ name: file.name, mimeType: file.type, buffer: Buffer.from(file.bytes) })
        // With scripts it goes up at once and the page is shown anew: a click in that moment hits neither page.
        if (!(await page.evaluate(() => matchMedia('(scripting: none)').matches))) {
          const stored = page
            .locator('.files li')
            .filter({ has: page.locator('button[type=submit]'), hasText: file.name })
          await expect(stored.first()).toBeVisible()
        }
      }
      continue
    }
    // Where nothing else is said there is no other item.
    const value = typed[name] ?? (name.endsWith('/+') ? 'false' : undefined)
    if (value !== undefined) {
      await (options.byKeyboard === true ? typeValue(page, name, type, value) : setValue(page, name, type, value))
    }
  }
}

async function setValue(page: Page, name: string, type: string, value: string): Promise<void> {
  const control = page.locator(`main form [name="${name}"]`)
  if (type === 'radio') {
    await page.locator(`main form [name="${name}"][value="${value}"]`).check()
  } else if (type === 'checkbox') {
    await control.setChecked(value === 'true')
  } else if (type === 'select') {
    await control.selectOption(value)
  } else {
    await control.fill(value)
  }
}

async function typeValue(page: Page, name: string, type: string, value: string): Promise<void> {
  await tabTo(page, (node) => node.name === name)
  if (type === 'radio') {
    for (let tries = 0; tries < 20; tries += 1) {
      await page.keyboard.press(tries === 0 ? 'Space' : 'ArrowDown')
      if (await page.locator(`main form [name="${name}"][value="${value}"]`).isChecked()) {
        return
      }
    }
    throw new Error(`no way by keys to ${name} ${value}`)
  }
  if (type === 'checkbox') {
    await page.keyboard.press('Space')
    return
  }
  await page.keyboard.type(type === 'select' ? value.slice(0, 3) : value)
}

type Focused = { readonly tag: string; readonly name: string; readonly text: string }

/** Presses Tab until what is wanted has the focus; throws where Tab never gets there. */
async function tabTo(page: Page, isWanted: (node: Focused) => boolean): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    const focused = await page.evaluate(() => {
      const node = document.activeElement
      return {
        tag: node?.tagName.toLowerCase() ?? '',
        name: node?.getAttribute('name') ?? '',
        text: node?.textContent?.trim() ?? '',
      }
    })
    if (isWanted(focused)) {
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not get there on ${page.url()}`)
}
