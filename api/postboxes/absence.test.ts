import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AbsencePage } from '../identity/service-absences.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays } from '../lib/deadlines.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { ItemList, View, Work } from './service-lists.ts'
import type { MovePage } from './service-move.ts'

/** Standing in for an absent colleague: what is seen, counted and done, and that four eyes stay four eyes. */
const DAY_MS = 86_400_000
let town: Town
let people = 0
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

type Who = { readonly caller: Caller; readonly id: string; readonly name: string }
/** Somebody whom no test before knew. */
async function person(roles: readonly ('clerk' | 'lead')[] = ['clerk'], teams = ['steuern']): Promise<Who> {
  people += 1
  const name = `person-${people}`
  const caller = await town.signIn(name, { roles: [...roles], teams })
  return { caller, name, id: (await caller.read<AbsencePage>('/identity/absences')).person.id }
}
const LEAD = ['clerk', 'lead'] as const
const today = (): string => dayInBerlin(town.clock.now())
/** `substitute` stands in for `absent` today. */
async function standIn(absent: Who, substitute: Who): Promise<string> {
  const body = { from: today(), until: today(), substitute: substitute.id }
  return (await bodyOf<{ absenceId: string }>(await absent.caller.post('/identity/absences', body), 200)).absenceId
}
const end = async (who: Who, absence: string): Promise<void> => {
  await bodyOf(await who.caller.post(`/identity/absences/${absence}/end`), 200)
}
async function applied(): Promise<string> {
  const { vorgangId } = await apply(town.newCaller(), smallPdf('x'))
  await town.tick()
  return vorgangId
}
const take = async ({ caller }: Who, id: string): Promise<void> => {
  await bodyOf(await caller.post(`/postboxes/items/${id}/take`), 200)
}
async function takenBy(who: Who): Promise<string> {
  const id = await applied()
  await take(who, id)
  return id
}
const view = ({ caller }: Who, id: string): Promise<VorgangView> => caller.read(`/submissions/vorgaenge/${id}`)
async function complete(who: Who, id: string, values: Readonly<Record<string, unknown>>): Promise<Response> {
  const { task } = await view(who, id)
  return await who.caller.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, values)
}
const list = async ({ caller }: Who, of: View) => (await caller.read<ItemList>(`/postboxes/items?view=${of}`)).items
const work = async ({ caller }: Who): Promise<Work> => (await caller.read<{ work: Work }>('/postboxes')).work
const journal = async (vorgangId: string, type: string) =>
  (
    await town.ctx.db.all<{ entry: string }>(
      `SELECT entry FROM journal_entries WHERE type = '${type}' AND eakte_id = (SELECT eakte_id FROM vorgaenge WHERE id = '${vorgangId}') ORDER BY seq`,
    )
  ).map(({ entry }) => JSON.parse(entry) as { actor: string; body: Record<string, string> })
const setOn = async (id: string, values: string): Promise<void> => {
  await town.ctx.write({ statements: [{ sql: `UPDATE postbox_items SET ${values} WHERE id = ?`, args: [id] }] })
}

