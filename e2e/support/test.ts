import { test as base } from '@playwright/test'
import { type Outside, startOutside } from './outside.ts'
import { type Product, type Runtime, startProduct } from './product.ts'

export { expect } from '@playwright/test'

export type WorkerOptions = {
  /** What the product runs on. */
  readonly runtime: Runtime
}

/** Playwright's test with the stand-in servers of the worker; before each test they behave well and have forgotten all. */
export const outsideTest = base.extend<{ readonly wellBehaved: undefined }, { readonly outside: Outside }>({
  outside: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of wanted fixtures from the pattern
    async ({}, use) => {
      const outside = await startOutside('content')
      await use(outside)
      await outside.close()
    },
    { scope: 'worker' },
  ],
  wellBehaved: [
    async ({ outside }, use) => {
      await outside.reset()
      await use(undefined)
    },
    { auto: true },
  ],
})

/** The same with a running product behind `page`: a built server with a data folder of its own, one per worker. */
export const test = outsideTest.extend<object, WorkerOptions & { readonly product: Product }>({
  runtime: ['node', { option: true, scope: 'worker' }],
  product: [
    async ({ runtime, outside }, use) => {
      const product = await startProduct({ runtime, env: outside.env })
      await use(product)
      await product.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ product }, use) => use(product.origin),
})
