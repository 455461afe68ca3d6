import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReceiptPage } from '../submissions/service-pages.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { apply, DRAFTS, smallPdf } from '../testing/dog-tax.ts'
import { readyMade } from '../testing/ready-made.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Tuesday, 24 November 2026; all services of the town have four weeks for a decision. */
const SERVICE = 'hund-anmelden'
const POSTBOX = 'steuern'
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

const install = (processing: string, change: (bpmn: string) => string = (bpmn) => bpmn): Promise<void> =>
  town.edit((path, text) => {
    if (path === `services/${SERVICE}/service.yaml`) {
      return `${text}\n${processing}\n`
    }
    if (path === `services/${SERVICE}/form.de.yaml`) {
      return text.replace('deadline: dog-tax-decision', 'deadline: decision')
    }
    return change(readyMade('decide', path, { service: SERVICE, postbox: POSTBOX }) ?? text)
  })

/** The day that citizen and clerk are told, and the one that the receipt promised. */
async function dueOn() {
  const citizen = town.newCaller()
  const { vorgangId, draftId } = await apply(citizen, smallPdf('x'))
  const clerk = await town.signIn('anna', { roles: ['clerk'], teams: [POSTBOX] })
  const [status, view] = await Promise.all([
    citizen.read<StatusView>(`/submissions/status/${vorgangId}`),
    clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`),
  ])
  expect(status.state?.text.until).toBe('Wir entscheiden in der Regel bis zum {bis}.')
  expect(view.dueOn).toBe(status.dueOn)
  const receipt = await citizen.read<ReceiptPage>(`${DRAFTS}/${draftId}/receipt`)
  return { told: status.dueOn, promised: receipt.next.at(-1)?.when }
}
const named =
  (due: string) =>
  (text: string): string =>
    text.replace('stadttor:due="decision"', due)

describe('the day by which it is decided', () => {
  it.each([
    ['the town’s general deadline without a processing time', '', 'stadttor:due="decision"', '2026-12-22'],
    [
      'the processing time of the service in days',
      'processing: { count: 10, unit: day }',
      'stadttor:due="decision"',
      '2026-12-04',
    ],
    [
      'in weeks, no holiday at its end',
      'processing: { count: 5, unit: week }',
      'stadttor:due="decision"',
      '2026-12-29',
    ],
    [
      'in months, the next working day',
      'processing: { count: 1, unit: month }',
      'stadttor:due="decision"',
      '2026-12-24',
    ],
    ['where the process names none', 'processing: { count: 3, unit: week }', '', '2026-12-15'],
    [
      'but a deadline that the process names',
      'processing: { count: 3, unit: week }',
      'stadttor:due="tree-decision"',
      '2027-01-05',
    ],
    ['or a duration', 'processing: { count: 3, unit: week }', 'stadttor:due="P3D"', '2026-11-27'],
  ])('is %s', async (_what, processing, due, day) => {
    await install(processing, named(due))
    expect((await dueOn()).told).toBe(day)
  })

  it('is the one that the receipt promised', async () => {
    await install('processing: { count: 10, unit: day }')
    expect(await dueOn()).toEqual({ told: '2026-12-04', promised: expect.stringContaining('4. Dezember 2026') })
  })
})
