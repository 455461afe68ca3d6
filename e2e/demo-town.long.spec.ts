import { liveTown } from '../scripts/demo-town/town.ts'
import { axeClean, signInAs } from './support/page.ts'
import { startProduct } from './support/product.ts'
import { expect, test } from './support/test.ts'

test('the demo town: its last weeks are lived by the public interfaces, and every record holds', async ({
  browser,
  outside,
}) => {
  test.setTimeout(600_000)
  const product = await startProduct({ env: outside.env })
  try {
    const nowMs = Date.now()
    const { vorgaenge, failed } = await liveTown(product, nowMs, () => undefined)
    expect(failed).toEqual([])
    expect(vorgaenge).toBeGreaterThanOrEqual(60)
    await product.setClock(nowMs)
    const verified = await product.admin('POST', '/verify', {})
    expect(JSON.stringify(verified.body)).toContain('"ok":true')
    const page = await (await browser.newContext({ baseURL: product.origin, locale: 'de-DE' })).newPage()
    await signInAs(page, 'marko.lehnigk', '/amt/postkorb/steuern')
    for (const [view, next] of [
      ['team', 'Anmeldung prüfen'],
      ['team', 'Entscheidung mitzeichnen'],
      ['team', 'Widerspruch prüfen'],
      ['waiting', 'wartet auf Antwort der Person'],
      ['done', 'Bescheid erteilt'],
    ] as const) {
      await page.goto(`/amt/postkorb/steuern?ansicht=${view}`)
      await expect(page.getByRole('cell', { name: next }).first()).toBeVisible()
    }
    await axeClean(page)
  } finally {
    await product.stop()
  }
})
