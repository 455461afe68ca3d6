import { onlineServices, validExamples } from './support/examples.ts'
import { applyFor } from './support/service-walk.ts'
import { expect, test } from './support/test.ts'

/** Three services as their own examples answer them, with scripts; all of them, without, in `services.long.spec.ts`. */
const SHORT = 3

for (const slug of onlineServices().slice(0, SHORT)) {
  const [example] = validExamples(slug)
  test(`${slug}: from the service's page to the receipt`, async ({ page, product }) => {
    expect(example, `${slug} has a valid example`).toBeDefined()
    if (example !== undefined) {
      await product.setClock(example.todayMs)
      await applyFor(page, slug, example)
    }
  })
}
