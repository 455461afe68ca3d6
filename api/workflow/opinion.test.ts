import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemList } from '../postboxes/service-lists.ts'
import { composeMessage } from '../submissions/service-copy.ts'
import type { ReviewPage, StartPage } from '../submissions/service-pages.ts'
import type { StatusView } from '../submissions/service-status.ts'
import type { VorgangView } from '../submissions/service-vorgang.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, DRAFTS } from '../testing/dog-tax.ts'
import { readyMade } from '../testing/ready-made.ts'
import { openTown, type Town } from '../testing/town.ts'

/** Another office gives its opinion before somebody decides: `check` begins behind `ask`, which lies in another postbox. */
const SERVICE = 'hund-anmelden'
const HOME = 'steuern'
const GREEN = 'umwelt'
const TEXT = 'Aus Sicht des Gewässerschutzes keine Bedenken.\n\nAuflage: Abstand zum Schilf.'

let town: Town
beforeAll(async () => {
  town = await openTown()
  const first = `<bpmn:userTask id="first" name="Vorprüfung" stadttor:postbox="${HOME}" stadttor:silent="true"><bpmn:extensionElements><stadttor:outcome id="done" /></bpmn:extensionElements></bpmn:userTask>`
  const ask = `<bpmn:userTask id="ask" name="Stellungnahme" stadttor:postbox="${GREEN}" stadttor:silent="true"><bpmn:extensionElements><stadttor:outcome id="opinion" requires="opinion" /></bpmn:extensionElements></bpmn:userTask>`
  const flows = '<bpmn:sequenceFlow id="x1" sourceRef="first" targetRef="ask" /><bpmn:sequenceFlow id="x2" sourceRef="ask" targetRef="check" />' // biome-ignore format: one line
  const words = `  first: { title: Vorprüfung, action: Prüfen, outcomes: { done: { label: Umweltamt beteiligen, done: Erledigt. } } }\n  ask: { title: Stellungnahme, action: Stellung nehmen, outcomes: { opinion: { label: Stellungnahme abgeben, done: Abgegeben. } } }\n`
  await town.edit((path, text) => {
    const filled = readyMade('decide', path, { service: SERVICE, postbox: HOME })
    return filled === undefined
      ? text
      : filled
          .replace(/(id="f12"[^>]* sourceRef="fork" targetRef=)"check"/, '$1"first"')
          .replace('<bpmn:sequenceFlow id="f1"', `${first}${ask}${flows}<bpmn:sequenceFlow id="f1"`)
          .replaceAll(/<bpmn:(?:incoming|outgoing)>f12<\/bpmn:(?:incoming|outgoing)>/g, '')
          .replace(/^tasks:\n/m, `tasks:\n${words}`)
  })
})
afterAll(() => town.close())

const anna = (): Promise<Caller> => town.signIn('anna', { roles: ['clerk'], teams: [HOME] })
const gero = (): Promise<Caller> => town.signIn('gero', { roles: ['clerk'], teams: [GREEN] })
const view = (who: Caller, id: string): Promise<VorgangView> => who.read(`/submissions/vorgaenge/${id}`)
const complete = async (who: Caller, id: string, body: Readonly<Record<string, string>>): Promise<Response> => {
  const { task, itemId, assignee } = await view(who, id)
  if (assignee === null) {
    await bodyOf(await who.post(`/postboxes/items/${itemId}/take`), 200)
  }
  return await who.post(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body)
}
/** A Vorgang that waits for the other office. */
async function asked() {
  const citizen = town.newCaller()
  const { vorgangId: id } = await apply(citizen)
  await town.tick()
  await bodyOf(await complete(await anna(), id, { outcome: 'done' }), 200)
  return { citizen, id }
}

describe('who applies', () => {
  it('reads before the first question, and before sending, which other offices will read it', async () => {
    const citizen = town.newCaller()
    const start = await citizen.read<StartPage>(`/submissions/services/${SERVICE}/start`)
    expect(start.offices).toEqual([{ name: 'Umwelt und Natur', nameLang: 'de' }])
    const { draftId } = await bodyOf<{ draftId: string }>(await citizen.post(DRAFTS, { service: SERVICE }), 201)
    const { recipients } = await citizen.read<ReviewPage>(`${DRAFTS}/${draftId}/review`)
    expect(recipients.filter(({ kind }) => kind === 'office' || kind === 'other-office')).toEqual([
      expect.objectContaining({ kind: 'office' }),
      { kind: 'other-office', name: 'Umwelt und Natur', nameLang: 'de' },
    ])
  })
})

