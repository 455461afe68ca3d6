import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Needed, ServicePage } from './catalogue/view.ts'
import type { StartPage } from './submissions/service-pages.ts'
import { openTown, type Town } from './testing/town.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
}, 60_000)
afterAll(() => town.close())

const neededOf = (page: ServicePage): Needed | undefined =>
  page.modules.find(({ kind }) => kind === 'documents')?.needed

describe('the page of a service and the first page of its application', () => {
  it.each(['de', 'en'])('say the same of what one needs, documents with their conditions, in %s', async (lang) => {
    const guest = town.newCaller()
    let conditions = 0
    for (const [slug, { online }] of town.ctx.content.live().content.services) {
      const answer = await guest.get(`/catalogue/services/${slug}?lang=${lang}`)
      if (answer.status === 404) {
        continue
      }
      const page = (await answer.json()) as ServicePage
      if (online !== 'own' && online !== 'assistant') {
        expect(neededOf(page), slug).toBeUndefined()
        continue
      }
      const start = await guest.read<StartPage>(`/submissions/services/${slug}/start?lang=${lang}`)
      const { needed, evidence } = start
      const isAny = needed.length + evidence.length > 0
      expect(neededOf(page), slug).toEqual(isAny ? { needed, evidence } : undefined)
      conditions += evidence.filter(({ condition }) => condition !== undefined).length
    }
    expect(conditions).toBeGreaterThan(lang === 'de' ? 5 : 0)
  })

  it('mark the same German lines on an English page whose form nobody has translated', async () => {
    const guest = town.newCaller()
    const page = await guest.read<ServicePage>('/catalogue/services/geburtsurkunde?lang=en')
    const start = await guest.read<StartPage>('/submissions/services/geburtsurkunde/start?lang=en')
    const [first = ''] = start.evidence.map(({ label }) => label)
    expect(first).not.toBe('')
    expect(start.germanTexts).toContain(first)
    expect(page.germanTexts).toContain(first)
    expect(start.service.title).toBe('Apply for a birth certificate')
    expect(page.title).toBe(start.service.title)
  })
})
