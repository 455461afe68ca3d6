import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemList } from '../postboxes/service-lists.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { readyMade } from '../testing/ready-made.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Several offices at once: each open task lies in a postbox, and none is lost. */
const SERVICE = 'hund-anmelden'
const HOME = 'steuern'
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

/** Asks several postboxes at once before the task `check` of a ready-made process. */
async function install(postboxes: readonly string[]): Promise<void> {
  const tasks = postboxes.map(
    (postbox, n) =>
      `<bpmn:userTask id="ask${n}" name="Stellungnahme ${n}" stadttor:postbox="${postbox}" stadttor:silent="true"><bpmn:extensionElements><stadttor:outcome id="done" /></bpmn:extensionElements></bpmn:userTask><bpmn:sequenceFlow id="in${n}" sourceRef="split" targetRef="ask${n}" /><bpmn:sequenceFlow id="out${n}" sourceRef="ask${n}" targetRef="meet" />`,
  )
  const step = `<bpmn:parallelGateway id="split" /><bpmn:parallelGateway id="meet" />${tasks.join('')}<bpmn:sequenceFlow id="extra" sourceRef="meet" targetRef="check" />`
  const words = postboxes.map(
    (_, n) =>
      `  ask${n}: { title: Stellungnahme ${n}, action: Stellung nehmen, outcomes: { done: { label: Erledigt, done: Erledigt. } } }\n`,
  )
  await town.edit((path, text) => {
    const filled = readyMade('decide', path, { service: SERVICE, postbox: HOME })
    if (filled === undefined) {
      return text
    }
    return filled
      .replace(/(id="f12"[^>]* sourceRef="fork" targetRef=)"check"/, '$1"split"')
      .replace('<bpmn:sequenceFlow id="f1"', `${step}<bpmn:sequenceFlow id="f1"`)
      .replaceAll(/<bpmn:(?:incoming|outgoing)>f12<\/bpmn:(?:incoming|outgoing)>/g, '')
      .replace(/^tasks:\n/m, `tasks:\n${words.join('')}`)
  })
}

const clerk = (name: string, team: string): Promise<Caller> => town.signIn(name, { roles: ['clerk'], teams: [team] })
const view = (who: Caller, id: string): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const listed = async (who: Caller, postbox: string, id: string, show = 'team') => {
  const { items } = await who.read<ItemList>(`/postboxes/${postbox}/items?view=${show}`)
  return items.find(({ vorgangId }) => vorgangId === id)
}
const complete = async (who: Caller, id: string, outcome: string): Promise<void> => {
  const { task, itemId } = await view(who, id)
  await bodyOf(await who.post(`/postboxes/items/${itemId}/take`), 200)
  await bodyOf(await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, { outcome }), 200)
}
const applied = async (): Promise<string> => {
  const { vorgangId } = await apply(town.newCaller(), smallPdf('x'))
  await town.tick()
  return vorgangId
}
/** Counts as they are kept, and as they would be counted. */
async function counts() {
  const kept = await town.ctx.db.all('SELECT owner, lane, count FROM work_counts WHERE count <> 0 ORDER BY owner, lane')
  const due = await town.ctx.db.all('SELECT owner, due_on, count FROM work_due ORDER BY owner, due_on')
  const owners = `SELECT 'postbox:' || postbox AS owner, * FROM postbox_items UNION ALL SELECT 'staff:' || assignee AS owner, * FROM postbox_items WHERE assignee IS NOT NULL`
  const counted = await town.ctx.db.all(
    `SELECT owner, lane, count(*) AS count FROM (${owners}) WHERE state <> 'done' GROUP BY owner, lane ORDER BY owner, lane`,
  )
  const owner = "CASE WHEN assignee IS NULL THEN 'postbox:' || postbox ELSE 'staff:' || assignee END"
  const countedDue = await town.ctx.db.all(
    `SELECT ${owner} AS owner, due_on, count(*) AS count FROM postbox_items WHERE state = 'open' GROUP BY 1, 2 ORDER BY 1, 2`,
  )
  return { kept: { kept, due }, counted: { kept: counted, due: countedDue } }
}