describe('what an absent colleague has taken', () => {
  it('is in the list and counts of the substitute, and gone the request after the absence was ended', async () => {
    const [anna, bert, cleo] = [await person(), await person(), await person()]
    const id = await takenBy(anna)
    await setOn(id, `due_on = '${today()}'`)
    expect(await list(bert, 'mine')).toEqual([])
    const before = await work(bert)
    const absence = await standIn(anna, bert)
    expect(await list(bert, 'mine')).toMatchObject([{ id, isMine: false, standsInFor: anna.name }])
    expect((await list(bert, 'due')).map((item) => item.id)).toContain(id)
    expect(await work(bert)).toMatchObject({ mine: before.mine + 1, due: before.due + 1 })
    expect((await view(bert, id)).assignee).toMatchObject({ isMe: false, isStoodIn: true })
    expect((await view(bert, id)).task).toMatchObject({ isMine: true, mayComplete: true })
    // Nothing of it for anybody else, and the absent person keeps it.
    expect(await list(cleo, 'mine')).toEqual([])
    expect(await list(anna, 'mine')).toMatchObject([{ id, isMine: true, standsInFor: null }])
    await end(anna, absence)
    expect(await list(bert, 'mine')).toEqual([])
    expect(await work(bert)).toEqual(before)
    expect((await view(bert, id)).task).toMatchObject({ isMine: false })
    expect((await bert.caller.post(`/postboxes/items/${id}/return`)).status).toBe(409)
  })

  it('begins on the first day and is over the day after the last', async () => {
    const [anna, bert] = [await person(), await person()]
    const id = await takenBy(anna)
    const body = { from: addDays(today(), 1), until: addDays(today(), 2), substitute: bert.id }
    await bodyOf(await anna.caller.post('/identity/absences', body), 200)
    const seen: number[] = []
    const start = town.clock.now()
    try {
      for (let day = 0; day < 4; day += 1) {
        town.clock.set(start + day * DAY_MS)
        const [again] = [await town.signIn(bert.name, { roles: ['clerk'], teams: ['steuern'] })]
        seen.push((await list({ ...bert, caller: again }, 'mine')).filter((item) => item.id === id).length)
      }
    } finally {
      town.clock.set(start)
    }
    expect(seen).toEqual([0, 1, 1, 0])
  })

  it('is shown, counted and moved only in postboxes where the substitute works', async () => {
    const anna = await person(['clerk'], ['steuern', 'umwelt'])
    const bert = await person(['clerk'], ['steuern'])
    const [here, there] = [await takenBy(anna), await takenBy(anna)]
    await setOn(there, "postbox = 'umwelt'")
    await standIn(anna, bert)
    expect((await list(bert, 'mine')).map((item) => item.id)).toEqual([here])
    expect((await work(bert)).mine).toBe(1)
    for (const path of [`/submissions/vorgaenge/${there}`, `/postboxes/items/${there}/move`]) {
      expect((await bert.caller.get(path)).status, path).toBe(404)
    }
    expect((await bert.caller.post(`/postboxes/items/${there}/return`)).status).toBe(404)
  })

  it('is returned, handed over and finished by the substitute, as themselves, and the journal says for whom', async () => {
    const [anna, bert, cleo] = [await person(), await person(), await person()]
    const [one, two, three] = [await takenBy(anna), await takenBy(anna), await takenBy(anna)]
    await standIn(anna, bert)
    expect((await cleo.caller.get(`/postboxes/items/${one}/move`)).status).toBe(409)
    await bodyOf(await bert.caller.post(`/postboxes/items/${one}/return`), 200)
    expect((await bert.caller.read<MovePage>(`/postboxes/items/${two}/move`)).colleagues.map((c) => c.id)).toContain(cleo.id) // biome-ignore format: one thought
    await bodyOf(await bert.caller.post(`/postboxes/items/${two}/hand-over`, { to: cleo.id }), 200)
    await bodyOf(await complete(bert, three, { outcome: 'approve' }), 200)
    const mark = { actor: `staff:${bert.id}`, body: { for: `staff:${anna.id}` } }
    expect(await journal(one, 'item-returned')).toMatchObject([mark])
    expect(await journal(two, 'item-handed-over')).toMatchObject([mark])
    expect(await journal(three, 'task-completed')).toMatchObject([mark])
    expect((await view(cleo, three)).journal.find(({ type }) => type === 'task-completed')).toMatchObject({
      actor: bert.name,
      instead: anna.name,
    })
    // What is one's own is nobody's place taken.
    const own = await takenBy(bert)
    await bodyOf(await bert.caller.post(`/postboxes/items/${own}/return`), 200)
    expect((await journal(own, 'item-returned'))[0]?.body).not.toHaveProperty('for')
  })

  it('does not pass on where the substitute is absent, too', async () => {
    const [anna, bert, cleo] = [await person(), await person(), await person()]
    const [annas, berts] = [await takenBy(anna), await takenBy(bert)]
    await standIn(anna, bert)
    await standIn(bert, cleo)
    expect((await list(cleo, 'mine')).map((item) => item.id)).toEqual([berts])
    expect((await cleo.caller.post(`/postboxes/items/${annas}/return`)).status).toBe(409)
    expect((await view(cleo, annas)).task).toMatchObject({ isMine: false })
  })

  it('cannot be taken away: the substitute takes it only by handing it over to themselves', async () => {
    const [anna, bert] = [await person(), await person()]
    const id = await takenBy(anna)
    await standIn(anna, bert)
    expect((await bert.caller.post(`/postboxes/items/${id}/take`)).status).toBe(409)
    await bodyOf(await bert.caller.post(`/postboxes/items/${id}/hand-over`, { to: bert.id }), 200)
    expect((await view(bert, id)).assignee).toMatchObject({ isMe: true })
  })
})

