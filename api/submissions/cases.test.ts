import { afterAll, beforeAll, expect, it } from 'vitest'
import { TODAY } from '../forms/testing.ts'
import { onlineForms, walkForm } from '../testing/form-cases.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Answers sent to each form beside those of the way itself; all there are in the long run. */
const CASES = 24

let town: Town
beforeAll(async () => {
  town = await openTown({ now: `${TODAY}T09:00:00Z` })
})
afterAll(() => town.close())

it.each(onlineForms())(
  '$slug over the API takes a generated way from the first page to what is stored, and refuses each wrong answer at its question',
  async (form) => {
    const { problems, count, stored, wanted } = await walkForm(town, form, CASES)
    expect(problems).toEqual([])
    expect(count).toBeGreaterThan(5)
    expect(stored).toEqual(wanted)
  },
)
