import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, DRAFTS, FILE_QUESTION, fillDraft, putFile, smallPdf } from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { EarlierPage } from './service-earlier.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())

const path = (draftId: string): string => `/submissions/account/drafts/${draftId}/earlier`
const asked = `?question=${encodeURIComponent(FILE_QUESTION)}`
const listed = async (who: Caller, draftId: string): Promise<EarlierPage['files']> =>
  (await who.read<EarlierPage>(`${path(draftId)}${asked}`)).files
const use = (who: Caller, draftId: string, file: string): Promise<Response> =>
  who.post(path(draftId), { question: FILE_QUESTION, file })
const waiting = (who: Caller): Promise<string> => fillDraft(who, { until: 'unterlagen' })

describe('files sent before', () => {
  it('can be used again by the account that sent them: the same bytes, sealed anew for the new draft', async () => {
    const mara = await town.signInCitizen('mara')
    const bytes = Buffer.from(smallPdf('impfpass'))
    await apply(mara, bytes, 'impfpass.pdf')
    const draftId = await waiting(mara)
    const [file] = await listed(mara, draftId)
    expect(file).toMatchObject({ name: 'impfpass.pdf', sizeBytes: bytes.length })
    expect(file?.service).not.toBe('')
    const before = await Array.fromAsync(town.ctx.blobs.list())
    const copy = await bodyOf<{ id: string; name: string }>(await use(mara, draftId, file?.id ?? ''), 200)
    expect(copy).toMatchObject({ name: 'impfpass.pdf' })
    expect(copy.id).not.toBe(file?.id)
    const back = await mara.get(`${DRAFTS}/${draftId}/files/${copy.id}`)
    expect(Buffer.from(await back.arrayBuffer()).equals(bytes)).toBe(true)
    expect(await Array.fromAsync(town.ctx.blobs.list())).toHaveLength(before.length + 1)
    const keys = await town.ctx.db.all<{ key_id: string }>(
      'SELECT DISTINCT key_id FROM blobs WHERE id NOT IN (SELECT id FROM blobs WHERE derived_from IS NOT NULL)',
    )
    expect(keys.length).toBeGreaterThan(1)
  })

  it('are those of other drafts, too, each once', async () => {
    const jan = await town.signInCitizen('jan')
    const other = await waiting(jan)
    await bodyOf(await putFile(jan, other, smallPdf('einmal'), { name: 'einmal.pdf' }), 201)
    const third = await waiting(jan)
    await bodyOf(await putFile(jan, third, smallPdf('einmal'), { name: 'einmal.pdf' }), 201)
    const draftId = await waiting(jan)
    expect((await listed(jan, draftId)).map(({ name }) => name)).toEqual(['einmal.pdf'])
    expect(await listed(jan, other)).toHaveLength(1)
  })

  it('are nobody else’s: not shown, not copied, and not to guests', async () => {
    const mara = await town.signInCitizen('mara')
    const [file] = await listed(mara, await waiting(mara))
    const eve = await town.signInCitizen('eve')
    const draftId = await waiting(eve)
    expect(await listed(eve, draftId)).toEqual([])
    expect(await problemOf(await use(eve, draftId, file?.id ?? ''))).toMatchObject({
      status: 409,
      type: 'submissions/earlier-file-missing',
    })
    const foreign = await waiting(mara)
    expect((await eve.get(`${path(foreign)}${asked}`)).status).toBe(404)
    expect((await use(eve, foreign, file?.id ?? '')).status).toBe(404)
    const guest = town.newCaller()
    expect((await guest.get(`${path(await waiting(guest))}${asked}`)).status).toBe(401)
  })

  it('are refused like any other where a question has no room for them', async () => {
    const mara = await town.signInCitizen('mara')
    const draftId = await waiting(mara)
    const [file] = await listed(mara, draftId)
    expect((await mara.get(`${path(draftId)}?question=%2Fhalter%2Ffamilienname`)).status).toBe(404)
    const answers = []
    for (let count = 0; count < 11; count += 1) {
      answers.push((await use(mara, draftId, file?.id ?? '')).status)
    }
    expect(answers.at(-1)).toBe(409)
    expect(answers[0]).toBe(200)
  })
})