describe('four eyes', () => {
  /** `author` decided, `signer` has taken it to sign. */
  async function decided(author: Who, signer: Who): Promise<{ id: string; sign: (who: Who) => Promise<Response> }> {
    const id = await takenBy(author)
    await bodyOf(await complete(author, id, { outcome: 'approve' }), 200)
    await take(signer, id)
    const decisionHash = (await view(signer, id)).decision?.hash
    return { id, sign: (who) => complete(who, id, { outcome: 'sign', decisionHash }) }
  }
  const [same, notCoSigner, notYours] = [
    { status: 409, type: 'workflow/same-person' },
    { status: 403, type: 'workflow/not-a-co-signer' },
    { status: 409, type: 'workflow/not-your-task' },
  ]

  it('the author signs never: not alone, not as substitute of the signer, who stays the one to do it', async () => {
    const [author, signer] = [await person(LEAD), await person(LEAD)]
    const { id, sign } = await decided(author, signer)
    expect(await problemOf(await sign(author))).toMatchObject(same)
    await standIn(signer, author)
    expect((await list(author, 'sign')).find((item) => item.id === id)).toMatchObject({ standsInFor: signer.name })
    expect((await view(author, id)).task).toMatchObject({ isMine: true, mayComplete: false })
    expect(await problemOf(await sign(author))).toMatchObject(same)
    const { colleagues } = await author.caller.read<MovePage>(`/postboxes/items/${id}/move`)
    expect(colleagues.map((one) => one.id)).not.toContain(author.id)
    const toMyself = await author.caller.post(`/postboxes/items/${id}/hand-over`, { to: author.id })
    expect(await problemOf(toMyself)).toMatchObject({ status: 422, type: 'postboxes/not-a-colleague' })
    // Given back it is free, and still not the author's.
    await bodyOf(await author.caller.post(`/postboxes/items/${id}/return`), 200)
    expect(await problemOf(await author.caller.post(`/postboxes/items/${id}/take`))).toMatchObject(same)
  })

  it('the substitute of the author signs as the other person they are, with their own right and their own take', async () => {
    const [author, signer, lead, clerk] = [await person(LEAD), await person(LEAD), await person(LEAD), await person()]
    const { id, sign } = await decided(author, signer)
    await standIn(author, lead)
    expect(await problemOf(await sign(lead))).toMatchObject(notYours)
    await bodyOf(await signer.caller.post(`/postboxes/items/${id}/return`), 200)
    expect(await problemOf(await clerk.caller.post(`/postboxes/items/${id}/take`))).toMatchObject(notCoSigner)
    await take(lead, id)
    await bodyOf(await sign(lead), 200)
    const [, signed] = await journal(id, 'task-completed')
    expect(signed).toMatchObject({ actor: `staff:${lead.id}` })
    expect(signed?.body).not.toHaveProperty('for')
  })

  it('the substitute of the signer signs in their own name with a right of their own, and not without', async () => {
    const [author, signer, lead, clerk] = [await person(), await person(LEAD), await person(LEAD), await person()]
    const first = await decided(author, signer)
    const absence = await standIn(signer, clerk)
    expect(await problemOf(await first.sign(clerk))).toMatchObject(notCoSigner)
    expect((await view(clerk, first.id)).task).toMatchObject({ isMine: true, mayComplete: false })
    await end(signer, absence)
    await standIn(signer, lead)
    await bodyOf(await first.sign(lead), 200)
    expect((await journal(first.id, 'task-completed'))[1]).toMatchObject({
      actor: `staff:${lead.id}`,
      body: { for: `staff:${signer.id}` },
    })
  })

  it('who decided in place of the absent author is the author; the absent one is not, and does not keep it', async () => {
    const [absent, author, signer] = [await person(LEAD), await person(LEAD), await person(LEAD)]
    const id = await takenBy(absent)
    await standIn(absent, author)
    await bodyOf(await complete(author, id, { outcome: 'approve' }), 200)
    const [row] = await town.ctx.db.all(`SELECT assignee, prepared_by FROM postbox_items WHERE id = '${id}'`)
    expect(row).toEqual({ assignee: null, prepared_by: author.id })
    await standIn(signer, author)
    await take(signer, id)
    const decisionHash = (await view(signer, id)).decision?.hash
    expect(await problemOf(await complete(author, id, { outcome: 'sign', decisionHash }))).toMatchObject(same)
    await bodyOf(await complete(signer, id, { outcome: 'sign', decisionHash }), 200)
  })

  it('what the absent author keeps is free to sign after the substitute went on with it', async () => {
    // Between decision and signature stands one more task of the same team.
    const task =
      '<bpmn:userTask id="note" name="Vermerk" stadttor:postbox="steuern" stadttor:silent="true"><bpmn:extensionElements><stadttor:outcome id="done" /></bpmn:extensionElements><bpmn:incoming>f10</bpmn:incoming><bpmn:outgoing>fx</bpmn:outgoing></bpmn:userTask><bpmn:sequenceFlow id="fx" sourceRef="note" targetRef="cosign" />'
    const words = 'tasks:\n  note: { title: Vermerk, action: Vermerk, outcomes: { done: { label: Ok, done: Ok. } } }\n'
    await town.edit((path, text) =>
      path.endsWith('hund-anmelden/process.bpmn')
        ? text
            .replace('<bpmn:incoming>f10</bpmn:incoming>', '<bpmn:incoming>fx</bpmn:incoming>')
            .replace('sourceRef="decided" targetRef="cosign" />', 'sourceRef="decided" targetRef="note" />')
            .replace('<bpmn:sequenceFlow id="f1"', `${task}<bpmn:sequenceFlow id="f1"`)
        : path.endsWith('hund-anmelden/process.de.yaml')
          ? text.replace(/^tasks:\n/m, words)
          : text,
    )
    const [author, lead] = [await person(LEAD), await person(LEAD)]
    const id = await takenBy(author)
    await bodyOf(await complete(author, id, { outcome: 'approve' }), 200)
    await standIn(author, lead)
    await bodyOf(await complete(lead, id, { outcome: 'done' }), 200)
    const [row] = await town.ctx.db.all(`SELECT step, assignee, prepared_by FROM postbox_items WHERE id = '${id}'`)
    expect(row).toEqual({ step: 'cosign', assignee: null, prepared_by: author.id })
  })
})
