import { afterAll, beforeAll, expect, it } from 'vitest'
import { beginDraft, bodyOf } from '../testing/dog-tax.ts'
import { SETTINGS } from '../testing/inbound.ts'
import { openTown, type Town } from '../testing/town.ts'

let town: Town
beforeAll(async () => {
  town = await openTown({ settings: SETTINGS })
})
afterAll(() => town.close())

it('mails about a draft are answered to the city’s own address, and say so: nobody sees the draft yet', async () => {
  const { city } = town.ctx.content.live().content
  const citizen = town.newCaller()
  const { draftId } = await beginDraft(citizen)
  const email = 'entwurf@beispiel.example'
  await bodyOf(await citizen.post(`/submissions/drafts/${draftId}/saved`, { email }), 202)
  await town.tick()
  town.clock.advance(24 * 86_400_000)
  await town.tick()
  const mails = town.mails.filter(({ to }) => to === email)
  expect(mails.map(({ subject }) => subject.includes('gelöscht'))).toEqual([false, true])
  for (const mail of mails) {
    expect(mail).toMatchObject({ replyTo: city.email })
    expect(mail).not.toHaveProperty('returnPath')
    expect(mail.text).toContain(`kommt nicht zum Entwurf, sondern an ${city.email}`)
    expect(mail.text).toContain(city.phone)
  }
})