describe('an opinion of another office', () => {
  it('is asked for as a text, and nothing else finishes the step', async () => {
    const { id } = await asked()
    expect((await view(await gero(), id)).task?.outcomes).toMatchObject([{ id: 'opinion', requires: ['opinion'] }])
    for (const opinion of ['', '  \n ']) {
      const problem = await problemOf(await complete(await gero(), id, { outcome: 'opinion', opinion }))
      expect(problem).toMatchObject({ status: 422, errors: [{ pointer: '/opinion', type: 'missing' }] })
    }
  })

  it('is read by who decides, with name and office, and is a document of the eAkte', async () => {
    const { id } = await asked()
    await bodyOf(await complete(await gero(), id, { outcome: 'opinion', opinion: TEXT.replaceAll('\n', '\r\n') }), 200)
    const { documents, task } = await view(await anna(), id)
    expect(task?.node).toBe('check')
    const document = documents.find(({ kind }) => kind === 'opinion')
    expect(document).toMatchObject({
      title: 'Stellungnahme: Umwelt und Natur',
      mediaType: 'application/pdf',
      opinion: { text: TEXT, by: 'gero', office: 'Umwelt und Natur' },
    })
    const file = await (await anna()).get(`/submissions/documents/${document?.id}`)
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  })

  it('sends who asked for it and who gave it to their lists, with what was done, and the Vorgang back to who had it', async () => {
    const citizen = town.newCaller()
    const { vorgangId: id } = await apply(citizen)
    await town.tick()
    const sent = async (who: Caller, body: Readonly<Record<string, string>>): Promise<string | null> => {
      const { task, itemId } = await view(who, id)
      await bodyOf(await who.post(`/postboxes/items/${itemId}/take`), 200)
      const answer = await who.form(`/workflow/vorgaenge/${id}/tasks/${task?.id}/complete`, body)
      expect(answer.status).toBe(303)
      return answer.headers.get('location')
    }
    expect(await sent(await anna(), { outcome: 'done' })).toBe('/amt/?ansicht=mine&getan=task.done')
    expect((await (await anna()).get(`/submissions/vorgaenge/${id}`)).status).toBe(404)
    expect(await sent(await gero(), { outcome: 'opinion', opinion: TEXT })).toBe(
      '/amt/?ansicht=mine&getan=task.opinion',
    )
    expect(await view(await anna(), id)).toMatchObject({ assignee: { isMe: true }, task: { node: 'check' } })
    const { items } = await (await anna()).read<ItemList>(`/postboxes/${HOME}/items?view=mine`)
    expect(items.find(({ vorgangId }) => vorgangId === id)).toMatchObject({ isNew: 1, isMine: true })
  })

  it('comes back to nobody where who had it works there no more', async () => {
    const { id } = await asked()
    town.setRights('anna', { roles: ['clerk'], teams: ['ordnung'] })
    await town.signIn('anna', { roles: ['clerk'], teams: ['ordnung'] })
    await bodyOf(await complete(await gero(), id, { outcome: 'opinion', opinion: TEXT }), 200)
    const bert = await town.signIn('bert', { roles: ['clerk'], teams: [HOME] })
    expect(await view(bert, id)).toMatchObject({ assignee: null, task: { node: 'check' } })
  })

  it('is shown to the person when they inspect the file', async () => {
    const { id, citizen } = await asked()
    await bodyOf(await complete(await gero(), id, { outcome: 'opinion', opinion: TEXT }), 200)
    const act = await citizen.post(`/submissions/status/${id}/acts/inspection`, { note: 'Alles.' })
    expect(act.ok).toBe(true)
    const { errands, documents } = await view(await anna(), id)
    const errand = errands.find(({ kind }) => kind === 'inspection')
    const own = documents.find(({ kind }) => kind === 'opinion')
    const untilOn = new Date(town.clock.now() + 7 * 86_400_000).toISOString().slice(0, 10)
    const granted = await (await anna()).post(`/submissions/vorgaenge/${id}/errands/${errand?.id}`, { untilOn })
    expect(granted.ok).toBe(true)
    expect((await citizen.get(`/submissions/status/${id}/inspection/${own?.id}`)).status).toBe(200)
  })

  it('reaches neither the person nor another system, and is nowhere in plain words', async () => {
    const { id, citizen } = await asked()
    await bodyOf(await complete(await gero(), id, { outcome: 'opinion', opinion: TEXT }), 200)
    await town.tick()
    const own = (await view(await anna(), id)).documents.find(({ kind }) => kind === 'opinion')
    const status = await citizen.read<StatusView>(`/submissions/status/${id}`)
    expect(JSON.stringify(status)).not.toContain('Schilf')
    expect(status.documents.map(({ kind }) => kind)).not.toContain('opinion')
    expect((await citizen.get(`/submissions/status/${id}/documents/${own?.id}`)).status).toBe(404)
    expect(await composeMessage(town.ctx, id, 'decided')).not.toContain('opinion')
    const journal = await town.ctx.db.all('SELECT * FROM journal_entries')
    const jobs = await town.ctx.db.all('SELECT * FROM jobs')
    expect(JSON.stringify([journal, jobs, town.logged])).not.toMatch(/Schilf|Gewässer/)
  })
})
