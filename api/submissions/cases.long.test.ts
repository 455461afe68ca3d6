import { afterAll, beforeAll, expect, it } from 'vitest'
import { TODAY } from '../forms/testing.ts'
import { onlineForms, walkForm } from '../testing/form-cases.ts'
import { openTown, type Town } from '../testing/town.ts'

let town: Town
beforeAll(async () => {
  town = await openTown({ now: `${TODAY}T09:00:00Z` })
})
afterAll(() => town.close())

it.each(onlineForms())(
  '$slug over the API judges every generated answer at its question, and stores a way as it has to be',
  async (form) => {
    const { problems, count, stored, wanted } = await walkForm(town, form, Number.POSITIVE_INFINITY)
    expect(problems).toEqual([])
    expect(count).toBeGreaterThan(40)
    expect(stored).toEqual(wanted)
  },
)