describe('two other offices at once', () => {
  beforeAll(() => install(['umwelt', 'ordnung']))

  it('each has its task, the Vorgang stays where it was and waits for them; then it goes on', async () => {
    const id = await applied()
    const [home, green, order] = await Promise.all([
      clerk('anna', HOME),
      clerk('gero', 'umwelt'),
      clerk('olga', 'ordnung'),
    ])
    expect(await listed(home, HOME, id, 'waiting')).toMatchObject({ next: { kind: 'wait', waitsFor: 'office' } })
    expect(await listed(green, 'umwelt', id)).toMatchObject({ next: { kind: 'task', title: 'Stellungnahme 0' } })
    expect(await listed(order, 'ordnung', id)).toMatchObject({ next: { kind: 'task', title: 'Stellungnahme 1' } })
    expect(await view(home, id)).toMatchObject({
      task: null,
      waitsFor: 'office',
      isLead: true,
      beside: [
        { title: 'Stellungnahme 0', assignee: null },
        { title: 'Stellungnahme 1', assignee: null },
      ],
    })
    await complete(order, id, 'done')
    expect(await listed(order, 'ordnung', id)).toBeUndefined()
    expect(await listed(order, 'ordnung', id, 'done')).toBeDefined()
    expect((await view(home, id)).waitsFor).toBe('office')
    await complete(green, id, 'done')
    expect(await listed(home, HOME, id)).toMatchObject({ next: { kind: 'task', title: 'Antrag prüfen' } })
    await complete(home, id, 'approve')
    await town.tick()
    expect((await view(home, id)).itemState).toBe('done')
    const { kept, counted } = await counts()
    expect(kept).toEqual(counted)
  })

  it('an office that takes part sees the Vorgang until it is done, and does not lead it', async () => {
    const id = await applied()
    const [home, green, order] = await Promise.all([
      clerk('anna', HOME),
      clerk('gero', 'umwelt'),
      clerk('olga', 'ordnung'),
    ])
    const seen = await view(green, id)
    expect(seen).toMatchObject({ isLead: false, canReopen: false, task: { title: 'Stellungnahme 0' } })
    const foreign = (await view(order, id)).task?.id
    const other = await green.post(`/workflow/vorgaenge/${id}/tasks/${foreign}/complete`, { outcome: 'done' })
    expect(await problemOf(other)).toMatchObject({ status: 404, type: 'workflow/task-missing' })
    const nobody = await clerk('kai', 'kita')
    expect((await nobody.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    expect((await nobody.post(`/postboxes/items/${seen.itemId}/take`)).status).toBe(404)
    // Who wants into the case again, and why, is the business of the office that leads it.
    const asked = await home.post(`/submissions/vorgaenge/${id}/access`, {
      identifiedBy: 'id-document',
      reason: 'Neu.',
    })
    const { accessId } = await bodyOf<{ accessId: string }>(asked, 201)
    expect((await home.get(`/submissions/vorgaenge/${id}/access/${accessId}`)).status).toBe(200)
    expect((await green.get(`/submissions/vorgaenge/${id}/access/${accessId}`)).status).toBe(404)
    const [document] = seen.documents
    expect((await green.get(`/submissions/documents/${document?.id}`)).status).toBe(200)
    await complete(green, id, 'done')
    expect((await green.get(`/submissions/vorgaenge/${id}`)).status).toBe(200)
    await complete(order, id, 'done')
    await complete(home, id, 'approve')
    await town.tick()
    expect((await green.get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    expect((await green.get(`/submissions/documents/${document?.id}`)).status).toBe(404)
    expect((await home.get(`/submissions/vorgaenge/${id}`)).status).toBe(200)
  })

  it('what is withdrawn is open in no postbox', async () => {
    const citizen = town.newCaller()
    const { vorgangId: id } = await apply(citizen, smallPdf('y'))
    await town.tick()
    await bodyOf(await citizen.post(`/submissions/status/${id}/acts/withdraw`, { confirmed: 'yes' }), 200)
    await town.tick()
    const rows = await town.ctx.db.all<{ state: string; kind: string }>(
      `SELECT kind, state FROM postbox_items WHERE vorgang_id = '${id}' AND kind = 'task'`,
    )
    expect(rows.map(({ state }) => state)).toEqual(['done', 'done'])
    const { kept, counted } = await counts()
    expect(kept).toEqual(counted)
  })
})

describe('the own office and another at once', () => {
  beforeAll(() => install(['umwelt', HOME]))

  it('the Vorgang holds the task of its own postbox, the other lies beside it', async () => {
    const id = await applied()
    const [home, green] = await Promise.all([clerk('anna', HOME), clerk('gero', 'umwelt')])
    expect(await listed(home, HOME, id)).toMatchObject({ next: { kind: 'task', title: 'Stellungnahme 1' } })
    await complete(home, id, 'done')
    expect(await listed(home, HOME, id, 'waiting')).toMatchObject({ next: { kind: 'wait', waitsFor: 'office' } })
    await complete(green, id, 'done')
    // Who had it has it again.
    expect(await view(home, id)).toMatchObject({ task: { node: 'check', isMine: true }, beside: [] })
  })
})

describe('two tasks of one postbox at once', () => {
  beforeAll(() => install([HOME, HOME]))

  it('are two entries of its list, which two people take', async () => {
    const id = await applied()
    const [anna, berta] = await Promise.all([clerk('anna', HOME), clerk('berta', HOME)])
    const { items } = await anna.read<ItemList>(`/postboxes/${HOME}/items?view=team`)
    const both = items.filter(({ vorgangId }) => vorgangId === id)
    expect(both.map(({ next }) => next)).toEqual([
      { kind: 'task', title: 'Stellungnahme 0' },
      { kind: 'task', title: 'Stellungnahme 1' },
    ])
    await bodyOf(await anna.post(`/postboxes/items/${both[0]?.id}/take`), 200)
    const again = await berta.post(`/postboxes/items/${both[0]?.id}/take`)
    expect(await problemOf(again)).toMatchObject({ status: 409, type: 'postboxes/item-taken' })
    await bodyOf(await berta.post(`/postboxes/items/${both[1]?.id}/take`), 200)
    expect((await view(anna, id)).task?.title).toBe('Stellungnahme 0')
    expect((await view(berta, id)).task?.title).toBe('Stellungnahme 1')
    await complete(berta, id, 'done')
    await complete(anna, id, 'done')
    expect(await view(anna, id)).toMatchObject({ task: { node: 'check' } })
    const { kept, counted } = await counts()
    expect(kept).toEqual(counted)
  })
})
