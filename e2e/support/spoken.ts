import type { Page } from '@playwright/test'

/**
 * Words that stand in almost every German sentence and in no English or Lower Sorbian one, words of our pages, and how German
 * writes amounts, decimals and times. Names of people and places that somebody typed are left out by whoever asks.
 */
const GERMAN =
  /(?<![\p{L}\p{N}])(?:der|das|den|dem|ein|eine|einen|einem|einer|eines|und|oder|nicht|ist|sind|wird|werden|wurde|haben|kann|können|Sie|Ihr|Ihre|Ihren|Ihrem|Ihrer|wir|uns|bitte|mit|für|von|vom|zum|zur|auf|aus|bei|nach|über|unter|kein|keine|wenn|ob|dass|auch|noch|nur|bis|Uhr|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Januar|Februar|März|Juni|Juli|Oktober|Dezember|Antrag|Angabe|Angaben|Frist|Datei|Stadt|Seite|Schritt|Weiter|Fehler|freiwillig|kostenlos|heute|danach|[\p{L}-]*(?:ung|ungen|keit|heit|amt|stelle|nummer|steuer))(?![\p{L}\p{N}])|[äöüßÄÖÜ]|\d+,\d{1,2}(?!\d)|\d{1,2}\.\d{1,2}\.\d{4}/u

/**
 * Finds what is German on a page of another language and does not say so (WCAG 2.2, 3.1.2): texts, controls, the title. An attribute
 * cannot have a language of its own: names for screen readers are looked at where the words of the language are complete.
 */
async function unmarkedGerman(
  page: Page,
  { typed, isComplete }: { readonly typed: Iterable<string>; readonly isComplete: boolean },
): Promise<readonly string[]> {
  const texts = await page.evaluate((withAttributes) => {
    const langOf = (node: Element | null): string => node?.closest('[lang]')?.getAttribute('lang') ?? ''
    const isGerman = (node: Element | null): boolean => /^de(-|$)/.test(langOf(node))
    const found: string[] = []
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const around = node.parentElement
      if (!isGerman(around) && around?.closest('script, style, noscript') === null) {
        found.push(node.textContent ?? '')
      }
    }
    for (const element of document.querySelectorAll('*')) {
      for (const name of isGerman(element) || !withAttributes
        ? []
        : ['aria-label', 'title', 'alt', 'placeholder', 'data-busy']) {
        found.push(element.getAttribute(name) ?? '')
      }
      if (element.matches('meta[name=description]') && !isGerman(element)) {
        found.push(element.getAttribute('content') ?? '')
      }
    }
    return found
  }, isComplete)
  const own = [...typed].filter((text) => text.length > 2)
  return texts
    .map((text) => own.reduce((left, one) => left.replaceAll(one, ''), text.replace(/\s+/g, ' ').trim()))
    .filter((text) => GERMAN.test(text))
}

/** What a walk through pages of another language found: `unmarked` on a page, by its address. */
export function listenIn(lang: string, heard: { readonly typed: Iterable<string>; readonly isComplete: boolean }) {
  const found: string[] = []
  return {
    /** Takes down everything German on a page that does not say so, and a page that is in another language altogether. */
    look: async (page: Page): Promise<void> => {
      const path = new URL(page.url()).pathname.replace(/[0-9a-f-]{36}/, '…')
      const spoken = await page.locator('html').getAttribute('lang')
      const wrong = spoken === lang ? await unmarkedGerman(page, heard) : [`the page is in ${spoken}`]
      found.push(...wrong.map((text) => `${path}: ${text}`))
    },
    found: (): readonly string[] => [...new Set(found)],
  }
}
