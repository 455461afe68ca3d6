import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemList } from '../postboxes/service-lists.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import type { Caller } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { readyMade } from '../testing/ready-made.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Who has a Vorgang when one step of it is done and another one begins. */
const SERVICE = 'hund-anmelden'
const POSTBOX = 'steuern'
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

/** Puts a step of its own, in `postbox`, into a ready-made process: where the flow `flow` led from `from` to `to`. */
async function install(
  template: string,
  at: { readonly flow: string; readonly from: string; readonly to: string; readonly postbox: string },
): Promise<void> {
  const step = `<bpmn:userTask id="between" name="Zwischenschritt" stadttor:postbox="${at.postbox}" stadttor:silent="true"><bpmn:extensionElements><stadttor:outcome id="done" /></bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="extra" sourceRef="between" targetRef="${at.to}" />`
  const words =
    'tasks:\n  between: { title: Dazwischen, action: Dazwischen, outcomes: { done: { label: Erledigt, done: Erledigt. } } }\n'
  await town.edit((path, text) => {
    const filled = readyMade(template, path, { service: SERVICE, postbox: POSTBOX })
    if (filled === undefined) {
      return text
    }
    return filled
      .replace(new RegExp(`(id="${at.flow}"[^>]* sourceRef="${at.from}" targetRef=)"${at.to}"`), '$1"between"')
      .replace('<bpmn:sequenceFlow id="f1"', `${step}<bpmn:sequenceFlow id="f1"`)
      .replaceAll(new RegExp(`<bpmn:(?:incoming|outgoing)>${at.flow}</bpmn:(?:incoming|outgoing)>`, 'g'), '')
      .replace(/^tasks:\n/m, words)
  })
}

const clerk = (name: string, roles: readonly ('clerk' | 'lead')[] = ['clerk'], teams = [POSTBOX]): Promise<Caller> =>
  town.signIn(name, { roles: [...roles], teams })
const view = (who: Caller, id: string): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const take = async (who: Caller, id: string): Promise<void> => {
  await bodyOf(await who.post(`/postboxes/items/${id}/take`), 200)
}
const complete = async (who: Caller, id: string, body: object): Promise<VorgangView> => {
  const { task } = await view(who, id)
  await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body), 200)
  return await view(who, id)
}
const applied = async (): Promise<string> => {
  const { vorgangId } = await apply(town.newCaller(), smallPdf('x'))
  await town.tick()
  return vorgangId
}

describe('two steps of one postbox', () => {
  beforeAll(() => install('decide', { flow: 'f12', from: 'fork', to: 'check', postbox: POSTBOX }))

  it('the Vorgang stays with who did the first, and is not new to them', async () => {
    const id = await applied()
    const anna = await clerk('anna')
    await take(anna, id)
    const next = await complete(anna, id, { outcome: 'done' })
    expect(next).toMatchObject({ assignee: { isMe: true }, task: { node: 'check', isMine: true, mayComplete: true } })
    const { items } = await anna.read<ItemList>(`/postboxes/${POSTBOX}/items?view=mine`)
    expect(items.find(({ vorgangId }) => vorgangId === id)).toMatchObject({
      isNew: 0,
      isMine: true,
      next: { kind: 'task', title: 'Antrag prüfen' },
    })
    await complete(anna, id, { outcome: 'approve' })
    await town.tick()
    expect((await view(anna, id)).itemState).toBe('done')
  })

  it('what is given back is anybody’s', async () => {
    const id = await applied()
    const anna = await clerk('anna')
    await take(anna, id)
    await complete(anna, id, { outcome: 'done' })
    await bodyOf(await anna.post(`/postboxes/items/${id}/return`), 200)
    expect((await view(anna, id)).assignee).toBeNull()
    await take(await clerk('bert'), id)
  })
})

describe('a step of another postbox', () => {
  beforeAll(() => install('decide', { flow: 'f12', from: 'fork', to: 'check', postbox: 'ordnung' }))

  it('is free, also for who works in both', async () => {
    const id = await applied()
    const anna = await clerk('anna', ['clerk'], [POSTBOX, 'ordnung'])
    await take(anna, id)
    const next = await complete(anna, id, { outcome: 'done' })
    expect(next).toMatchObject({ assignee: null, postbox: { id: POSTBOX }, task: { node: 'check' } })
  })
})

describe('the second person', () => {
  beforeAll(() => install('decide-cosign', { flow: 'f13', from: 'decided', to: 'cosign', postbox: POSTBOX }))

  /** Decided by Anna, given back by her before the step between; who does that is the test's matter. */
  const decidedByAnna = async (): Promise<string> => {
    const id = await applied()
    const anna = await clerk('anna', ['clerk', 'lead'])
    await take(anna, id)
    const between = await complete(anna, id, { outcome: 'approve' })
    expect(between).toMatchObject({ assignee: { isMe: true }, task: { node: 'between' } })
    return id
  }
  const handOver = async (id: string, to: Caller): Promise<VorgangView> => {
    await bodyOf(await (await clerk('anna', ['clerk', 'lead'])).post(`/postboxes/items/${id}/return`), 200)
    await take(to, id)
    return await complete(to, id, { outcome: 'done' })
  }

  it('is never who decided, although they may sign otherwise', async () => {
    const id = await decidedByAnna()
    const anna = await clerk('anna', ['clerk', 'lead'])
    expect(await complete(anna, id, { outcome: 'done' })).toMatchObject({
      assignee: null,
      task: { node: 'cosign', mayComplete: false },
    })
  })

  it('is who did the step between, if they may sign; else it is free', async () => {
    const lead = await clerk('bert', ['clerk', 'lead'])
    expect(await handOver(await decidedByAnna(), lead)).toMatchObject({
      assignee: { isMe: true },
      task: { node: 'cosign', mayComplete: true },
    })
    expect(await handOver(await decidedByAnna(), await clerk('carl'))).toMatchObject({
      assignee: null,
      task: { node: 'cosign', mayComplete: false },
    })
  })
})
