import { onlineServices, validExamples } from './support/examples.ts'
import { applyFor } from './support/service-walk.ts'
import { expect, test } from './support/test.ts'

/** Every service that can be applied for, without scripts, as its own examples answer it: a new one is tested by being there. */
for (const slug of onlineServices()) {
  const [example] = validExamples(slug)
  test(`@nojs ${slug}: from the service's page to the receipt`, async ({ page, product }) => {
    expect(example, `${slug} has a valid example`).toBeDefined()
    if (example !== undefined) {
      await product.setClock(example.todayMs)
      await applyFor(page, slug, example)
    }
  })
}
