import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../testing/caller.ts'
import { apply, bodyOf, fillDraft, smallPdf, submit } from '../testing/dog-tax.ts'
import { fillPermit } from '../testing/permit.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

/*
 * A change of law, decided in December and in force on 1 January: rows are added to the tables while drafts and cases of the
 * older revision run. Each is judged by the row of its own day; the form, the process and the texts stay theirs.
 */
const LAST_MS = Date.parse('2026-12-31T22:59:59.999Z')
const MIDNIGHT_MS = Date.parse('2026-12-31T23:00:00.000Z')
/** Before midnight, and near enough that nobody has to sign in again. */
const BEFORE_MS = LAST_MS - 10 * 60_000
const SIDES = [LAST_MS, MIDNIGHT_MS] as const

/** A row with an end, and the one that follows it. */
function changed(text: string, id: string, change: (row: string) => string): string {
  const row = text.split('\n').find((line) => line.includes(`id: ${id},`)) ?? ''
  const next = change(row.replace(/validFrom: '[0-9-]+'/, "validFrom: '2027-01-01'"))
  return text.replace(row, `${row.replace(', source:', ", validTo: '2026-12-31', source:")}\n${next}`)
}

const newLaw = (path: string, text: string): string => {
  switch (path) {
    case 'fees.yaml':
      return changed(text, 'bewohnerparkausweis-jahr', (row) => row.replace('amountCents: 3070', 'amountCents: 3500'))
    case 'retention.yaml':
      return changed(text, 'steuer-10', (row) => row.replace('years: 10', 'years: 6'))
    case 'deadlines.yaml':
      return changed(text, 'dog-tax-decision', (row) => row.replace('count: 4', 'count: 1')).replace(
        /.*id: call-back.*/,
        (row) => changed(row, 'call-back', (next) => next.replace('count: 2', 'count: 20')),
      )
    case 'services/hund-anmelden/form.de.yaml':
      return text.replace('title: ', 'title: Neu ')
    default:
      return text
  }
}
const unchanged = (_path: string, text: string): string => text

let town: Town
let clerk: Caller
beforeAll(async () => {
  town = await openTown({ now: '2026-12-20T09:00:00Z' })
})
afterAll(() => town.close())

/** Prepares something for each side of midnight under the old content, changes the law, and goes on with each at its moment. */
async function onBothSides<P, R>(prepare: () => Promise<P>, goOn: (prepared: P) => Promise<R>): Promise<readonly R[]> {
  town.clock.set(BEFORE_MS)
  await town.edit(unchanged)
  const prepared = [await prepare(), await prepare()]
  await town.edit(newLaw)
  const results: R[] = []
  for (const [index, nowMs] of SIDES.entries()) {
    town.clock.set(nowMs)
    clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern', 'verkehr'] })
    results.push(await goOn(prepared[index] as P))
  }
  return results
}
const view = (id: string): Promise<VorgangView> => clerk.read(`/submissions/vorgaenge/${id}`)

describe('a change of law on 1 January', () => {
  it('a fee is that of the day of receipt, also for a draft that was begun before the row was added', async () => {
    const amounts = await onBothSides(
      async () => {
        const citizen = town.newCaller()
        return { citizen, draftId: await fillPermit(citizen) }
      },
      async ({ citizen, draftId }) => {
        const { vorgangId } = await submit(citizen, draftId)
        await town.tick()
        const { payments } = await citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
        return payments[0]?.amountCents
      },
    )
    expect(amounts).toEqual([3070, 3500])
  })

  it('a deadline is that of the day on which it begins, and the form stays that of the draft', async () => {
    const seen = await onBothSides(
      async () => {
        const citizen = town.newCaller()
        return { citizen, draftId: await fillDraft(citizen, { file: smallPdf('x') }) }
      },
      async ({ citizen, draftId }) => {
        const { vorgangId } = await submit(citizen, draftId)
        await town.tick()
        const { dueOn, service } = await view(vorgangId)
        return { dueOn, isNewForm: service.title.startsWith('Neu ') }
      },
    )
    expect(seen).toEqual([
      { dueOn: '2027-01-28', isNewForm: false },
      { dueOn: '2027-01-08', isNewForm: false },
    ])
  })

  it('reaches a case that was sent in before: what begins later has the later deadline', async () => {
    const days = await onBothSides(
      async () => {
        const citizen = town.newCaller()
        const { vorgangId } = await apply(citizen, smallPdf('x'))
        await town.tick()
        return { citizen, vorgangId }
      },
      async ({ citizen, vorgangId }) => {
        await bodyOf(await citizen.post(`/submissions/status/${vorgangId}/acts/call`, { phone: '0355 612345' }), 200)
        return (await view(vorgangId)).errands[0]?.dueOn
      },
    )
    expect(days).toEqual(['2027-01-04', '2027-01-21'])
  })

  it('an eAkte is kept by the rule of the day on which it is closed', async () => {
    const years = await onBothSides(
      async () => {
        const citizen = town.newCaller()
        const { vorgangId } = await apply(citizen, smallPdf('x'))
        await town.tick()
        return { citizen, vorgangId }
      },
      async ({ citizen, vorgangId }) => {
        await bodyOf(await citizen.post(`/submissions/status/${vorgangId}/acts/withdraw`, { confirmed: 'yes' }), 200)
        const { errands, eakteId } = await view(vorgangId)
        await bodyOf(await clerk.post(`/submissions/vorgaenge/${vorgangId}/errands/${errands[0]?.id}`, {}), 200)
        return (await clerk.read<{ retainUntilOn: string }>(`/submissions/eakten/${eakteId}`)).retainUntilOn
      },
    )
    expect(years).toEqual(['2036-12-31', '2033-12-31'])
  })

  it('a row that was taken away is kept for those who began under it', async () => {
    town.clock.set(Date.parse('2026-12-21T09:00:00Z'))
    await town.edit(unchanged)
    const citizen = town.newCaller()
    const { vorgangId } = await apply(citizen, smallPdf('x'))
    await town.edit((path, text) => (path === 'deadlines.yaml' ? text.replace(/.*id: call-back.*\n/, '') : text))
    const later = town.newCaller()
    const after = await apply(later, smallPdf('x'))
    clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    const called = async (who: Caller, id: string) => {
      await bodyOf(await who.post(`/submissions/status/${id}/acts/call`, { phone: '0355 612345' }), 200)
      return (await view(id)).errands[0]?.dueOn
    }
    expect(await called(citizen, vorgangId)).toBe('2026-12-23')
    expect(await called(later, after.vorgangId)).toBe('2026-12-24')
  })
})
